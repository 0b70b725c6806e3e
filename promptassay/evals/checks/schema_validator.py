"""Validates JSON against a JSON Schema (Draft 2020-12): bounded work, no network, RE2 for patterns.

The `jsonschema` library does the validating. Four things are changed here. Patterns run on RE2, because the
library's own engine can take exponential time. Nothing is ever fetched. Every step is counted, because a
schema that refers to itself twice can also take exponential time. The library's messages are dropped, because
they print whole instances; `schema_wording` writes ours from the rest of the error.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from itertools import islice
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry

from promptassay.evals.checks.patterns import Pattern, compile_pattern

MAX_STEPS: Final = 200_000
MAX_ERRORS: Final = 20
_BYTES_A_STEP: Final = 4096  # of a message that the library built and we dropped
_WORK_A_STEP: Final = 2000  # of RE2's bound

Keyword = Callable[[Any, Any, Any, Any], Iterable[ValidationError] | None]


class TooManySteps(Exception):
    """The instance and the schema together take more steps than a check may."""


_steps_left: ContextVar[int] = ContextVar("steps_left")


def schema_errors(schema: Mapping[str, Any], instance: Any) -> list[ValidationError]:
    """The first errors of an instance under a schema from `read_schema`; empty when it is valid.

    Errors carry no message. Raises TooManySteps, TooMuchWork, and RecursionError when schema and instance
    nest too deep together.
    """
    token = _steps_left.set(MAX_STEPS)
    try:
        return list(islice(_BOUNDED(schema, registry=Registry()).iter_errors(instance), MAX_ERRORS))
    finally:
        _steps_left.reset(token)


def _spend(steps: int) -> None:
    left = _steps_left.get() - steps
    if left < 0:
        raise TooManySteps
    _steps_left.set(left)


def _size(value: Any) -> int:
    return len(value) if isinstance(value, (list, dict)) else 0


def _counted(name: str, keyword: Keyword) -> Keyword:
    # Looking up a reference takes several times as long as any other keyword.
    base = 5 if name in ("$ref", "$dynamicRef") else 1

    def counted(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        _spend(base + (_size(value) + _size(instance)) // 8)
        for error in keyword(validator, value, instance, schema) or ():
            _spend(1 + len(error.message) // _BYTES_A_STEP)
            error.message = ""
            yield error

    return counted


def _compiled(pattern: str) -> Pattern:
    return compile_pattern(pattern)  # RE2 keeps the last 128 compiled patterns


def _found(pattern: Pattern, text: str) -> bool:
    _spend(1 + pattern.work(text) // _WORK_A_STEP)
    return pattern.found_in(text) is not None


def _pattern(_validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _found(_compiled(pattern), instance):
        yield ValidationError("")


def _properties(validator: Any, subschemas: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name, subschema in subschemas.items():
            if name in instance:
                yield from _field(validator, name, instance[name], subschema)


def _field(validator: Any, name: str, value: Any, subschema: Any) -> Iterator[ValidationError]:
    """Descend into one field; the library forgets the name where the subschema is `false`."""
    if subschema is False:
        yield ValidationError("", path=[name])
    else:
        yield from validator.descend(value, subschema, path=name, schema_path=name)


def _pattern_properties(validator: Any, by_pattern: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for pattern, subschema in by_pattern.items():
        compiled = _compiled(pattern)
        for name, value in instance.items():
            if _found(compiled, name):
                yield from _field(validator, name, value, subschema)


def _additional_properties(validator: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    declared = schema.get("properties", {})
    patterns = [_compiled(pattern) for pattern in schema.get("patternProperties", {})]
    for name, value in instance.items():
        if name in declared or any(_found(pattern, name) for pattern in patterns):
            continue
        yield from _field(validator, name, value, allowed)


def _required(_validator: Any, required: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name in required:
            if name not in instance:
                yield ValidationError("", path=[name])


def _dependent_required(_validator: Any, needs: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name, others in needs.items():
            for other in others if name in instance else ():
                if other not in instance:
                    yield ValidationError("", path=[other])


def _enum(_validator: Any, values: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    _spend(len(values) // 2)
    wanted = canonical(instance)
    if all(canonical(value) != wanted for value in values):
        yield ValidationError("")


def _const(_validator: Any, value: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if canonical(value) != canonical(instance):
        yield ValidationError("")


def _unique_items(_validator: Any, wanted: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if not wanted or not isinstance(instance, list):
        return
    seen = set()
    for item in instance:
        key = canonical(item)
        if key in seen:
            yield ValidationError("")
            return
        seen.add(key)


def canonical(value: Any) -> Any:
    """A hashable form, equal for equal JSON: 1 is 1.0 and not true, the order of fields means nothing."""
    _spend_if_counting(_size(value) // 8)
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return (type(value).__name__, value)
    if isinstance(value, (int, float)):
        return ("number", value)
    if isinstance(value, list):
        return ("list", tuple([canonical(item) for item in value]))
    return ("object", frozenset([(name, canonical(each)) for name, each in value.items()]))


def _spend_if_counting(steps: int) -> None:
    if steps and _steps_left.get(None) is not None:
        _spend(steps)


def _evolve(self: Any, **changes: Any) -> Any:
    """The library's `evolve` changes class where a schema names another draft: that would undo the bounds."""
    schema = changes.get("schema", self.schema)
    return type(self)(schema, registry=Registry(), _resolver=changes.get("_resolver", self._resolver))


_OURS: Final[dict[str, Keyword]] = {
    "pattern": _pattern,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "required": _required,
    "dependentRequired": _dependent_required,
    "enum": _enum,
    "const": _const,
    "uniqueItems": _unique_items,
}
_KEYWORDS: Final[dict[str, Keyword]] = {**Draft202012Validator.VALIDATORS, **_OURS}
_extend: Final[Any] = extend
_BOUNDED: Final[Any] = _extend(
    Draft202012Validator, {name: _counted(name, keyword) for name, keyword in _KEYWORDS.items()}
)
_BOUNDED.evolve = _evolve
