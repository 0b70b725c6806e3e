"""Finds the master key and the secret key, and refuses weak ones: nothing is encrypted under a guessable key."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
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
SECRET_KEY: Final = "PROMPTASSAY_SECRET_KEY"
_MAKE_MASTER: Final = "Make one with: openssl rand -base64 32"
_MAKE_SECRET: Final = "Make one with: openssl rand -base64 48"

# Printed in the documentation, so that a copied example is caught. Its bytes look random on purpose.
EXAMPLE_MASTER_KEY: Final = "3q2+78r+ur4NDw8tWqWlWsP/7hEiM0RVZneImaq7zN0="
EXAMPLE_SECRET_KEY: Final = "example-4Jr8pQxW2nVt6yZb1cKd9fMg3hLs7uRa5eTo0iPk-replace-me"

# 32 random bytes hold about 30 different values; fewer than 20 happens once in 10^9 keys, fewer than 16 never.
_LEAST_DISTINCT_BYTES: Final = 16
_LEAST_SECRET_LENGTH: Final = 50
_LEAST_DISTINCT_CHARACTERS: Final = 12


@dataclass(frozen=True)
class Keys:
    """The two keys; None where one is missing or refused."""

    master: Secret | None
    secret: Secret | None


def read_keys(reader: Reader, paths: DataPaths, *, local: bool, create: bool) -> Keys:
    """Both keys from their variables, their files, or (when `local`) the data directory.

    `create` makes missing local ones. Problems go to `reader`. Raises DataDirError when the data directory cannot
    be made.
    """
    if create:
        paths.prepare()
    return Keys(
        master=_read_key(reader, MASTER_KEY, paths.secrets / "master-key", new_master_key, weakness_of_master_key,
                         local=local, create=create and not _lost_master_key(reader, paths)),
        secret=_read_key(reader, SECRET_KEY, paths.secrets / "secret-key", new_password, weakness_of_secret_key,
                         local=local, create=create),
    )  # fmt: skip


def _lost_master_key(reader: Reader, paths: DataPaths) -> bool:
    """Whether a database exists here whose master key is gone; a new one would make its provider keys unreadable."""
    given = reader.text(MASTER_KEY, "") or reader.text(f"{MASTER_KEY}_FILE", "")
    if given or (paths.secrets / "master-key").exists() or not paths.has_cluster:
        return False
    reader.refuse(
        MASTER_KEY,
        f"The master key {paths.secrets / 'master-key'} is missing, but a database exists beside it.",
        why="The provider keys in that database can be read with that key only; a new one would not open them.",
        next_step="Restore the file from your backup. If it is lost for ever, write a new key into it "
        "(openssl rand -base64 32) and enter every provider key again.",
    )
    return True


def _read_key(
    reader: Reader,
    name: str,
    local_file: Path,
    make: Callable[[], str],
    weakness: Callable[[Secret], str],
    *,
    local: bool,
    create: bool,
) -> Secret | None:
    """One key, checked; None with a problem noted when it is refused, None alone when it is nowhere."""
    try:
        found = _find_key(reader, name, local_file, make, local=local, create=create)
    except SecretFileError as error:
        reader.refuse(name, error.message, why=error.why, next_step=error.next_step)
        return None
    reason = weakness(found) if found is not None else ""
    if not reason:
        return found
    reader.refuse(
        name,
        f"{name} is too weak to start with.",
        why=reason,
        next_step=_MAKE_MASTER if name == MASTER_KEY else _MAKE_SECRET,
    )
    return None


def _find_key(
    reader: Reader, name: str, local_file: Path, make: Callable[[], str], *, local: bool, create: bool
) -> Secret | None:
    """The key as given: variable, then file, then data directory. Raises SecretFileError."""
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
        return read_or_create_secret(local_file, make)
    return read_secret(local_file) if local and local_file.exists() else None


def missing_master_key() -> SettingError:
    """The error for no master key at all."""
    return SettingError(
        MASTER_KEY,
        f"{MASTER_KEY} is not set.",
        why="With a PostgreSQL of your own, the key that protects provider keys must be yours to keep and back up.",
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
    steps = {(after - before) % 256 for before, after in zip(raw, raw[1:], strict=False)}
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
