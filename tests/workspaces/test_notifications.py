"""Notifications: told once, counted while unread, worded by the app that owns them, and seen by their person alone."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from promptassay.workspaces import notifications, services
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.models import Notification
from promptassay.workspaces.notifications import Subject, page_of_notices
from promptassay.workspaces.permissions import Role
from promptassay.workspaces.queries import unread_count
from tests.evals.questions import closed_to_anonymous, closed_to_others, only, text_of
from tests.people import Person, sign_up

THING, GONE = uuid4(), uuid4()


def _subjects(actor: Actor, ids: Collection[UUID]) -> dict[UUID, Subject]:
    return {THING: Subject("The <thing>", f"/w/{actor.workspace_id}/things/")} if THING in ids else {}


@pytest.fixture(autouse=True)
def thing_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of its own for these tests."""
    monkeypatch.setattr(notifications, "_kinds", {})
    notifications.describe("thing", once="touched", many="touched {count} times", subjects=_subjects)


@pytest.fixture
def team(alice: Person, bob: Person) -> tuple[Person, Person, Person]:
    """Alice's workspace with Bob and Carol in it."""
    return alice, bob.join(alice, Role.MEMBER), sign_up("carol@example.com").join(alice, Role.ADMIN)


def tell(actor: Person, *people: Person, kind: str = "thing", subject: UUID = THING) -> int:
    with actor.inside():
        return services.notify(actor.actor, recipients=[each.user.pk for each in people], kind=kind, subject_id=subject)


def unread(person: Person) -> int:
    with person.inside():
        return unread_count(person.user.pk)


def _url(person: Person, name: str = "notification-list", *ids: object) -> str:
    return person.url(f"workspaces:{name}", *ids)


def test_members_are_told_not_the_actor_and_no_strangers(team: tuple[Person, Person, Person]) -> None:
    alice, bob, carol = team
    stranger = sign_up("dora@example.com")
    assert tell(alice, alice, bob, bob, carol, stranger) == 2
    assert [unread(each) for each in (alice, bob, carol)] == [0, 1, 1]
    with alice.inside():
        assert not Notification.objects.filter(user_id=stranger.user.pk).exists()


def test_what_was_not_read_yet_is_told_on_the_same_line(team: tuple[Person, Person, Person]) -> None:
    alice, bob, carol = team
    for actor in (alice, carol, alice):
        tell(actor, bob)
    assert unread(bob) == 1
    assert "alice@example.com touched 3 times" in text_of(bob.get(_url(bob)))
    bob.post(_url(bob, "notifications-read"))
    tell(carol, bob)
    assert unread(bob) == 1
    page = text_of(bob.get(_url(bob)))
    assert "carol@example.com touched" in page and "touched 3 times" in page


def test_the_page_says_who_did_what_to_which(team: tuple[Person, Person, Person]) -> None:
    alice, bob, _ = team
    tell(alice, bob)
    tell(alice, bob, subject=GONE)
    tell(alice, bob, kind="of_nobody", subject=GONE)
    page = bob.get(_url(bob)).content.decode()
    assert f'href="/w/{alice.workspace.id}/things/"' in page and "The &lt;thing&gt;" in page
    assert page.count("something that is gone") == 2 and "of nobody" in page
    with bob.inside():
        found, notices = page_of_notices(bob.actor)
    assert found.paginator.count == 3 and [notice.unread for notice in notices] == [True] * 3


def test_the_bell_counts_what_is_unread(team: tuple[Person, Person, Person]) -> None:
    alice, bob, _ = team
    assert '<b class="sr">0</b>' in bob.get(_url(bob)).content.decode()
    for number in range(3):
        tell(alice, bob, subject=UUID(int=number))
    assert "<b>3</b>" in bob.get(_url(bob)).content.decode()
    assert '<b class="sr">0</b>' in alice.get(alice.url("prompts:prompt-list")).content.decode()
    with bob.inside():
        Notification.objects.bulk_create(
            Notification(
                workspace_id=bob.workspace.id, user_id=bob.user.pk, kind="thing", subject_id=THING,
                created_at=Notification.objects.all()[0].created_at,
            )
            for _ in range(120)
        )  # fmt: skip
    assert "<b>99+</b>" in bob.get(bob.url("prompts:prompt-list")).content.decode()


def test_the_bell_costs_one_statement_on_an_index(team: tuple[Person, Person, Person]) -> None:
    _, bob, _ = team
    with CaptureQueriesContext(connection) as queries:
        bob.get(bob.url("prompts:prompt-list"))
    asked = [each["sql"] for each in queries if "workspaces_notification" in each["sql"]]
    assert len(asked) == 1
    with bob.inside(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {asked[0]}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "workspaces_notification_unread" in plan, plan


def test_one_is_marked_as_read(team: tuple[Person, Person, Person]) -> None:
    alice, bob, _ = team
    tell(alice, bob)
    tell(alice, bob, subject=GONE)
    with bob.inside():
        first, second = Notification.objects.order_by("created_at")
    response = bob.post(_url(bob, "notification-read", first.id))
    assert response.status_code == 302 and response.url == _url(bob)
    assert unread(bob) == 1
    assert bob.post(_url(bob, "notification-read", second.id), HTTP_X_REQUESTED_WITH="fetch").status_code == 204
    assert unread(bob) == 0
    assert bob.post(_url(bob, "notification-read", second.id)).status_code == 302


@pytest.mark.parametrize(
    "until", ["", "nonsense", "2026-13-45T00:00:00Z", "2099-01-01T00:00:00", "2099-01-01T00:00:00+01:00"]
)
def test_all_are_marked_as_read(team: tuple[Person, Person, Person], until: str) -> None:
    alice, bob, carol = team
    tell(alice, bob, carol)
    assert bob.post(_url(bob, "notifications-read"), {"until": until}).status_code == 302
    assert (unread(bob), unread(carol)) == (0, 1)


def test_what_came_after_the_page_stays_unread(team: tuple[Person, Person, Person]) -> None:
    alice, bob, _ = team
    tell(alice, bob)
    until = text_of(bob.get(_url(bob))).partition('name="until" value="')[2].partition('"')[0]
    tell(alice, bob, subject=GONE)
    bob.post(_url(bob, "notifications-read"), {"until": until})
    assert unread(bob) == 1


def test_another_member_neither_sees_nor_marks_them(team: tuple[Person, Person, Person]) -> None:
    alice, bob, carol = team
    tell(alice, bob)
    with alice.inside():
        his = Notification.objects.get()
    for other in (alice, carol):
        page = other.get(_url(other)).content.decode()
        assert "Nothing to read" in page and str(his.id) not in page
        missing = other.post(_url(other, "notification-read", uuid4()))
        refused = other.post(_url(other, "notification-read", his.id))
        assert (refused.status_code, missing.status_code) == (404, 404)
        other.post(_url(other, "notifications-read"))
    assert unread(bob) == 1


def test_the_six_questions(team: tuple[Person, Person, Person], anonymous: Person) -> None:
    alice, bob, _ = team
    tell(bob, alice)
    with alice.inside():
        hers = Notification.objects.get()
    stranger = sign_up("dora@example.com")
    doors = {
        "notification-list": ((), {"get"}),
        "notification-read": ((hers.id,), {"post"}),
        "notifications-read": ((), {"post"}),
    }
    for name, (ids, methods) in doors.items():
        url, post = _url(alice, name, *ids), "post" in methods
        closed_to_others(f"workspaces:{name}", ids, alice, stranger, post=post)
        closed_to_anonymous(url, anonymous, post=post)
        only(methods, url, alice)


def test_what_was_read_long_ago_goes_when_something_is_read(team: tuple[Person, Person, Person]) -> None:
    alice, bob, carol = team
    old, kept, new = (uuid4() for _ in range(3))
    for subject in (old, kept, new):
        tell(alice, bob, carol, subject=subject)
    long_ago = datetime.now(UTC) - services.KEEP_READ
    with bob.inside():
        Notification.objects.filter(subject_id=old).update(read_at=long_ago - timedelta(minutes=1))
        Notification.objects.filter(subject_id=kept).update(read_at=long_ago + timedelta(hours=1))
    bob.post(_url(bob, "notifications-read"))
    with bob.inside():
        mine = Notification.objects.filter(user_id=bob.user.pk)
        assert set(mine.values_list("subject_id", flat=True)) == {kept, new}
        assert Notification.objects.filter(user_id=carol.user.pk).count() == 3, "hers stay"
