"""A panel at work: its answer streams into the page piece by piece, is asked for once more if it cannot be used, and
only the count of it is kept.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.template.loader import render_to_string

from promptassay.assist.asking import Question
from promptassay.assist.panels import Panel
from promptassay.assist.placeholders import changed
from promptassay.assist.quotes import Sought
from promptassay.assist.reading import Reading
from promptassay.core.errors import AppError
from promptassay.core.sse import event
from promptassay.core.tenancy import with_workspace
from promptassay.core.threads import in_thread
from promptassay.prompts.comparison import compare
from promptassay.prompts.content import PromptContent, length_of
from promptassay.providers.courses import Course, error_event, last_event
from promptassay.providers.queries import ModelChoice
from promptassay.providers.services import open_choice
from promptassay.providers.wire import Finished, Target, TextDelta
from promptassay.workspaces.actor import Actor

_LARGE: Final = 200_000  # characters of a prompt
_CUT_OFF: Final = "The answer was cut off: it reached the longest answer that the model gives."
_REFUSED: Final = "The model refused to answer."


@dataclass(frozen=True, repr=False)
class Opened:
    """All that a panel needs once its request's transaction is over. Prints as nothing: it holds text and a key."""

    actor: Actor
    panel: Panel
    prompt_id: UUID
    content: PromptContent
    question: Question
    choice: ModelChoice
    target: Target


async def stream_panel(opened: Opened) -> AsyncIterator[bytes]:
    """Server-sent events of one panel: start, waiting, reasoning, then its texts or things, then done or error.

    Closing the iterator closes the connection to the provider. Every call is counted, however it ends.
    """
    stream = _in_text(opened) if opened.question.shape is None else _in_json(opened)
    async with aclosing(stream) as events:
        async for each in events:
            yield each


def _course(opened: Opened) -> Course:
    return Course(opened.actor, opened.choice, purpose=opened.panel.name, subject_id=opened.prompt_id)


def _start(opened: Opened, course: Course) -> bytes:
    return course.start(panel=opened.panel.name, version=opened.panel.version)


async def _in_text(opened: Opened) -> AsyncGenerator[bytes, None]:
    async with _course(opened) as course:
        yield _start(opened, course)
        async with aclosing(course.events(opened.target, opened.question.call())) as events:
            async for each in events:
                if isinstance(each, TextDelta):
                    yield event("delta", {"text": each.text})
                elif isinstance(each, Finished) and each.refusal and not course.has_text:
                    yield event("delta", {"text": each.refusal})
                else:
                    for told in course.told(each):
                        yield told
        await course.count()
        yield last_event([course])


async def _in_json(opened: Opened) -> AsyncGenerator[bytes, None]:
    """The question, and where its answer cannot be used, the question once more."""
    shape, sought = opened.question.shape, Sought([each["content"] for each in opened.content.messages])
    assert shape is not None
    question, target = opened.question, opened.target
    courses: list[Course] = []
    first: Reading | None = None
    while True:
        reading = Reading(shape, sought)
        async with _course(opened) as course:
            courses.append(course)
            if len(courses) == 1:
                yield _start(opened, course)
            async with aclosing(_read(opened, course, target, question, reading)) as events:
                async for each in events:
                    yield each
            await course.count()
        if _takes_no_schema(question, course):
            yield event("waiting", {"text": f"{opened.choice.host} takes no schema, asking without", "seconds": None})
            question = question.without_schema()
        elif course.failure is not None:
            if first is not None:
                yield _raw(first, first.problem)
            break
        else:
            reading.finish()
            if not reading.problem:
                for told in await _end(opened, reading):
                    yield told
                break
            final = _why_final(course)
            if final or first is not None:
                yield _raw(reading, final or reading.problem, course)
                break
            yield event("repair", {"reason": reading.problem})
            first, question = reading, question.again(reading.answer, reading.problem)
        try:
            target = await in_thread(_reopen, opened)
        except AppError as error:
            if first is not None:
                yield _raw(first, first.problem)
            yield error_event(error)
            return
    yield last_event(courses)


async def _read(
    opened: Opened, course: Course, target: Target, question: Question, reading: Reading
) -> AsyncGenerator[bytes, None]:
    """What the page is told of one call while its answer comes."""
    is_large = length_of(opened.content) > _LARGE
    async with aclosing(course.events(target, question.call())) as events:
        async for each in events:
            if not isinstance(each, TextDelta):
                found = course.told(each)
            elif is_large:  # looking for words in it would hold up everybody else's streams
                found = await asyncio.to_thread(reading.feed, each.text)
            else:
                found = reading.feed(each.text)
            for told in found:
                yield told


def _takes_no_schema(question: Question, course: Course) -> bool:
    """Whether the call failed because the model cannot be held to a schema, as servers of one's own often cannot."""
    return question.takes_schema and course.failure is not None and course.failure.setting == "response_schema"


def _why_final(course: Course) -> str:
    """Why asking again would give nothing else; empty where it may."""
    finished = course.finished or Finished("other")
    if finished.refusal or finished.finish_reason in ("refusal", "content_filter"):
        return _REFUSED
    return _CUT_OFF if finished.finish_reason == "length" else ""


def _raw(reading: Reading, reason: str, course: Course | None = None) -> bytes:
    refusal = course.finished.refusal if course and course.finished else None
    return event("raw", {"text": reading.answer or refusal or "", "reason": reason})


def _reopen(opened: Opened) -> Target:
    """The key once more, for the second call; its use stands in the ledger first, as for the first one."""
    actor, reference = opened.actor, opened.choice.reference
    with with_workspace(actor.workspace_id, person_id=actor.user_id):
        return open_choice(actor, reference, purpose=opened.panel.name, subject_id=opened.prompt_id)[1]


async def _end(opened: Opened, reading: Reading) -> list[bytes]:
    """What can be said only of a whole answer: of a rewrite, which placeholders it lost, and what is different."""
    if opened.panel.name != "rewrite":
        return []
    after: list[dict[str, Any]] = reading.lists["messages"]
    lost, added = changed(opened.content.messages, after)
    html = await asyncio.to_thread(_difference, opened.content, PromptContent(after))
    return [
        event("value", {"name": "placeholders", "value": {"lost": lost, "added": added}}),
        event("diff", {"html": html}),
    ]


def _difference(before: PromptContent, after: PromptContent) -> str:
    context = {
        "comparison": compare(PromptContent(before.messages), after),
        "bare": False,
        "view": "inline",
        "left_label": "on screen",
        "right_label": "rewritten",
    }
    return render_to_string("prompts/diff_body.html", context)
