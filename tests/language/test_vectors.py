"""The shared test vectors hold for this implementation."""

import json
from pathlib import Path
from typing import Any

import pytest

from promptassay import language
from promptassay.language.errors import (
    BadValue,
    FragmentError,
    LanguageError,
    MalformedTemplate,
    MissingVariables,
)
from promptassay.language.fragments import FragmentTable
from promptassay.language.messages import Message, as_messages
from promptassay.language.resolve import Resolved, resolve_messages
from promptassay.language.values import as_texts

VECTORS = json.loads((Path(language.__file__).parent / "vectors.json").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = VECTORS["cases"]
KNOWN = {
    *("name", "text", "messages", "fragments", "variables", "fragment_vars", "strict", "expected", "error"),
    *("variables_found", "fragments_used", "unknown_slots", "missing"),
}


def messages_of(case: dict[str, Any]) -> tuple[Message, ...]:
    return (Message("user", case["text"]),) if "text" in case else as_messages(case["messages"])


def resolve_case(case: dict[str, Any]) -> Resolved:
    texts = {
        slug: {int(number): text for number, text in versions.items()}
        for slug, versions in case.get("fragments", {}).items()
    }
    return resolve_messages(
        messages_of(case),
        variables=as_texts(case.get("variables", {})),
        fragments=FragmentTable(texts),
        fragment_vars=as_texts(case.get("fragment_vars", {})),
        strict=case.get("strict", True),
    )


def test_there_are_enough_vectors_and_each_is_understood() -> None:
    assert len(CASES) >= 60
    assert len({case["name"] for case in CASES}) == len(CASES)
    for case in CASES:
        assert set(case) <= KNOWN, case["name"]
        assert ("expected" in case) != ("error" in case), case["name"]


@pytest.mark.parametrize("case", [c for c in CASES if "expected" in c], ids=lambda case: case["name"])
def test_vector_resolves(case: dict[str, Any]) -> None:
    resolved = resolve_case(case)
    contents = [message.content for message in resolved.messages]
    assert contents == ([case["expected"]] if "text" in case else case["expected"])
    assert [message.role for message in resolved.messages] == [m.role for m in messages_of(case)]
    assert list(resolved.missing) == case.get("missing", [])
    if "variables_found" in case:
        assert [[v.name, v.default] for v in resolved.variables] == case["variables_found"]
    if "fragments_used" in case:
        assert [[use.slug, use.number] for use in resolved.fragments_used] == case["fragments_used"]
    assert [list(pair) for pair in resolved.unknown_slots] == case.get("unknown_slots", [])


@pytest.mark.parametrize("case", [c for c in CASES if "error" in c], ids=lambda case: case["name"])
def test_vector_is_refused(case: dict[str, Any]) -> None:
    wanted = case["error"]
    with pytest.raises(LanguageError) as caught:
        resolve_case(case)
    error = caught.value
    assert error.code == wanted["code"]
    assert error.message
    assert error.why
    assert error.next_step
    if isinstance(error, MalformedTemplate):
        assert [[p.start, p.end, p.code] for p in error.problems] == wanted["problems"]
        assert [list(p.path) for p in error.problems] == [wanted.get("path", [])] * error.count
    elif isinstance(error, FragmentError):
        assert list(error.path) == wanted["path"]
        assert " → ".join(wanted["path"]) in error.why
    elif isinstance(error, MissingVariables):
        assert list(error.names) == wanted["names"]
        assert all(name in error.message for name in wanted["names"])
    else:
        assert isinstance(error, BadValue)
        assert error.name == wanted["name"]
