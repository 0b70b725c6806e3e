"""The content hash stays the same for the same content, and only for that."""

import hashlib
import json
from collections.abc import Callable

import pytest

from promptassay.language.errors import BadValue
from promptassay.language.hashing import canonical_json, content_hash
from promptassay.language.messages import Message

HELLO = [Message("user", "Hi {{name}}")]


def test_the_form_that_is_hashed_is_fixed() -> None:
    canonical = (
        '{"messages":[{"content":"Hi {{name}}","role":"user"}],"response_schema":null,'
        '"settings":{"a":"é","temperature":1},"tools":[{"name":"t"}]}'
    )
    wanted = hashlib.sha256(canonical.encode()).hexdigest()
    assert content_hash(HELLO, {"temperature": 1.0, "a": "é"}, None, [{"name": "t"}]) == wanted


@pytest.mark.parametrize(
    "other",
    [
        lambda: content_hash([Message("system", "Hi {{name}}")]),
        lambda: content_hash([Message("user", "Hi {{name}} ")]),
        lambda: content_hash([*HELLO, Message("user", "")]),
        lambda: content_hash(HELLO, {"temperature": 0}),
        lambda: content_hash(HELLO, {"temperature": None}),
        lambda: content_hash(HELLO, None, {}),
        lambda: content_hash(HELLO, None, None, [{}]),
    ],
)
def test_any_change_changes_it(other: Callable[[], str]) -> None:
    assert other() != content_hash(HELLO)


def test_order_of_members_and_absence_do_not_matter() -> None:
    assert content_hash(HELLO, {"a": 1, "b": {"c": 1, "d": 2}}) == content_hash(HELLO, {"b": {"d": 2, "c": 1}, "a": 1})
    assert content_hash(HELLO, {}, None, []) == content_hash(HELLO)


def test_order_of_lists_and_forms_of_unicode_matter() -> None:
    assert content_hash(HELLO, {"stop": ["a", "b"]}) != content_hash(HELLO, {"stop": ["b", "a"]})
    assert content_hash([Message("user", "\u00e9")]) != content_hash([Message("user", "e\u0301")])


def test_whole_numbers_are_one_number_but_not_a_boolean() -> None:
    assert canonical_json([1.0, -0.0, 1e20, True, 0.5]) == b"[1,0,100000000000000000000,true,0.5]"
    assert content_hash(HELLO, {"n": 1}) == content_hash(HELLO, {"n": 1.0}) != content_hash(HELLO, {"n": True})


def test_it_survives_json_and_lone_surrogates() -> None:
    settings = {"a": [1.5, {"b": "\ud800"}], "c": None}
    assert content_hash(HELLO, json.loads(json.dumps(settings))) == content_hash(HELLO, settings)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1: "a"}, {"a": {2}}, b"x"])
def test_what_json_has_not_is_refused(value: object) -> None:
    with pytest.raises(BadValue):
        canonical_json({"x": value})


def test_endless_values_are_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(BadValue):
        canonical_json(endless)
