"""Critique by the demo provider: six scores that follow from what it found, each finding with an exact quote."""

from collections import defaultdict
from typing import Any, Final

from promptassay.providers.demo.panels.observations import ASPECTS, Aspect, Observation, observe, quote_of
from promptassay.providers.demo.panels.reading import Reading
from promptassay.providers.demo.words import join_words

IT_IS_THE_DEMO: Final = "This comes from the demo provider, which is not a language model"
MAX_FINDINGS: Final = 24
_MOST_PER_RULE: Final = 6.0
_UNREAD: Final = 5.0
_BY_WORDING: Final = frozenset({"clarity", "specificity", "context", "output"})
_ORDER: Final = ("must", "should", "may")
_GOOD: Final[dict[Aspect, str]] = {
    "clarity": "Nothing contradicts, and no sentence carries too much.",
    "specificity": "What is asked for can be checked.",
    "structure": "The parts of the text can be told apart.",
    "context": "The situation is told, and an answer is shown.",
    "output": "The form of the answer is said and bounded.",
    "robustness": "The input is closed in, and there is a way out when it does not fit.",
}


def scores_of(seen: list[Observation]) -> dict[Aspect, float]:
    """From 0 to 10 for each aspect: ten less what the observations cost; one rule costs at most six."""
    costs: dict[Aspect, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for each in seen:
        costs[each.aspect][each.rule] += each.cost
    return {
        aspect: max(0.0, 10.0 - sum(min(cost, _MOST_PER_RULE) for cost in costs[aspect].values())) for aspect in ASPECTS
    }


def critique(reading: Reading) -> dict[str, Any]:
    """The answer of the panel."""
    if not any(message.content.strip() for message in reading.messages):
        nothing = [{"aspect": aspect, "score": 0, "reason": "There is no text."} for aspect in ASPECTS]
        return {"scores": nothing, "findings": [], "summary": f"{IT_IS_THE_DEMO}. There is no text to judge."}
    seen = observe(reading)
    scores = scores_of(seen)
    if not reading.is_english:  # what was not read is neither good nor bad
        scores |= {aspect: min(scores[aspect], _UNREAD) for aspect in ASPECTS if aspect in _BY_WORDING}
    return {
        "scores": [
            {"aspect": aspect, "score": _plain(scores[aspect]), "reason": _reason(aspect, seen, reading)}
            for aspect in ASPECTS
        ],
        "findings": [_finding(reading, each) for each in ranked(seen)[:MAX_FINDINGS]],
        "summary": _summary(reading, seen, scores),
    }


def ranked(seen: list[Observation]) -> list[Observation]:
    """The gravest first; within a rank those of the lint, in the order of the text."""
    return sorted(seen, key=lambda each: _ORDER.index(each.severity))


def _finding(reading: Reading, seen: Observation) -> dict[str, Any]:
    return {
        "severity": seen.severity,
        "title": seen.title,
        "detail": seen.detail,
        "message": (seen.place.index if seen.place else 0) + 1,
        "quote": quote_of(reading, seen),
    }


def _reason(aspect: Aspect, seen: list[Observation], reading: Reading) -> str:
    titles: dict[str, int] = defaultdict(int)
    for each in seen:
        if each.aspect == aspect:
            titles[each.title] += 1
    if not titles:
        unread = not reading.is_english and aspect in _BY_WORDING
        return "Not judged: the demo's rules about wording read English only." if unread else _GOOD[aspect]
    return ". ".join(title if count == 1 else f"{title} ({count} places)" for title, count in titles.items()) + "."


def _summary(reading: Reading, seen: list[Observation], scores: dict[Aspect, float]) -> str:
    counts = [(sum(each.severity == rank for each in seen), rank) for rank in _ORDER]
    told = join_words(f"{count} {rank}" for count, rank in counts if count) if seen else "nothing to mend"
    weakest = min(ASPECTS, key=lambda aspect: scores[aspect])
    end = f"Weakest is {weakest}, at {_plain(scores[weakest])} of 10." if seen else "No rule of it objects."
    language = "" if reading.is_english else " Its rules about wording read English only, so they were left out here."
    return f"{IT_IS_THE_DEMO}: the product's own lint and a few rules about form counted {told}. {end}{language}"


def _plain(score: float) -> float | int:
    return int(score) if score == int(score) else score
