"""Puts errors of a JSON Schema into plain words: which field, what was expected, what came."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from jsonschema.exceptions import ValidationError

from promptassay.evals.checks.wording import count, listed, quoted, quoted_json

SHOWN: Final = 3
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_TYPES: Final = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def explain_errors(errors: Sequence[ValidationError]) -> str:
    """One to three sentences about the first errors, and whether there are more."""
    sentences = list(dict.fromkeys(_capital(explain(error)) + "." for error in errors))
    more = " There are more differences." if len(sentences) > SHOWN else ""
    return " ".join(sentences[:SHOWN]) + more


def explain(error: ValidationError) -> str:
    """One error as a clause, without a full stop."""
    where = place(error.absolute_path)
    writer = _WRITERS.get(str(error.validator))
    if writer is not None:
        return writer(where, error.validator_value, error.instance, error)
    return f"{where} breaks the rule `{error.validator}`; got {quoted_json(error.instance)}"


def place(path: Iterable[str | int], root: str = "the output") -> str:
    """A path as people write it: field `items[2].name`; the root has no path."""
    steps = list(path)
    written = ""
    for step in steps:
        if isinstance(step, int):
            written += f"[{step}]"
        elif _PLAIN_NAME.fullmatch(step):
            written += f".{step}" if written else step
        else:
            written += f"[{quoted(step, 40).strip('`')!r}]"
    if not steps:
        return root
    return f"{'item' if isinstance(steps[-1], int) else 'field'} `{written}`"


def _capital(clause: str) -> str:
    return clause[:1].upper() + clause[1:]


def _bare(value: Any) -> str:
    """A value of an enum: texts stand bare, as people say them."""
    return value if isinstance(value, str) and 0 < len(value) <= 40 else quoted_json(value, 40)


def _type(where: str, wanted: Any, got: Any, _error: ValidationError) -> str:
    names = [wanted] if isinstance(wanted, str) else wanted
    return f"expected {where} to be {listed([_TYPES.get(name, name) for name in names], 'or')}; got {_kind(got)}"


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "an empty text" if not value else f"the text {quoted(value)}"
    if isinstance(value, bool) or value is None:
        return quoted_json(value)
    if isinstance(value, (int, float)):
        return f"the number {quoted_json(value)}"
    noun = ("list", "item") if isinstance(value, list) else ("object", "field")
    return f"{'a' if noun[0] == 'list' else 'an'} {noun[0]} of {count(len(value), noun[1])}"


def _enum(where: str, wanted: Any, got: Any, _error: ValidationError) -> str:
    if len(wanted) == 1:
        return _const(where, wanted[0], got, _error)
    choices = ", ".join(_some([_bare(value) for value in wanted]))
    return f"expected {where} to be one of {choices}; got {quoted_json(got)}"


def _some(texts: list[str]) -> list[str]:
    return texts if len(texts) <= 12 else [*texts[:11], f"{len(texts) - 11} more"]


def _const(where: str, wanted: Any, got: Any, _error: ValidationError) -> str:
    return f"expected {where} to be {quoted_json(wanted)}; got {quoted_json(got)}"


def _bound(words: str) -> Callable[[str, Any, Any, ValidationError], str]:
    return lambda where, wanted, got, _error: f"expected {where} to be {words} {wanted}; got {quoted_json(got)}"


def _sized(words: str, noun: str) -> Callable[[str, Any, Any, ValidationError], str]:
    def write(where: str, wanted: Any, got: Any, _error: ValidationError) -> str:
        return f"expected {where} to have {words} {count(int(wanted), noun)}; it has {len(got):,}"

    return write


def _not_there(where: str, _wanted: Any, _got: Any, _error: ValidationError) -> str:
    return f"{where} is missing"


def _not_allowed(where: str, _wanted: Any, _got: Any, _error: ValidationError) -> str:
    return f"{where} is not one that the schema allows"


def _items(where: str, _wanted: Any, got: Any, error: ValidationError) -> str:
    known = len(error.schema.get("prefixItems", ())) if isinstance(error.schema, dict) else 0
    return f"expected {where} to have at most {count(known, 'item')}; it has {len(got):,}"


def _contains(where: str, wanted: Any, _got: Any, error: ValidationError) -> str:
    if error.validator == "minContains":
        return f"{where} holds fewer than {count(int(wanted), 'item')} of the shape that the schema asks for"
    if error.validator == "maxContains":
        return f"{where} holds more than {count(int(wanted), 'item')} of the shape that the schema asks for"
    return f"no item of {where} has the shape that the schema asks for"


def _pattern(where: str, wanted: Any, got: Any, _error: ValidationError) -> str:
    return f"expected {where} to match the pattern {quoted(wanted, 60)}; got {quoted_json(got)}"


def _unique(where: str, _wanted: Any, _got: Any, _error: ValidationError) -> str:
    return f"{where} holds the same item twice"


def _not(where: str, _wanted: Any, got: Any, _error: ValidationError) -> str:
    return f"{where} has a shape that the schema rules out; got {quoted_json(got)}"


def _choice(where: str, wanted: Any, got: Any, error: ValidationError) -> str:
    branches: dict[Any, list[ValidationError]] = defaultdict(list)
    for each in error.context or ():
        branches[each.relative_schema_path[0]].append(each)
    if not branches:
        return f"{where} fits more than one of {count(len(wanted), 'shape')}, and must fit exactly one"
    if all(len(each) == 1 and each[0].validator == "type" and not each[0].relative_path for each in branches.values()):
        names = [name for each in branches.values() for name in _names(each[0].validator_value)]
        return _type(where, list(dict.fromkeys(names)), got, error)
    nearest = min(branches.values(), key=_distance)
    shapes = count(len(branches), "allowed shape")
    return f"{where} fits none of {shapes}; the nearest one says: {explain(nearest[0])}"


def _names(types: Any) -> list[str]:
    return [types] if isinstance(types, str) else list(types)


def _distance(errors: list[ValidationError]) -> tuple[bool, int, int]:
    """How far a branch is from fitting: a wrong type or constant at its top outweighs all fields."""
    other_kind = any(each.validator in ("type", "const", "enum") and len(each.relative_path) <= 1 for each in errors)
    return other_kind, len(errors), -max(len(each.relative_path) for each in errors)


_WRITERS: Final[dict[str, Callable[[str, Any, Any, ValidationError], str]]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "required": _not_there,
    "dependentRequired": _not_there,
    "properties": _not_allowed,
    "patternProperties": _not_allowed,
    "additionalProperties": _not_allowed,
    "minimum": _bound("at least"),
    "maximum": _bound("at most"),
    "exclusiveMinimum": _bound("more than"),
    "exclusiveMaximum": _bound("less than"),
    "multipleOf": _bound("a multiple of"),
    "minLength": _sized("at least", "character"),
    "maxLength": _sized("at most", "character"),
    "minItems": _sized("at least", "item"),
    "maxItems": _sized("at most", "item"),
    "minProperties": _sized("at least", "field"),
    "maxProperties": _sized("at most", "field"),
    "items": _items,
    "contains": _contains,
    "minContains": _contains,
    "maxContains": _contains,
    "pattern": _pattern,
    "uniqueItems": _unique,
    "not": _not,
    "None": _not,  # the schema `false`, whose errors name no rule
    "anyOf": _choice,
    "oneOf": _choice,
}
