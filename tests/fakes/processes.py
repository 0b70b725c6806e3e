"""Real processes in tests: who descends from whom, what they were told, and waiting for what they do."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path


def eventually(condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Return as soon as `condition` holds; fail with `what` when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not in {seconds:g} s: {what}"
        time.sleep(0.02)


def descendants(pid: int) -> list[int]:
    """Every living process that descends from `pid`."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            state = _stat(int(entry.name))
            if state and state[0] != "Z":
                parents.setdefault(int(state[1]), []).append(int(entry.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def alive(pids: list[int]) -> list[int]:
    """Those of `pids` that still run."""
    return [pid for pid in pids if (state := _stat(pid)) and state[0] != "Z"]


def command_line(pid: int) -> str:
    """What everybody on this machine can see of the process; nothing when it is gone."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return _command_line(pid)
    return ""


def _command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def variables(pid: int) -> dict[str, str]:
    """The environment the process was started with."""
    pairs = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def clean_environment(**extra: str) -> dict[str, str]:
    """This process's environment without any of our settings, plus `extra`."""
    ours = ("PROMPTASSAY_", "DATABASE_", "EMAIL_URL", "DJANGO_", "PYTEST_", "COV_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | extra


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
