"""Doors: who may come in, with which method, and what they are told at the threshold."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import ProgrammingError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from promptassay.core import tenancy
from promptassay.core.doors import Door, SignedOut, account_view, door_of, public_view, wants_page
from promptassay.workspaces.access import workspace_view
from promptassay.workspaces.models import Membership
from promptassay.workspaces.permissions import Ability, Role
from tests.people import Person
from tests.prompts.factories import make_prompt

rf = RequestFactory()


def _request(method: str = "GET", who: Any = None, **headers: str) -> HttpRequest:
    request = rf.generic(method, "/somewhere/?q=1", headers=headers)
    request.user = who or AnonymousUser()
    return request


@public_view("GET", "HEAD", reason="for the test")
def public(request: HttpRequest) -> HttpResponse:
    """Anybody."""
    return HttpResponse("public")


@account_view("GET", "POST")
def account(request: HttpRequest) -> HttpResponse:
    """Somebody, about themselves."""
    context = tenancy.current()
    return HttpResponse(f"{context.person_id if context else None} {Membership.objects.count()}")


@workspace_view(Ability.KEYS_MANAGE, "GET")
def workspace(request: Any, thing: int = 0) -> HttpResponse:
    """A member who may manage keys."""
    return HttpResponse(f"{request.actor.role} {request.workspace.name} {thing} {Membership.objects.count()}")


def test_each_view_carries_its_door() -> None:
    assert door_of(public) == Door("public", ("GET", "HEAD"), reason="for the test")
    assert door_of(account) == Door("account", ("GET", "POST"))
    assert door_of(workspace) == Door("workspace", ("GET",), ability="keys.manage")
    assert door_of(lambda request: None) is None
    assert (public.__name__, public.__doc__) == ("public", "Anybody.")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_refused_before_anything_else(method: str) -> None:
    for view, arguments in ((public, {}), (account, {}), (workspace, {"workspace_id": uuid4()})):
        assert view(_request(method), **arguments).status_code == 405


def test_a_public_view_asks_for_nobody() -> None:
    assert public(_request()).content == b"public"  # type: ignore[attr-defined]


@pytest.mark.parametrize("view", [account, workspace])
def test_a_visitor_is_led_to_sign_in_and_back(view: Any) -> None:
    arguments = {"workspace_id": uuid4()} if view is workspace else {}
    response = view(_request(), **arguments)
    assert response.status_code == 302
    assert response.headers["Location"] == "/accounts/login/?next=/somewhere/%3Fq%3D1"
    for headers in ({"HX-Request": "true"}, {"X-Requested-With": "fetch"}, {"Accept": "application/json"}):
        with pytest.raises(SignedOut) as caught:
            view(_request(**headers), **arguments)
        assert caught.value.status == 401


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ({}, True),
        ({"Accept": "text/html,*/*;q=0.8"}, True),
        ({"Accept": "application/json"}, False),
        ({"Accept": "*/*"}, False),
        ({"Accept": "text/html", "HX-Request": "true"}, False),
        ({"Accept": "text/html", "X-Requested-With": "fetch"}, False),
    ],
)
def test_who_wants_a_page(headers: dict[str, str], page: bool) -> None:
    assert wants_page(rf.get("/", headers=headers)) is page


@pytest.mark.django_db
def test_an_account_view_sees_ones_own_memberships_and_no_content(alice: Person, bob: Person) -> None:
    assert account(_request(who=bob.user)).content.decode() == f"{bob.user.pk} 1"  # type: ignore[attr-defined]
    assert tenancy.current() is None

    @account_view("GET")
    def curious(request: HttpRequest) -> HttpResponse:
        from promptassay.prompts.models import Prompt

        return HttpResponse(str(Prompt.objects.count()))

    with alice.inside():
        make_prompt(alice)  # over an empty table PostgreSQL need not ask the policy
    with pytest.raises(ProgrammingError, match="no workspace"):
        curious(_request(who=bob.user))


@pytest.mark.django_db
def test_a_workspace_view_runs_inside_and_gives_the_actor(alice: Person) -> None:
    response: Any = workspace(_request(who=alice.user), workspace_id=alice.workspace.id, thing=7)
    assert response.content.decode() == f"owner {alice.workspace.name} 7 1"
    assert tenancy.current() is None


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_a_workspace_view_asks_for_its_ability(alice: Person, bob: Person, role: Role) -> None:
    from promptassay.core.errors import Forbidden, NotFound

    with pytest.raises(NotFound):
        workspace(_request(who=bob.user), workspace_id=alice.workspace.id)
    member = bob.join(alice, role)
    if role is Role.MEMBER:
        with pytest.raises(Forbidden, match=r"keys\.manage"):
            workspace(_request(who=member.user), workspace_id=alice.workspace.id)
    else:
        assert workspace(_request(who=member.user), workspace_id=alice.workspace.id).status_code == 200


@pytest.mark.django_db
def test_a_removed_member_is_a_stranger_at_the_next_request(alice: Person, bob: Person) -> None:
    from promptassay.core.errors import NotFound

    member = bob.join(alice, Role.ADMIN)
    assert workspace(_request(who=member.user), workspace_id=alice.workspace.id).status_code == 200
    with alice.inside():
        Membership.objects.filter(user=member.user).delete()
    with pytest.raises(NotFound):
        workspace(_request(who=member.user), workspace_id=alice.workspace.id)
