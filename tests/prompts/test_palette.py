"""The palette on a prompt: commands that take words, what the page, the branch and the role allow, finding prompts."""

import pytest

from promptassay.prompts import queries, services
from promptassay.prompts.models import Prompt
from promptassay.workspaces.palette import Command, Place, commands, normalized
from promptassay.workspaces.permissions import Role
from tests.people import Person
from tests.prompts.factories import content, make_blank_prompt, make_prompt, typed


def found(
    person: Person, prompt: Prompt, query: str = "", page: str = "prompt-show", branch: str = ""
) -> list[Command]:
    place = Place(f"prompts:{page}", {"prompt_id": prompt.id}, branch)
    with person.inside():
        groups = commands(person.actor, place, normalized(query))
    return [each for group in groups if group.title == "This prompt" for each in group.commands]


def titles(person: Person, prompt: Prompt, query: str = "", page: str = "prompt-show", branch: str = "") -> list[str]:
    return [each.title for each in found(person, prompt, query, page, branch)]


def test_two_versions_are_compared_as_typed(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two", "three")
    for query in ("compare 1 3", "Compare v1 with v3", "diff 1 to 3"):
        first = found(alice, prompt, query)[0]
        assert first.title == "Compare v1 with v3"
        assert first.url == alice.url("prompts:version-diff", prompt.id) + "?from=1&to=3"
    assert titles(alice, prompt, "compare 1") == ["Compare v1 with v3", "Compare v1 with v2"]
    assert titles(alice, prompt, "compare") == [
        "Compare v2 with v3",
        "Compare v1 with v3",
        "Compare with a model",
    ]
    assert titles(alice, prompt, "compare 9 1") == ["Compare v1 with v3", "Compare v1 with v2"]


def test_a_draft_is_compared_when_there_is_one(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    assert titles(alice, prompt, "compare 2 draft") == []
    alice.post(alice.url("prompts:draft-save", prompt.id), typed("three", base=2))
    assert titles(alice, prompt, "compare 2 draft") == ["Compare v2 with my draft"]
    assert "Compare v2 with my draft" in titles(alice, prompt, "compare")


def test_a_label_is_chosen_then_a_version_then_moved(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two", "three")
    assert titles(alice, prompt, "label")[:2] == ["Put label production on…", "Put label staging on…"]
    with alice.inside():
        services.move_label(alice.actor, prompt, name="production", number=1)
    first = found(alice, prompt, "label prod")[0]
    assert (first.title, first.fill, first.note) == ("Move label production…", "label production ", "at v1")
    assert titles(alice, prompt, "label production")[:2] == [
        "Move label production to v3",
        "Move label production to v2",
    ]
    for query in ("label production 3", "move label production to v3", "label prod 3"):
        move = found(alice, prompt, query)[0]
        assert move.title == "Move label production to v3"
        assert move.url == alice.url("prompts:label-move", prompt.id)
        assert move.fields == {"name": "production", "number": "3", "seen": "1"}
    assert alice.post(move.url, move.fields or {}).status_code == 302
    with alice.inside():
        assert queries.get_label(prompt, "production").version_number == 3
    assert titles(alice, prompt, "label canary 2") == ["Put label canary on v2"]
    for refused in ("label latest 2", "label 12", "label production 99", "label " + "x" * 41):
        assert not any(each.fields for each in found(alice, prompt, refused))


def test_a_branch_is_begun_or_opened(alice: Person) -> None:
    prompt = make_prompt(alice, "one", "two")
    begin = found(alice, prompt, "branch Shorter answers")[0]
    assert begin.title == "Begin branch shorter-answers at v2"
    assert alice.post(begin.url, begin.fields or {}).url.endswith("?branch=shorter-answers")
    assert titles(alice, prompt, "branch short")[0] == "Write on branch shorter-answers"
    assert "Begin branch shorter-answers" not in " ".join(titles(alice, prompt, "branch shorter answers"))
    here = titles(alice, prompt, branch="shorter-answers")
    for title in (
        "Merge shorter-answers into the main line",
        "Bring shorter-answers up to date",
        "Write on the main line",
    ):
        assert title in here and title not in titles(alice, prompt)
    play = next(each for each in found(alice, prompt, branch="shorter-answers") if each.title == "Open the playground")
    assert play.url.endswith("?branch=shorter-answers")


def test_messages_are_gone_to(alice: Person) -> None:
    with alice.inside():
        prompt = services.create_prompt(alice.actor, title="Two", content=content("First  words", "second"))
    assert titles(alice, prompt, "message")[:2] == ["Go to message 1, system", "Go to message 2, user"]
    second = found(alice, prompt, "message 2")[0]
    assert (second.press, second.note) == ("#messages > .msg:nth-child(2) .cm-content", "second")
    assert titles(alice, prompt, "message 2", page="version-list") == []


def test_other_pages_of_the_prompt_lead_to_the_editor(alice: Person) -> None:
    prompt = make_prompt(alice)
    here = titles(alice, prompt, page="version-list")
    assert "Edit the prompt" in here and "Save a version" not in here and "Compare versions…" in here


def test_nothing_is_offered_that_would_be_refused(alice: Person, bob: Person) -> None:
    blank = make_blank_prompt(alice)
    assert not {"Compare versions…", "Move a label…", "New branch…"} & set(titles(alice, blank))
    assert titles(alice, blank, "compare 1 2") == [] and titles(alice, blank, "branch x") == []
    prompt = make_prompt(alice)
    with alice.inside():
        services.archive_prompt(alice.actor, prompt)
    here = titles(alice, prompt)
    assert not {"Save a version", "Move a label…", "New branch…"} & set(here) and "History" in here
    assert not any(each.fields for each in found(alice, prompt, "label production 1"))
    member = bob.join(alice, Role.MEMBER)
    live = make_prompt(alice)
    assert {"Save a version", "Run the prompt", "Move a label…"} <= set(titles(member, live))


@pytest.mark.parametrize("query", ["triage", "TRI support", "zebra"])
def test_prompts_are_found_by_title_then_by_text(alice: Person, query: str) -> None:
    make_prompt(alice, "about a zebra", title="Other")
    make_prompt(alice, title="Support triage")
    with alice.inside():
        groups = commands(alice.actor, Place(), normalized(query))
    prompts = next(group for group in groups if group.title == "Prompts")
    assert prompts.commands[0].title == ("Other" if query == "zebra" else "Support triage")


def test_without_words_the_latest_prompts_are_offered(alice: Person) -> None:
    prompt = make_prompt(alice, title="The one here")
    make_prompt(alice, title="Another")
    place = Place("prompts:prompt-show", {"prompt_id": prompt.id})
    with alice.inside():
        groups = {group.title: group.commands for group in commands(alice.actor, place, "")}
    assert [each.title for each in groups["Recent prompts"]] == ["Another"]
