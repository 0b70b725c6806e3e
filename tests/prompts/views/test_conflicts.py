"""Two changes brought together through the door: per place, never over what was not shown; and the six questions."""

from typing import Any

import pytest

from promptassay.prompts import queries, services
from promptassay.prompts.models import Branch, ChangeSource, Prompt
from promptassay.workspaces.permissions import Role
from tests.evals.questions import closed_to_anonymous, only
from tests.people import Person
from tests.prompts.factories import content, draft_of, latest, make_prompt, text_of, unknown_id

BASE = "one\ntwo\nthree\nfour\nfive"


def _two_changes(person: Person, theirs: str, mine: str, **rest: Any) -> Prompt:
    """A prompt whose v2 was saved while the person's draft was at v1."""
    prompt = make_prompt(person, BASE)
    with person.inside():
        services.save_version(person.actor, prompt, content=content(theirs), base_version=1)
        fresh = queries.get_prompt(prompt.id)
        services.save_draft(person.actor, fresh, content=content(mine), base_version=1, revision=0, **rest)
    return fresh


def _apart(person: Person) -> Prompt:
    return _two_changes(person, BASE.replace("one", "their first"), BASE.replace("five", "my fifth"))


def _same_place(person: Person) -> Prompt:
    return _two_changes(person, BASE.replace("three", "their third"), BASE.replace("three", "my third"))


def _post(person: Person, prompt: Prompt, **data: str) -> Any:
    return person.post(person.url("prompts:version-merge", prompt.id), {"seen": "2", "revision": "1", **data})


def test_changes_that_lie_apart_become_one_version(alice: Person) -> None:
    prompt = _apart(alice)
    page = text_of(alice.get(alice.url("prompts:version-conflict", prompt.id)))
    assert "The two changes fit together" in page
    assert "<ins>their first</ins>" in page and "<ins>my fifth</ins>" in page
    assert 'merge-who">v2<' in page and 'merge-who">my draft<' in page
    assert _post(alice, prompt, summary="Both").url == alice.url("prompts:prompt-show", prompt.id)
    saved = latest(alice, prompt.id)
    assert (saved.number, saved.text, saved.summary) == (3, "their first\ntwo\nthree\nfour\nmy fifth", "Both")
    assert saved.change_source == ChangeSource.MERGE and saved.parent_number == 2
    assert draft_of(alice, prompt) is None


def test_the_same_place_is_shown_three_ways_and_chosen(alice: Person) -> None:
    prompt = _same_place(alice)
    page = text_of(alice.get(alice.url("prompts:version-conflict", prompt.id)))
    assert "1 place where you both changed the same" in page
    for text in ("<pre>three</pre>", "<pre>their third</pre>", "<pre>my third</pre>", "Both, v2 first"):
        assert text in page
    refused = _post(alice, prompt, **{"text-c1": "typed", "summary": "kept"})
    page = text_of(refused)
    assert refused.status_code == 422 and "1 conflict is not settled yet." in page and 'value="kept"' in page
    assert latest(alice, prompt.id).number == 2
    assert _post(alice, prompt, **{"take-c1": "both"}).status_code == 302
    saved = latest(alice, prompt.id)
    assert saved.text == BASE.replace("three", "their third\nmy third")
    assert saved.summary == "Brings v2 and a draft from v1 together"


def test_both_can_go_into_the_draft_first(alice: Person) -> None:
    prompt = _same_place(alice)
    assert _post(alice, prompt, **{"take-c1": "edit", "text-c1": "our\r\nthird", "into": "draft"}).status_code == 302
    draft = draft_of(alice, prompt)
    assert draft is not None and draft.base_version == 2 and draft.revision == 2
    assert draft.text == BASE.replace("three", "our\nthird")
    assert latest(alice, prompt.id).number == 2
    page = text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))
    assert "was saved since you began" not in page


def test_a_version_that_was_not_shown_is_never_covered(alice: Person) -> None:
    prompt = _same_place(alice)
    with alice.inside():
        services.save_version(alice.actor, prompt, content=content(BASE + "\nsix"), base_version=2)
    response = _post(alice, prompt, **{"take-c1": "theirs"})
    page = text_of(response)
    assert response.status_code == 409 and "Version 3 was saved while you were editing" in page
    assert 'name="seen" value="3"' in page and "checked" not in page
    assert latest(alice, prompt.id).number == 3 and draft_of(alice, prompt) is not None


def test_a_draft_that_went_on_elsewhere_is_never_covered(alice: Person) -> None:
    prompt = _same_place(alice)
    with alice.inside():
        services.save_draft(alice.actor, prompt, content=content("newer"), base_version=1, revision=1, tab="b")
    response = _post(alice, prompt, **{"take-c1": "theirs"})
    assert response.status_code == 409 and "went on in another tab" in text_of(response)
    assert draft_of(alice, prompt).text == "newer"  # type: ignore[union-attr]
    assert latest(alice, prompt.id).number == 2


def test_a_half_written_setting_waits(alice: Person) -> None:
    prompt = _two_changes(alice, "theirs", BASE, unfinished={"tools": "["})
    response = _post(alice, prompt)
    assert response.status_code == 409 and "It is in tools" in text_of(response)
    assert latest(alice, prompt.id).number == 2


def test_on_a_branch_the_branch_goes_on(alice: Person) -> None:
    prompt = make_prompt(alice, BASE)
    with alice.inside():
        line = services.create_branch(alice.actor, prompt, name="shorter", number=1)
        theirs = content(BASE.replace("one", "their first"))
        services.save_version(alice.actor, prompt, content=theirs, base_version=1, branch=line)
        mine = content(BASE.replace("five", "my fifth"))
        line = Branch.objects.get(pk=line.pk)
        services.save_draft(alice.actor, prompt, content=mine, base_version=1, revision=0, branch=line)
    done = _post(alice, prompt, branch="shorter")
    assert done.url.endswith("?branch=shorter")
    with alice.inside():
        fresh = queries.get_prompt(prompt.id)
        saved = queries.latest_version(fresh, queries.get_branch(fresh, "shorter"))
        assert saved is not None and saved.text == "their first\ntwo\nthree\nfour\nmy fifth"
        assert fresh.current_version == 1


@pytest.mark.parametrize("data", [{"seen": ""}, {"seen": "x"}, {"revision": "-1"}])
def test_a_merge_without_what_was_seen_shows_it_first(alice: Person, data: dict[str, str]) -> None:
    prompt = _apart(alice)
    assert _post(alice, prompt, **data).url == alice.url("prompts:version-conflict", prompt.id)
    assert latest(alice, prompt.id).number == 2


def test_a_summary_that_is_too_long_keeps_the_choices(alice: Person) -> None:
    prompt = _same_place(alice)
    response = _post(alice, prompt, **{"take-c1": "theirs", "summary": "s" * 301})
    page = text_of(response)
    assert response.status_code == 422 and "301 characters; 300 fit" in page
    assert 'name="take-c1" value="theirs" checked' in page


def test_hostile_text_is_only_text(alice: Person) -> None:
    prompt = _two_changes(alice, "<script>theirs</script>", "<img src=x onerror=mine>")
    page = alice.get(alice.url("prompts:version-conflict", prompt.id)).content.decode()
    assert "<script>theirs" not in page and "<img src=x" not in page


def test_strangers_visitors_other_members_and_wrong_methods(alice: Person, bob: Person, anonymous: Person) -> None:
    prompt = _same_place(alice)
    url = alice.url("prompts:version-merge", prompt.id)
    data = {"seen": "2", "revision": "1", "take-c1": "ours"}
    only({"post"}, url, alice)
    closed_to_anonymous(url, anonymous, post=True)
    assert bob.post(url, data).status_code == 404
    assert bob.post(bob.url("prompts:version-merge", prompt.id), data).status_code == 404
    assert alice.post(alice.url("prompts:version-merge", unknown_id()), data).status_code == 404
    member = bob.join(alice, Role.MEMBER)
    # A member has no draft here: nothing of the owner's is read, nothing is written.
    assert member.post(url, data).url == alice.url("prompts:prompt-show", prompt.id)
    assert latest(alice, prompt.id).number == 2 and draft_of(alice, prompt) is not None
