"""The door into a workspace: membership and ability are checked before a view sees a single row."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from promptassay.core.doors import Door, View, mark, sign_in_first
from promptassay.core.http import address_of, request_id_of
from promptassay.core.tenancy import with_workspace
from promptassay.workspaces import queries
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.models import Workspace
from promptassay.workspaces.permissions import Ability


class WorkspaceRequest(HttpRequest):
    """A request that came through `workspace_view`; only a type, never constructed."""

    actor: Actor
    workspace: Workspace
    csp_nonce: str


def workspace_view(ability: Ability, *methods: str) -> Callable[[View], View]:
    """Needs a signed-in member of the URL's workspace whose role includes `ability`.

    Strangers get the same 404 as an id that does not exist; members without the ability get 403. The view
    runs in one transaction in which only this workspace's rows exist, and does not get `workspace_id`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, workspace_id: UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if not request.user.is_authenticated:
                return sign_in_first(request)
            with with_workspace(workspace_id, person_id=_person_id(request)):
                enter(request, workspace_id).require(ability)
                return view(request, *args, **kwargs)

        return mark(wrapped, Door("workspace", methods, ability=ability.value))

    return decorate


def enter(request: HttpRequest, workspace_id: UUID) -> Actor:
    """Attach workspace and actor to the request; NotFound for strangers."""
    person_id = _person_id(request)
    found = queries.belonging(workspace_id, person_id)
    actor = Actor(
        user_id=person_id,
        workspace_id=workspace_id,
        role=found.role,
        label=request.user.get_username(),
        address=address_of(request),
        request_id=request_id_of(request),
    )
    request.actor = actor  # type: ignore[attr-defined]
    request.workspace = found.workspace  # type: ignore[attr-defined]
    return actor


def _person_id(request: HttpRequest) -> UUID:
    return cast(UUID, request.user.pk)
