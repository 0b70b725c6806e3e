"""Drafts: one a person, kept whatever happens, never overwritten by another tab without asking."""

import pytest

from promptassay.core.errors import Conflict, ValidationFailed
from promptassay.prompts import queries, services
from promptassay.prompts.content import PromptContent
from promptassay.prompts.models import Prompt
from promptassay.prompts.services import DraftConflict, DraftState
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import content, draft_of, make_blank_prompt, make_prompt


def save(person: Person, prompt: Prompt, text: str, *, revision: int = 0, tab: str = "a", **more: object) -> DraftState:
    with person.inside():
        return services.save_draft(
            person.actor,
            prompt,
            content=content(text),
            base_version=1,
            revision=revision,
            tab=tab,
            **more,  # type: ignore[arg-type]
        )


def test_a_draft_is_what_one_works_on(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    state = save(alice, prompt, "two")
    assert state == DraftState(revision=1, base_version=1, kept=True)
    with alice.inside():
        working = queries.get_draft_or_latest(alice.actor, prompt)
    assert working.content == content("two")
    assert (working.base_version, working.revision) == (1, 1)


def test_without_a_draft_one_works_on_the_latest_version_or_on_a_blank_page(alice: Person) -> None:
    with_versions, blank = make_prompt(alice, "one", "two"), make_blank_prompt(alice)
    with alice.inside():
        assert queries.get_draft_or_latest(alice.actor, with_versions).content == content("two")
        assert queries.get_draft_or_latest(alice.actor, blank).content == content("")


def test_a_draft_is_seen_by_its_owner_alone(alice: Person, bob: Person) -> None:
    prompt = make_prompt(alice, "one")
    save(alice, prompt, "mine")
    guest = bob.join(alice, Role.ADMIN)
    with guest.inside():
        assert queries.get_draft_or_latest(guest.actor, prompt).content == content("one")
    save(guest, prompt, "theirs")
    assert draft_of(alice, prompt).text == "mine"  # type: ignore[union-attr]


def test_typing_back_to_the_latest_version_ends_the_draft(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    save(alice, prompt, "two")
    assert not save(alice, prompt, "one", revision=1).kept
    assert draft_of(alice, prompt) is None


def test_another_tab_does_not_overwrite_a_newer_draft(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    save(alice, prompt, "first tab", tab="a")
    with pytest.raises(DraftConflict) as caught:
        save(alice, prompt, "second tab", tab="b")
    assert caught.value.newer.text == "first tab"
    assert draft_of(alice, prompt).text == "first tab"  # type: ignore[union-attr]


def test_the_same_tab_may_be_a_revision_behind_itself(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    save(alice, prompt, "two")
    assert save(alice, prompt, "three", revision=0).revision == 2


def test_another_tab_with_the_newest_revision_goes_on(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    save(alice, prompt, "two", tab="a")
    assert save(alice, prompt, "three", tab="b", revision=1).revision == 2


def test_the_same_text_in_two_tabs_is_no_conflict(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    save(alice, prompt, "two", tab="a")
    assert save(alice, prompt, "two", tab="b").kept


def test_one_may_insist(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    save(alice, prompt, "first tab", tab="a")
    save(alice, prompt, "second tab", tab="b", force=True)
    assert draft_of(alice, prompt).text == "second tab"  # type: ignore[union-attr]


def test_half_written_settings_are_kept(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    save(alice, prompt, "one", unfinished={"response_schema": '{"type": '})
    with alice.inside():
        assert queries.get_draft_or_latest(alice.actor, prompt).unfinished == {"response_schema": '{"type": '}


def test_an_empty_draft_and_a_malformed_one_are_kept(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    assert save(alice, prompt, "").kept
    assert save(alice, prompt, "{{ broken", revision=1).kept


def test_a_draft_too_large_is_refused_and_the_old_one_stays(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    save(alice, prompt, "two")
    with pytest.raises(ValidationFailed, match=r"5\.0 MB"):
        save(alice, prompt, "x" * 5 * 1024**2, revision=1)
    with pytest.raises(ValidationFailed):
        save(alice, prompt, "three", revision=1, unfinished={"tools": "x" * 600_000})
    assert draft_of(alice, prompt).text == "two"  # type: ignore[union-attr]


def test_an_archived_prompt_takes_no_draft(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside():
        archived = services.archive_prompt(alice.actor, prompt)
    with pytest.raises(Conflict):
        save(alice, archived, "two")


def test_a_discarded_draft_is_gone(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    save(alice, prompt, "two")
    with alice.inside():
        services.discard_draft(alice.actor, prompt)
    assert draft_of(alice, prompt) is None


def test_what_is_no_content_is_refused(alice: Person) -> None:
    prompt = make_prompt(alice, "one")
    with alice.inside(), pytest.raises(ValidationFailed):
        services.save_draft(alice.actor, prompt, content=PromptContent([]), base_version=1, revision=0)
