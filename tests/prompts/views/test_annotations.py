"""Notes through the doors: beside the text, on their own page, without scripts, and the six questions."""

import re
from typing import Any
from uuid import uuid4

import pytest

from promptassay.prompts import services
from promptassay.prompts.models import Annotation, Comment, Prompt
from promptassay.prompts.services import annotations
from promptassay.workspaces.permissions import Role
from tests.evals.questions import closed_to_anonymous, closed_to_others, only
from tests.people import Person
from tests.prompts.factories import TEXT, make_prompt, text_of, typed
from tests.prompts.services.test_annotations import begin

HTMX = {"HTTP_HX_REQUEST": "true"}


def _new(person: Person, prompt: Prompt, data: dict[str, str], **headers: Any) -> Any:
    return person.post(person.url("prompts:annotation-create", prompt.id), data, **headers)


def _only(person: Person) -> Annotation:
    with person.inside():
        return Annotation.objects.get()


def test_a_span_of_what_is_typed_becomes_a_thread(alice: Person) -> None:
    prompt = make_prompt(alice)
    text = f"é🙂 {TEXT}"
    start = text.index("ticket")
    data = typed(text, message="0", start=str(start), end=str(start + 6), comment="Which <b>ticket</b>?")
    response = _new(alice, prompt, data, **HTMX)
    assert response.status_code == 200
    page = response.content.decode()
    assert "Which &lt;b&gt;ticket&lt;/b&gt;?" in page and "<blockquote>ticket</blockquote>" in page
    assert f'"message":0,"from":{start},"to":{start + 6}' in text_of(response) and "<html" not in page
    made = _only(alice)
    assert (made.quote, made.on_draft, made.version_number) == ("ticket", True, 1)


def test_without_scripts_the_words_are_given_again(alice: Person) -> None:
    prompt = make_prompt(alice)
    page = text_of(alice.get(alice.url("prompts:annotation-create", prompt.id)))
    assert TEXT in page and "Words that it is about" in page
    response = _new(alice, prompt, {"message": "0", "quote": "Sort the ticket", "comment": "Why sort?"})
    made = _only(alice)
    assert response.status_code == 302
    assert response.url == alice.url("prompts:annotation-list", prompt.id) + f"?show=all#note-{made.id}"
    page = text_of(alice.get(response.url))
    assert "Why sort?" in page and "§1, line" in page and f'id="note-{made.id}"' in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"message": "0", "quote": "not there", "comment": "x"}, "do not stand in message 1"),
        ({"message": "7", "quote": "Sort", "comment": "x"}, "do not stand in message 8"),
        ({"message": "0", "quote": "ticket", "comment": "x"}, "stand 2 times in message 1"),
        ({"message": "0", "quote": "ticket", "nth": "3", "comment": "x"}, "stand 2 times"),
        ({"message": "0", "quote": "Sort", "comment": " "}, "It is empty."),
        ({"message": "0", "quote": "Sort", "comment": "x" * 4_001}, "4,001 characters; 4,000 fit"),
        ({"message": "0", "start": "4", "end": "5", "comment": "x"}, "only blank space"),
        ({"message": "x", "start": "-1", "end": "99999999999", "comment": "x"}, "no such place"),
        ({}, "It is empty."),
    ],
)
def test_what_cannot_become_a_thread_comes_back_as_typed(alice: Person, data: dict[str, str], said: str) -> None:
    prompt = make_prompt(alice)
    response = _new(alice, prompt, data)
    page = text_of(response)
    assert response.status_code == 422 and said in page
    assert data.get("quote", "") in page and data.get("comment", "").strip() in page
    assert _new(alice, prompt, data, **HTMX).status_code == 422
    with alice.inside():
        assert not Annotation.objects.exists()


def test_one_of_several_is_chosen_by_its_number(alice: Person) -> None:
    prompt = make_prompt(alice)
    _new(alice, prompt, {"message": "0", "quote": "ticket", "nth": "2", "comment": "x"})
    assert _only(alice).start == TEXT.index("{{ticket") + 2


def test_a_thread_is_answered_edited_resolved_reopened_and_deleted(alice: Person) -> None:
    prompt = make_prompt(alice)
    made = begin(alice, prompt, "The first words")
    url = alice.url("prompts:annotation-list", prompt.id)

    def post(name: str, *ids: object, **data: str) -> str:
        response = alice.post(alice.url(f"prompts:{name}", prompt.id, made.id, *ids), data)
        assert response.status_code == 302
        return text_of(alice.get(response.url))

    assert "A second thought" in post("annotation-answer", comment="A second thought")
    with alice.inside():
        first, second = Comment.objects.order_by("created_at")
    page = post("comment-edit", second.id, comment="A third thought")
    assert "A third thought" in page and "edited" in page and "A second thought" not in page
    assert "Resolved by alice@example.com" in post("annotation-resolve")
    assert "The first words" not in text_of(alice.get(url))
    assert "The first words" in text_of(alice.get(f"{url}?show=resolved"))
    assert "Resolved by" not in post("annotation-reopen")
    assert "This comment was deleted." in post("comment-delete", first.id)
    page = post("comment-delete", second.id)
    assert "No notes yet" in page
    for name, ids in (("annotation-answer", ()), ("comment-delete", (second.id,))):
        assert alice.post(alice.url(f"prompts:{name}", prompt.id, made.id, *ids)).status_code == 404


@pytest.mark.parametrize("body", ["", "x" * 4_001])
def test_an_answer_that_cannot_be_kept_comes_back(alice: Person, body: str) -> None:
    prompt = make_prompt(alice)
    made = begin(alice, prompt)
    url = alice.url("prompts:annotation-answer", prompt.id, made.id)
    response = alice.post(url, {"comment": body})
    assert response.status_code == 422 and "The comment was not kept." in text_of(response)
    assert body in text_of(response)
    assert alice.post(url, {"comment": body}, **HTMX).status_code == 422


def test_the_workbench_shows_threads_and_marks(alice: Person) -> None:
    prompt = make_prompt(alice)
    made = begin(alice, prompt, "Look at this")
    page = text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))
    assert "Look at this" in page and f'"id":"{made.id}"' in page and "Comment on the selection" in page
    assert re.search(r"<i> <span data-note-count>1<", page)
    page = text_of(alice.get(alice.url("prompts:prompt-show", prompt.id) + f"?note={made.id}"))
    assert "data-note-wanted" in page and 'data-wanted="open"' in page
    for note in ("nothing", "%00", str(prompt.id)):
        assert alice.get(alice.url("prompts:prompt-show", prompt.id) + f"?note={note}").status_code == 200


def test_the_panel_is_placed_in_what_is_typed(alice: Person) -> None:
    prompt = make_prompt(alice)
    begin(alice, prompt, "Look at this")
    url = alice.url("prompts:annotation-place", prompt.id)
    moved = text_of(alice.post(url, typed(f"One\nTwo\n{TEXT}"), **HTMX))
    assert "line <span data-note-line>3</span>" in moved and '"from":8' in moved
    gone = text_of(alice.post(url, typed("Something else"), **HTMX))
    assert "its text is gone" in gone and "<del>Sort the ticket</del>" in gone and ">[]</div>" in gone
    changed = text_of(alice.post(url, typed(TEXT.replace("Sort the ticket", "Sort a ticket")), **HTMX))
    assert "its text has changed" in changed and "<blockquote>Sort a ticket</blockquote>" in changed
    assert "Orphaned 0" in text_of(alice.get(alice.url("prompts:prompt-show", prompt.id))), "nothing was kept"


def test_a_version_shows_what_is_said_of_its_words(alice: Person) -> None:
    prompt = make_prompt(alice, TEXT, "Something else entirely.")
    made = begin(alice, prompt, "Look at this", base_version=1)
    first = text_of(alice.get(alice.url("prompts:version-show", prompt.id, 1)))
    assert "Look at this" in first and f'"id":"{made.id}"' in first
    assert "annotation-answer" not in first and "Resolve" not in first.replace("Resolved", "")
    second = text_of(alice.get(alice.url("prompts:version-show", prompt.id, 2)))
    assert "its text is gone" in second and '"id"' not in second


def test_who_left_is_called_that(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice)
    begin(bob.join(alice, Role.MEMBER), prompt, "@alice@example.com see")
    with alice.inside():
        Comment.objects.update(author_id=uuid4())
    page = text_of(alice.get(alice.url("prompts:annotation-list", prompt.id)))
    assert "somebody who left" in page and '<b class="mention">@alice@example.com</b>' in page


def test_members_are_offered_strangers_are_not(alice: Person, bob: Person) -> None:
    url = alice.url("prompts:mention-list")
    assert alice.get(url).json() == {"people": ["alice@example.com"]}
    bob.join(alice, Role.MEMBER)
    assert alice.get(f"{url}?q=BO").json() == {"people": ["bob@example.com"]}
    assert alice.get(f"{url}?q=example").json() == {"people": ["alice@example.com", "bob@example.com"]}
    assert alice.get(f"{url}?q=%00").json() == {"people": []}


def test_a_member_may_take_back_their_own_words_only(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice)
    made = begin(alice, prompt)
    member = bob.join(alice, Role.MEMBER)
    with alice.inside():
        comment = Comment.objects.get()
    ids = (prompt.id, made.id, comment.id)
    page = text_of(member.get(member.url("prompts:annotation-list", prompt.id)))
    assert (
        member.url("prompts:comment-delete", *ids) not in page and member.url("prompts:comment-edit", *ids) not in page
    )
    assert member.post(member.url("prompts:comment-delete", *ids)).status_code == 403
    assert member.post(member.url("prompts:comment-edit", *ids), {"comment": "x"}).status_code == 403
    assert member.post(member.url("prompts:annotation-resolve", prompt.id, made.id)).status_code == 302


def test_an_archived_prompt_only_shows_its_notes(alice: Person) -> None:
    prompt = make_prompt(alice)
    made = begin(alice, prompt, "Look at this")
    with alice.inside():
        services.archive_prompt(alice.actor, prompt)
    page = text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))
    assert "Look at this" in page and "Comment on the selection" not in page and "Resolve<" not in page
    answer = alice.post(alice.url("prompts:annotation-answer", prompt.id, made.id), {"comment": "x"})
    assert answer.status_code == 409 and "archived" in text_of(answer)


def test_a_thread_of_another_prompt_is_not_found(alice: Person) -> None:
    prompt, other = make_prompt(alice), make_prompt(alice, title="Other")
    made = begin(alice, prompt)
    with alice.inside():
        elsewhere = annotations.start_thread(
            alice.actor, prompt, texts=[TEXT], message=0, start=0, end=4, body="elsewhere"
        )
        comment = Comment.objects.get(annotation=elsewhere)
    assert alice.post(alice.url("prompts:annotation-resolve", other.id, made.id)).status_code == 404
    assert alice.post(alice.url("prompts:comment-delete", prompt.id, made.id, comment.id)).status_code == 404


def test_the_six_questions(alice: Person, bob: Person, anonymous: Person) -> None:
    prompt = make_prompt(alice)
    made = begin(alice, prompt)
    with alice.inside():
        comment = Comment.objects.get()
    doors = {
        "annotation-list": ((prompt.id,), {"get"}),
        "annotation-create": ((prompt.id,), {"get", "post"}),
        "annotation-place": ((prompt.id,), {"post"}),
        "annotation-answer": ((prompt.id, made.id), {"post"}),
        "annotation-resolve": ((prompt.id, made.id), {"post"}),
        "annotation-reopen": ((prompt.id, made.id), {"post"}),
        "comment-edit": ((prompt.id, made.id, comment.id), {"post"}),
        "comment-delete": ((prompt.id, made.id, comment.id), {"post"}),
        "mention-list": ((), {"get"}),
    }
    for name, (ids, methods) in doors.items():
        url, post = alice.url(f"prompts:{name}", *ids), "get" not in methods
        closed_to_others(f"prompts:{name}", ids, alice, bob, post=post)
        closed_to_anonymous(url, anonymous, post=post)
        only(methods, url, alice)
