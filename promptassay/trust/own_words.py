"""What an operator writes on the instance's public pages: one line that can be shown, and no badge without a record."""

from datetime import UTC, datetime
from typing import Final

from promptassay.core.errors import AppError
from promptassay.trust import certifications

LONGEST: Final = 500  # characters


def public_line(words: str, *, next_step: str) -> str:
    """The words as one line. Raises AppError for none, for too many, and for what may not stand there."""
    line = " ".join(words.split())
    if not line or len(line) > LONGEST or not line.isprintable():
        raise AppError(
            "There are no words, or they cannot be shown.",
            why=f"They stand on a public page: one line of at most {LONGEST} characters.",
            next_step=next_step,
        )
    if badges := certifications.unbacked_words(line, datetime.now(UTC).date()):
        raise AppError(
            f"The words hold “{badges[0]}”.", why="Such words stand on a public page with a dated record only."
        )
    return line
