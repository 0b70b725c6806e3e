"""API key pages: list, make, and revoke."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from promptassay.core.errors import AppError, Conflict, ValidationFailed
from promptassay.workspaces import queries as workspace_queries
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.apikeys import queries, services
from promptassay.workspaces.apikeys.forms import CreateKeyForm
from promptassay.workspaces.apikeys.queries import KeyLine
from promptassay.workspaces.permissions import Ability, Scope

TONES = {"live": "good", "expired": "warn", "revoked": "", "gone": "warn"}
WORDS = {"gone": "its person left"}


@dataclass(frozen=True)
class KeyRow:
    """One line of the list: the key, its chip, and who made it."""

    line: KeyLine
    tone: str
    word: str
    who: str


@dataclass(frozen=True)
class ScopeChoice:
    """One scope to tick, and what it means."""

    scope: Scope
    meaning: str
    chosen: bool


@workspace_view(Ability.APIKEYS_OWN, "GET")
def key_list(request: WorkspaceRequest) -> HttpResponse:
    """One's own API keys; everybody's for those who may manage them."""
    people = {member.user_id: member.email for member in workspace_queries.members(request.workspace.id)}
    rows = [
        KeyRow(
            line,
            TONES[line.state],
            WORDS.get(line.state, line.state),
            people.get(line.key.user_id, "somebody who left"),
        )
        for line in queries.list_keys(request.actor, members=set(people))
    ]
    context = {
        "section": "settings",
        "rows": rows,
        "all_keys": request.actor.can(Ability.APIKEYS_MANAGE),
        "per_minute": settings.API_REQUESTS_PER_MINUTE,
    }
    return render(request, "workspaces/api_key_list.html", context)


@workspace_view(Ability.APIKEYS_OWN, "GET", "POST")
def key_create(request: WorkspaceRequest) -> HttpResponse:
    """Make a key. Its text stands on the page that answers the form, and nowhere afterwards."""
    form = CreateKeyForm(request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return _create_page(request, form)
    if form.is_valid():
        try:
            key, text = services.create_key(
                request.actor,
                name=form.cleaned_data["name"],
                scopes=[Scope(value) for value in form.cleaned_data["scopes"]],
                lasts=form.duration(),
            )
        except (ValidationFailed, Conflict) as error:
            _show_error(form, error)
        else:
            context = {"section": "settings", "key": key, "text": text.reveal(), "public_url": settings.PUBLIC_URL}
            return render(request, "workspaces/api_key_made.html", context, status=201)
    return _create_page(request, form, status=422)


def _create_page(request: WorkspaceRequest, form: CreateKeyForm, status: int = 200) -> HttpResponse:
    chosen = form["scopes"].value() or []
    context = {
        "section": "settings",
        "form": form,
        "scopes": [ScopeChoice(scope, scope.label, scope.value in chosen) for scope in Scope],
        "role": request.actor.role,
    }
    return render(request, "workspaces/api_key_create.html", context, status=status)


def _show_error(form: CreateKeyForm, error: AppError) -> None:
    form.add_error(next((name for name in error.details if name in form.fields), None), str(error))


@workspace_view(Ability.APIKEYS_OWN, "POST")
def key_revoke(request: WorkspaceRequest, api_key_id: UUID) -> HttpResponse:
    """End a key at once: one's own, or anybody's for those who may manage them."""
    services.revoke_key(request.actor, queries.get_key(request.actor, api_key_id))
    messages.success(request, "The key is revoked. Whatever still uses it is refused from now on.")
    return redirect("apikeys:key-list", request.workspace.id)
