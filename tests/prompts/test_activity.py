"""Entries of the audit log as sentences: what everybody may read, what only some may, what is gone."""

from promptassay.audit.services import record
from promptassay.fragments.services import create_fragment
from promptassay.prompts import activity, services
from promptassay.prompts.services import bulk, folders, update_details
from promptassay.prompts.services.undo import undo
from promptassay.providers.services import record_list
from promptassay.workspaces.actor import System
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import make_blank_prompt, make_key, make_prompt


def lines(person: Person, limit: int = 20) -> list[str]:
    with person.inside():
        found = activity.recent_lines(person.actor, limit=limit)
    return [" ".join(part for part in (each.who, each.before, each.name, each.after) if part) for each in found]


def test_sentences_carry_the_present_title(alice: Person) -> None:
    prompt = make_prompt(alice, title="Old")
    with alice.inside():
        update_details(alice.actor, prompt, title="New", prompt_type="system")
    assert lines(alice, 3) == ["You changed the details of New", "You saved v1 of New", "You created New"]


def test_members_see_content_and_not_the_administration(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    make_prompt(alice, title="Triage")
    make_key(alice, provider="openai")
    seen = " / ".join(lines(member))
    assert "alice@example.com created Triage" in seen
    assert "key" not in seen and "workspace" not in seen
    assert "added the provider key" in " / ".join(lines(alice))
    with member.inside():
        record(member.actor, "key.tested", target=("provider_key", "x"), data={"name": "mine"})
    assert "You tested the provider key mine" in lines(member)


def test_what_is_gone_has_no_link(alice: Person) -> None:
    prompt = make_blank_prompt(alice, "Gone")
    with alice.inside():
        act = bulk.duplicate_many(alice.actor, [prompt.id])
        record(
            alice.actor, "prompt.described", target=("prompt", act.inverse["copies"].popitem()[0]), data={"title": "T"}
        )
        undo(alice.actor, act.id)
        folder = folders.create_folder(alice.actor, name="Support")
        folders.delete_folder(alice.actor, folder)
        found = activity.recent_lines(alice.actor, limit=4)
    assert [(each.name, each.url) for each in found] == [("Support", ""), ("Support", ""), ("", ""), ("T", "")]


def test_an_action_that_nobody_described_still_reads(alice: Person) -> None:
    with alice.inside():
        record(alice.actor, "thing.was_made", target=("thing", "1"), data={"name": "x{y}"})
    assert lines(alice, 1) == ["You was made (thing) x{y}"]


def test_what_was_done_again_and_again_is_one_line(alice: Person) -> None:
    with alice.inside():
        for _ in range(3):
            record(alice.actor, "case.checks_changed", target=("case", "1"), data={})
        found = activity.recent_lines(alice.actor, limit=5)
    assert (found[0].before, found[0].times) == ("changed the checks of a case", 3)


def test_labels_branches_and_fragments_have_sentences(alice: Person) -> None:
    prompt = make_prompt(alice, title="Triage")
    with alice.inside():
        services.move_label(alice.actor, prompt, name="production", number=1)
        services.create_branch(alice.actor, prompt, name="shorter", number=1)
        create_fragment(alice.actor, title="Tone", slug="tone", text="Be kind.")
    found = lines(alice, 4)
    assert "You began the branch shorter of Triage" in found
    assert "You moved the label production to v1 of Triage" in found
    assert any("the fragment Tone" in line for line in found)


def test_what_the_system_does_each_day_is_no_news(alice: Person) -> None:
    key = make_key(alice, provider="openai")
    with alice.inside():
        record_list(System(alice.workspace.id), key.id, result="ok", models=[], action="key.refreshed")
        assert "looked for new models" not in [line.before for line in activity.recent_lines(alice.actor, limit=5)]
        record_list(alice.actor, key.id, result="ok", models=[], action="key.refreshed")
        first = activity.recent_lines(alice.actor, limit=5)[0]
        assert (first.who, first.before, first.name) == ("You", "looked for new models of the provider key", "team")
