"""Running a prompt in the workbench: the answer streams into the page, and only the count of it is kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from time import monotonic
from typing import Any, Final
from uuid import UUID

from promptassay.core.errors import AppError, ProviderFailure
from promptassay.core.sse import event
from promptassay.core.tenancy import with_workspace
from promptassay.core.threads import in_thread
from promptassay.providers.process import gateway
from promptassay.providers.queries import ModelChoice
from promptassay.providers.services import count_call
from promptassay.providers.wire import (
    CallRequest,
    Completion,
    Finished,
    ReasoningDelta,
    Target,
    TextDelta,
    ToolCall,
    Waiting,
)
from promptassay.usage.models import ModelCall
from promptassay.workspaces.actor import Actor

PURPOSE: Final = "playground"


class _Course:
    """How one call went so far; times in seconds since it began."""

    def __init__(self) -> None:
        self.began = monotonic()
        self.first: float | None = None
        self.finished: Finished | None = None
        self.has_text = False

    def mark(self) -> None:
        if self.first is None:
            self.first = monotonic() - self.began

    @property
    def total(self) -> float:
        return monotonic() - self.began

    def completion(self) -> Completion:
        """The call without its text, for the count."""
        finished = self.finished or Finished("other")
        total = self.total
        return Completion(
            text="",
            tool_calls=(),
            finish_reason=finished.finish_reason,
            usage=finished.usage,
            refusal=None,
            model=finished.model,
            first_token_s=total if self.first is None else self.first,
            total_s=total,
            attempts=1,
        )


async def stream_run(
    actor: Actor, choice: ModelChoice, target: Target, call: CallRequest, prompt_id: UUID
) -> AsyncIterator[bytes]:
    """Server-sent events of one run: start, waiting, delta, reasoning, tool, then done or error.

    Closing the iterator closes the connection to the provider. The call is counted however it ends.
    """
    course = _Course()
    outcome: Completion | ProviderFailure | str = "cancelled"
    counted = False
    try:
        yield event("start", {"host": choice.host, "key": _key_name(choice), "model": choice.model})
        try:
            async with aclosing(gateway().stream(target, call)) as events:
                async for each in events:
                    for sent in _sent(course, each, choice):
                        yield sent
            outcome = course.completion()
        except ProviderFailure as error:
            outcome = error
        counted = True
        row = await asyncio.shield(in_thread(_count, actor, choice, outcome, prompt_id, course.total))
        yield _last(course, outcome, row)
    finally:
        if not counted:
            await asyncio.shield(in_thread(_count, actor, choice, outcome, prompt_id, course.total))


def _sent(course: _Course, each: object, choice: ModelChoice) -> list[bytes]:
    """What the page is told of one event of the gateway."""
    if isinstance(each, Waiting):
        return [event("waiting", {"text": waiting_words(each, choice.host), "seconds": each.seconds})]
    if isinstance(each, TextDelta):
        course.mark()
        course.has_text = True
        return [event("delta", {"text": each.text})]
    if isinstance(each, ReasoningDelta):
        course.mark()
        return [event("reasoning", {"text": each.text})]
    if isinstance(each, ToolCall):
        course.mark()
        return [event("tool", {"name": each.name, "arguments": each.arguments})]
    if isinstance(each, Finished):
        course.finished = each
        if each.refusal and not course.has_text:
            return [event("delta", {"text": each.refusal})]
    return []


def waiting_words(wait: Waiting, host: str) -> str:
    """Why a call is held back, as the start of a sentence."""
    if wait.reason == "asked":
        return f"{host} asked to wait"
    return "Other calls on this key come first" if wait.reason == "busy" else f"{host} failed, trying again"


def _last(course: _Course, outcome: Completion | ProviderFailure | str, row: ModelCall) -> bytes:
    if isinstance(outcome, AppError):
        return event("error", {"message": outcome.message, "why": outcome.why, "next_step": outcome.next_step})
    usage = course.finished.usage if course.finished else None
    data: dict[str, Any] = {
        "usage": {
            "input_tokens": usage.input_tokens if usage else None,
            "output_tokens": usage.output_tokens if usage else None,
        },
        "cost": None if row.cost_usd is None else float(row.cost_usd),
        "first_token_ms": row.first_token_ms,
        "total_ms": row.total_ms,
        "finish_reason": course.finished.finish_reason if course.finished else "other",
        "refusal": course.finished.refusal if course.finished else None,
    }
    return event("done", data)


def _key_name(choice: ModelChoice) -> str:
    return "" if choice.is_demo else choice.key_name


def _count(
    actor: Actor,
    choice: ModelChoice,
    outcome: Completion | ProviderFailure | str,
    prompt_id: UUID,
    total_s: float,
) -> ModelCall:
    with with_workspace(actor.workspace_id, person_id=actor.user_id):
        return count_call(
            actor,
            choice,
            purpose=PURPOSE,
            outcome=outcome,
            subject_id=prompt_id,
            total_ms=round(total_s * 1000),
        )
