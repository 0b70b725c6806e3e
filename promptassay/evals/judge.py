"""The judge: writes the messages that ask a model for scores by a rubric, and reads its verdict strictly."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, Final

from promptassay.evals.checks.json_text import NotJson, parse_json
from promptassay.evals.checks.wording import count, quoted
from promptassay.evals.rubric import HIGHEST_SCORE, LOWEST_SCORE, Rubric
from promptassay.language.blocks import asked_again, block, boundary_of, read_parts
from promptassay.language.messages import Message

JUDGE_VERSION: Final = "judge-v1"
"""Names the judge's prompt; stored with each verdict, since scores of different versions do not compare."""

MAX_REASON: Final = 2000  # characters of a reason that are kept
_PROMPTS: Final = Path(__file__).parent / "prompts"


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """The judge's score of one criterion, 0 to 10, with its reason."""

    criterion: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class JudgeVerdict:
    """A complete verdict: a score of each criterion, in the rubric's order, and the weighted mean (0-10)."""

    scores: tuple[CriterionScore, ...]
    score: float
    passed: bool

    def to_dict(self) -> dict[str, Any]:
        """The JSON form that a run stores."""
        scores = [{"criterion": each.criterion, "score": each.score, "reason": each.reason} for each in self.scores]
        return {"judge": JUDGE_VERSION, "score": self.score, "passed": self.passed, "scores": scores}


@dataclass(frozen=True, slots=True)
class JudgeFailure:
    """The judge's answer could not be used: an error, never a score. `reason` is a sentence."""

    reason: str


def judge_messages(
    rubric: Rubric,
    *,
    output: str,
    prompt: Sequence[tuple[str, str]],
    variables: Mapping[str, str],
    expected: str = "",
) -> tuple[Message, ...]:
    """The messages that ask for a verdict; the same input gives the same messages.

    prompt: (role, text) of each message that the tested model was given. All texts stand in blocks whose
    boundary is a hash over all of them, so that no text can hold the end of its own block.
    """
    given = "\n\n".join(f"[{role}]\n{text}" for role, text in prompt)
    values = "\n\n".join(f"[{name}]\n{text}" for name, text in variables.items())
    blocks = {"prompt": given, "variables": values, "expected": expected, "output": output}
    boundary = boundary_of(blocks)
    filled = {name: block(name, text, boundary) for name, text in blocks.items()}
    parts = _parts(JUDGE_VERSION)
    system = parts["system"].substitute(boundary=boundary, names=_names(rubric))
    user = parts["user"].substitute(filled, rubric=_rubric_text(rubric), names=_names(rubric))
    return Message("system", system), Message("user", user)


def repair_messages(
    messages: Sequence[Message], answer: str, failure: JudgeFailure, rubric: Rubric
) -> tuple[Message, ...]:
    """The messages that show the judge its unusable answer and ask for it once more."""
    repair = _parts(JUDGE_VERSION)["repair"].substitute(problem=failure.reason, names=_names(rubric))
    return asked_again(messages, answer, repair)


def verdict_schema(rubric: Rubric) -> dict[str, Any]:
    """The JSON schema of a verdict, for providers that can be held to one.

    It keeps to what all three wire formats take in their strict modes: no numeric bounds and no list lengths.
    Those are in the prompt, and `parse_verdict` enforces them.
    """
    score = {
        "type": "object",
        "properties": {
            "criterion": {"type": "string", "enum": [each.name for each in rubric.criteria]},
            "reason": {"type": "string", "description": "One or two sentences, written before the score."},
            "score": {"type": "number", "description": "From 0 to 10."},
        },
        "required": ["criterion", "reason", "score"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"scores": {"type": "array", "items": score}},
        "required": ["scores"],
        "additionalProperties": False,
    }


def parse_verdict(text: str, rubric: Rubric) -> JudgeVerdict | JudgeFailure:
    """Read the judge's answer: JSON, fenced or not, with each criterion once and scores from 0 to 10.

    Anything else is a failure: nothing is guessed, filled in, rounded into range or read from prose.
    """
    try:
        answer = parse_json(text, allow_fence=True, unique_keys=True)
    except NotJson as problem:
        return JudgeFailure(f"The judge's answer is not JSON: {problem}")
    entries = answer.get("scores") if isinstance(answer, dict) else None
    if not isinstance(entries, list):
        return JudgeFailure("The judge's answer is not an object with a list `scores`.")
    if len(entries) > len(rubric.criteria):
        wanted = count(len(rubric.criteria), "criterion").replace("criterions", "criteria")
        return JudgeFailure(f"The judge's answer has {count(len(entries), 'score')}; the rubric has {wanted}.")
    names = {each.name.casefold(): each.name for each in rubric.criteria}
    found: dict[str, CriterionScore] = {}
    for entry in entries:
        score = _read_score(entry, names)
        if isinstance(score, JudgeFailure):
            return score
        if score.criterion in found:
            return JudgeFailure(f"The judge scored {quoted(score.criterion)} more than once.")
        found[score.criterion] = score
    missing = [each.name for each in rubric.criteria if each.name not in found]
    if missing:
        return JudgeFailure(f"The judge gave no score for {', '.join(map(quoted, missing))}.")
    weighted = rubric.weighted_score({name: score.score for name, score in found.items()})
    ordered = tuple(found[each.name] for each in rubric.criteria)
    return JudgeVerdict(ordered, weighted, rubric.passes(weighted))


def _read_score(entry: Any, names: Mapping[str, str]) -> CriterionScore | JudgeFailure:
    if not isinstance(entry, dict):
        return JudgeFailure("An entry of the judge's scores is not an object.")
    named, value, reason = entry.get("criterion"), entry.get("score"), entry.get("reason")
    name = names.get(named.strip().casefold()) if isinstance(named, str) else None
    if name is None:
        shown = quoted(named) if isinstance(named, str) else "no criterion"
        return JudgeFailure(f"The judge scored {shown}, which the rubric does not have.")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return JudgeFailure(f"The judge's score of {quoted(name)} is not a number.")
    if not LOWEST_SCORE <= value <= HIGHEST_SCORE:
        return JudgeFailure(f"The judge's score of {quoted(name)} is {value:g}, outside 0 to 10.")
    if not isinstance(reason, str) or not reason.strip():
        return JudgeFailure(f"The judge gave no reason for its score of {quoted(name)}.")
    return CriterionScore(name, float(value), reason.strip()[:MAX_REASON])


@cache
def _parts(version: str) -> dict[str, Template]:
    return read_parts(_PROMPTS / f"{version}.md")


def _rubric_text(rubric: Rubric) -> str:
    return "\n".join(f"- {each.name}: {each.description}" for each in rubric.criteria)


def _names(rubric: Rubric) -> str:
    return ", ".join(json.dumps(each.name, ensure_ascii=False) for each in rubric.criteria)
