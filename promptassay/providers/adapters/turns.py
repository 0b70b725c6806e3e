"""Shapes a conversation as Anthropic and Gemini ask for: a system text, then alternating turns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from promptassay.providers.wire import Message

# What a conversation that starts with the model's own words is opened with; an empty turn is refused.
OPENING: Final = "Begin."


@dataclass(frozen=True, slots=True, repr=False)
class Turn:
    """One side's words."""

    role: Literal["user", "assistant"]
    text: str


def split_turns(messages: Iterable[Message]) -> tuple[str, list[Turn]]:
    """The system text and the turns: merged where one side speaks twice, opened by the user, never empty.

    A prompt that is all system text is sent as the user's turn, because a call needs one.
    """
    system: list[str] = []
    turns: list[Turn] = []
    for message in messages:
        if not message.content.strip():
            continue
        if message.role == "system":
            system.append(message.content)
        elif turns and turns[-1].role == message.role:
            turns[-1] = Turn(turns[-1].role, f"{turns[-1].text}\n\n{message.content}")
        else:
            turns.append(Turn(message.role, message.content))
    text = "\n\n".join(system)
    if not turns:
        return "", [Turn("user", text or OPENING)]
    if turns[0].role == "assistant":
        turns.insert(0, Turn("user", OPENING))
    return text, turns
