"""Threads: begun, answered, edited, deleted, resolved; who is told; what the audit log says and does not."""

from typing import Any

import pytest

from promptassay.audit.queries import latest
from promptassay.core.errors import Conflict, Forbidden, ValidationFailed
from promptassay.prompts import services
from promptassay.prompts.models import Annotation, Comment, Prompt
from promptassay.prompts.queries import annotations as reading
from promptassay.prompts.services import annotations
from promptassay.prompts.services.annotations import BODY_LIMIT, QUOTE_LIMIT
from promptassay.workspaces.models import Notification
from promptassay.workspaces.permissions import Role
from tests.people import Person, sign_up
from tests.prompts.factories import TEXT, make_prompt

SECRET = "words-of-a-comment"


def begin(
    person: Person, prompt: Prompt, body: str = SECRET, quote: str = "Sort the ticket", **rest: Any
) -> Annotation:
    """A thread of the person on a stretch of the prompt's text."""
    start = TEXT.index(quote)
    with person.inside():
        return annotations.start_thread(
            person.actor, prompt, texts=[TEXT], message=0, start=start, end=start + len(quote), body=body, **rest
        )


def told(person: Person) -> list[tuple[str, int]]:
    """Kind and times of the person's unread notifications."""
    with person.inside():
        mine = Notification.objects.filter(user_id=person.user.pk, read_at=None).order_by("kind")
        return list(mine.values_list("kind", "times"))


@pytest.fixture
def bob_inside(alice: Person, bob: Person) -> Person:
    """Bob as a member of Alice's workspace."""
    return bob.join(alice, Role.MEMBER)


def test_a_thread_knows_what_it_was_made_on(alice: Person) -> None:
    prompt = make_prompt(alice)
    made = begin(alice, prompt, base_version=1)
    assert (made.first_quote, made.version_number, made.on_draft) == ("Sort the ticket", 1, False)
    with alice.inside():
        on_draft = annotations.start_thread(
            alice.actor, prompt, texts=["Other text"], message=0, start=0, end=5, body="x", base_version=9
        )
    assert (on_draft.version_number, on_draft.on_draft) == (1, True)


@pytest.mark.parametrize(
    ("texts", "message", "start", "end"),
    [
        (["abc"], 1, 0, 1),
        (["abc"], -1, 0, 1),
        (["abc"], 0, 2, 2),
        (["abc"], 0, 2, 9),
        (["a   b"], 0, 1, 3),
        (["a\x00b"], 0, 0, 1),
        (["x" * 9_000], 0, 0, QUOTE_LIMIT + 1),
        ([], 0, 0, 1),
    ],
)
def test_a_span_that_is_none_is_refused(alice: Person, texts: list[str], message: int, start: int, end: int) -> None:
    prompt = make_prompt(alice)
    with alice.inside(), pytest.raises(ValidationFailed):
        annotations.start_thread(alice.actor, prompt, texts=texts, message=message, start=start, end=end, body="x")


@pytest.mark.parametrize("body", ["", " \n ", "x" * (BODY_LIMIT + 1), "a\x00b", "\ud800"])
def test_words_that_cannot_be_kept_are_refused(alice: Person, body: str) -> None:
    prompt = make_prompt(alice)
    with pytest.raises(ValidationFailed):
        begin(alice, prompt, body)
    with alice.inside():
        assert not Annotation.objects.exists() and not Comment.objects.exists()


def test_who_is_mentioned_is_told_and_who_takes_part_too(alice: Person, bob_inside: Person) -> None:
    carol = sign_up("carol@example.com").join(alice, Role.ADMIN)
    stranger = sign_up("dora@example.com")
    thread = begin(alice, make_prompt(alice), "@bob@example.com and @dora@example.com and @alice@example.com")
    assert told(bob_inside) == [(annotations.MENTIONED, 1)]
    assert told(stranger) == [] and told(alice) == []
    with alice.inside():
        assert Notification.objects.count() == 1, "neither herself nor a stranger"
        annotations.answer(carol.actor, thread, body="Yes.")
        annotations.answer(carol.actor, thread, body="No, @bob.")
    assert told(bob_inside) == [(annotations.ANSWERED, 1), (annotations.MENTIONED, 2)]
    assert told(alice) == [(annotations.ANSWERED, 2)]
    with alice.inside():
        annotations.resolve(bob_inside.actor, thread)
        annotations.resolve(bob_inside.actor, thread)
    assert told(carol) == [(annotations.RESOLVED, 1)]
    assert (annotations.RESOLVED, 1) in told(alice)


def test_only_the_author_edits_and_the_newly_mentioned_are_told(alice: Person, bob_inside: Person) -> None:
    thread = begin(bob_inside, make_prompt(alice))
    with alice.inside():
        comment = reading.get_comment(thread, Comment.objects.get().pk)
        with pytest.raises(annotations.NotTheirs):
            annotations.edit_comment(alice.actor, comment, body="in another's mouth")
        assert annotations.edit_comment(bob_inside.actor, comment, body=SECRET).edited_at is None
        edited = annotations.edit_comment(bob_inside.actor, comment, body="@alice look")
        assert edited.edited_at is not None
        annotations.edit_comment(bob_inside.actor, comment, body="@alice look here")
    assert told(alice) == [(annotations.MENTIONED, 1)]


def test_words_are_taken_back_by_their_author_or_an_admin(alice: Person, bob_inside: Person) -> None:
    thread = begin(alice, make_prompt(alice))
    with alice.inside():
        mine = Comment.objects.get()
        theirs = annotations.answer(bob_inside.actor, thread, body=f"{SECRET} of bob")
        with pytest.raises(Forbidden):
            annotations.delete_comment(bob_inside.actor, mine)
        assert annotations.delete_comment(alice.actor, theirs) is not None
        held = Comment.objects.get(pk=theirs.pk)
        assert (held.body, held.mentions) == ("", []) and held.deleted_at
        assert annotations.delete_comment(alice.actor, mine) is None
        assert not Annotation.objects.exists() and not Comment.objects.exists()
    assert told(alice) == [], "what was told of a thread goes with it"


def test_resolving_and_reopening_say_who(alice: Person, bob_inside: Person) -> None:
    thread = begin(alice, make_prompt(alice))
    with alice.inside():
        done = annotations.resolve(bob_inside.actor, thread)
        assert done.resolved_by == bob_inside.user.pk and done.resolved_at is not None
        annotations.answer(alice.actor, done, body="One more thing")
        assert annotations.reopen(alice.actor, done).resolved_by is None
        assert annotations.reopen(alice.actor, done).resolved_at is None


def test_an_archived_prompt_takes_no_words_and_gives_them_back(alice: Person) -> None:
    prompt = make_prompt(alice)
    thread = begin(alice, prompt)
    with alice.inside():
        services.archive_prompt(alice.actor, prompt)
        for write in (
            lambda: annotations.answer(alice.actor, thread, body="x"),
            lambda: annotations.resolve(alice.actor, thread),
            lambda: annotations.edit_comment(alice.actor, Comment.objects.get(), body="x"),
        ):
            with pytest.raises(Conflict):
                write()
        annotations.delete_comment(alice.actor, Comment.objects.get())
        assert not Annotation.objects.exists()


def test_limits_are_said(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotations, "THREADS_MAX", 1)
    monkeypatch.setattr(annotations, "COMMENTS_MAX", 1)
    prompt = make_prompt(alice)
    thread = begin(alice, prompt)
    with pytest.raises(Conflict, match="1 threads"):
        begin(alice, prompt)
    with alice.inside(), pytest.raises(Conflict, match="1 comments"):
        annotations.answer(alice.actor, thread, body="x")


def test_the_audit_log_says_what_happened_without_the_words(alice: Person) -> None:
    thread = begin(alice, make_prompt(alice))
    with alice.inside():
        comment = annotations.answer(alice.actor, thread, body=SECRET)
        annotations.edit_comment(alice.actor, comment, body=f"{SECRET} more")
        annotations.delete_comment(alice.actor, comment)
        annotations.resolve(alice.actor, thread)
        annotations.reopen(alice.actor, thread)
        entries = [entry for entry in latest(20) if entry.action.startswith("annotation.")]
    assert [entry.action.removeprefix("annotation.") for entry in entries] == [
        "reopened", "resolved", "comment_deleted", "comment_edited", "answered", "created",
    ]  # fmt: skip
    for entry in entries:
        assert (entry.target_type, entry.data["annotation"]) == ("prompt", str(thread.pk))
        assert SECRET not in str(entry.data) and "Sort the ticket" not in str(entry.data)


def test_a_copy_of_a_prompt_has_no_notes(alice: Person) -> None:
    prompt = make_prompt(alice)
    begin(alice, prompt)
    with alice.inside():
        copy = services.duplicate_prompt(alice.actor, prompt)
        assert reading.threads_on(alice.actor, copy, [TEXT]) == []
