"""What a panel's request asks for: the panel by the first line, the texts by the blocks they stand in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from promptassay.language.messages import Message, Role
from promptassay.providers.wire import CallRequest

_FIRST_LINE: Final = re.compile(r"You are the (?P<panel>[a-z]+) panel of a prompt workbench \((?P=panel)-v\d+\)\.")
# The request's own code, as its system part tells it: a block with any other is part of somebody's text.
_BOUNDARY: Final = re.compile(r"The code `([0-9a-f]{16})`")
_MESSAGE: Final = re.compile(r"(?:(?P<side>left|right)-)?message-\d{1,6}-(?P<role>system|user|assistant)")
_COUNT: Final = re.compile(r"\b(\d{1,3}) cases?\b")
_VARIABLE: Final = re.compile(r"(?P<name>[A-Za-z_]\w*)(?: \(default: (?P<default>.*)\))?", re.DOTALL)
_FINDING: Final = re.compile(
    r"^\d{1,3}\. (?P<severity>MUST|SHOULD|MAY): (?P<title>[^\n]*)(?P<detail>.*?)"
    r"(?:^In message (?P<message>\d{1,6}), about the words: (?P<quote>.*?))?(?=\n\n\d{1,3}\. (?:MUST|SHOULD|MAY): |\Z)",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Asked:
    """One request of a panel; what a panel does not take is empty. `last` is what the person's side said last, without
    its blocks.
    """

    panel: str
    messages: tuple[Message, ...] = ()
    right: tuple[Message, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    last: str = ""

    def text(self, name: str) -> str:
        """The text of a block; empty when there is none."""
        return self.said.get(name, "")

    @property
    def count(self) -> int:
        """How many cases are wanted."""
        found = _COUNT.search(self.last)
        return int(found[1]) if found else 5

    @property
    def findings(self) -> list[dict[str, str]]:
        """The findings to mend: title and quote are all that is needed of each."""
        found = _FINDING.finditer(self.text("findings"))
        return [{"title": each["title"], "quote": each["quote"] or ""} for each in found]

    @property
    def variables(self) -> dict[str, str | None]:
        """The variables that need a value, those of fragments too, with their defaults."""
        lines = [_VARIABLE.fullmatch(line) for line in self.text("variables").split("\n")]
        return {line["name"]: line["default"] for line in lines if line}


def panel_of(request: CallRequest) -> str:
    """The panel that a request belongs to, by the first line of its first message; empty when it is none."""
    first = request.messages[0].content if request.messages else ""
    found = _FIRST_LINE.match(first)
    return found["panel"] if found else ""


def read_asked(request: CallRequest) -> Asked:
    """The request taken apart. Blocks are known by their boundary, so no text in one can begin or end another."""
    sides: dict[str, list[Message]] = {"left": [], "right": []}
    said: dict[str, str] = {}
    told = _BOUNDARY.search(request.messages[0].content)
    code = told[1] if told else ""
    spoken = [message.content for message in request.messages if message.role == "user"]
    for content in spoken:
        for name, text in _blocks(content, code):
            if found := _MESSAGE.fullmatch(name):
                sides[found["side"] or "left"].append(Message(cast("Role", found["role"]), text))
            else:
                said[name] = text
    last = spoken[-1] if spoken else ""
    after = last.rpartition(f" {code}>>>")[2] if code else last
    return Asked(panel_of(request), tuple(sides["left"]), tuple(sides["right"]), said, after.strip())


def _blocks(text: str, code: str) -> Iterator[tuple[str, str]]:
    """The blocks of one message by name; an empty one is told as such."""
    parts = re.split(rf"^<<<([\w.-]{{1,300}}) {code}\n", text, flags=re.MULTILINE) if code else []
    for name, rest in zip(parts[1::2], parts[2::2], strict=True):
        content, closed, _ = rest.partition(f"\n{name} {code}>>>")
        if closed:
            yield name, "" if content == "(none)" else content
