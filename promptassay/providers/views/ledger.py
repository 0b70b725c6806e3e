"""The ledger of key uses: who or what opened which key, when, for which host, and how its calls ended."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from promptassay.accounts.queries import emails_of
from promptassay.core.http import is_htmx
from promptassay.providers import outcomes, queries
from promptassay.providers.models import KeyUse
from promptassay.providers.queries import UseChoices, UseFilter
from promptassay.usage.purposes import WITHOUT_TEXT, title_of
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

USES_ON_PAGE: Final = 50
SYSTEM: Final = "the system"
_GONE: Final = "somebody who left"


@dataclass(frozen=True)
class UseRow:
    """One line of the ledger: the person's address for their id, and how its calls ended so far."""

    use: KeyUse
    who: str
    ended: Counter[str]

    @property
    def purpose(self) -> str:
        """What the key was opened for."""
        return title_of(self.use.purpose)

    @property
    def succeeded(self) -> int:
        """Calls that ended well."""
        return self.ended["ok"]

    @property
    def failures(self) -> list[tuple[str, int]]:
        """How the others ended, in words, and how many."""
        return [(outcomes.words(status), number) for status, number in self.ended.most_common() if status != "ok"]

    @property
    def is_ask(self) -> bool:
        """Whether the key was opened to ask for models rather than to call one."""
        return self.use.purpose in WITHOUT_TEXT


def use_rows(uses: Sequence[KeyUse]) -> list[UseRow]:
    """Entries of the ledger as lines."""
    emails = emails_of(use.user_id for use in uses if use.user_id)
    ended = queries.outcomes_of([use.id for use in uses])
    return [
        UseRow(
            use,
            emails.get(use.user_id, _GONE) if use.user_id else SYSTEM,
            ended.get(use.id, Counter()),
        )
        for use in uses
    ]


@workspace_view(Ability.CONTENT_READ, "GET")
def ledger_show(request: WorkspaceRequest) -> HttpResponse:
    """Uses of keys, narrowed and turned by the address; members without AUDIT_READ see their own."""
    everybody = request.actor.can(Ability.AUDIT_READ)
    choices = queries.use_choices(user_id=None if everybody else request.actor.user_id)
    which, chosen = _asked(request.actor, request.GET, choices)
    pages: Any = Paginator(queries.uses(which), USES_ON_PAGE)
    page = pages.get_page(request.GET.get("page"))
    emails = emails_of(each for each in choices.people if each) if everybody else {}
    context = {
        "section": "settings",
        "page_obj": page,
        "uses": use_rows(list(page.object_list)),
        "everybody": everybody,
        "chosen": chosen,
        "is_narrowed": any(chosen.values()),
        "keys": sorted(((str(key), name) for key, name in choices.keys.items()), key=lambda each: each[1].casefold()),
        "hosts": choices.origins,
        "purposes": [(each, title_of(each)) for each in choices.purposes],
        "people": sorted((str(each), emails.get(each, _GONE)) for each in choices.people if each) if everybody else [],
    }
    template = "providers/ledger_show.html#results" if is_htmx(request) else "providers/ledger_show.html"
    return render(request, template, context)


def _asked(actor: Actor, query: Any, choices: UseChoices) -> tuple[UseFilter, dict[str, str]]:
    """The filter of an address, and its fields as they were understood; what does not stand in the ledger is left out.

    Whoever may not read all of it gets their own entries, whatever the address says.
    """
    everybody = actor.can(Ability.AUDIT_READ)
    allowed = {
        "key": {str(each) for each in choices.keys},
        "host": set(choices.origins),
        "purpose": set(choices.purposes),
        "person": {str(each) for each in choices.people if each} if everybody else set(),
        "outcome": {"failed"},
    }
    chosen = {name: query.get(name, "") if query.get(name) in values else "" for name, values in allowed.items()}
    person = UUID(chosen["person"]) if chosen["person"] else None
    which = UseFilter(
        key_id=UUID(chosen["key"]) if chosen["key"] else None,
        user_id=person if everybody else actor.user_id,
        purpose=chosen["purpose"],
        origin=chosen["host"],
        failed=chosen["outcome"] == "failed",
    )
    return which, chosen
