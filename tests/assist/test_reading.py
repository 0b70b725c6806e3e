"""Reading an answer piece by piece: what is told does not depend on how it is cut, and garbage is told as such."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from promptassay.assist.answers import CRITIQUE, IMPROVE
from promptassay.assist.quotes import Sought
from promptassay.assist.reading import Reading
from tests.assist.factories import TEXT, answer_of

texts = st.text(alphabet='ab {}"\\\n', max_size=20)
edits = st.lists(
    st.fixed_dictionaries({"message": st.integers(0, 3), "find": texts, "replace": texts, "why": st.just("")}),
    max_size=5,
)


def told(reading: Reading, text: str, cuts: list[int]) -> list[bytes]:
    found = []
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    for at, start in enumerate(places[:-1]):
        found += reading.feed(text[start : places[at + 1]])
    reading.finish()
    return found


@settings(max_examples=100)
@given(st.lists(st.integers(0, 900), max_size=20))
def test_the_page_is_told_the_same_however_the_answer_is_cut(cuts: list[int]) -> None:
    one, other = Reading(CRITIQUE, Sought([TEXT])), Reading(CRITIQUE, Sought([TEXT]))
    assert told(one, answer_of("critique"), []) == told(other, answer_of("critique"), cuts)
    assert one.problem == other.problem == "" and other.answer == answer_of("critique")


@settings(max_examples=150)
@given(edits, st.lists(texts, min_size=1, max_size=3))
def test_edits_that_can_be_made_never_overlap_and_stand_where_they_say(
    given_edits: list[dict[str, object]], prompt: list[str]
) -> None:
    reading = Reading(IMPROVE, Sought(prompt))
    taken: list[tuple[int, int, int]] = []
    for sent in told(reading, json.dumps({"edits": given_edits, "summary": ""}), []):
        if not sent.startswith(b"event: item"):
            continue
        edit = json.loads(sent.split(b"data: ")[1])["value"]
        if "problem" in edit:
            assert "words" not in edit
            continue
        (place,) = edit["places"]
        message, start, end = place["message"], place["start"], place["end"]
        before = prompt[message][start:end]
        assert before.split() == edit["find"].split()
        kept = [
            "".join(each["text"] for each in edit["words"] if each["kind"] != kind) for kind in ("insert", "delete")
        ]
        assert kept == [before, edit["replace"]]
        assert not any(other == message and a < end and start < b for other, a, b in taken)
        taken.append((message, start, end))
    assert reading.problem == ""


@settings(max_examples=100)
@given(st.text(max_size=100))
def test_garbage_is_never_an_answer(text: str) -> None:
    reading = Reading(CRITIQUE, Sought([TEXT]))
    told(reading, text, [])
    assert reading.problem


def test_after_a_thing_that_does_not_fit_nothing_more_is_told() -> None:
    reading = Reading(CRITIQUE, Sought([TEXT]))
    assert reading.feed('{"scores": [{"aspect": "clarity", "score": 5, "reason": "r"}, {"aspect": "charm"}')
    assert "none of clarity" in reading.problem or "has no" in reading.problem
    assert reading.feed(', {"aspect": "output", "score": 5, "reason": "r"}]') == []
    for text, why in (
        ('{"scores": 5}', "“scores” is not a list."),
        ('{"summary": []}', "It has no"),
        ('{"summary": ["x"]}', "“summary” is not a text."),
        ('{"findings": [' + ",".join(['{"severity":"may","title":"t","message":1}'] * 201), "more than 200"),
    ):
        other = Reading(CRITIQUE, Sought([TEXT]))
        told(other, text, [])
        assert why in other.problem
