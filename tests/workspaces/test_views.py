"""The start page, settings, the audit log and the example, by role and by workspace."""

from uuid import uuid4

import pytest

from promptassay.accounts.models import User
from promptassay.audit.queries import latest
from promptassay.audit.services import record
from promptassay.core import events
from promptassay.workspaces.events import DemoRequested
from promptassay.workspaces.models import Workspace
from promptassay.workspaces.permissions import MEANING, Ability, Role
from promptassay.workspaces.views import role_rows
from tests.people import Person

# --- the start page -----------------------------------------------------------------------------------------


def test_start_page_leads_to_sign_up_while_there_is_no_account(anonymous: Person) -> None:
    assert anonymous.get("/").headers["Location"] == "/accounts/signup/"


def test_start_page_leads_strangers_to_sign_in(alice: Person, anonymous: Person) -> None:
    assert anonymous.get("/").headers["Location"] == "/accounts/login/"


def test_start_page_leads_people_to_their_own_prompts(alice: Person, bob: Person) -> None:
    with alice.inside():
        Workspace.objects.filter(pk=alice.workspace.id).update(kind=Workspace.Kind.TEAM, name="A team")
    bob.join(alice, Role.ADMIN)
    for person in (alice, bob):
        assert person.get("/").headers["Location"] == person.url("prompts:dashboard")


def test_person_without_a_workspace_is_told_so(alice: Person) -> None:
    lost = User.objects.create(email="lost@example.com")
    alice.client.force_login(lost, backend="promptassay.accounts.backends.AuthenticationBackend")
    response = alice.get("/")
    assert response.status_code == 404
    assert "no workspace" in response.content.decode()


def test_start_page_is_only_read(anonymous: Person) -> None:
    assert anonymous.post("/").status_code == 405


# --- settings -----------------------------------------------------------------------------------------------


def test_settings_show_members_roles_and_the_ways_on(alice: Person, bob: Person) -> None:
    bob.join(alice, Role.MEMBER)
    page = alice.get(alice.url("workspaces:settings-show")).content.decode()
    assert page.index("alice@example.com") < page.index("bob@example.com")
    for meaning in MEANING.values():
        assert meaning.replace("'", "&#x27;") in page
    for name in ("providers:key-list", "workspaces:audit-show"):
        assert alice.url(name) in page
    assert "/accounts/sessions/" in page


def test_roles_table_says_what_the_permission_table_says() -> None:
    rows = {row.ability: dict(zip(Role, row.allowed, strict=True)) for row in role_rows()}
    assert set(rows) == set(Ability)
    assert all(rows[ability][Role.OWNER] for ability in Ability)
    assert not rows[Ability.KEYS_MANAGE][Role.MEMBER]
    assert rows[Ability.CONTENT_WRITE][Role.MEMBER]
    assert not rows[Ability.BILLING_MANAGE][Role.ADMIN]


def test_rename_is_kept_and_recorded(alice: Person) -> None:
    response = alice.post(alice.url("workspaces:workspace-rename"), {"name": "  Northwind Support "})
    assert response.status_code == 302
    assert "Northwind Support" in alice.get(response.headers["Location"]).content.decode()
    with alice.inside():
        entry = latest()[0]
    assert entry.action == "workspace.renamed"
    assert entry.data == {"from": "Alice", "to": "Northwind Support"}
    assert entry.address == "127.0.0.1"


@pytest.mark.parametrize("name", ["", "   ", "n" * 81])
def test_bad_name_comes_back_with_the_reason(alice: Person, name: str) -> None:
    response = alice.post(alice.url("workspaces:workspace-rename"), {"name": name})
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    with alice.inside():
        assert Workspace.objects.get(pk=alice.workspace.id).name == "Alice"


def test_member_sees_settings_but_changes_nothing(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    page = member.get(member.url("workspaces:settings-show")).content.decode()
    assert member.url("workspaces:workspace-rename") not in page
    assert member.url("workspaces:audit-show") not in page
    refused = member.post(member.url("workspaces:workspace-rename"), {"name": "mine"})
    assert refused.status_code == 403
    assert "workspace.settings" in refused.content.decode()


# --- the audit log ------------------------------------------------------------------------------------------


def test_audit_log_shows_who_did_what_from_where(alice: Person) -> None:
    alice.post(alice.url("workspaces:workspace-rename"), {"name": "<b>bold</b>"})
    page = alice.get(alice.url("workspaces:audit-show")).content.decode()
    assert page.index("workspace.renamed") < page.index("workspace.created")
    assert "127.0.0.1" in page
    assert "<b>bold</b>" not in page


def test_audit_log_writes_lists_in_words(alice: Person) -> None:
    with alice.inside():
        record(alice.actor, "run.started", target=("run", uuid4()), data={"versions": [1, 3], "models": ["a"], "x": []})
    page = alice.get(alice.url("workspaces:audit-show")).content.decode()
    assert "</span> 1 and 3</span>" in page and "</span> a</span>" in page
    assert "[" not in page.partition("run.started")[2].partition("</tr>")[0]


def test_audit_log_turns_pages_by_number(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("promptassay.workspaces.views.ENTRIES_ON_A_PAGE", 2)
    for name in ("one", "two", "three"):
        alice.post(alice.url("workspaces:workspace-rename"), {"name": name})
    first = alice.get(alice.url("workspaces:audit-show"))
    assert [entry.number for entry in first.context["entries"]] == [4, 3]
    second = alice.get(alice.url("workspaces:audit-show"), query_params={"before": first.context["older"]})
    assert [entry.number for entry in second.context["entries"]] == [2, 1]
    assert second.context["older"] is None


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "²", "1; drop table"])
def test_nonsense_in_the_address_shows_the_newest(alice: Person, before: str) -> None:
    response = alice.get(alice.url("workspaces:audit-show"), query_params={"before": before})
    assert response.status_code == 200
    assert response.context["entries"]


def test_whole_chain_verifies(alice: Person) -> None:
    alice.post(alice.url("workspaces:workspace-rename"), {"name": "other"})
    page = alice.post(alice.url("workspaces:audit-verify")).content.decode()
    assert "The chain holds: all 2 entries" in page


# --- the example --------------------------------------------------------------------------------------------


def test_example_is_asked_for_in_the_persons_name(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[DemoRequested] = []
    monkeypatch.setattr(events, "_handlers", {DemoRequested: [asked.append]})
    response = alice.post(alice.url("workspaces:demo-load"))
    assert response.headers["Location"] == alice.url("prompts:prompt-list")
    assert [(event.actor.user_id, event.actor.workspace_id) for event in asked] == [(alice.user.pk, alice.workspace.id)]


# --- who may not --------------------------------------------------------------------------------------------

DOORS = [
    ("get", "settings-show"),
    ("post", "workspace-rename"),
    ("get", "audit-show"),
    ("post", "audit-verify"),
    ("post", "demo-load"),
]


@pytest.mark.parametrize(("method", "name"), DOORS)
def test_other_workspaces_look_like_none(alice: Person, bob: Person, method: str, name: str) -> None:
    foreign = getattr(bob, method)(alice.url(f"workspaces:{name}"))
    unknown = getattr(bob, method)(bob.url(f"workspaces:{name}", workspace_id=uuid4()))
    assert foreign.status_code == unknown.status_code == 404
    assert "Alice" not in foreign.content.decode()


@pytest.mark.parametrize(("method", "name"), DOORS)
def test_the_other_method_is_refused(alice: Person, method: str, name: str) -> None:
    other = "post" if method == "get" else "get"
    assert getattr(alice, other)(alice.url(f"workspaces:{name}")).status_code == 405


@pytest.mark.parametrize(("method", "name"), DOORS)
def test_strangers_are_asked_to_sign_in(alice: Person, anonymous: Person, method: str, name: str) -> None:
    response = getattr(anonymous, method)(alice.url(f"workspaces:{name}"))
    assert response.headers["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize(("method", "name"), [("get", "audit-show"), ("post", "audit-verify")])
def test_members_do_not_read_the_audit_log(alice: Person, bob: Person, method: str, name: str) -> None:
    member = bob.join(alice, Role.MEMBER)
    response = getattr(member, method)(member.url(f"workspaces:{name}"))
    assert response.status_code == 403
    assert "audit.read" in response.content.decode()
