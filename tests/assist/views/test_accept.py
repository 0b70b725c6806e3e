"""Accepting through the door: a version with its provenance, cases in a suite, and no answer of a model anywhere."""

import json
from typing import Any

import pytest

from promptassay.evals.models import Case, Suite
from promptassay.evals.services import create_suite
from promptassay.prompts.models import Prompt, Version
from tests.assist.factories import CASES
from tests.people import Person
from tests.prompts.factories import latest, make_key, make_prompt, same_page, text_of, typed, unknown_id

PIECE = {"HTTP_HX_REQUEST": "true"}
MADE = {"model": "demo/demo-small", "instruction": "Shorter: one length", "accepted": "2", "offered": "5"}


def accept(person: Person, prompt: Prompt, panel: str = "improve", text: str = "Sort it.", **fields: Any) -> Any:
    headers = fields.pop("headers", PIECE)
    form = {**typed(text), **MADE, **fields}
    return person.post(person.url("assist:edit-accept", panel, prompt.id), form, **headers)


@pytest.mark.parametrize("panel", ["improve", "rewrite"])
def test_an_accepted_text_is_a_version_with_provenance(alice: Person, panel: str) -> None:
    key = make_key(alice, provider="openai")
    prompt = make_prompt(alice)
    answer = accept(alice, prompt, panel, model=f"{key.id}/gpt-5")
    assert answer.status_code == 200 and "Version 2 is saved." in text_of(answer)
    version = latest(alice, prompt.id)
    assert (version.number, version.change_source) == (2, panel)
    assert version.messages[0]["content"] == "Sort it."
    assert version.provenance == {
        "panel": panel, "prompt": f"{panel}-v1", "provider": "openai", "model": "gpt-5",
        "instruction": "Shorter: one length", "accepted": 2, "offered": 5,
    }  # fmt: skip
    summary = {"improve": "Improve: 2 of 5 edits", "rewrite": "Rewrite: Shorter: one length"}[panel]
    assert version.summary == summary
    page = text_of(alice.get(alice.url("prompts:version-show", prompt.id, 2)))
    for words in (f"{panel}-v1", "gpt-5", "2 of 5 accepted", "Shorter: one length"):
        assert words in page
    assert "gpt-5" in text_of(alice.get(alice.url("prompts:version-list", prompt.id)))
    assert "gpt-5" in text_of(alice.get(alice.url("prompts:prompt-show", prompt.id)))


def test_a_summary_that_somebody_wrote_stands(alice: Person) -> None:
    prompt = make_prompt(alice)
    accept(alice, prompt, summary="Cut to one length")
    assert latest(alice, prompt.id).summary == "Cut to one length"


def test_a_key_that_is_gone_does_not_cost_the_text(alice: Person) -> None:
    prompt = make_prompt(alice)
    assert accept(alice, prompt, model=f"{unknown_id()}/gpt-5").status_code == 200
    provenance = latest(alice, prompt.id).provenance or {}
    assert (provenance["provider"], provenance["model"]) == ("", "gpt-5")


def test_what_somebody_else_saved_meanwhile_is_not_passed_over(alice: Person) -> None:
    prompt = make_prompt(alice, "One", "Two")
    stale = accept(alice, prompt, base="1")
    assert stale.status_code == 409 and latest(alice, prompt.id).number == 2
    plain = accept(alice, prompt, base="1", headers={})
    assert plain.headers["Location"] == alice.url("prompts:version-conflict", prompt.id)


def test_without_scripts_the_workbench_comes_back(alice: Person) -> None:
    prompt = make_prompt(alice)
    assert accept(alice, prompt, headers={}).headers["Location"] == alice.url("prompts:prompt-show", prompt.id)
    same = accept(alice, prompt, base="2")
    assert "Nothing differs from version 2" in text_of(same)


@pytest.mark.parametrize("fields", [{"model": "x"}, {"instruction": "x" * 2001}, {"text": " "}, {"summary": "x" * 301}])
def test_what_cannot_be_saved_is_refused(alice: Person, fields: dict[str, str]) -> None:
    prompt = make_prompt(alice)
    assert accept(alice, prompt, **fields).status_code == 422
    assert latest(alice, prompt.id).number == 1


def test_who_may_not_accept(alice: Person, bob: Person, anonymous: Person) -> None:
    prompt = make_prompt(alice)
    address = "assist:edit-accept"
    form = {**typed("x"), **MADE}
    foreign = bob.post(bob.url(address, "improve", prompt.id), form)
    assert foreign.status_code == 404
    assert same_page(foreign, bob.post(bob.url(address, "improve", unknown_id()), form))
    assert accept(alice, prompt, "critique").status_code == 404
    assert accept(alice, prompt, "gossip").status_code == 404
    assert alice.get(alice.url(address, "improve", prompt.id)).status_code == 405
    assert anonymous.post(alice.url(address, "improve", prompt.id), form, **PIECE).status_code == 401
    with alice.inside():
        assert Version.objects.count() == 1


def keep(person: Person, prompt: Prompt, cases: Any = None, headers: Any = None, **fields: str) -> Any:
    form = {"cases": json.dumps(CASES["cases"] if cases is None else cases), **fields}
    headers = PIECE if headers is None else headers
    return person.post(person.url("assist:case-accept", prompt.id), form, **headers)


def test_accepted_cases_go_into_a_new_suite_or_behind_those_of_one(alice: Person) -> None:
    prompt = make_prompt(alice, "Sort {{ticket}}.")
    answer = text_of(keep(alice, prompt, name="Proposed"))
    assert "2 cases kept." in answer and "Proposed" in answer
    with alice.inside():
        suite = Suite.objects.get()
        cases = list(Case.objects.order_by("position"))
    assert [(each.name, each.variables, each.expected) for each in cases] == [
        ("Late parcel", {"ticket": "Where is it?"}, "shipping"), ("Empty", {"ticket": ""}, ""),
    ]  # fmt: skip
    again = keep(alice, prompt, [*CASES["cases"], CASES["cases"][0]], headers={}, suite=str(suite.id))
    assert again.headers["Location"] == alice.url("evals:suite-show", suite.id)
    with alice.inside():
        names = list(Case.objects.order_by("position").values_list("name", flat=True))
    assert names[2:] == ["Late parcel (2)", "Empty (2)", "Late parcel (3)"]


@pytest.mark.parametrize(
    ("cases", "fields"),
    [
        ([], {"name": "x"}),
        ([{"name": "x", "values": {"a": 1}}], {"name": "x"}),
        ([{"name": "x" * 201, "values": {}}], {"name": "x"}),
        ([{"name": "x", "values": {"a": "\0"}}], {"name": "x"}),
        (None, {"name": " "}),
    ],
)
def test_cases_that_cannot_be_stored_are_refused_and_no_suite_is_made(
    alice: Person, cases: Any, fields: dict[str, str]
) -> None:
    assert keep(alice, make_prompt(alice), cases, **fields).status_code == 422
    with alice.inside():
        assert not Suite.objects.exists()


def test_who_may_not_keep_cases(alice: Person, bob: Person, anonymous: Person) -> None:
    prompt, other = make_prompt(alice), make_prompt(alice, title="Other")
    with alice.inside():
        suite = create_suite(alice.actor, other, name="Others")
    assert keep(alice, prompt, suite=str(suite.id)).status_code == 404
    mine = make_prompt(bob)
    assert (
        keep(bob, mine, suite=str(suite.id)).status_code == keep(bob, mine, suite=str(unknown_id())).status_code == 404
    )
    assert keep(bob, prompt, name="x").status_code == 404
    assert keep(alice, prompt, suite="x").status_code == 404
    assert alice.get(alice.url("assist:case-accept", prompt.id)).status_code == 405
    assert anonymous.post(alice.url("assist:case-accept", prompt.id), {}, **PIECE).status_code == 401
