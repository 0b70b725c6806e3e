"""Whether a text is a version with nothing but fixes of the lint: each is made once more, and the texts are compared.

A page says which fixes it made, in order. It is not believed: only what the rules themselves make of the base version
counts, so that `lint_fix` in the history is true.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from promptassay.fragments import queries as fragments
from promptassay.language.lint import RULES, Fix, LintContext, apply
from promptassay.prompts.content import PromptContent, hash_of
from promptassay.prompts.inspection import lint_context, target_facts
from promptassay.prompts.models import Prompt

STEPS_MAX: Final = 60
_TEXT_MAX: Final = 30_000


class Step(NamedTuple):
    """One fix that a page made: its rule, the finding's span (message from 0, code points), and the fix's title."""

    rule: str
    message_index: int
    start: int
    end: int
    title: str


def read_steps(text: str) -> list[Step]:
    """The steps in a field of the workbench; whatever cannot be read is no step."""
    try:
        return steps_of(json.loads(text)) if len(text) <= _TEXT_MAX else []
    except (ValueError, RecursionError):
        return []


def steps_of(stored: Any) -> list[Step]:
    """Steps from plain JSON; a list with anything else in it holds none."""
    if not isinstance(stored, list) or len(stored) > STEPS_MAX:
        return []
    steps = [_step(each) for each in stored]
    return [step for step in steps if step] if all(steps) else []


def only_fixes(prompt: Prompt, base: PromptContent, content: PromptContent, steps: Sequence[Step]) -> bool:
    """Whether `content` is `base` after these fixes, and nothing else."""
    if not steps:
        return False
    known = target_facts(prompt)
    source = fragments.source(message["content"] for message in base.messages)
    text: PromptContent | None = base
    for step in steps:
        if text is None:
            return False
        text = _after(text, lint_context(prompt, text, known, source=source), step)
    return text is not None and hash_of(text) == hash_of(content)


def _step(value: Any) -> Step | None:
    match value:
        case [str(rule), int(message), int(start), int(end), str(title)] if rule in RULES:
            return Step(rule, message, start, end, title)
    return None


def _after(content: PromptContent, context: LintContext, step: Step) -> PromptContent | None:
    """The content after one fix; None where the rule offers no such fix at that place."""
    for finding in RULES[step.rule].find(context):
        if finding.span == (step.message_index, step.start, step.end):
            for fix in finding.fixes:
                if fix.title == step.title:
                    return _fixed(content, context, fix)
    return None


def _fixed(content: PromptContent, context: LintContext, fix: Fix) -> PromptContent:
    messages = [{"role": each.role, "content": each.content} for each in apply(context.messages, fix)]
    settings = {name: value for name, value in content.settings.items() if name not in fix.drop_settings}
    return replace(content, messages=messages, settings=settings)
