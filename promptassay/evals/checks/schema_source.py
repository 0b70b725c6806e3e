"""Accepts or refuses a JSON Schema when a check is saved, so that a run meets only schemas that work."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from promptassay.core.errors import ValidationFailed
from promptassay.evals.checks.json_text import NotJson, depth, parse_json
from promptassay.evals.checks.patterns import BadPattern, compile_pattern
from promptassay.evals.checks.schema_validator import TooManySteps, schema_errors
from promptassay.evals.checks.schema_wording import place
from promptassay.evals.checks.wording import quoted, quoted_json

MAX_SCHEMA_BYTES: Final = 64 * 1024
MAX_SCHEMA_DEPTH: Final = 48
UNSUPPORTED: Final = ("unevaluatedItems", "unevaluatedProperties")
_DRAFT: Final = "//json-schema.org/draft/2020-12/schema"
_TYPES: Final = "A type is string, number, integer, boolean, array, object or null, or a list of these."
_PROBES: Final[tuple[Any, ...]] = (None, {}, [], "", 0)


def read_schema(raw: str | Mapping[str, Any]) -> dict[str, Any]:
    """The schema as plain JSON without `$schema`; raises ValidationFailed with what is wrong and where."""
    schema = _parsed(raw)
    dialect = schema.pop("$schema", None)
    if dialect is not None and str(dialect).removeprefix("https:").removeprefix("http:").rstrip("#") != _DRAFT:
        raise _refuse(
            f"its `$schema` is {quoted_json(dialect)}",
            "Schemas here are of Draft 2020-12. Port it (tuples become `prefixItems`), then remove `$schema`.",
        )
    if _names_a_dialect(schema):
        raise _refuse("it has a `$schema` inside", "`$schema` may stand only at the top. Remove the others.")
    try:
        _check_form(schema)
        _check_parts(schema)
        for probe in _PROBES:
            schema_errors(schema, probe)
    except RecursionError:
        raise _refuse(
            "it refers to itself without end", "Break the chain of `$ref` that leads back to its own start."
        ) from None
    except TooManySteps:
        raise _refuse("it takes too many steps even for an empty value", "Remove repeated `$ref`s.") from None
    return schema


def _refuse(problem: str, next_step: str) -> ValidationFailed:
    return ValidationFailed(
        f"The schema cannot be used: {problem}.",
        next_step=next_step,
        details={"schema": f"{problem[0].upper()}{problem[1:]}."},
    )


def _parsed(raw: str | Mapping[str, Any]) -> dict[str, Any]:
    try:
        text = raw if isinstance(raw, str) else json.dumps(raw, allow_nan=False, ensure_ascii=False)
        if len(text.encode()) > MAX_SCHEMA_BYTES:
            raise _refuse(
                f"it is {len(text.encode()):,} bytes long",
                f"Make it at most {MAX_SCHEMA_BYTES:,} bytes long.",
            )
        schema = parse_json(text, unique_keys=True)
    except NotJson as problem:
        raise _refuse(f"it is not JSON: {str(problem).rstrip('.')}", "Mend it at that place.") from None
    except (TypeError, ValueError, RecursionError):
        raise _refuse("it holds something that is not JSON", "Paste it as JSON text.") from None
    if not isinstance(schema, dict):
        raise _refuse("it is not an object", "A schema begins with `{`.")
    if depth(schema) > MAX_SCHEMA_DEPTH:
        raise _refuse(f"it nests deeper than {MAX_SCHEMA_DEPTH} levels", "Move inner parts to `$defs`.")
    return schema


def _names_a_dialect(value: Any) -> bool:
    if isinstance(value, dict):
        return isinstance(value.get("$schema"), str) or any(_names_a_dialect(each) for each in value.values())
    return isinstance(value, list) and any(_names_a_dialect(each) for each in value)


def _check_form(schema: Any) -> None:
    """Raise unless the schema is valid under the schema of schemas."""
    problem = best_match(Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema))
    if isinstance(problem, ValidationError):
        where = place(problem.absolute_path, root="its top level")
        if problem.absolute_path and problem.absolute_path[-1] == "type":
            raise _refuse(f"{where} is {quoted_json(problem.instance, 60)}, which is no type of JSON", _TYPES)
        raise _refuse(
            f"{where} holds {quoted_json(problem.instance, 60)}, which breaks the rule "
            f"`{problem.validator}` of JSON Schema",
            f"The rule wants {quoted_json(problem.validator_value, 120)}.",
        )


def _check_parts(schema: dict[str, Any]) -> None:
    """Raise for references that lead nowhere, for patterns RE2 refuses and for unsupported keywords."""
    seen: set[int] = set()
    root = DRAFT202012.create_resource(schema)
    waiting: list[tuple[Any, Any]] = [(root, Registry().resolver_with_root(root))]
    walked = {id(part) for part, _ in _parts(root, waiting[0][1], set())}
    while waiting:
        resource, resolver = waiting.pop()
        if id(resource.contents) not in walked:
            _check_form(resource.contents)
        for part, part_resolver in _parts(resource, resolver, seen):
            _check_keywords(part)
            references = [part[keyword] for keyword in ("$ref", "$dynamicRef") if keyword in part]
            waiting += [_target(reference, part_resolver) for reference in references]


def _parts(resource: Any, resolver: Any, seen: set[int]) -> Iterator[tuple[dict[str, Any], Any]]:
    contents = resource.contents
    if not isinstance(contents, dict) or id(contents) in seen:
        return
    seen.add(id(contents))
    yield contents, resolver
    for inner in resource.subresources():
        yield from _parts(inner, resolver.in_subresource(inner), seen)


def _target(reference: str, resolver: Any) -> tuple[Any, Any]:
    try:
        resolved = resolver.lookup(reference)
    except Unresolvable:
        if reference.startswith("#"):
            raise _refuse(
                f"its reference {quoted(reference)} leads nowhere",
                "Define it under `$defs`, or mend the name.",
            ) from None
        raise _refuse(
            f"it refers to {quoted(reference)}, outside itself",
            "Nothing is fetched for a check: copy that schema into `$defs` and refer to it with `#/$defs/…`.",
        ) from None
    if not isinstance(resolved.contents, (dict, bool)):
        raise _refuse(f"its reference {quoted(reference)} leads to something that is no schema", "Mend it.")
    return DRAFT202012.create_resource(resolved.contents), resolved.resolver


def _check_keywords(part: Mapping[str, Any]) -> None:
    for keyword in UNSUPPORTED:
        if keyword in part:
            raise _refuse(
                f"it uses `{keyword}`, which is not supported here",
                "Use `additionalProperties` or `items` instead.",
            )
    for pattern in (*([part["pattern"]] if "pattern" in part else ()), *part.get("patternProperties", {})):
        try:
            compile_pattern(pattern)
        except BadPattern as problem:
            raise _refuse(f"its pattern {quoted(pattern, 40)} cannot be used", str(problem)) from None
