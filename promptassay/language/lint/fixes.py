"""Fixes put into effect: messages, or a whole context, as they are after one."""

from collections.abc import Sequence
from dataclasses import replace

from promptassay.language.lint.base import Edit, Fix
from promptassay.language.lint.context import LintContext
from promptassay.language.messages import Message


def apply(messages: Sequence[Message], fix: Fix) -> tuple[Message, ...]:
    """Return `messages` after the text edits of `fix`.

    Raises ValueError for edits that overlap or lie outside of the text: the messages are others than those
    that were linted.
    """
    edits: dict[int, list[Edit]] = {}
    for edit in fix.edits:
        edits.setdefault(edit.message_index, []).append(edit)
    if not all(0 <= index < len(messages) for index in (*edits, *fix.drop_messages)):
        raise ValueError("the fix is for other messages")
    return tuple(
        replace(message, content=_edited(message.content, edits.get(index, [])))
        for index, message in enumerate(messages)
        if index not in fix.drop_messages
    )


def apply_to_context(context: LintContext, fix: Fix) -> LintContext:
    """Return the context after `fix`, its variables and settings included; token counts stay as they were."""
    counts = tuple(count for index, count in enumerate(context.token_counts) if index not in fix.drop_messages)
    return replace(
        context,
        messages=apply(context.messages, fix),
        declared=tuple(name for name in context.declared if name not in fix.drop_variables),
        settings={name: value for name, value in context.settings.items() if name not in fix.drop_settings},
        token_counts=counts,
    )


def _edited(content: str, edits: list[Edit]) -> str:
    if not edits:
        return content
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        if not done <= edit.start <= edit.end <= len(content):
            raise ValueError("the fix is for another text")
        parts += (content[done : edit.start], edit.replacement)
        done = edit.end
    parts.append(content[done:])
    return "".join(parts)
