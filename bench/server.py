"""A whole PromptAssay for a benchmark: its own data directory and port, started and stopped like a newcomer would."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSWORD = "a password for benchmarks"
EMAIL = "bench@example.com"
ONE_ANSWER = ("--text", "a refund is due", "--no-record")


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running `promptassay serve`."""

    process: "subprocess.Popen[bytes]"
    address: str
    data_dir: Path
    variables: dict[str, str]

    def run(self, *words: str, text: str = "") -> str:
        """Run a `promptassay` command against this server's database; returns what it printed."""
        command = [sys.executable, "-m", "promptassay", *words]
        done = subprocess.run(command, env=self.variables, input=text, capture_output=True, text=True, check=True)
        return done.stdout

    def bootstrap(self) -> dict[str, Any]:
        """The first account and its workspace, as `promptassay bootstrap --json` prints them."""
        printed = self.run("bootstrap", "--email", EMAIL, "--password-stdin", "--json", text=PASSWORD + "\n")
        answer: dict[str, Any] = json.loads(printed)
        return answer

    def stop(self) -> None:
        """Stop it as Ctrl-C would."""
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(30)


def launch(data_dir: Path, settings: Mapping[str, str] | None = None) -> Server:
    """Start the product and return at once; `settings` are more variables of its environment."""
    port = free_port()
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
    variables = {name: os.environ[name] for name in kept if name in os.environ}
    variables |= {
        "PROMPTASSAY_DATA_DIR": str(data_dir),
        "PROMPTASSAY_PORT": str(port),
        "PROMPTASSAY_PRIVATE_PROVIDER_HOSTS": "127.0.0.1",
        "PROMPTASSAY_LOG_LEVEL": "warning",
        **(settings or {}),
    }
    with (data_dir.parent / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "promptassay", "serve"], env=variables, stdout=log, stderr=subprocess.STDOUT
        )
    return Server(process, f"http://127.0.0.1:{port}", data_dir, variables)


def wait_until_answering(server: Server, *, seconds: float = 90) -> float:
    """Ask /healthz until it answers; returns the seconds waited."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{server.address}/healthz", timeout=1) as answer:
            if answer.status == 200:
                return time.monotonic() - begun
        if server.process.poll() is not None:
            break
        time.sleep(0.02)
    raise SystemExit(f"the server did not start:\n{(server.data_dir.parent / 'serve.log').read_text()[-2000:]}")


@contextmanager
def running(settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A fresh server for one benchmark; everything it made is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="promptassay-bench-"))
    server = launch(folder / "data", settings)
    try:
        wait_until_answering(server)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fake_provider(
    *, latency_ms: float = 0, token_interval_ms: float = 0, says: Sequence[str] = ONE_ANSWER
) -> Iterator[str]:
    """The fake provider in a process of its own; gives its address. `says` are its options on what to answer."""
    options = ["--latency-ms", str(latency_ms), "--token-interval-ms", str(token_interval_ms), *says]
    command = [sys.executable, "-m", "promptassay.providers.fake", "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["address"])
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def inside(server: Server) -> Iterator[None]:
    """Set Django up in this process on the server's own database, as the app role."""
    from promptassay.config.embedded import attach_or_start

    with attach_or_start(server.data_dir) as database:
        os.environ.update(server.variables | database.variables())
        os.environ["DJANGO_SETTINGS_MODULE"] = "promptassay.config.settings"
        import django

        django.setup()
        yield


def processes(server: Server) -> dict[str, list[int]]:
    """The process ids of the server's tree: `serve`, `web`, `worker` and `postgres`."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found: dict[str, list[int]] = {"serve": [server.process.pid]}
    waiting = [server.process.pid]
    while waiting:
        for pid in children.get(waiting.pop(), []):
            waiting.append(pid)
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                kind = next((name for name in ("web", "worker") if name.encode() in words), "postgres")
                found.setdefault(kind, []).append(pid)
    return found


def cpu_seconds(pids: list[int]) -> float:
    """The processor time that these processes have used so far."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def proportional_megabytes(pids: list[int]) -> float:
    """The proportional set size of these processes: shared pages count by share."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024
