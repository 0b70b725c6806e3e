"""The word lists of the lint, kept as plain text beside this file, one entry a line."""

import re
from functools import cache
from itertools import product
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def entries(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the lines of the list `name`, split at bars; empty lines and those that begin with # are left out."""
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    kept = (line for line in lines if line.strip() and not line.startswith("#"))
    return tuple(tuple(part.strip() for part in line.split("|")) for line in kept)


@cache
def words(name: str) -> tuple[str, ...]:
    """Return the first column of the list `name`."""
    return tuple(entry[0] for entry in entries(name))


@cache
def phrases(name: str) -> tuple[str, ...]:
    """Return the lines of the list `name` with every choice `(a|b|)` made: “be (very |)short” is two phrases."""
    path = _FOLDER / f"{name}.txt"
    found: dict[str, None] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            parts = [part.split("|") for part in re.split(r"[()]", line)]
            found.update(dict.fromkeys("".join(choice) for choice in product(*parts)))
    return tuple(found)
