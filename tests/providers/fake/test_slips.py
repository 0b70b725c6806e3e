"""Slips change a good answer in one way each, and the seeds write the same value in many ways."""

import json

import pytest

from promptassay.language.messages import Message
from promptassay.providers import demo
from promptassay.providers.fake.answers import Asked, Script, with_fault
from promptassay.providers.fake.faults import NAMED_FAULTS, SLIPS, parse_fault
from promptassay.providers.fake.slips import HOSTILE, restyled, slipped
from tests.providers.demo.panels.prompts import POOR
from tests.providers.demo.panels.requests import request

IMPROVE = request("improve", POOR)
GOOD = demo.answer(IMPROVE).text
TEXT = POOR[0].content


def test_every_slip_is_a_fault_that_can_be_asked_for() -> None:
    assert set(NAMED_FAULTS) >= SLIPS
    for name in SLIPS:
        assert parse_fault(f"{name}x1").times == 1
        answer = Script(mode="demo").answer(Asked(IMPROVE, "", stream=True))
        assert with_fault(answer, name, Asked(IMPROVE, "", stream=True)).text == slipped(GOOD, name, IMPROVE)


def test_cut_fenced_and_chatty() -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(slipped(GOOD, "cut-json", IMPROVE))
    assert json.loads(slipped(GOOD, "fenced", IMPROVE).split("\n", 1)[1].removesuffix("```")) == json.loads(GOOD)
    assert GOOD in slipped(GOOD, "chatty", IMPROVE)


def test_quotes_that_are_nowhere_and_words_that_stand_twice() -> None:
    wrong = json.loads(slipped(GOOD, "wrong-quote", IMPROVE))["edits"]
    assert not [edit for edit in wrong if edit["find"] and edit["find"] in TEXT]
    doubled = json.loads(
        slipped(GOOD, "double-find", request("improve", [Message("user", "sort it and sort it and it")]))
    )
    assert {edit["find"] for edit in doubled["edits"]} <= {"it", "sort", "and", ""}


def test_wrong_types_and_hostile_texts() -> None:
    assert isinstance(json.loads(slipped(GOOD, "wrong-type", IMPROVE))["summary"], list)
    hostile = json.loads(slipped(GOOD, "hostile", IMPROVE))
    assert hostile["summary"].endswith(HOSTILE)
    assert [edit["find"] for edit in hostile["edits"]] == [edit["find"] for edit in json.loads(GOOD)["edits"]]
    assert slipped("plain", "hostile", IMPROVE) == f"plain\n\n{HOSTILE}"
    assert slipped("plain", "wrong-quote", IMPROVE) == "plain"


def test_seeds_write_the_same_value_in_different_ways() -> None:
    written = {restyled(GOOD, seed) for seed in range(1, 30)}
    assert len(written) > 10
    assert any(text.startswith("```") for text in written)
    for text in written:
        bare = text.removeprefix("```json\n").removesuffix("\n```")
        assert json.loads(bare) == json.loads(GOOD)
    assert restyled("no JSON", 3) == "no JSON"
    asked = Asked(IMPROVE, "", stream=True)
    assert Script(mode="demo", seed=4).answer(asked).text == restyled(GOOD, 4)
    assert Script(mode="demo").answer(asked).text == GOOD
