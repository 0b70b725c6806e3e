"""Good answers of the panels, as a model would give them, and the forms that ask for them."""

import json
from typing import Any

from promptassay.assist.answers import ASPECTS
from tests.prompts.factories import typed

TEXT = "Sort the ticket {{ticket}} by team.\nBe   brief, but explain everything in detail."

CRITIQUE: dict[str, Any] = {
    "scores": [
        {"aspect": aspect, "reason": f"About {aspect}.", "score": number} for number, aspect in enumerate(ASPECTS, 3)
    ],
    "findings": [
        {
            "severity": "must",
            "title": "Brief and detailed",
            "detail": "They contradict.",
            "message": 1,
            "quote": "Be brief, but explain",
        },
        {"severity": "may", "title": "No such words", "detail": "", "message": 1, "quote": "nowhere in it"},
    ],
    "summary": "Good, but for one thing.",
}
IMPROVE: dict[str, Any] = {
    "edits": [
        {"message": 1, "find": "explain everything in detail", "replace": "give one reason", "why": "One length."},
        {"message": 1, "find": "", "replace": "\nAnswer in English.", "why": "Fixes the language."},
        {"message": 1, "find": "not there", "replace": "x", "why": "None."},
    ],
    "summary": "Shorter.",
}
REWRITE: dict[str, Any] = {
    "messages": [{"role": "system", "content": "Name the team for the ticket: {{ticket}}\nOne word, “team” only."}],
    "changes": ["The output is fixed."],
}
COMPARE: dict[str, Any] = {
    "changes": [{"what": "Shorter.", "effect": "Shorter answers.", "risk": ""}],
    "prefer": [{"for": "Speed", "choice": "right", "why": "Shorter."}],
    "summary": "Take it.",
}
CASES: dict[str, Any] = {
    "cases": [
        {"name": "Late parcel", "why": "Ordinary.", "values": {"ticket": "Where is it?"}, "expected": "shipping"},
        {"name": "Empty", "why": "An edge.", "values": {"ticket": ""}, "expected": ""},
    ]
}
ANSWERS = {
    "critique": CRITIQUE,
    "improve": IMPROVE,
    "rewrite": REWRITE,
    "compare": COMPARE,
    "cases": CASES,
}
WORDS = "Begin with the task.\n\n```\nSort the ticket.\n```"
RULE = "vague-wording"

# What a panel's pane sends besides the workbench's fields and the model.
FIELDS: dict[str, dict[str, str]] = {
    "critique": {},
    "improve": {"findings": json.dumps(CRITIQUE["findings"]), "wish": "Shorter"},
    "rewrite": {"goal": "For a small model", "tone": "dry", "audience": "", "for_model": "small-1"},
    "brainstorm": {"chat": json.dumps([{"role": "user", "text": "How do I begin?"}])},
    "compare": {"left": "1", "right": "draft"},
    "cases": {"count": "2", "wish": ""},
    "explain": {"rule": RULE, "message": "1", "start": "0", "end": "4", "says": "It says little."},
}


def answer_of(panel: str) -> str:
    """A good answer of a panel, as its model writes it."""
    return json.dumps(ANSWERS[panel], ensure_ascii=False) if panel in ANSWERS else WORDS


def form_of(panel: str, *texts: str, **fields: str) -> dict[str, str]:
    """What the page sends to a panel: the workbench's fields, and the pane's."""
    return {**typed(*(texts or (TEXT,))), **FIELDS[panel], **fields}
