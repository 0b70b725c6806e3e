"""Probe of the key on its way: each call stands in the ledger, and the key is at its provider and nowhere else."""

import asyncio
from dataclasses import dataclass, field
from time import time
from typing import Final

from promptassay.core.errors import AppError, ProviderKeyMissing
from promptassay.core.threads import in_thread
from promptassay.providers import queries
from promptassay.providers.connector import origin_of
from promptassay.providers.models import ProviderKey
from promptassay.providers.process import gateway
from promptassay.providers.queries import UseFilter
from promptassay.providers.services import open_key
from promptassay.trust.probes import Canaries, Outcome, progress
from promptassay.trust.probes.acts import drive, panel, playground, start
from promptassay.trust.probes.markers import KEY_WINDOW, Search
from promptassay.trust.probes.sinks import Left, look_elsewhere, look_in_rows
from promptassay.trust.probes.stage import Stage, round_of
from promptassay.trust.probes.undone import run_what_waits_for_the_commit

SHOWN: Final = 5
_ECHO: Final = "key-echo"  # an error that repeats the whole key


@dataclass
class _Tried:
    """What came of the calls: what callers were told, what the ledger says, and how a moved key opened all the same."""

    told: list[bytes] = field(default_factory=list, repr=False)
    calls: int = 0
    origins: set[str] = field(default_factory=set)
    opened: list[str] = field(default_factory=list)


def counts_match(canaries: Canaries) -> Outcome:
    """As many calls reach the canary provider as the ledger has; nothing of the key is in rows, log, files or what
    people are told, even where an error repeats it; a redirect is not followed; moved, the key does not open.
    """
    return round_of(_tried, canaries)


async def _tried(stage: Stage) -> Outcome:
    since, tried = time() - 1, _Tried()
    tried.told += await asyncio.gather(
        playground(stage),
        panel(stage, "critique"),
        *(playground(stage, fault) for fault in (_ECHO, "redirect")),
        panel(stage, "brainstorm", _ECHO),
        _models(stage),
    )
    stage.provider.control({"fault": "401"})  # the list of models, refused in words that may repeat the key
    tried.told.append(await _models(stage))
    stage.provider.control({"fault": ""})
    await drive(stage, await start(stage, ""))
    left = await in_thread(_looked, stage, tried, since)
    progress.tell(f"{left.tables} tables, {left.rows} rows, {left.lines} lines of the log searched for the key")
    await stage.inside(_moved, stage, tried)
    progress.tell(f"{len(stage.provider.received)} calls seen, {tried.calls} in the ledger; moved, {_opened(tried)}")
    return _judged(stage, tried, left)


def _opened(tried: _Tried) -> str:
    return f"the key opens with {' and '.join(tried.opened)}" if tried.opened else "the key does not open"


async def _models(stage: Stage) -> bytes:
    """The list of models, as the button that tests a key asks for it; or the error, with all that it holds."""
    target = await stage.inside(open_key, stage.actor, stage.key_id, purpose="test")
    try:
        return repr(await gateway().list_models(target)).encode()
    except AppError as error:
        return f"{error!s} {error!r} {error.args!r} {vars(error)!r}".encode()


def _looked(stage: Stage, tried: _Tried, since: float) -> Left:
    run_what_waits_for_the_commit()
    search, left = Search({"key": stage.secret.reveal()}, KEY_WINDOW), Left()
    look_in_rows(left, search, stage.workspace_id)
    look_elsewhere(left, search, stage.seen, since=since)
    for told in tried.told:
        left.hits.update(("what people are told", name) for name in search.names_in(told))
    return left


def _moved(stage: Stage, tried: _Tried) -> None:
    """Lead the key's row to another server, in one column and in both."""
    entries = list(queries.uses(UseFilter(key_id=stage.key_id)))
    tried.calls, tried.origins = sum(each.calls for each in entries), {each.origin for each in entries}
    url = stage.elsewhere.openai_url
    for what, changes in (
        ("a changed base URL", {"base_url": url}),
        ("a changed base URL and origin", {"base_url": url, "origin": origin_of(url)}),
    ):
        ProviderKey.objects.filter(pk=stage.key_id).update(**changes)
        try:
            open_key(stage.actor, stage.key_id, purpose="test")
        except ProviderKeyMissing:
            continue
        tried.opened.append(what)


def _judged(stage: Stage, tried: _Tried, left: Left) -> Outcome:
    received, header = list(stage.provider.received), f"Bearer {stage.secret.reveal()}"
    with_key = sum(each.headers.get("Authorization") == header for each in received)
    counts = {
        "calls seen": len(received),
        "calls in the ledger": tried.calls,
        "errors that repeat the key": sum(each.fault == _ECHO for each in received),
        "redirects": sum(each.fault == "redirect" for each in received),
        "openings of a moved key": 2,
        "tables searched": left.tables,
        "rows searched": left.rows,
        "log lines searched": left.lines,
        "files searched": left.files,
        "came through": sum(left.hits.values()) + len(stage.elsewhere.received) + len(tried.opened),
    }
    found = [f"a piece of the key stands in {place}" for place in sorted(left.places("key"))]
    if tried.calls != len(received):
        found.append(f"the ledger has {tried.calls} calls, the canary provider saw {len(received)}")
    if tried.origins != {origin_of(stage.provider.address)}:
        found.append("the ledger names another origin than the one that was called")
    if stage.elsewhere.received:
        found.append("a redirect to another origin was followed")
    found += [f"the key opens with {what}" for what in tried.opened]
    if found:
        return Outcome("failed", counts, "; ".join(found[:SHOWN]))
    if not received or with_key != len(received) or not counts["errors that repeat the key"] or not left.lines:
        return Outcome("error", counts, "Not every call came to the canary provider with the key.")
    return Outcome("held", counts)
