"""From nothing to the first answer, later starts, and what everything takes when idle."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.server import launch, processes, proportional_megabytes, wait_until_answering
from bench.table import Row, measured

TITLE = "start: first start, later starts, idle memory, installed size"
ROOT = Path(__file__).resolve().parent.parent
SETTLE_SECONDS = 10


def run(repeats: int = 5) -> list[Row]:
    """Measure on a copy of the checkout (for `make serve`) and on fresh data directories."""
    folder = Path(tempfile.mkdtemp(prefix="promptassay-bench-"))
    try:
        made, size, packages = _make_serve(folder)
        first, later, memory = _starts(folder, repeats)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    bare = _bare_python(repeats)
    return [
        measured("make serve, nothing there yet", [made], "s", target="<= 60"),
        measured("first start, environment there", first, "s"),
        measured("later start", later, "s", target="<= 5", ratio=later[0] / bare, against="python -c 'import django'"),
        measured("idle memory of all processes", memory, "MB", target="<= 400", digits=0),
        measured("installed size of the environment", [size], "MB", target="<= 350", digits=0),
        measured("installed packages", [packages], "", target="<= 90", digits=0),
    ]


def _make_serve(folder: Path) -> tuple[float, float, float]:
    """Clone, `make serve`, until /healthz answers; the package cache is as warm as the machine's is."""
    clone = folder / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    from bench import server as servers

    port = servers.free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    variables = kept | {"PROMPTASSAY_DATA_DIR": str(folder / "make-data"), "PROMPTASSAY_PORT": str(port)}
    begun = time.monotonic()
    with (folder / "serve.log").open("ab") as log:
        process = subprocess.Popen(["make", "serve"], cwd=clone, env=variables, stdout=log, stderr=subprocess.STDOUT)
    server = servers.Server(process, f"http://127.0.0.1:{port}", folder / "make-data", variables)
    wait_until_answering(server, seconds=300)
    seconds = time.monotonic() - begun
    server.stop()
    site = next((clone / ".venv/lib").glob("python*/site-packages"))
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file() and not path.is_symlink())
    return seconds, size / 1e6, float(len(list(site.glob("*.dist-info"))))


def _starts(folder: Path, repeats: int) -> tuple[list[float], list[float], list[float]]:
    first: list[float] = []
    later: list[float] = []
    memory: list[float] = []
    for number in range(repeats):
        data = folder / f"run-{number}" / "data"
        data.parent.mkdir()
        for seconds in (first, later):
            server = launch(data)
            seconds.append(wait_until_answering(server))
            if seconds is later:
                time.sleep(SETTLE_SECONDS)
                memory.append(proportional_megabytes([pid for pids in processes(server).values() for pid in pids]))
            server.stop()
    return first, later, memory


def _bare_python(repeats: int) -> float:
    times = []
    for _ in range(repeats):
        begun = time.monotonic()
        subprocess.run([sys.executable, "-c", "import django"], check=True)
        times.append(time.monotonic() - begun)
    return sorted(times)[repeats // 2]
