"""How log lines are written: where and of which type an error is, never in its own words.

An exception's words quote what was being worked on: a driver names the value that it refused, a parser the text
that it could not read. Whoever reads the log gets the frames and the types, and the request's id.
"""

import asyncio
import hmac
import logging
import traceback
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings

log = logging.getLogger("promptassay.loop")

_BETWEEN = {"cause": "The above was the cause of:", "context": "While that was handled:"}


class Formatter(logging.Formatter):
    """One line for a record, then the frames of its exception and of those it came from, without their words."""

    def formatException(self, exc_info: Any) -> str:  # noqa: N802 - logging's name
        """Files, lines, functions and types; neither messages nor values of variables."""
        return "\n".join(_told(exc_info[1])) if exc_info[1] is not None else ""

    def format(self, record: logging.LogRecord) -> str:
        """As logging does it, but never with a traceback that another formatter of the process wrote before."""
        record.exc_text = None
        line = super().format(record)
        record.exc_text = None
        return line


class WithoutProbes(logging.Filter):
    """Leaves out that the trust page's own probes were refused, which happens hundreds of times an hour.

    Nobody else can have their refusals left out: what marks a probe's request follows from the secret key.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Everything else stays, a probe's request that failed among it."""
        headers = getattr(getattr(record, "request", None), "headers", {})
        given = str(headers.get("X-Request-ID", ""))
        return record.levelno >= logging.ERROR or not hmac.compare_digest(given.encode(), probe_mark().encode())


@cache
def probe_mark() -> str:
    """The id under which requests of the trust page's own probes run."""
    return f"probe-{hmac.digest(settings.SECRET_KEY.encode(), b'requests of our own probes', 'sha256').hex()[:32]}"


def on_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What an event loop has nobody to tell: asyncio's own handler would write the exception out."""
    error = context.get("exception")
    log.error(
        "the event loop caught %s: %s",
        type(error).__name__ if error is not None else "something",
        context.get("message", ""),
        exc_info=error,
    )


def _told(error: BaseException, seen: frozenset[int] = frozenset()) -> Iterator[str]:
    """The frames of an exception, those of its cause or context first, as Python itself orders them."""
    seen |= {id(error)}
    kind = "cause" if error.__cause__ is not None else "context"
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _told(before, seen)
        yield _BETWEEN[kind]
    yield "Traceback (most recent call last):"
    yield from (line.rstrip("\n") for line in traceback.format_tb(error.__traceback__))
    yield f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            if id(inner) not in seen:
                yield from _told(inner, seen)
