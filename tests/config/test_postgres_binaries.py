"""Where the embedded PostgreSQL's programs come from, and as whom they run."""

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from promptassay.config import embedded, postgres_binaries
from promptassay.config.postgres_binaries import Account, EmbeddedDatabaseError, choose_account, find_binaries
from tests.fakes.processes import command_line

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root switches accounts")


@pytest.fixture
def package() -> Path:
    spec = find_spec(postgres_binaries.PACKAGE)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


def test_the_programs_are_those_of_version_18() -> None:
    account = Account(os.geteuid(), os.getegid(), current=True)
    said = subprocess.run([find_binaries(account) / "postgres", "--version"], capture_output=True, text=True).stdout
    assert "PostgreSQL) 18." in said


def test_a_missing_package_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_binaries, "PACKAGE", "no_such_package")
    with pytest.raises(EmbeddedDatabaseError, match=r"promptassay\[server\]"):
        find_binaries(Account(1, 1, current=False))


@as_root
def test_root_runs_it_as_the_clusters_owner_or_as_nobody_special(tmp_path: Path) -> None:
    made = choose_account(tmp_path / "absent")
    assert made.uid != 0 and not made.current
    cluster = tmp_path / "cluster"
    cluster.mkdir()
    os.chown(cluster, 12345, 12345)
    assert choose_account(cluster) == Account(12345, 12345, current=False)


@as_root
def test_an_environment_in_a_private_home_is_copied_once_for_the_account(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Path(tempfile.mkdtemp(prefix="promptassay-shared-", dir="/tmp"))
    shared.chmod(0o755)
    home = tmp_path / "private"
    (home / package.name).mkdir(parents=True)
    (home / package.name / "pginstall18").symlink_to(package / "pginstall18")
    (home / f"{package.name}.libs").symlink_to(package.with_name(f"{package.name}.libs"))
    spec = SimpleNamespace(origin=str(home / package.name / "__init__.py"))
    monkeypatch.setattr(postgres_binaries, "_SHARED_COPY", shared)
    monkeypatch.setattr(postgres_binaries, "find_spec", lambda name: spec)
    try:
        database = embedded.start(tmp_path / "data", settings={"fsync": "off"})
        try:
            assert command_line(database.pid).startswith(f"{shared}/")
            assert database.running
        finally:
            database.stop()
        assert find_binaries(choose_account(tmp_path / "absent")).is_relative_to(shared)
        assert len(list(shared.iterdir())) == 1
    finally:
        shutil.rmtree(shared)
