"""The demo provider's doors: a whole answer, or the same answer in pieces."""

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Final

from promptassay.providers.demo.engine import reply
from promptassay.providers.wire import Answer, CallRequest, Event, Finished, ModelInfo, TextDelta, Usage

TOKEN_S: Final = 0.008
LABEL: Final = "not a language model"
MODELS: Final = (
    ModelInfo("demo-small", f"Demo small ({LABEL})", 32_000, 4_096),
    ModelInfo("demo-large", f"Demo large ({LABEL})", 128_000, 8_192),
)
_PIECE: Final = re.compile(r"\s*\S+|\s+$")
_DEFAULT_LIMIT: Final = 4_096


def count_tokens(text: str) -> int:
    """A plain count, the same every time: one for each word and mark, one more per six letters of a word."""
    return sum(1 + (len(word) - 1) // 6 for word in re.findall(r"\w+|[^\w\s]", text))


def answer(request: CallRequest) -> Answer:
    """The whole answer, at once and always the same for the same request."""
    text = reply(request)
    reason = "stop"
    for mark in request.settings.stop:
        text = text.partition(mark)[0] if mark else text
    pieces = _PIECE.findall(text)
    kept, used = "", 0
    for piece in pieces:
        used += count_tokens(piece)
        if used > (request.settings.max_output_tokens or _DEFAULT_LIMIT):
            reason = "length"
            break
        kept += piece
    usage = Usage(
        input_tokens=sum(3 + count_tokens(message.content) for message in request.messages),
        output_tokens=count_tokens(kept),
        cached_input_tokens=0,
        reasoning_tokens=0,
    )
    return Answer(kept, Finished("length" if reason == "length" else "stop", usage, None, request.model))


async def stream(request: CallRequest, token_s: float = TOKEN_S) -> AsyncGenerator[Event, None]:
    """The same answer word by word, `token_s` seconds apart."""
    whole = answer(request)
    for piece in _PIECE.findall(whole.text):
        await asyncio.sleep(token_s)
        yield TextDelta(piece)
    yield whole.finished
