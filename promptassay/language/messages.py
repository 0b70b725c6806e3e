"""The messages of a prompt: a role and its text, and their JSON shape."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast, get_args

from promptassay.language.errors import BadMessages

Role: TypeAlias = Literal["system", "user", "assistant"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `content` is template text before resolving and plain text after."""

    role: Role
    content: str


def as_messages(data: object) -> tuple[Message, ...]:
    """Read messages from decoded JSON: `[{"role": ..., "content": ...}]`. BadMessages for another shape."""
    if not isinstance(data, list | tuple):
        raise BadMessages(f"Expected a list, not {_kind(data)}.")
    return tuple(_as_message(number, item) for number, item in enumerate(data, start=1))


def _as_message(number: int, item: object) -> Message:
    if isinstance(item, Message):
        return item
    if not isinstance(item, Mapping):
        raise BadMessages(f"Message {number} is {_kind(item)}, not an object.")
    role, content = item.get("role"), item.get("content")
    if role not in ROLES:
        raise BadMessages(f"Message {number} has no role that is one of {', '.join(ROLES)}.")
    if not isinstance(content, str):
        raise BadMessages(f"The content of message {number} is {_kind(content)}, not a text.")
    if extra := sorted(str(key) for key in item if key not in ("role", "content")):
        raise BadMessages(f"Message {number} has unknown members: {', '.join(extra)[:200]}.")
    return Message(cast("Role", role), content)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), type(value).__name__)


def to_json(messages: Iterable[Message]) -> list[dict[str, str]]:
    """Return the JSON shape that `as_messages` reads."""
    return [{"role": message.role, "content": message.content} for message in messages]
