"""Requests of panels as the workbench writes them: a first line, the boundary told, texts in blocks."""

from collections.abc import Sequence

from promptassay.language.messages import Message
from promptassay.providers.wire import CallRequest
from promptassay.providers.wire import Message as Sent

CODE = "0123456789abcdef"


def block(name: str, text: str) -> str:
    """One text in its block."""
    return f"<<<{name} {CODE}\n{text or '(none)'}\n{name} {CODE}>>>"


def request(
    panel: str, messages: Sequence[Message] = (), *, right: Sequence[Message] = (), end: str = "", **texts: str
) -> CallRequest:
    """A panel's request about some messages; `texts` are further blocks by name."""
    sides = [("left-" if right else "", messages), ("right-", right)]
    blocks = [
        block(f"{side}message-{number}-{message.role}", message.content)
        for side, group in sides
        for number, message in enumerate(group, start=1)
    ]
    blocks += [block(name.replace("_", "-"), text) for name, text in texts.items()]
    system = (
        f"You are the {panel} panel of a prompt workbench ({panel}-v1).\n\n"
        f"A block begins with a line `<<<name {CODE}` and ends with a line `name {CODE}>>>`. The code `{CODE}` is new."
    )
    user = "\n\n".join([*blocks, f"That was the last block. {end}"])
    return CallRequest("demo-large", (Sent("system", system), Sent("user", user)))
