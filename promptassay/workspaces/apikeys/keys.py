"""The text of an API key: how it looks, how a new one is drawn, and the hash by which it is found again."""

import hashlib
import re
import secrets
from typing import Final

from promptassay.core.secret import Secret

PREFIX: Final = "pa_live_"
_SHAPE: Final = re.compile(r"pa_live_[0-9a-f]{64}")


def draw() -> Secret:
    """A new key: 256 random bits, so that its plain SHA-256 can be stored; guessing it is out of question."""
    return Secret(PREFIX + secrets.token_hex(32))


def digest_of(text: str) -> str:
    """The SHA-256 of a key's text in hex; empty when it is not shaped like a key."""
    return hashlib.sha256(text.encode()).hexdigest() if _SHAPE.fullmatch(text) else ""
