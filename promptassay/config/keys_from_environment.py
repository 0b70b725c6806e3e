"""Finds the master key and the secret key, and refuses weak ones."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from promptassay.config.local_secrets import (
    SecretFileError,
    new_master_key,
    new_password,
    read_or_create_secret,
    read_secret,
)
from promptassay.config.paths import DataPaths
from promptassay.config.setting_values import Reader, SettingError
from promptassay.core.secret import Secret

MASTER_KEY: Final = "PROMPTASSAY_MASTER_KEY"
PREVIOUS_MASTER_KEYS: Final = "PROMPTASSAY_MASTER_KEY_PREVIOUS"
SECRET_KEY: Final = "PROMPTASSAY_SECRET_KEY"  # noqa: S105 - a variable's name
_MAKE_MASTER: Final = "Make one with: openssl rand -base64 32"
_MAKE_SECRET: Final = "Make one with: openssl rand -base64 48"  # noqa: S105 - a command

# Printed in the documentation, so that a copied example is caught. Its bytes look random on purpose.
EXAMPLE_MASTER_KEY: Final = "3q2+78r+ur4NDw8tWqWlWsP/7hEiM0RVZneImaq7zN0="
EXAMPLE_SECRET_KEY: Final = "example-4Jr8pQxW2nVt6yZb1cKd9fMg3hLs7uRa5eTo0iPk-replace-me"  # noqa: S105

# 32 random bytes hold about 30 different values; fewer than 16 never happens by chance.
_LEAST_DISTINCT_BYTES: Final = 16
_LEAST_SECRET_LENGTH: Final = 50
_LEAST_DISTINCT_CHARACTERS: Final = 12


@dataclass(frozen=True)
class Keys:
    """The two keys, None where one is missing or refused; and the master keys that the present one replaces."""

    master: Secret | None
    secret: Secret | None
    previous: tuple[Secret, ...] = ()


def read_keys(reader: Reader, paths: DataPaths, *, local: bool, create: bool) -> Keys:
    """Both keys from their variables, their files, or (when `local`) the data directory.

    `create` makes missing local ones. Problems go to `reader`. Raises DataDirError.
    """
    if create:
        paths.prepare()
    create_master = create and not _lost_master_key(reader, paths)
    return Keys(
        master=_read_key(reader, _MASTER, paths.master_key, local=local, create=create_master),
        secret=_read_key(reader, _SECRET, paths.secrets / "secret-key", local=local, create=create),
        previous=_read_previous(reader, paths, local=local),
    )


def is_given(reader: Reader) -> bool:
    """Whether the operator keeps the master key, by variable or file; else it is kept in the data directory."""
    return bool(reader.text(MASTER_KEY, "") or reader.text(f"{MASTER_KEY}_FILE", ""))


def _lost_master_key(reader: Reader, paths: DataPaths) -> bool:
    """Whether a database exists here whose master key is gone; a new one opens nothing in it."""
    if is_given(reader) or paths.master_key.exists() or not paths.has_cluster:
        return False
    reader.refuse(
        MASTER_KEY,
        f"The master key {paths.master_key} is missing, but a database exists beside it.",
        why="Only that key opens the provider keys in that database; a new one would not.",
        next_step="Restore the file from your backup. If it is lost for ever, write a new key into it "
        "(openssl rand -base64 32), run `promptassay keys rotate --abandon-lost`, and enter every provider key again.",
    )
    return True


def _read_previous(reader: Reader, paths: DataPaths, *, local: bool) -> tuple[Secret, ...]:
    """The master keys before the present one, newest first; each is judged as strictly as the present one."""
    name, file = PREVIOUS_MASTER_KEYS, reader.text(f"{PREVIOUS_MASTER_KEYS}_FILE", "")
    if file and Path(file).expanduser() == paths.previous_master_key and not paths.previous_master_key.exists():
        return ()  # the data directory's own file is there only while an old key is kept
    try:
        found = _find_key(reader, _PREVIOUS, paths.previous_master_key, local=local, create=False)
    except SecretFileError as error:
        reader.refuse(name, error.message, why=error.why, next_step=error.next_step)
        return ()
    keys = tuple(Secret(part) for part in re.split(r"[\s,]+", found.reveal().strip())) if found is not None else ()
    reason = next((reason for key in keys if (reason := weakness_of_master_key(key))), "")
    if reason:
        reader.refuse(
            name,
            f"A key in {name} is refused.",
            why=reason,
            next_step="Put the master keys there that were used before, separated by commas or lines.",
        )
        return ()
    return keys


def _read_key(reader: Reader, key: "_Key", local_file: Path, *, local: bool, create: bool) -> Secret | None:
    """One key, checked; None with a problem noted when it is refused, None alone when it is nowhere."""
    try:
        found = _find_key(reader, key, local_file, local=local, create=create)
    except SecretFileError as error:
        reader.refuse(key.name, error.message, why=error.why, next_step=error.next_step)
        return None
    reason = key.weakness(found) if found is not None else ""
    if not reason:
        return found
    reader.refuse(key.name, f"{key.name} is too weak to start with.", why=reason, next_step=key.recipe)
    return None


def _find_key(reader: Reader, key: "_Key", local_file: Path, *, local: bool, create: bool) -> Secret | None:
    """The key as given: variable, then file, then data directory. Raises SecretFileError."""
    name = key.name
    value = reader.text(name, "")
    file = reader.text(f"{name}_FILE", "")
    if value and file:
        raise SecretFileError(
            f"Both {name} and {name}_FILE are set.",
            why="They could name two different keys.",
            next_step="Unset one of them.",
        )
    if value:
        return Secret(value)
    if file:
        return read_secret(Path(file).expanduser(), setting=f"{name}_FILE")
    if create:
        return read_or_create_secret(local_file, key.make)
    return read_secret(local_file) if local and local_file.exists() else None


def missing_master_key() -> SettingError:
    """The error for no master key at all."""
    return SettingError(
        MASTER_KEY,
        f"{MASTER_KEY} is not set.",
        why="With a PostgreSQL of your own, the key over all provider keys must be yours to keep.",
        next_step=f"{_MAKE_MASTER} and set {MASTER_KEY}, or point {MASTER_KEY}_FILE to a file with it.",
    )


def missing_secret_key() -> SettingError:
    """The error for no secret key at all."""
    return SettingError(
        SECRET_KEY,
        f"{SECRET_KEY} is not set.",
        why="With a PostgreSQL of your own, all processes must sign sessions with the same key.",
        next_step=f"{_MAKE_SECRET} and set {SECRET_KEY}, or point {SECRET_KEY}_FILE to a file with it.",
    )


def decode_master_key(key: Secret) -> bytes:
    """The bytes of a base64 key, standard or URL-safe alphabet. Raises ValueError when it is neither."""
    text = key.reveal().strip().translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None


def weakness_of_master_key(key: Secret) -> str:
    """Why this master key is refused, in one sentence that does not repeat it; empty when it is good."""
    try:
        raw = decode_master_key(key)
    except ValueError:
        return "It is not base64."
    if len(raw) != 32:
        return f"It is {len(raw)} bytes long; it must be exactly 32 bytes."
    if raw == base64.b64decode(EXAMPLE_MASTER_KEY):
        return "It is the example from the documentation, which everyone knows."
    if len(set(raw)) == 1:
        return "All its bytes are the same."
    steps = {(after - before) % 256 for before, after in pairwise(raw)}
    if len(set(raw)) < _LEAST_DISTINCT_BYTES or len(steps) < 8 or raw[:16] == raw[16:]:
        return "Its bytes follow a pattern; they must be random."
    if all(32 <= byte < 127 for byte in raw):
        return "It is typed text in base64; it must be 32 random bytes."
    return ""


def weakness_of_secret_key(key: Secret) -> str:
    """Why this secret key is refused, in one sentence that does not repeat it; empty when it is good."""
    text = key.reveal()
    if text == EXAMPLE_SECRET_KEY:
        return "It is the example from the documentation, which everyone knows."
    if text.startswith("django-insecure-"):
        return "It is Django's placeholder."
    if len(text) < _LEAST_SECRET_LENGTH:
        return f"It is {len(text)} characters long; it needs at least {_LEAST_SECRET_LENGTH}."
    if len(set(text)) < _LEAST_DISTINCT_CHARACTERS:
        return "It repeats a few characters; it must be random."
    return ""


@dataclass(frozen=True)
class _Key:
    """How one key is named, made and judged."""

    name: str
    recipe: str
    make: Callable[[], str]
    weakness: Callable[[Secret], str]


_MASTER = _Key(MASTER_KEY, _MAKE_MASTER, new_master_key, weakness_of_master_key)
_PREVIOUS = _Key(PREVIOUS_MASTER_KEYS, _MAKE_MASTER, new_master_key, weakness_of_master_key)
_SECRET = _Key(SECRET_KEY, _MAKE_SECRET, new_password, weakness_of_secret_key)
