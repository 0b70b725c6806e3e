"""Test cases proposed by the demo provider: from the prompt's variables, its choices and its own examples."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from promptassay.providers.demo.panels.reading import Reading
from promptassay.providers.demo.panels.values import TRICKY, sample, text_about

_NOTE: Final = "Made by rule by the demo provider, which is not a language model."
MOST: Final = 10
_WORDS: Final = re.compile(r"[a-z]{4,}")
_MARKED: Final = re.compile(r"\{\{|\$\{")


@dataclass(frozen=True)
class _Case:
    name: str
    why: str
    given: str
    expected: str = ""


def propose(
    reading: Reading, count: int, wish: str, variables: Mapping[str, str | None] | None = None
) -> dict[str, Any]:
    """The answer of the panel: at most `count` cases, each of another kind.

    `variables` with their defaults are those that need a value, where they are known from elsewhere.
    """
    names = dict(variables) if variables else _variables(reading)
    target = _target(reading, list(names))
    if not target:
        why = f"The prompt has no variables: what changes from run to run is the model alone. {_NOTE}"
        return {"cases": [{"name": "as it is", "why": why, "values": {}, "expected": ""}]}
    wanted = _wished(list(_proposals(reading, target)), wish)
    cases: dict[str, dict[str, Any]] = {}
    for each in wanted[: max(1, min(count, MOST))]:
        values = {name: sample(name, len(cases), default) for name, default in names.items()} | {target: each.given}
        name = each.name if each.name not in cases else f"{each.name} ({len(cases) + 1})"
        cases[name] = {"name": name, "why": f"{each.why} {_NOTE}", "values": values, "expected": each.expected}
    return {"cases": list(cases.values())}


def _variables(reading: Reading) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for nodes in reading.context.nodes:
        for node in nodes:
            if (name := getattr(node, "name", None)) is not None:
                found.setdefault(name, getattr(node, "default", None))
    return found


def _target(reading: Reading, names: list[str]) -> str:
    """The variable that the cases are about: the last that is named like input, else the last."""
    return next(iter([*reversed(reading.inputs), *reversed(names)]), "")


def _proposals(reading: Reading, target: str) -> Iterator[_Case]:
    found = reading.instructions
    for text, label in found.examples[:3]:
        if not _MARKED.search(text + label):
            why = "The prompt's own example should come out as it says."
            yield _Case(f"example: {label.strip()[:40]}", why, text, label.strip())
    is_input = bool(reading.inputs)
    for options in list(found.choices.values())[:1]:
        for option in options:
            # The bare name is the whole answer only where the prompt wants nothing else.
            expected = option.name if found.form == "bare" else ""
            why = f"“{option.name}” is one of the answers that the prompt lists."
            yield _Case(option.name, why, text_about(option), expected)
    if not is_input and not found.choices:
        for number in range(2):
            value = sample(target, number, None)
            yield _Case(f"{target}: {value[:30]}", "A plain value, to see that the usual case works.", value)
    if is_input and not found.choices:
        question = sample("question", 0, None)
        yield _Case("a plain question", "The usual case.", question)
        yield _Case(
            "two things at once", "One input, two matters: both should be dealt with.", sample("question", 1, None)
        )
    for name, why, value in TRICKY:
        yield _Case(name, why, value)


def _wished(cases: list[_Case], wish: str) -> list[_Case]:
    """Those that share most words with the wish first."""
    words = set(_WORDS.findall(wish.lower()))
    return sorted(cases, key=lambda each: -len(words & set(_WORDS.findall(f"{each.name} {each.why}".lower()))))
