"""Running a prompt in the workbench: the answer streams into the page, and only the count of it is kept."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Final
from uuid import UUID

from promptassay.core.sse import event
from promptassay.providers.courses import Course, last_event
from promptassay.providers.queries import ModelChoice
from promptassay.providers.wire import CallRequest, Event, Finished, Target, TextDelta, ToolCall
from promptassay.workspaces.actor import Actor

PURPOSE: Final = "playground"


async def stream_run(
    actor: Actor, choice: ModelChoice, target: Target, call: CallRequest, prompt_id: UUID
) -> AsyncIterator[bytes]:
    """Server-sent events of one run: start, waiting, delta, reasoning, tool, then done or error.

    Closing the iterator closes the connection to the provider. The call is counted however it ends.
    """
    async with Course(actor, choice, purpose=PURPOSE, subject_id=prompt_id) as course:
        yield course.start()
        async with aclosing(course.events(target, call)) as events:
            async for each in events:
                for sent in _sent(course, each):
                    yield sent
        await course.count()
        yield last_event([course])


def _sent(course: Course, each: Event) -> list[bytes]:
    """What the page is told of one event of the gateway."""
    if isinstance(each, TextDelta):
        return [event("delta", {"text": each.text})]
    if isinstance(each, ToolCall):
        return [event("tool", {"name": each.name, "arguments": each.arguments})]
    if isinstance(each, Finished) and each.refusal and not course.has_text:
        return [event("delta", {"text": each.refusal})]
    return course.told(each)
