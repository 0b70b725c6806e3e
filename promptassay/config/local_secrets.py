"""Makes each local secret once, keeps it in a private file, and refuses files that others could read."""

import base64
import contextlib
import os
import secrets
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from promptassay.core.errors import AppError
from promptassay.core.secret import Secret


class SecretFileError(AppError):
    """A secret's file is missing, empty, unreadable or open to other users."""

    code = "SECRET_FILE"


def new_master_key() -> str:
    """32 random bytes in base64: the key that wraps every workspace's data key."""
    return base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def new_password() -> str:
    """64 URL-safe characters, 384 bits: for database roles and Django's secret key."""
    return secrets.token_urlsafe(48)


def read_secret(path: Path, *, setting: str = "") -> Secret:
    """The secret in `path`, without surrounding white space. Raises SecretFileError."""
    origin = f"{setting} points to {path}" if setting else f"{path}"
    try:
        if not path.is_file() and path.exists():
            raise SecretFileError(
                f"{origin}, which is not a plain file.", next_step="Point it to a file that holds the secret."
            )
        with path.open(encoding="utf-8") as file:
            found = os.fstat(file.fileno())
            if found.st_mode & (stat.S_IROTH | stat.S_IWOTH):
                raise SecretFileError(
                    f"{origin}, which every user of this machine may read.",
                    why=f"Its mode is {stat.S_IMODE(found.st_mode):04o}; "
                    "a secret needs 0600, or 0640 with a trusted group.",
                    next_step=f"Run: chmod 600 {path}",
                )
            text = file.read(65536).strip()
    except UnicodeDecodeError:
        raise SecretFileError(
            f"{origin}, which is not text.", next_step="Store the secret as text (base64 for the master key)."
        ) from None
    except OSError as error:
        raise SecretFileError(
            f"{origin}, which cannot be read.",
            why=f"The system says: {error.strerror}.",
            next_step="Mend the path or its rights, then start again.",
        ) from None
    if not text:
        raise SecretFileError(f"{origin}, which is empty.", next_step="Put the secret there, then start again.")
    return Secret(text)


def read_or_create_secret(path: Path, make: Callable[[], str]) -> Secret:
    """The secret in `path`; made by `make` on first use, atomically, so that two starters agree on one value.

    The directory must exist. Raises SecretFileError and OSError (disk full).
    """
    if not path.exists():
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(make() + "\n")
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # another process was first: its value stands
                os.link(temporary, path)
        finally:
            Path(temporary).unlink(missing_ok=True)
        _sync_directory(path.parent)
    return read_secret(path)


def put_new_master_key(present: Path, previous: Path) -> bool:
    """Make a new key the present one and keep the old one as the previous; whether a new one was made.

    Nothing is made while a previous one is kept: that rotation is still the one to finish. Killed anywhere and
    called again, it ends with one new key. There is a whole present key at every moment.
    """
    fresh = present.with_name(f"{present.name}-new")
    if previous.exists() and not fresh.exists():
        return False
    read_or_create_secret(fresh, new_master_key)
    with contextlib.suppress(FileExistsError):
        os.link(present, previous)
    _sync_directory(present.parent)
    fresh.replace(present)
    _sync_directory(present.parent)
    return True


def remove_secret(path: Path) -> None:
    """Take a secret's file away, for good."""
    path.unlink(missing_ok=True)
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    """Make a new name durable: the master key must not vanish in a power cut after its first use."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
