"""What a version of a fragment holds: the limits on its text, its hash, and where it goes wrong."""

import hashlib
from typing import Final

from promptassay.core.errors import ValidationFailed
from promptassay.language.hashing import canonical_json

TEXT_BYTES: Final = 512 * 1024


def normalized(text: str) -> str:
    """A text as browsers send it, with plain line feeds."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check_text(text: str) -> None:
    """Raise ValidationFailed unless the text can be a version. Malformed placeholders are no obstacle."""
    problem = _problem(text)
    if problem:
        raise ValidationFailed(
            "The fragment cannot be saved as it is.",
            why=problem,
            next_step="Nothing is lost: correct it and save again.",
            details={"text": problem},
        )


def hash_of(text: str) -> str:
    """The content hash: equal exactly when the text is."""
    return hashlib.sha256(canonical_json({"text": text})).hexdigest()


def _problem(text: str) -> str:
    if not text.strip():
        return "The text is empty; a fragment says something."
    if "\x00" in text:
        return "The text holds a null character (U+0000), which cannot be stored."
    if any("\ud800" <= char <= "\udfff" for char in text):
        return "The text holds half of a surrogate pair, which is no character."
    size = len(text.encode())
    if size > TEXT_BYTES:
        return f"The text has {size / 1024:,.0f} KB; {TEXT_BYTES // 1024} fit."
    return ""
