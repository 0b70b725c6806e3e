"""The console command: help, refusals without tracebacks, and the commands that need a database."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from promptassay import __version__
from tests.fakes.processes import clean_environment

ROOT = Path(__file__).parents[2]


def promptassay(*words: str, told: str | None = None, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = clean_environment(**variables)
    command = [sys.executable, "-m", "promptassay", *words]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, input=told)


def test_help_names_every_command() -> None:
    done = promptassay("--help")
    assert done.returncode == 0
    for name in ("serve", "doctor", "migrate", "keys", "web", "worker", "bootstrap", "demo", "dev"):
        assert f"\n    {name}" in done.stdout
    assert promptassay("--version").stdout == f"promptassay {__version__}\n"


@pytest.mark.parametrize("words", [[], ["sevre"], ["serve", "--port", "9000"], ["dev"], ["dev", "nothing"]])
def test_a_wrong_command_line_gets_usage_and_code_2(words: list[str]) -> None:
    done = promptassay(*words)
    assert done.returncode == 2
    assert "usage: promptassay" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["serve", "migrate", "web", "worker", "bootstrap"])
def test_a_bad_setting_is_three_lines_and_code_2(command: str, tmp_path: Path) -> None:
    done = promptassay(command, PROMPTASSAY_PORT="x", PROMPTASSAY_DATA_DIR=str(tmp_path / "data"))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "promptassay: PROMPTASSAY_PORT is “x”.",
        "  It must be a whole number from 1 to 65535.",
        "  Set it, for example PROMPTASSAY_PORT=8000, or leave it out.",
    ]


def test_migrations_need_the_owners_address(tmp_path: Path) -> None:
    from promptassay.config.local_secrets import new_master_key, new_password

    done = promptassay(
        "migrate",
        DATABASE_URL="postgresql://a:b@db.invalid/c",
        PROMPTASSAY_MASTER_KEY=new_master_key(),
        PROMPTASSAY_SECRET_KEY=new_password(),
        PROMPTASSAY_DATA_DIR=str(tmp_path),
    )
    assert done.returncode == 2
    assert "DATABASE_OWNER_URL is not set" in done.stderr


def test_bootstrap_needs_nothing_but_itself_and_may_be_repeated(tmp_path: Path) -> None:
    variables = {"PROMPTASSAY_DATA_DIR": str(tmp_path / "data")}
    words = ["bootstrap", "--email", "ada@example.com", "--password-stdin", "--json"]
    first = promptassay(*words, told="a long enough password\n", **variables)
    assert first.returncode == 0, first.stderr
    again = promptassay(*words, told="a long enough password\n", **variables)
    assert again.returncode == 0, again.stderr
    made, found = json.loads(first.stdout), json.loads(again.stdout)
    assert {**made, "created": None} == {**found, "created": None}
    assert promptassay("migrate", "--check", **variables).returncode == 0
    assert not (tmp_path / "data" / "run" / "state.json").exists()  # each command stopped what it started


def test_migrate_check_tells_waiting_migrations(tmp_path: Path) -> None:
    done = promptassay("migrate", "--check", PROMPTASSAY_DATA_DIR=str(tmp_path / "data"))
    assert done.returncode == 1
    assert "Migrations are waiting." in done.stderr
    assert "Traceback" not in done.stderr
