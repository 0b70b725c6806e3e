"""Cases as JSONL: one JSON object a line."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from promptassay.core.errors import ValidationFailed
from promptassay.evals.case_files.decoding import decode
from promptassay.evals.case_files.rows import (
    EXPECTED,
    NAME,
    CaseImport,
    CaseRow,
    check_count,
    from_cells,
    meanings,
    named,
    refuse,
    wanted,
)
from promptassay.evals.checks.json_text import NotJson, parse_json

_SHAPE = "JSONL has one object on each line."


def read_jsonl(data: bytes, variables: Sequence[str], *, taken: Collection[str] = ()) -> CaseImport:
    """The cases of a JSONL file; raises ValidationFailed for anything that cannot be read.

    An object is `{"name", "variables": {…}, "expected"}`, or flat with the fields that a CSV file has as
    columns. Numbers, true and false become text, lists and objects their JSON. taken: as for `read_csv`.
    """
    text = decode(data)
    if text.lstrip()[:1] == "[":
        raise refuse("The file is one JSON list.", _SHAPE, "Put each case on a line of its own.")
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise refuse("The file is empty.", _SHAPE, wanted(variables))
    check_count(len(lines))
    rows = named([_case(number, line, variables) for number, line in lines], taken)
    return CaseImport(tuple(rows), ())


def write_jsonl(rows: Sequence[CaseRow]) -> bytes:
    """The cases as JSONL in UTF-8, which `read_jsonl` reads back to the same cases."""
    objects = [{"name": row.name, "variables": dict(row.variables), "expected": row.expected} for row in rows]
    return "".join([json.dumps(each, ensure_ascii=False) + "\n" for each in objects]).encode()


def _case(line: int, source: str, variables: Sequence[str]) -> CaseRow:
    try:
        value = parse_json(source, unique_keys=True)
    except NotJson as problem:
        raise refuse(f"Line {line:,} is not JSON: {problem}", _SHAPE, "Mend that line.") from None
    if not isinstance(value, dict):
        raise refuse(f"Line {line:,} is not an object.", _SHAPE, "Write each case as an object: {…}.")
    fields = _flat(value, variables)
    try:
        columns = meanings(list(fields), variables, noun="field")
    except ValidationFailed as problem:
        message = f"Line {line:,}: {problem.message[0].lower()}{problem.message[1:]}"
        raise refuse(message, problem.why.replace("columns", "fields"), problem.next_step) from None
    return from_cells(line, columns, [_as_text(each) for each in fields.values()])


def _flat(value: dict[str, Any], variables: Sequence[str]) -> dict[str, Any]:
    """The fields at one level: beside a nested `variables`, `name` and `expected` are the case's own."""
    inner = value.get("variables")
    if not isinstance(inner, dict) or "variables" in variables:
        return value
    long = {"name": NAME, "expected": EXPECTED}
    return {**{long.get(each, each): value[each] for each in value if each != "variables"}, **inner}


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
