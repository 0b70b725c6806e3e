"""The embedded PostgreSQL as real processes: private, durable, and back after every kind of death."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from promptassay.config import embedded
from promptassay.config.data_dir_lock import DataDirInUseError, DataDirLock
from promptassay.config.embedded import Embedded
from promptassay.config.paths import DataPaths
from promptassay.config.postgres_binaries import EmbeddedDatabaseError
from tests.fakes.processes import alive, clean_environment, command_line, descendants, eventually

# A supervisor that starts the database of argv[1], says its pid, and waits. With a second argument it starts
# PostgreSQL as a system without death signals would.
SUPERVISOR = """
import signal, sys
from pathlib import Path
from promptassay.config import child, embedded
if len(sys.argv) > 2:
    child._LIBC = None
database = embedded.start(Path(sys.argv[1]), settings={"fsync": "off"})
print(database.pid, flush=True)
signal.pause()
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose database was made and stopped."""
    path = tmp_path_factory.mktemp("made") / "data"
    embedded.start(path, settings={"fsync": "off"}).stop()
    return path


@pytest.fixture
def data_dir(made: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    path = tmp_path / "data"
    subprocess.run(["cp", "-a", str(made), str(path)], check=True)
    return path


@pytest.fixture
def database(data_dir: Path) -> Iterator[Embedded]:
    """It, running."""
    started = embedded.start(data_dir)
    yield started
    started.stop()


def remember(database: Embedded, word: str) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [word])


def remembered(database: Embedded) -> list[str]:
    with psycopg.connect(database.owner_url) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM kept ORDER BY word").fetchall()]


def supervisor(data_dir: Path, *more: str) -> tuple["subprocess.Popen[str]", int]:
    """A process that owns the running database, and the database's pid."""
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(data_dir), *more],
        env=clean_environment(PYTHONPATH=root),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        return process, int(process.stdout.readline())


def shown(connection: "psycopg.Connection[tuple[str, ...]]", setting: str) -> str:
    row = connection.execute(f"SHOW {setting}".encode()).fetchone()
    assert row is not None
    return row[0]


def test_it_is_private_checksummed_and_durable(database: Embedded) -> None:
    with psycopg.connect(database.superuser_url) as connection:
        assert shown(connection, "listen_addresses") == ""
        assert shown(connection, "data_checksums") == "on"
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            assert shown(connection, name) == "on"
        assert shown(connection, "server_encoding") == "UTF8"
        assert int(shown(connection, "server_version_num")) >= 180_000
        assert connection.execute("SELECT lower('ÄÖÜ'), 'a' < 'B'").fetchone() == ("äöü", False)
    assert database.socket_directory.stat().st_mode & 0o077 == 0
    assert database.paths.cluster.stat().st_mode & 0o077 == 0
    for file in database.paths.secrets.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600


def test_only_the_right_password_opens_it(database: Embedded) -> None:
    wrong = database.app_url.replace("promptassay_app:", "promptassay_app:x")
    for url in (wrong, database.app_url.replace("promptassay_app:", "postgres:")):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url)


def test_no_password_stands_in_a_command_line(database: Embedded) -> None:
    words = " ".join(command_line(pid) for pid in [database.pid, *descendants(database.pid)])
    for file in database.paths.secrets.iterdir():
        assert file.read_text().strip() not in words


def test_no_content_reaches_its_logs(database: Embedded) -> None:
    marker = "marker-5b1e77"
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE unique_words (word text UNIQUE)")
        connection.execute("INSERT INTO unique_words VALUES (%s)", [marker])
        for statement in (
            "INSERT INTO unique_words VALUES (%s)",
            "SELECT %s::text::int",
            "SELECT pg_sleep(0), (%s::text)::uuid",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(statement, [marker])
        with pytest.raises(psycopg.Error):
            connection.execute(f"SELECT {marker} FROM nowhere")
    logs = list((database.paths.postgres / "log").iterdir())
    assert any(log.stat().st_size for log in logs)
    assert all(marker not in log.read_text() for log in logs)


def test_what_was_written_is_there_after_a_stop_and_a_start(data_dir: Path) -> None:
    database = embedded.start(data_dir)
    remember(database, "kept")
    database.stop()
    assert not alive([database.pid])
    assert not database.paths.state_file.exists()
    database.stop()  # twice is no harm
    again = embedded.start(data_dir)
    try:
        assert remembered(again) == ["kept"]
    finally:
        again.stop()


def test_it_comes_back_after_kill_9_with_everything_that_was_committed(database: Embedded) -> None:
    remember(database, "before")
    with psycopg.connect(database.app_url) as connection:  # a session that hangs on while its server dies
        connection.execute("SELECT 1")
        os.kill(database.pid, signal.SIGKILL)
        eventually(lambda: not database.running, "the database is dead")
        database.restart()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    remember(database, "after")
    assert remembered(database) == ["after", "before"]


def test_a_pid_file_whose_number_belongs_to_another_program_does_not_stop_it(data_dir: Path) -> None:
    database = embedded.start(data_dir)
    pid_file = database.paths.cluster / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    os.kill(database.pid, signal.SIGKILL)
    eventually(lambda: not database.running, "the database is dead")
    database.stop()
    lines[0] = str(os.getpid())
    owner = database.paths.cluster.stat()
    pid_file.write_text("\n".join(lines) + "\n")
    os.chown(pid_file, owner.st_uid, owner.st_gid)
    again = embedded.start(data_dir)
    try:
        assert again.running
    finally:
        again.stop()


def test_it_goes_when_its_supervisor_is_killed_and_starts_again(data_dir: Path) -> None:
    process, pid = supervisor(data_dir)
    process.kill()
    process.wait()
    eventually(lambda: not alive([pid]), "the database followed its supervisor")
    database = embedded.start(data_dir)
    database.stop()


def test_one_that_survived_its_supervisor_is_stopped_before_a_new_one_starts(data_dir: Path) -> None:
    process, pid = supervisor(data_dir, "no death signal")
    process.kill()
    process.wait()
    assert alive([pid])
    database = embedded.start(data_dir)
    try:
        assert not alive([pid])
        assert database.pid != pid
        assert database.running
    finally:
        database.stop()


def test_a_second_owner_is_refused_and_told_who_is_first(data_dir: Path) -> None:
    process, pid = supervisor(data_dir)
    try:
        with pytest.raises(DataDirInUseError) as caught:
            embedded.start(data_dir)
        assert caught.value.pid == process.pid
        assert str(process.pid) in caught.value.message
        assert "PROMPTASSAY_DATA_DIR" in caught.value.next_step
        assert alive([pid])  # the refused start did no harm
    finally:
        process.kill()
        process.wait()
    eventually(lambda: not alive([pid]), "the database followed its supervisor")


def test_a_command_attaches_to_the_running_one_and_leaves_it_running(data_dir: Path) -> None:
    process, pid = supervisor(data_dir)
    try:
        with embedded.attach_or_start(data_dir) as database:
            assert database.pid == pid
            with psycopg.connect(database.app_url) as connection:
                assert connection.execute("SELECT current_user").fetchone() == ("promptassay_app",)
        assert alive([pid])
    finally:
        process.kill()
        process.wait()
    eventually(lambda: not alive([pid]), "the database followed its supervisor")


def test_a_command_starts_it_for_its_own_time_only(data_dir: Path) -> None:
    with embedded.attach_or_start(data_dir) as database:
        pid = database.pid
        assert alive([pid])
    assert not alive([pid])


def test_a_command_gives_up_on_a_directory_that_is_held_without_a_database(data_dir: Path) -> None:
    lock = DataDirLock(DataPaths(data_dir))
    try:
        with (
            pytest.raises(DataDirInUseError),
            embedded.attach_or_start(data_dir, wait_seconds=0),
        ):
            pass
    finally:
        lock.release()


def test_a_long_path_gets_a_short_private_socket_that_goes_with_it(made: Path, tmp_path: Path) -> None:
    path = tmp_path / ("long" * 25) / "data"
    path.parent.mkdir()
    subprocess.run(["cp", "-a", str(made), str(path)], check=True)
    database = embedded.start(path)
    try:
        directory = database.socket_directory
        assert path not in directory.parents
        assert directory.stat().st_mode & 0o777 == 0o700
        with psycopg.connect(database.app_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        database.stop()
    assert not directory.exists()


def test_a_lost_password_is_an_error_and_not_a_new_database(data_dir: Path) -> None:
    (data_dir / "secrets" / "postgres-postgres").unlink()
    with pytest.raises(EmbeddedDatabaseError, match="backup"):
        embedded.start(data_dir)
    assert DataPaths(data_dir).has_cluster


def test_a_half_made_database_is_made_anew(tmp_path: Path) -> None:
    half = DataPaths(tmp_path / "data")
    (half.postgres / "new" / "base").mkdir(parents=True)
    (half.postgres / "new" / "PG_VERSION").write_text("18\n")
    database = embedded.start(tmp_path / "data", settings={"fsync": "off"})
    try:
        assert half.has_cluster
        assert not (half.postgres / "new").exists()
    finally:
        database.stop()


def test_another_version_of_postgresql_is_refused(data_dir: Path) -> None:
    (DataPaths(data_dir).cluster / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedDatabaseError, match="made by PostgreSQL 16"):
        embedded.start(data_dir)


def test_a_database_that_does_not_start_says_why_and_leaves_nothing(data_dir: Path) -> None:
    shutil.rmtree(DataPaths(data_dir).cluster / "global")
    with pytest.raises(EmbeddedDatabaseError, match=r"It said: .*could not"):
        embedded.start(data_dir)
    DataDirLock(DataPaths(data_dir)).release()  # the directory is free again


def test_changed_role_definitions_are_mended_at_the_next_start(data_dir: Path) -> None:
    database = embedded.start(data_dir)
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute("ALTER ROLE promptassay_app BYPASSRLS INHERIT")
    database.stop()
    (data_dir / "run" / "roles-prepared").unlink()
    again = embedded.start(data_dir)
    try:
        with psycopg.connect(again.app_url) as connection:
            row = connection.execute(
                "SELECT rolbypassrls, rolinherit FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
        assert row == (False, False)
    finally:
        again.stop()
