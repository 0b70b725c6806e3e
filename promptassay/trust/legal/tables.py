"""The tables in legal texts that are not written but read from the product."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from django.conf import settings

from promptassay.core.stored import MEANING, DataClass
from promptassay.trust import egress
from promptassay.trust.legal.markup import Grid, Line, Span, spans
from promptassay.trust.legal.storage import kept

_Cells: TypeAlias = tuple[str | Line, ...]


def table(name: str) -> Grid:
    """The table that a text asks for as `{{name}}`. KeyError for an unknown one."""
    return TABLES[name]()


def _browser() -> Grid:
    rows = [(_code(each.name), each.place, each.purpose, each.until, _yes(each.sent)) for each in kept()]
    return _grid(("Name", "Where", "What for", "How long", "Sent to the server"), rows)


def _classes() -> Grid:
    return _grid(("Class", "What it holds"), [(_words(kind), MEANING[kind]) for kind in DataClass])


def _receivers() -> Grid:
    """Mail and database, if they are elsewhere; the hosting comes from the operator's settings by the text itself."""
    rows: list[_Cells] = [
        (each.title, _host(each), each.purpose, each.receives)
        for each in egress.destinations()
        if each.kind != "provider"
    ]
    if not settings.MAIL_CONFIGURED:
        rows.append(("Mail", "not used here", "this instance sends no mail", "nothing"))
    if not egress.database_host():
        rows.append(("Database", "this machine", "runs beside the server", "leaves the machine for nowhere"))
    return _grid(("Receiver", "Host", "What for", "What it receives"), rows)


def _providers() -> Grid:
    rows: list[_Cells] = [
        (each.title, _host(each), each.purpose, each.receives)
        for each in egress.destinations()
        if each.kind == "provider"
    ]
    if settings.PRIVATE_PROVIDER_HOSTS:
        own = len(settings.PRIVATE_PROVIDER_HOSTS)
        rows.append(("Model servers of the operator", f"{own} in its own network", *_CALLS))
    rows.append(("Servers that a workspace adds by their address", "chosen by the workspace", *_CALLS))
    return _grid(("Provider", "Host", "What for", "What it receives"), rows)


_CALLS: Final = (
    "answer the calls that people of a workspace start, on the workspace’s own key",
    "the text of the call, its settings, the key",
)
TABLES: Final[dict[str, Callable[[], Grid]]] = {
    "browser": _browser,
    "classes": _classes,
    "receivers": _receivers,
    "providers": _providers,
}


def _host(destination: egress.Destination) -> Line:
    return _code(destination.host) if destination.is_public else _words("in the operator’s own network")


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _code(text: str) -> Line:
    return (Span(text, "code"),)


def _words(text: str) -> Line:
    return (Span(text),)


def _grid(head: tuple[str, ...], rows: Sequence[_Cells]) -> Grid:
    cells = tuple(tuple(_words(cell) if isinstance(cell, str) else cell for cell in row) for row in rows)
    return Grid(tuple(map(spans, head)), cells)
