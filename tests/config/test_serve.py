"""`promptassay serve` as a real process tree: up, kept up, and gone without a trace."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from promptassay.config.database_url import socket_url
from promptassay.config.local_secrets import new_master_key, new_password, read_secret
from tests.fakes.processes import (
    alive,
    clean_environment,
    command_line,
    descendants,
    eventually,
    variables,
)

ROOT = Path(__file__).parents[2]
Start = Callable[..., "Server"]

# Notes each start in the file STUB_LOG, then waits for its end.
NOTING = "import os, signal; open(os.environ['STUB_LOG'], 'a').write(f'{os.getpid()}\\n'); signal.pause()"


class Server:
    """One `serve` process and what it says."""

    def __init__(self, data_dir: Path, port: int, **extra: str) -> None:
        self.data_dir, self.port = data_dir, port
        self.output, self.errors = data_dir.with_name("stdout"), data_dir.with_name("stderr")
        own = {"PROMPTASSAY_DATA_DIR": str(data_dir), "PROMPTASSAY_PORT": str(port), "PYTHONPATH": str(ROOT)}
        with self.output.open("wb") as output, self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.fakes.serve_stub"],
                env=clean_environment(**own, **extra),
                cwd=ROOT,
                stdout=output,
                stderr=errors,
            )

    def ready(self) -> "Server":
        eventually(lambda: "ready at" in self.said() or self.ended(), "the server is ready", 30)
        assert not self.ended(), self.complained()
        return self

    def said(self) -> str:
        return self.output.read_text()

    def complained(self) -> str:
        return self.errors.read_text()

    def ended(self) -> bool:
        return self.process.poll() is not None

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
                return b" 200 " in connection.recv(100)
        except OSError:
            return False

    def child(self, words: str) -> int:
        """The direct child whose command line holds `words`; 0 when there is none."""
        found = [pid for pid in descendants(self.process.pid) if words in command_line(pid)]
        return min(found, default=0)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)

    def database_answers(self) -> bool:
        password = read_secret(self.data_dir / "secrets" / "postgres-promptassay_app")
        state = json.loads((self.data_dir / "run" / "state.json").read_text())  # a long path puts the socket elsewhere
        url = socket_url("promptassay_app", password, state["socket_directory"], "promptassay")
        try:
            with psycopg.connect(url, connect_timeout=20) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that has served before."""
    from promptassay.config import embedded

    path = tmp_path_factory.mktemp("made") / "data"
    database = embedded.start(path, settings={"fsync": "off"})
    database.stop()
    for name, make in (("master-key", new_master_key), ("secret-key", new_password)):
        (path / "secrets" / name).write_text(make())
        (path / "secrets" / name).chmod(0o600)
    return path


@pytest.fixture
def data_dir(made: Path, tmp_path: Path) -> Path:
    path = tmp_path / "data"
    subprocess.run(["cp", "-a", str(made), str(path)], check=True)
    return path


@pytest.fixture
def start(data_dir: Path, port: int) -> Iterator[Start]:
    """Starts servers on the data directory and sees to it that none is left."""
    started: list[Server] = []

    def begin(**extra: str) -> Server:
        started.append(Server(data_dir, port, **extra))
        return started[-1]

    yield begin
    for server in started:
        left = descendants(server.process.pid)
        if not server.ended():
            server.process.kill()
            server.process.wait()
        eventually(lambda left=left: not alive(left), "nothing is left")  # type: ignore[misc]


def test_the_first_start_makes_everything_and_says_so_in_two_lines(tmp_path: Path, port: int) -> None:
    server = Server(tmp_path / "data", port).ready()
    lines = server.said().splitlines()
    data_dir = server.data_dir
    assert lines[0] == f"PromptAssay is ready at http://127.0.0.1:{port}/ (data in {data_dir}, Ctrl-C stops it)"
    assert "the first account is the operator" in lines[1] and len(lines) == 2
    assert server.answers() and server.database_answers()
    assert data_dir.stat().st_mode & 0o777 == 0o700
    assert server.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_everything_and_the_next_start_works(start: Start, number: signal.Signals) -> None:
    server = start().ready()
    everything = descendants(server.process.pid)
    assert len(everything) >= 3
    assert server.stop(number) == 0
    eventually(lambda: not alive(everything), "nothing is left", 5)
    assert server.complained() == ""
    assert not (server.data_dir / "run" / "state.json").exists()
    again = start().ready()
    assert len(again.said().splitlines()) == 1
    assert again.stop() == 0


def test_children_stand_in_sessions_of_their_own_so_ctrl_c_reaches_only_the_supervisor(start: Start) -> None:
    server = start().ready()
    own = os.getsid(server.process.pid)
    direct = [server.child("postgres -D"), server.child("http.server"), server.child("signal.pause")]
    assert all(direct)
    assert own not in {os.getsid(pid) for pid in direct}


def test_a_taken_port_is_named_before_anything_is_touched(tmp_path: Path, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        server = Server(tmp_path / "data", port)
        assert server.process.wait(20) == 2
    assert f"Port {port} on 127.0.0.1 is taken" in server.complained()
    assert "PROMPTASSAY_PORT" in server.complained()
    assert server.said() == ""
    assert not (tmp_path / "data").exists()


def test_a_second_server_on_the_same_port_is_told_about_the_first(start: Start) -> None:
    first = start().ready()
    second = start()
    assert second.process.wait(20) == 2
    assert f"PromptAssay already runs there, as process {first.process.pid}" in second.complained()
    assert first.answers()


def test_a_second_server_on_the_same_data_directory_is_refused(start: Start) -> None:
    first = start().ready()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = str(probe.getsockname()[1])
    beside = first.data_dir.parent / "second"
    beside.mkdir()
    (beside / "data").symlink_to(first.data_dir)
    second = Server(beside / "data", int(free))
    assert second.process.wait(20) == 2
    assert f"already running on {beside / 'data'} (process {first.process.pid})" in second.complained()
    assert first.answers() and first.database_answers()


def test_a_killed_web_process_is_started_again(start: Start) -> None:
    server = start().ready()
    web = server.child("http.server")
    os.kill(web, signal.SIGKILL)
    eventually(lambda: server.child("http.server") not in (0, web), "another web process")
    eventually(server.answers, "it answers")
    assert "The web process was killed by signal 9; it starts again in 0.2 s." in server.complained()
    assert server.stop() == 0


def test_what_a_killed_child_leaves_behind_goes_with_it(start: Start) -> None:
    forks = "import os, signal; os.fork(); signal.pause()"
    server = start(STUB_WORKER=forks).ready()
    eventually(lambda: len(_with(server, "os.fork")) == 2, "the worker forked")
    old = _with(server, "os.fork")
    os.kill(min(old), signal.SIGKILL)
    eventually(lambda: not alive(old), "both are gone")


def test_every_worker_is_kept_up(start: Start, tmp_path: Path) -> None:
    log = tmp_path / "started"
    server = start(PROMPTASSAY_WORKERS="3", STUB_WORKER=NOTING, STUB_LOG=str(log)).ready()
    eventually(lambda: log.exists() and len(log.read_text().split()) == 3, "three workers")
    os.kill(int(log.read_text().split()[0]), signal.SIGKILL)
    eventually(lambda: len(log.read_text().split()) == 4, "a fourth took its place")
    assert server.stop() == 0


def test_a_killed_postgresql_is_started_again_while_web_goes_on(start: Start) -> None:
    server = start().ready()
    web, postgres = server.child("http.server"), server.child("postgres -D")
    os.kill(postgres, signal.SIGKILL)
    eventually(lambda: server.child("postgres -D") not in (0, postgres), "another PostgreSQL")
    eventually(server.database_answers, "the database answers")
    assert server.child("http.server") == web
    assert "PostgreSQL ended; it starts again." in server.complained()
    assert server.stop() == 0


def test_kill_9_of_the_supervisor_leaves_no_orphan_and_the_next_start_recovers(start: Start) -> None:
    server = start().ready()
    everything = descendants(server.process.pid)
    server.process.kill()
    server.process.wait()
    again = start().ready()  # at once, on the same port
    eventually(lambda: not alive(everything), "every orphan is gone")
    assert again.answers() and again.database_answers()
    assert again.stop() == 0


def test_kill_9_of_everything_at_once_is_recovered_from(start: Start) -> None:
    server = start().ready()
    for pid in [server.process.pid, *descendants(server.process.pid)]:
        with contextlib.suppress(ProcessLookupError):  # a child ends with its parent
            os.kill(pid, signal.SIGKILL)
    server.process.wait()
    again = start().ready()
    assert again.answers() and again.database_answers()
    assert again.stop() == 0


def test_a_failed_migration_ends_the_start_and_everything_with_it(start: Start) -> None:
    server = start(STUB_MIGRATE="import sys; sys.exit('column lost')")
    assert server.process.wait(30) == 2
    assert "column lost" in server.complained()
    assert "could not be migrated" in server.complained()
    assert server.said() == ""
    start().ready()  # nothing holds the directory


def test_a_web_process_that_does_not_start_ends_the_start(start: Start) -> None:
    server = start(STUB_WEB="import sys; sys.exit(7)")
    assert server.process.wait(30) == 2
    assert "The web process did not start. It ended with code 7" in server.complained()


def test_a_signal_during_the_start_is_obeyed_at_once(start: Start, tmp_path: Path) -> None:
    log = tmp_path / "started"
    server = start(STUB_MIGRATE=NOTING, STUB_LOG=str(log))
    eventually(log.exists, "the migration runs")
    everything = descendants(server.process.pid)
    assert server.stop(signal.SIGINT) == 0
    assert not alive(everything)
    assert server.said() == ""


def test_the_second_signal_does_not_wait_for_a_stubborn_child(start: Start, tmp_path: Path) -> None:
    log = tmp_path / "started"
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + NOTING + "\nsignal.pause()"
    server = start(STUB_WORKER=stubborn, STUB_LOG=str(log)).ready()
    eventually(log.exists, "the worker runs")
    everything = descendants(server.process.pid)
    web = server.child("http.server")
    server.process.send_signal(signal.SIGINT)
    eventually(lambda: not alive([web]), "web stops first")
    assert server.stop(signal.SIGINT) == 0
    assert not alive(everything)


def test_the_owners_password_stays_with_the_migration_and_off_every_command_line(start: Start) -> None:
    server = start().ready()
    secrets = {file.name: file.read_text().strip() for file in (server.data_dir / "secrets").iterdir()}
    for pid in (server.child("http.server"), server.child("signal.pause")):
        held = variables(pid)
        assert "DATABASE_OWNER_URL" not in held
        assert held["DATABASE_URL"].startswith("postgresql://promptassay_app:")
        assert secrets["postgres-promptassay_owner"] not in str(held)
        assert secrets["postgres-postgres"] not in str(held)
    for pid in [server.process.pid, *descendants(server.process.pid)]:
        assert not any(secret in command_line(pid) for secret in secrets.values())


def test_with_a_database_of_ones_own_none_is_started(start: Start, data_dir: Path) -> None:
    keys = {"PROMPTASSAY_MASTER_KEY": new_master_key(), "PROMPTASSAY_SECRET_KEY": new_password()}
    server = start(DATABASE_URL="postgresql://a:b@db.invalid/c", **keys).ready()
    assert server.child("postgres -D") == 0
    assert str(data_dir) not in server.said()
    assert server.stop() == 0
    behind = start(DATABASE_URL="postgresql://a:b@db.invalid/c", STUB_CHECK="raise SystemExit(1)", **keys)
    assert behind.process.wait(20) == 2
    assert "DATABASE_OWNER_URL is not set here" in behind.complained()


def test_a_database_of_ones_own_without_keys_is_refused(start: Start) -> None:
    server = start(DATABASE_URL="postgresql://a:b@db.invalid/c")
    assert server.process.wait(20) == 2
    assert "PROMPTASSAY_MASTER_KEY is not set" in server.complained()


def test_the_supervisor_stays_small(start: Start) -> None:
    server = start().ready()
    maps = Path(f"/proc/{server.process.pid}/maps").read_text()
    assert "psycopg" not in maps and "libpq" not in maps and "aiohttp" not in maps


def _with(server: Server, words: str) -> list[int]:
    return [pid for pid in descendants(server.process.pid) if words in command_line(pid)]
