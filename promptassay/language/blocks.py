"""Texts of others inside a prompt: each in a block whose end it cannot hold, and prompts kept as files in parts.

A block begins with a line `<<<name BOUNDARY` and ends with a line `name BOUNDARY>>>`. The boundary is a hash over all
the blocks of a request, so nobody who wrote one of them can have known it.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from string import Template

_PART = "<!-- part: "
EMPTY = "(none)"


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
