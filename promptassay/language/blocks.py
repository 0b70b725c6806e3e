"""Texts of others inside a prompt: each in a block whose end it cannot hold, and prompts kept as files in parts.

A block begins with a line `<<<name BOUNDARY` and ends with a line `name BOUNDARY>>>`. The boundary is a hash over all
the blocks of a request, so nobody who wrote one of them can have known it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from promptassay.language.messages import Message

_PART = "<!-- part: "
EMPTY = "(none)"
MAX_REPEATED = 8000  # characters of an answer that are shown to its model again


def boundary_of(blocks: Mapping[str, str]) -> str:
    """16 hex digits that depend on every name and every text; the same blocks give the same ones."""
    packed = json.dumps(blocks, sort_keys=True)
    return hashlib.sha256(packed.encode()).hexdigest()[:16]


def block(name: str, text: str, boundary: str) -> str:
    """One text in its block; an empty text says so."""
    return f"<<<{name} {boundary}\n{text or EMPTY}\n{name} {boundary}>>>"


def read_parts(path: Path) -> dict[str, Template]:
    """The parts of a prompt's file by name, each with `$name` where something is filled in.

    Each part begins with a line `<!-- part: NAME -->`; what stands before the first is a remark.
    """
    parts = {}
    for section in path.read_text(encoding="utf-8").split(_PART)[1:]:
        name, _, body = section.partition(" -->\n")
        parts[name] = Template(body.strip())
    return parts


def asked_again(messages: Sequence[Message], answer: str, reminder: str) -> tuple[Message, ...]:
    """The messages that show a model its unusable answer, the beginning of a long one, and ask once more."""
    if answer.strip():
        return *messages, Message("assistant", answer[:MAX_REPEATED]), Message("user", reminder)
    # Providers refuse an empty assistant message, so the reminder joins the question.
    last = messages[-1]
    return *messages[:-1], Message(last.role, f"{last.content}\n\n{reminder}")
