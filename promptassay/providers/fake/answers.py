"""What the fake provider answers: scripted, echoed, by the demo provider, or seeded words that repeat."""

import hashlib
import random
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import orjson

from promptassay.providers import demo
from promptassay.providers.demo.shapes import fill_schema
from promptassay.providers.demo.stream import count_tokens
from promptassay.providers.fake.faults import SLIPS
from promptassay.providers.fake.slips import restyled, slipped
from promptassay.providers.wire import CallRequest

Mode = Literal["seeded", "echo", "demo"]
Ending = Literal["stop", "length", "tool", "refusal", "filtered"]

_WORDS: Final = "assay copper gauge ledger margin proof sample scale stamp café naïve 試金 ingot".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as any of the formats puts it."""

    request: CallRequest
    fault: str
    stream: bool
    wants_usage: bool = True

    @property
    def prompt(self) -> str:
        """All messages, one after the other."""
        return "\n".join(message.content for message in self.request.messages)


@dataclass(frozen=True, slots=True)
class FakeAnswer:
    """What goes out, in whichever format. `tool` is a name with arguments as JSON text."""

    text: str
    ending: Ending = "stop"
    reasoning: str = ""
    tool: tuple[str, str] | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    usage: bool = True
    null_content: bool = False

    @property
    def pieces(self) -> list[str]:
        """The text in the pieces a stream sends."""
        return re.findall(r"\s*\S+|\s+$", self.text)


@dataclass(slots=True)
class Script:
    """Where answers come from: the queue, then the first pattern found in the prompt, then the mode.

    In the mode `demo` a `seed` other than 0 writes the demo provider's JSON as another model would: other blanks,
    another order, a fence.

    `mark` is a word that stands in everything that is said: answers, reasoning, arguments of tools, refusals and
    errors. Whoever looks for it afterwards learns where something of a provider was kept.
    """

    mode: Mode = "seeded"
    seed: int = 0
    text: str | None = None
    mark: str = ""
    rules: list[tuple[str, str]] = field(default_factory=list)
    queue: deque[str] = field(default_factory=deque)

    def answer(self, asked: Asked) -> FakeAnswer:
        """The answer to one request, before any fault."""
        text = self._text(asked)
        return FakeAnswer(
            text,
            input_tokens=sum(3 + count_tokens(message.content) for message in asked.request.messages),
            output_tokens=count_tokens(text),
        )

    def _text(self, asked: Asked) -> str:
        if self.queue:
            return self.queue.popleft()
        for pattern, text in self.rules:
            if re.search(pattern, asked.prompt):
                return text
        if self.text is not None:
            return self.text
        if self.mode == "echo":
            return asked.request.messages[-1].content if asked.request.messages else ""
        if self.mode == "demo":
            text = demo.answer(asked.request).text
            return restyled(text, self.seed) if self.seed else text
        return self._seeded(asked)

    def _seeded(self, asked: Asked) -> str:
        key = f"{self.seed}\0{asked.request.model}\0{asked.prompt}".encode()
        chance = random.Random(hashlib.sha256(key).digest())  # noqa: S311 - made to repeat
        words = " ".join([*([self.mark] if self.mark else []), *chance.choices(_WORDS, k=chance.randint(8, 24))])
        if asked.request.response_schema is not None:
            return orjson.dumps(fill_schema(asked.request.response_schema, words)).decode()
        if asked.request.json_mode:
            return orjson.dumps({"answer": words}).decode()
        return words[:1].upper() + words[1:] + "."


def with_fault(answer: FakeAnswer, name: str, asked: Asked, mark: str = "") -> FakeAnswer:
    """The answer changed by the faults that concern what is said, not how; `mark` stands in what is said then."""
    given: Mapping[str, Any] = {
        "text": answer.text,
        "input_tokens": answer.input_tokens,
        "output_tokens": answer.output_tokens,
    }
    match name:
        case "tool":
            tool = asked.request.tools[0].name if asked.request.tools else "look_up"
            return FakeAnswer(
                **{**given, "text": ""}, ending="tool", tool=(tool, f'{{"query":"{mark or "touchstone"}"}}')
            )
        case "reasoning":
            return FakeAnswer(**given, reasoning=f"First weigh, then judge. {mark}".rstrip() + " ")
        case "length":
            return FakeAnswer(**given, ending="length")
        case "refusal":
            return FakeAnswer(**{**given, "text": f"I cannot help with that. {mark}".rstrip()}, ending="refusal")
        case "filtered":
            return FakeAnswer(**given, ending="filtered")
        case "no-usage":
            return FakeAnswer(**given, usage=False)
        case "null-content":
            return FakeAnswer(**{**given, "text": ""}, null_content=True)
    if name in SLIPS:
        return FakeAnswer(**{**given, "text": slipped(answer.text, name, asked.request)})
    return answer
