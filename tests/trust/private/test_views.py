"""A workspace's own trust page: what it shows to whom, and a check of its wall asked for by its members."""

from datetime import timedelta

import pytest

from promptassay.audit.queries import latest
from promptassay.providers.models import KeyUse
from promptassay.providers.queries import describe
from promptassay.providers.services import count_call, delete_key, open_key
from promptassay.trust.private import services
from promptassay.trust.private.models import IsolationCheck
from promptassay.trust.private.reached import reached
from promptassay.trust.probes import Outcome
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.providers.factories import make_key

PAGE, CHECK = "private:workspace-show", "private:isolation-check"


def page_of(person: Person) -> str:
    """The page as this person sees it."""
    response = person.get(person.url(PAGE))
    assert response.status_code == 200
    text: str = response.content.decode()
    return text


def test_an_empty_workspace_has_a_page(alice: Person) -> None:
    page = page_of(alice)
    assert "not tried yet" in page and "no text left this instance" in page and "No key was opened yet" in page
    assert "Audit log" in page and "no host" not in page


def test_hosts_are_those_of_the_ledger_with_what_was_counted(alice: Person, bob: Person) -> None:
    key = make_key(alice, name="team")
    member = bob.join(alice, Role.MEMBER)
    with alice.inside():
        for person, calls in ((alice, 40), (member, 2)):
            target = open_key(person.actor, key.id, purpose="run", calls=calls)
            count_call(person.actor, describe(f"{key.id}/gpt-test"), purpose="run", outcome="ok", use_id=target.use_id)
        open_key(alice.actor, key.id, purpose="test")
        count_call(alice.actor, describe("demo/demo-small"), purpose="playground", outcome="ok")
        delete_key(alice.actor, key.id)
        whole, own = reached(), reached(user_id=member.user.pk)
    (host,) = whole.hosts
    assert (host.origin, host.calls, host.asked, host.key_names) == (key.origin, 42, 1, ["team"])
    assert host.is_expected and not whole.unexpected and whole.demo and whole.demo.calls == 1
    assert (own.hosts[0].calls, own.hosts[0].asked, own.demo) == (2, 0, None)
    assert ">42<" in page_of(alice) and "1 more asked for its models" in page_of(alice)
    page = page_of(member)
    assert ">42<" not in page and ">2<" in page and "alice@example.com" not in page.split("</header>")[1]


def test_a_host_that_nobody_added_a_key_for_is_red(alice: Person) -> None:
    key = make_key(alice, name="team")
    with alice.inside():
        open_key(alice.actor, key.id, purpose="run")
        entry = KeyUse.objects.get()
        entry.pk, entry.origin, entry._state.adding = alice.user.pk, "https://elsewhere.example:443", True
        entry.save(force_insert=True)
        assert [each.origin for each in reached().unexpected] == ["https://elsewhere.example:443"]
    page = page_of(alice)
    assert "1 host for which nobody added a key" in page and page.count("no key was added for it") == 1


def test_a_member_has_the_wall_tried_once_a_minute(committed: None, alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    first = member.post(member.url(CHECK)).content.decode()
    assert "it held" in first and "bob@example.com" not in first.split("What is stored")[1]
    again = alice.post(alice.url(CHECK), HTTP_HX_REQUEST="true").content.decode()
    assert "less than a minute old" in again and "<html" not in again and "it held" in again
    with alice.inside():
        check = IsolationCheck.objects.get()
        assert (check.verdict, check.user_id) == ("held", member.user.pk) and check.tried > 140
        entry = latest(1)[0]
    assert (entry.action, entry.actor_label, entry.data["verdict"]) == ("isolation.checked", "bob@example.com", "held")
    assert entry.data["came_through"] == 0
    assert "it held" in page_of(alice)


def test_a_red_check_cannot_be_hidden(committed: None, alice: Person) -> None:
    with alice.inside():
        check, is_new = services.begin_check(alice.actor)
    assert is_new and "begun, not ended" in page_of(alice)
    services.make_check(
        alice.actor, check.id, attacking=lambda *_, **__: Outcome("failed", {"reads": 3}, "reads in x saw 3")
    )
    page = page_of(alice)
    assert "it did not hold" in page and "reads in x saw 3" in page and "Tell whoever operates" in page


def test_a_check_that_falls_over_is_an_error(committed: None, alice: Person) -> None:
    def fall(*_: object, **__: object) -> Outcome:
        raise RuntimeError("with a secret in its text")

    with alice.inside():
        check, _ = services.begin_check(alice.actor)
    services.make_check(alice.actor, check.id, attacking=fall)
    page = page_of(alice)
    assert "could not be tried" in page and "RuntimeError" in page and "secret in its text" not in page


def test_twenty_checks_are_kept(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "PAUSE", timedelta(0))
    with alice.inside():
        for _ in range(23):
            services.begin_check(alice.actor)
        assert IsolationCheck.objects.count() == services.KEPT


def test_strangers_find_nothing_and_visitors_sign_in(alice: Person, bob: Person, anonymous: Person) -> None:
    for name in (PAGE, CHECK):
        path = alice.url(name)
        assert (bob.get if name == PAGE else bob.post)(path).status_code == 404
        assert (anonymous.get if name == PAGE else anonymous.post)(path).status_code == 302
    assert alice.post(alice.url(PAGE)).status_code == 405
    assert alice.get(alice.url(CHECK)).status_code == 405
    with alice.inside():
        assert not IsolationCheck.objects.exists()
