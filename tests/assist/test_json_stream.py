"""The reader of growing JSON: however an answer is cut, the same things are found; whatever comes, it ends in time."""

import json
from itertools import pairwise
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptassay.assist.json_stream import MAX_DEPTH, Element, Found, Growth, JsonStream, Member

KNOWN = ("items", "messages", "summary")
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(
    scalars, lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(), below, max_size=4), max_leaves=12
)
objects = st.fixed_dictionaries(
    {
        "items": st.lists(values, max_size=5),
        "messages": st.lists(st.dictionaries(st.sampled_from(["role", "content"]), st.text()), max_size=3),
    },
    optional={"summary": st.text(), "other": values},
)
around = st.sampled_from(
    ["", "Here it is:\n", "```json\n", '<think>{"items": [1]} or {{x}}?</think>\n', 'For {{name}} and {} and {"a": 1}:']
)


def read(text: str, cuts: list[int]) -> tuple[list[Found], JsonStream]:
    stream = JsonStream(KNOWN, ("messages",))
    found: list[Found] = []
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    for start, end in pairwise(places):
        found += stream.feed(text[start:end])
    stream.finish()
    return found, stream


def whole(found: list[Found]) -> list[Any]:
    """What was found without the growth in between."""
    return [each for each in found if not isinstance(each, Growth) and getattr(each, "name", "") != "a"]


def expected(value: dict[str, Any]) -> list[Any]:
    things: list[Any] = []
    for name, member in value.items():
        if isinstance(member, list):
            things += [Element(name, index, each) for index, each in enumerate(member)]
        else:
            things.append(Member(name, member))
    return things


def same(one: list[Any], other: list[Any]) -> bool:
    return repr(one) == repr(other)


@settings(max_examples=150)
@given(objects, st.lists(st.integers(0, 400), max_size=12), around, st.booleans(), st.sampled_from([None, 1]))
def test_any_cutting_of_an_answer_gives_what_is_in_it(
    value: dict[str, Any], cuts: list[int], before: str, escaped: bool, indent: int | None
) -> None:
    text = before + json.dumps(value, ensure_ascii=escaped, indent=indent) + "\n```\nThat is {all}."
    found, stream = read(text, cuts)
    assert stream.problem == "" and stream.done
    assert same(whole(found), expected(value))
    assert stream.names == set(value)
    for index, message in enumerate(value["messages"]):
        for name, content in message.items():
            grown = [each for each in found if isinstance(each, Growth) and (each.index, each.name) == (index, name)]
            assert "".join(each.text for each in grown) == content
            assert all(each.list_name == "messages" for each in grown)


def test_elements_are_told_of_as_soon_as_they_are_complete() -> None:
    stream = JsonStream(KNOWN, ("messages",))
    assert stream.feed('{"items": [{"a": 1}') == [Element("items", 0, {"a": 1})]
    assert stream.feed(", 2") == []
    assert stream.feed("1, ") == [Element("items", 1, 21)]
    assert stream.feed('"x"], "summary": "so') == [Element("items", 2, "x")]
    assert stream.feed('"') == [Member("summary", "so")]
    assert stream.feed(', "messages": [{"role": "user", "content": "He') == [
        Growth("messages", 0, "role", "user", {}),
        Growth("messages", 0, "content", "He", {"role": "user"}),
    ]
    assert stream.feed("llo") == [Growth("messages", 0, "content", "llo", {"role": "user"})]
    assert stream.feed('"}]}') == [Element("messages", 0, {"role": "user", "content": "Hello"})]
    assert stream.done and stream.finish() == ""


def test_line_breaks_in_a_text_are_taken_and_half_characters_replaced() -> None:
    found, stream = read('{"summary": "one\ntwo \\ud83d\\ude00 \\ud83d x \\ude00"}', [20, 30])
    assert found == [Member("summary", "one\ntwo 😀 \ufffd x \ufffd")] and not stream.problem


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there is no JSON object in it."),
        ("I cannot do that.", "there is no JSON object in it."),
        ('{"result": {"items": [1]}}', "there is no JSON object in it."),
        ("[1, 2]", "there is no JSON object in it."),
        ('{"items": [1, 2', "it ends in the middle."),
        ('{"items": [1, 2], "summary": "x', "it ends in the middle."),
        ('{"items": [1 2]}', "“2” stands where it cannot."),
        ('{"items": [1,]}', "“]” stands where it cannot."),
        ('{"items": [1}}', "“}” stands where it cannot."),
        ('{"items": [NaN]}', "a word in it is no JSON."),
        ('{"items": [01]}', "a word in it is no JSON."),
        ('{"items": [1e999]}', "a number in it is too large."),
        ('{"items": ["\\x"]}', "a text in it holds an escape that there is not."),
        ('{"items": ["\\u12g4"]}', "a text in it holds an escape that there is not."),
        ('{"items": [], "items": []}', "an object in it names a member twice."),
        ('{"items": [{"a": 1, "a": 2}]}', "an object in it names a member twice."),
        ('{"items": ' + "[" * MAX_DEPTH, f"it nests deeper than {MAX_DEPTH} levels."),
        ('{"items": [' + "1" * 100 + "]}", "a word in it is no JSON."),
    ],
)
def test_what_is_no_answer_is_said_in_words(text: str, why: str) -> None:
    for cuts in ([], list(range(len(text)))):
        _, stream = read(text, cuts)
        assert stream.problem == why


@settings(max_examples=150)
@given(st.text(alphabet='{}[]",:\\ntu0123e-. x\n<think>/ü', max_size=200), st.lists(st.integers(0, 200), max_size=9))
def test_garbage_is_read_alike_however_it_is_cut(text: str, cuts: list[int]) -> None:
    one, other = read(text, []), read(text, cuts)
    assert same(whole(one[0]), whole(other[0]))
    assert one[1].problem == other[1].problem and one[1].done == other[1].done


@settings(max_examples=150)
@given(objects, st.integers(0, 500), st.text(alphabet='{}[]",:\\ x1', min_size=1, max_size=3))
def test_a_spoilt_answer_never_gives_what_is_not_in_it(value: dict[str, Any], at: int, spoil: str) -> None:
    text = json.dumps({"items": value["items"]}, ensure_ascii=False)
    spoilt = text[:at] + spoil + text[at:]
    found, stream = read(spoilt, [])
    if stream.problem or not stream.done:
        return
    begin = spoilt.index('{"items"') if '{"items"' in spoilt else None
    if begin is not None:  # what was read as whole is JSON by another reader too
        read_by_json, _ = json.JSONDecoder(strict=False).raw_decode(spoilt[begin:])
        assert same(whole(found), expected(read_by_json))


@pytest.mark.parametrize(
    "text",
    [
        '{"items": ["' + "\\n" * 200_000 + '"]}',
        '{"' * 300_000,
        "{" * 300_000,
        '{"items": [' + "[" * 300_000,
        '{"a": [' + '{"b": 1},' * 60_000,
        '{"messages": [{"content": "' + "a" * 300_000,
        "<think>" + "<" * 300_000,
        " " * 300_000,
    ],
)
def test_hostile_answers_are_read_in_bounded_time(text: str) -> None:
    began = process_time()
    stream = JsonStream(KNOWN, ("messages",))
    for at in range(0, len(text), 1000):
        stream.feed(text[at : at + 1000])
    stream.finish()
    assert process_time() - began < 6
