"""One owner per data directory: a lock that even kill -9 releases, and the running state beside it."""

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from promptassay.config.paths import DataDirError, DataPaths


class DataDirInUseError(DataDirError):
    """Another PromptAssay process owns the data directory; `pid` is its process id, 0 when unknown."""

    code = "DATA_DIR_IN_USE"

    def __init__(self, paths: DataPaths, pid: int) -> None:
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"PromptAssay is already running on {paths.root} ({who}).",
            why="Two servers on one data directory would destroy its database.",
            next_step=f"Use the running one, stop it{f' (kill {pid})' if pid else ''}, "
            "or set PROMPTASSAY_DATA_DIR to another directory.",
        )
        self.pid = pid


class DataDirLock:
    """Holds the data directory until `release`, or until this process ends in any way."""

    def __init__(self, paths: DataPaths) -> None:
        """Take the lock at once. Raises DataDirInUseError, or DataDirError when the directory is unusable."""
        paths.prepare()
        self._descriptor = os.open(paths.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 32, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise DataDirInUseError(paths, int(holder) if holder.isdigit() else 0) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let others in. Safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def write_state(paths: DataPaths, **values: Any) -> None:
    """Add `values` to the running state, replacing the file in one step. Only the lock's holder may write."""
    state = {**read_state(paths), **values}
    temporary = paths.state_file.with_suffix(".new")
    temporary.write_text(json.dumps(state), encoding="utf-8")
    temporary.chmod(0o600)
    temporary.replace(paths.state_file)


def read_state(paths: DataPaths) -> dict[str, Any]:
    """The running state, or what a killed server left; empty when there is none."""
    try:
        found = json.loads(paths.state_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def clear_state(paths: DataPaths) -> None:
    """Forget the running state."""
    Path(paths.state_file).unlink(missing_ok=True)
