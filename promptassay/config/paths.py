"""Where the program keeps its files: one private data directory and the names inside it."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from promptassay.core.errors import AppError


class DataDirError(AppError):
    """The data directory cannot be used: wrong owner, wrong rights, or not a directory."""

    code = "DATA_DIR"


@dataclass(frozen=True)
class DataPaths:
    """The names inside a data directory. Nothing is created by naming it."""

    root: Path

    @property
    def secrets(self) -> Path:
        """Master key, Django's secret key and the database passwords; 0700, files 0600."""
        return self.root / "secrets"

    @property
    def master_key(self) -> Path:
        """The embedded database's master key, where the operator keeps none."""
        return self.secrets / "master-key"

    @property
    def previous_master_key(self) -> Path:
        """The master key before it, from the start of a rotation until `promptassay keys retire`."""
        return self.secrets / "master-key-previous"

    @property
    def run(self) -> Path:
        """What is true only while the server runs: `state.json`."""
        return self.root / "run"

    @property
    def state_file(self) -> Path:
        """JSON that `promptassay serve` writes: its pid, address and the database's socket directory."""
        return self.run / "state.json"

    @property
    def lock_file(self) -> Path:
        """Held by an flock while a server or command owns the embedded database."""
        return self.root / "serve.lock"

    @property
    def postgres(self) -> Path:
        """The embedded database's own corner: `data`, `log`, `run`; owned by the account it runs as."""
        return self.root / "postgres"

    @property
    def cluster(self) -> Path:
        """PGDATA of the embedded database."""
        return self.postgres / "data"

    @property
    def has_cluster(self) -> bool:
        """Whether an embedded database was made here before."""
        return (self.cluster / "PG_VERSION").exists()

    def prepare(self) -> None:
        """Create the directory and its private corners (0700). Raises DataDirError."""
        for directory in (self.root, self.secrets, self.run):
            make_private_directory(directory)


def make_private_directory(path: Path) -> None:
    """Create `path` with mode 0700, or tighten an existing one of ours. Raises DataDirError."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.stat()
        if stat.S_IMODE(found.st_mode) & 0o077 and found.st_uid == os.geteuid():
            path.chmod(0o700)
    except FileExistsError:
        raise DataDirError(
            f"{path} is not a directory.",
            why="The data directory holds the database and the keys.",
            next_step="Set PROMPTASSAY_DATA_DIR to another path, or move the file away.",
        ) from None
    except OSError as error:
        raise DataDirError(
            f"The data directory {path} cannot be created or used.",
            why=f"The system says: {error.strerror}.",
            next_step="Set PROMPTASSAY_DATA_DIR to a directory that this user may write.",
        ) from None
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise DataDirError(
            f"The data directory {path} is not writable.",
            why=f"It belongs to user id {found.st_uid}; this process runs as user id {os.geteuid()}.",
            next_step="Start with the same user as before, or set PROMPTASSAY_DATA_DIR to another directory.",
        )
