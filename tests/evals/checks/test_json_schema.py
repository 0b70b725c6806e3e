"""The check json-schema: plain words for every rule, no network, and an end to every schema and output."""

import json
import socket
import time
from typing import Any

import pytest

from promptassay.core.errors import ValidationFailed
from promptassay.evals.checks import Observation, parse_check, run_check
from promptassay.evals.checks.schema_validator import canonical

EVIL_PATTERN = "(a+)+$"
EVIL_TEXT = "a" * 60 + "!"


def outcome(schema: Any, output: Any) -> tuple[str, str]:
    text = output if isinstance(output, str) else json.dumps(output)
    result = run_check(parse_check({"kind": "json-schema", "schema": schema}), Observation(text))
    return result.outcome, result.explanation


@pytest.mark.parametrize(
    ("schema", "value", "explanation"),
    [
        ({"type": "string"}, 1, "Expected the output to be a text; got the number `1`."),
        ({"type": ["string", "null"]}, [1], "Expected the output to be a text or null; got a list of 1 item."),
        ({"type": "integer"}, 1.5, "Expected the output to be a whole number; got the number `1.5`."),
        ({"type": "number"}, True, "Expected the output to be a number; got `true`."),
        ({"type": "array"}, {"a": 1}, "Expected the output to be a list; got an object of 1 field."),
        ({"enum": ["low", "high"]}, "urgent", "Expected the output to be one of low, high; got `urgent`."),
        ({"properties": {"a": {"enum": [1, None]}}}, {"a": 2}, "Expected field `a` to be one of `1`, `null`; got `2`."),
        ({"properties": {"a": {"const": "x"}}}, {"a": "y"}, "Expected field `a` to be `x`; got `y`."),
        ({"required": ["a", "b"]}, {}, "Field `a` is missing. Field `b` is missing."),
        ({"required": ["a", "b", "c", "d"]}, {}, None),
        (
            {"additionalProperties": False, "properties": {"a": {}}},
            {"b": 1},
            "Field `b` is not one that the schema allows.",
        ),
        ({"properties": {"a": False}}, {"a": 1}, "Field `a` is not one that the schema allows."),
        (
            {"patternProperties": {"^x": {"type": "null"}}},
            {"xa": 1},
            "Expected field `xa` to be null; got the number `1`.",
        ),
        (
            {"patternProperties": {"^x": True}, "additionalProperties": {"type": "null"}},
            {"xa": 1, "b c": 2},
            "Expected field `['b c']` to be null; got the number `2`.",
        ),
        ({"items": {"type": "string"}}, ["a", 2], "Expected item `[1]` to be a text; got the number `2`."),
        (
            {"properties": {"items": {"items": {"required": ["n"]}}}},
            {"items": [{"n": 1}, {}]},
            "Field `items[1].n` is missing.",
        ),
        ({"prefixItems": [{}], "items": False}, [1, 2], "Expected the output to have at most 1 item; it has 2."),
        ({"minimum": 5}, 4, "Expected the output to be at least 5; got `4`."),
        ({"exclusiveMaximum": 5}, 5, "Expected the output to be less than 5; got `5`."),
        ({"multipleOf": 3}, 7, "Expected the output to be a multiple of 3; got `7`."),
        ({"multipleOf": 1e-300}, 7.5e300, "Expected the output to be a multiple of 1e-300; got `7.5e+300`."),
        ({"minLength": 2}, "a", "Expected the output to have at least 2 characters; it has 1."),
        ({"maxItems": 1}, [1, 2], "Expected the output to have at most 1 item; it has 2."),
        ({"minProperties": 1}, {}, "Expected the output to have at least 1 field; it has 0."),
        ({"pattern": "^a$"}, "b", "Expected the output to match the pattern `^a$`; got `b`."),
        ({"uniqueItems": True}, [1, 2, 1.0], "The output holds the same item twice."),
        ({"contains": {"const": 1}}, [2], "No item of the output has the shape that the schema asks for."),
        (
            {"contains": {"const": 1}, "minContains": 2},
            [1],
            "The output holds fewer than 2 items of the shape that the schema asks for.",
        ),
        ({"not": {"type": "null"}}, None, "The output has a shape that the schema rules out; got `null`."),
        ({"allOf": [False]}, 1, "The output has a shape that the schema rules out; got `1`."),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "Field `b` is missing."),
        ({"if": {"required": ["a"]}, "then": {"required": ["b"]}}, {"a": 1}, "Field `b` is missing."),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
            1,
            "Expected the output to be a text or null; got the number `1`.",
        ),
        (
            {"oneOf": [{"type": "number"}, {"minimum": 0}]},
            3,
            "The output fits more than one of 2 shapes, and must fit exactly one.",
        ),
        (
            {
                "anyOf": [
                    {"properties": {"t": {"const": "a"}, "x": {"type": "null"}}, "required": ["t", "x"]},
                    {"properties": {"t": {"const": "b"}, "y": {"type": "null"}}, "required": ["t", "y"]},
                ]
            },
            {"t": "b", "y": 1},
            "The output fits none of 2 allowed shapes; the nearest one says: expected field `y` to be null; "
            "got the number `1`.",
        ),
        (
            {"$ref": "#/$defs/x", "$defs": {"x": {"type": "null"}}},
            1,
            "Expected the output to be null; got the number `1`.",
        ),
        (
            {"$ref": "#n", "$defs": {"x": {"$anchor": "n", "type": "null"}}},
            1,
            "Expected the output to be null; got the number `1`.",
        ),
    ],
)
def test_every_rule_is_explained_in_plain_words(schema: Any, value: Any, explanation: str | None) -> None:
    verdict, said = outcome(schema, json.dumps(value))
    assert verdict == "failed"
    if explanation is not None:
        assert said == explanation


def test_many_differences_are_cut_short() -> None:
    said = outcome({"required": ["a", "b", "c", "d"]}, {})[1]
    assert said.endswith("Field `c` is missing. There are more differences.")


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ('{"type":', "not JSON"),
        ("[]", "not an object"),
        ({"type": "strin"}, "no type of JSON"),
        ({"properties": {"a": {"minLength": "x"}}}, "field `properties.a.minLength`"),
        ({"required": "a"}, "field `required`"),
        ({"pattern": "(?=a)"}, "look-ahead"),
        ({"properties": {"a": {"items": {"pattern": r"(a)\1"}}}}, "back-references"),
        ({"patternProperties": {"(?<=a)": True}}, "look-behind"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "Draft 2020-12"),
        ({"$schema": 7}, "Draft 2020-12"),
        ({"properties": {"a": {"$schema": "https://json-schema.org/draft/2020-12/schema"}}}, "only at the top"),
        ({"$ref": "#/$defs/none"}, "leads nowhere"),
        ({"$ref": "#/enum", "enum": [1]}, "no schema"),
        ({"$ref": "#/const", "const": {"type": 5}}, "no type of JSON"),
        ({"$ref": "https://example.com/a.json"}, "Nothing is fetched"),
        ({"properties": {"a": {"$ref": "other.json#/b"}}}, "Nothing is fetched"),
        ({"$ref": "https://json-schema.org/draft/2020-12/schema"}, "Nothing is fetched"),
        ({"$ref": "file:///etc/passwd"}, "Nothing is fetched"),
        ({"$ref": "#"}, "refers to itself without end"),
        ({"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"$ref": "#/allOf/0"}}}, "without end"),
        ({"unevaluatedProperties": False}, "not supported"),
        ({"a": float("nan")}, "not JSON"),
        ({"a": {1, 2}}, "not JSON"),
        ({"description": "x" * 70_000}, "bytes long"),
        ('{"a":1,"a":2}', "twice"),
    ],
)
def test_bad_schemas_are_refused_when_saving(schema: Any, says: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        parse_check({"kind": "json-schema", "schema": schema})
    assert says in str(caught.value)
    assert caught.value.next_step
    assert "schema" in caught.value.details


def test_a_deep_schema_is_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(60):
        schema = {"not": schema}
    with pytest.raises(ValidationFailed, match="nests deeper"):
        parse_check({"kind": "json-schema", "schema": schema})
    for _ in range(5000):
        schema = {"not": schema}
    with pytest.raises(ValidationFailed):
        parse_check({"kind": "json-schema", "schema": schema})


def test_the_draft_may_be_named_at_the_top_and_a_schema_may_be_text() -> None:
    for dialect in ("https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft/2020-12/schema#"):
        schema = json.dumps({"$schema": dialect, "type": "null"})
        assert outcome(schema, "null")[0] == "passed"


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise AssertionError("a check opened a connection")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    schema = {
        "$id": "https://example.com/root",
        "properties": {"a": {"$ref": "leaf"}},
        "$defs": {"x": {"$id": "leaf", "type": "null"}},
    }
    assert outcome(schema, {"a": None})[0] == "passed"
    assert outcome(schema, {"a": 1})[0] == "failed"


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": EVIL_PATTERN},
        {"items": {"pattern": EVIL_PATTERN}},
        {"$ref": "#/const", "const": {"pattern": EVIL_PATTERN}},
        {"propertyNames": {"pattern": EVIL_PATTERN}},
        {"patternProperties": {EVIL_PATTERN: False}},
        {"patternProperties": {EVIL_PATTERN: True}, "additionalProperties": False},
    ],
)
@pytest.mark.parametrize("value", [EVIL_TEXT, [EVIL_TEXT], {EVIL_TEXT: 1}], ids=["text", "list", "object"])
def test_patterns_take_linear_time_wherever_they_stand(schema: Any, value: Any) -> None:
    started = time.perf_counter()
    outcome(schema, json.dumps(value))
    assert time.perf_counter() - started < 1


def _doubling(levels: int) -> dict[str, Any]:
    parts: dict[str, Any] = {f"p{n}": {"allOf": [{"$ref": f"#/$defs/p{n + 1}"}] * 2} for n in range(levels)}
    parts[f"p{levels}"] = {"type": "string"}
    return parts


def test_a_schema_that_doubles_its_work_ends() -> None:
    with pytest.raises(ValidationFailed, match="too many steps"):
        parse_check({"kind": "json-schema", "schema": {"$ref": "#/$defs/p0", "$defs": _doubling(30)}})
    schema = {"properties": {"q": {"$ref": "#/$defs/p0"}}, "$defs": _doubling(30)}
    verdict, said = outcome(schema, {"q": "x"})
    assert verdict == "error"
    assert "too large" in said


def test_a_loop_that_only_an_output_reaches_is_an_error() -> None:
    schema = {
        "properties": {"a": {"$ref": "#/$defs/a"}},
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
    }
    verdict, said = outcome(schema, {"a": 1})
    assert verdict == "error"
    assert "too deep" in said


def test_a_tree_of_the_largest_depth_is_validated() -> None:
    node = {"properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}
    schema = {"$defs": {"node": {"anyOf": [{"type": "null"}, {"allOf": [node]}]}}, "$ref": "#/$defs/node"}
    assert outcome(schema, '{"children":[' * 32 + "]}" * 32)[0] == "passed"
    verdict, said = outcome(schema, '{"children":[' * 33 + "]}" * 33)
    assert verdict == "failed"
    assert "64 levels" in said


def test_large_honest_outputs_are_validated() -> None:
    row = {"type": "object", "properties": {"a": {"type": "integer", "minimum": 0}}, "required": ["a"]}
    assert outcome({"items": row}, [{"a": n} for n in range(20_000)])[0] == "passed"
    assert outcome({"uniqueItems": True}, [[n, {"a": n}] for n in range(30_000)])[0] == "passed"


def test_canonical_forms_are_equal_exactly_for_equal_json() -> None:
    assert canonical(1) == canonical(1.0)
    assert canonical(1) != canonical(True)
    assert canonical(0) != canonical(False)
    assert canonical("1") != canonical(1)
    assert canonical(None) != canonical("None")
    assert canonical({"a": 1, "b": [2]}) == canonical({"b": [2.0], "a": 1})
    assert canonical([1, 2]) != canonical([2, 1])
    assert canonical([]) != canonical({})
