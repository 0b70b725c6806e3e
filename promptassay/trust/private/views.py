"""A workspace's own trust page: its wall, hosts, key uses, what is stored of it and for how long."""

from functools import partial
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from promptassay.accounts.queries import emails_of
from promptassay.core.http import LaterResponse, is_htmx
from promptassay.core.tenancy import with_workspace
from promptassay.core.threads import in_thread
from promptassay.providers import queries as providers
from promptassay.providers.queries import UseFilter
from promptassay.providers.views.ledger import use_rows
from promptassay.trust.build import build
from promptassay.trust.private import queries, services
from promptassay.trust.private.reached import reached
from promptassay.trust.private.retention import kept
from promptassay.trust.private.storage import storage_of
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

USES_SHOWN: Final = 8
CHECKS_SHOWN: Final = 5
_TEMPLATE: Final = "trust/workspace_show.html"


@workspace_view(Ability.CONTENT_READ, "GET")
def workspace_show(request: WorkspaceRequest) -> HttpResponse:
    """All of it on one page, to be read and printed; members without AUDIT_READ see their own uses of keys."""
    return render(request, _TEMPLATE, _context(request))


@workspace_view(Ability.CONTENT_READ, "POST")
def isolation_check(request: WorkspaceRequest) -> HttpResponse:
    """Try to reach this workspace's rows from another, once a minute for all its members together."""
    check, is_new = services.begin_check(request.actor)
    if is_new:
        return LaterResponse(partial(_check_and_show, request, check.id))
    return render(request, _template(request), _answer(request, just_checked=True, is_new=False))


async def _check_and_show(request: WorkspaceRequest, check_id: UUID) -> str:
    """The page with the check that was made after the request's own transaction."""

    def work() -> str:
        actor = request.actor
        services.make_check(actor, check_id)
        with with_workspace(actor.workspace_id, person_id=actor.user_id):
            return render_to_string(_template(request), _answer(request, just_checked=True, is_new=True), request)

    return await in_thread(work)


def _template(request: WorkspaceRequest) -> str:
    return f"{_TEMPLATE}#isolation" if is_htmx(request) else _TEMPLATE


def _answer(request: WorkspaceRequest, **extra: Any) -> dict[str, Any]:
    """The context of the page, or of the one section that a script asked for."""
    context = _isolation(request) if is_htmx(request) else _context(request)
    return {**context, **extra}


def _isolation(request: WorkspaceRequest) -> dict[str, Any]:
    checks = queries.checks(CHECKS_SHOWN)
    emails = emails_of(each.user_id for each in checks)
    lines = [(each, emails.get(each.user_id, "somebody who left")) for each in checks]
    return {
        "last": checks[0] if checks else None,
        "checks": lines,
        "build": build(),
    }


def _context(request: WorkspaceRequest) -> dict[str, Any]:
    actor = request.actor
    everybody = actor.can(Ability.AUDIT_READ)
    only = None if everybody else actor.user_id
    uses = providers.uses(UseFilter(user_id=only))
    return {
        "section": "trust",
        "everybody": everybody,
        "uses": use_rows(list(uses[:USES_SHOWN])),
        "use_count": uses.count(),
        "reached": reached(user_id=only),
        "storage": storage_of(request.workspace.id),
        "kept": kept(),
        "may_export": actor.can(Ability.WORKSPACE_EXPORT),
        **_isolation(request),
    }
