"""Prompts: made under a free slug, described, copied, archived by those who may."""

import pytest

from promptassay.core.errors import Forbidden, ValidationFailed
from promptassay.prompts import queries, services
from promptassay.prompts.models import ChangeSource, PromptType
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import content, draft_of, latest, make_blank_prompt, make_prompt


def test_a_title_may_be_used_twice_a_slug_may_not(alice: Person) -> None:
    slugs = [make_blank_prompt(alice, "Support triage").slug for _ in range(3)]
    assert slugs == ["support-triage", "support-triage-2", "support-triage-3"]


@pytest.mark.parametrize(
    ("title", "slug"), [("日本語", "prompt"), ("Übung — Eins", "ubung-eins"), ("x" * 120, "x" * 74)]
)
def test_every_title_gets_a_slug(alice: Person, title: str, slug: str) -> None:
    assert make_blank_prompt(alice, title).slug == slug


def test_two_workspaces_do_not_know_of_each_others_slugs(alice: Person, bob: Person) -> None:
    make_blank_prompt(alice, "Same")
    assert make_blank_prompt(bob, "Same").slug == "same"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": "a\x00"}, "title"),
        ({"title": "gpj\u202e.exe"}, "title"),
        ({"title": "a", "description": "x" * 501}, "description"),
        ({"title": "a", "prompt_type": "poem"}, "prompt_type"),
        ({"title": "a", "target_model": "nonsense"}, "target_model"),
    ],
)
def test_wrong_details_name_their_field(alice: Person, fields: dict[str, str], wrong: str) -> None:
    with alice.inside(), pytest.raises(ValidationFailed) as caught:
        services.create_prompt(alice.actor, **fields)  # type: ignore[arg-type]
    assert wrong in caught.value.details
    with alice.inside():
        assert queries.prompt_count() == 0


def test_new_details_are_found_by_search_with_the_text(alice: Person) -> None:
    prompt = make_prompt(alice, "the Text itself")
    with alice.inside():
        services.update_details(alice.actor, prompt, title="Renamed", prompt_type=PromptType.USER, description="Desc")
        for q in ("renamed", "DESC text", "itself"):
            assert queries.list_prompts(queries.ListQuery.clean(q=q)).paginator.count == 1
        changed = queries.get_prompt(prompt.id)
    assert (changed.title, changed.slug, changed.prompt_type) == ("Renamed", "support-triage", "user")


def test_a_copy_starts_a_history_of_its_own(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    with alice.inside():
        copy = services.duplicate_prompt(alice.actor, prompt)
    version = latest(alice, copy.id)
    assert (version.number, version.text, version.change_source) == (1, "two", ChangeSource.BRANCH)
    assert version.summary == "Copy of “Support triage”, v2"
    assert copy.title == "Support triage (copy)"


def test_a_copy_of_a_draft_is_a_draft(alice: Person) -> None:
    prompt = make_blank_prompt(alice)
    with alice.inside():
        services.save_draft(alice.actor, prompt, content=content("draft"), base_version=0, revision=0)
        copy = services.duplicate_prompt(alice.actor, prompt)
    assert copy.current_version == 0
    assert draft_of(alice, copy).text == "draft"  # type: ignore[union-attr]


def test_archiving_hides_and_brings_back(alice: Person) -> None:
    prompt = make_prompt(alice)
    with alice.inside():
        services.archive_prompt(alice.actor, prompt)
        assert queries.prompt_count() == 0
        services.unarchive_prompt(alice.actor, queries.get_prompt(prompt.id))
        assert queries.prompt_count() == 1


def test_a_member_archives_only_their_own(alice: Person, bob: Person) -> None:
    theirs = make_prompt(alice)
    member = bob.join(alice, Role.MEMBER)
    own = make_prompt(member, title="Own")
    with member.inside():
        with pytest.raises(Forbidden, match=r"content\.manage"):
            services.archive_prompt(member.actor, theirs)
        assert services.archive_prompt(member.actor, own).archived_at is not None
    with alice.inside():
        assert services.archive_prompt(alice.actor, theirs).archived_at is not None
