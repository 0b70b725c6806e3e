"""What a name of one line may hold: no mark that turns the text around it, so that a name reads as what it is."""

from typing import Final

# Marks that change the direction of what follows, here or further along the line: embeddings, overrides, isolates.
# Joiners stay: words and emoji are made with them.
_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def name_problem(text: str) -> str:
    """Why a text cannot be a name, as a sentence; empty when it can. Its length is for others to judge."""
    if "\x00" in text:
        return "It holds a null character (U+0000)."
    turning = next((char for char in text if char in _TURNING), "")
    if turning:
        return f"It holds an invisible mark that changes the direction of text (U+{ord(turning):04X}); take it out."
    return ""
