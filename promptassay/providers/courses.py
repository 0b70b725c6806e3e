"""One streamed call that answers into a page: how it goes, what the page is told of it, and its line in the ledger."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from decimal import Decimal
from time import monotonic
from typing import Any, Final, Self
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
    Event,
    Finished,
    ReasoningDelta,
    Target,
    TextDelta,
    Waiting,
)
from promptassay.usage.models import ModelCall
from promptassay.workspaces.actor import Actor

_CANCELLED: Final = "cancelled"


class Course:
    """How one call goes. Leaving its context counts the call, however it ended; closing `events` closes the
    connection to the provider. Times are in seconds since it began.
    """

    def __init__(self, actor: Actor, choice: ModelChoice, *, purpose: str, subject_id: UUID) -> None:
        self.choice = choice
        self.began = monotonic()
        self.first: float | None = None
        self.finished: Finished | None = None
        self.has_text = False
        self.failure: ProviderFailure | None = None
        self.row: ModelCall | None = None
        self._actor = actor
        self._purpose = purpose
        self._subject_id = subject_id
        self._use_id: UUID | None = None
        self._outcome: Completion | ProviderFailure | str = _CANCELLED
        self._is_counted = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.count()

    async def events(self, target: Target, call: CallRequest) -> AsyncGenerator[Event, None]:
        """The gateway's events. A failure of the provider ends them, and is in `failure` then."""
        self._use_id = target.use_id
        try:
            async with aclosing(gateway().stream(target, call)) as events:
                async for each in events:
                    self._mark(each)
                    yield each
            self._outcome = self._completion()
        except ProviderFailure as error:
            self.failure = self._outcome = error

    async def count(self) -> None:
        """Append the call to the ledger, once; `row` is its line."""
        if not self._is_counted:
            self._is_counted = True
            self.row = await asyncio.shield(in_thread(self._append))

    def start(self, **more: Any) -> bytes:
        """The first event: where the text goes."""
        key = "" if self.choice.is_demo else self.choice.key_name
        return event("start", {"host": self.choice.host, "key": key, "model": self.choice.model, **more})

    def told(self, each: Event) -> list[bytes]:
        """What every page is told of one event; the answer's text and the end are the caller's to tell."""
        if isinstance(each, Waiting):
            return [event("waiting", {"text": waiting_words(each, self.choice.host), "seconds": each.seconds})]
        if isinstance(each, ReasoningDelta):
            return [event("reasoning", {"text": each.text})]
        return []

    def _mark(self, each: Event) -> None:
        if isinstance(each, Finished):
            self.finished = each
        elif not isinstance(each, Waiting):
            self.has_text = self.has_text or isinstance(each, TextDelta)
            if self.first is None:
                self.first = monotonic() - self.began

    def _completion(self) -> Completion:
        """The call without its text, for the count."""
        finished = self.finished or Finished("other")
        total = monotonic() - self.began
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

    def _append(self) -> ModelCall:
        with with_workspace(self._actor.workspace_id, person_id=self._actor.user_id):
            return count_call(
                self._actor,
                self.choice,
                purpose=self._purpose,
                outcome=self._outcome,
                subject_id=self._subject_id,
                use_id=self._use_id,
                total_ms=round((monotonic() - self.began) * 1000),
            )


def last_event(courses: Sequence[Course]) -> bytes:
    """The last event of an answer: `error`, or `done` with what its calls that gave something took together."""
    course = courses[-1]
    if course.failure is not None:
        return error_event(course.failure)
    rows = [each.row for each in courses if each.row is not None and each.failure is None]
    costs = [row.cost_usd for row in rows]
    data: dict[str, Any] = {
        "usage": {name: _sum([getattr(row, name) for row in rows]) for name in ("input_tokens", "output_tokens")},
        "cost": None if None in costs else float(sum(filter(None, costs), Decimal(0))),
        "first_token_ms": rows[0].first_token_ms,
        "total_ms": _sum([row.total_ms for row in rows]),
        "finish_reason": course.finished.finish_reason if course.finished else "other",
        "refusal": course.finished.refusal if course.finished else None,
    }
    return event("done", data)


def error_event(error: AppError) -> bytes:
    """What went wrong, in our own words."""
    return event("error", {"message": error.message, "why": error.why, "next_step": error.next_step})


def waiting_words(wait: Waiting, host: str) -> str:
    """Why a call is held back, as the start of a sentence."""
    if wait.reason == "asked":
        return f"{host} asked to wait"
    return "Other calls on this key come first" if wait.reason == "busy" else f"{host} failed, trying again"


def _sum(counts: Sequence[int | None]) -> int | None:
    return None if None in counts else sum(filter(None, counts))
