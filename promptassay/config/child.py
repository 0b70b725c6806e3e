"""Starts child processes that never outlive this one, and stops them: first by asking, then by force."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str], *, death_signal: signal.Signals = signal.SIGTERM, **options: Any
) -> "subprocess.Popen[bytes]":
    """Start `command` in a session of its own; on Linux it gets `death_signal` when this process dies.

    The session keeps a terminal's Ctrl-C from it: only the supervisor decides when a child stops. Call from a
    thread that lives as long as the child (Linux counts that thread as the parent). `options` go to Popen.
    """
    parent = os.getpid()

    def before_exec() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:  # the parent died between fork and prctl
                os._exit(1)

    options.setdefault("stdin", subprocess.DEVNULL)
    # The hook runs before exec, after the switch of user (which would clear the signal). It only calls two
    # functions that were loaded beforehand, so it is safe in the single-threaded supervisor.
    return subprocess.Popen(command, start_new_session=True, preexec_fn=before_exec, **options)  # noqa: S603


def python_command(*arguments: str) -> list[str]:
    """The command line of this very interpreter: `python_command("-m", "promptassay")`."""
    return [sys.executable, *arguments]


def python_variables(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment plus `extra`, with this package importable wherever the child starts."""
    root = str(Path(__file__).resolve().parents[2])
    found = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join(part for part in (root, found) if part)
    return {**os.environ, "PYTHONPATH": path, **extra}


def stop(processes: Sequence["subprocess.Popen[bytes]"], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal to all and wait its seconds for all; at last kill what is left, with its whole group."""
    for number, seconds in steps:
        deadline = time.monotonic() + seconds
        for process in processes:
            if process.poll() is None:
                process.send_signal(number)
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
    for process in processes:
        kill_group(process.pid)
        process.wait()


def kill_group(group: int) -> None:
    """Kill whatever is left of a child's process group."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def wait_until_gone(pid: int, seconds: float) -> bool:
    """Whether a process that is not our child ends within `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not is_alive(pid):
            return True
        time.sleep(0.02)
    return not is_alive(pid)


def is_alive(pid: int) -> bool:
    """Whether a process with this id exists and is not a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return sys.platform != "linux"
