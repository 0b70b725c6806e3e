"""`promptassay keys` as a command: what it refuses before it writes, what it tells, and two of it at once."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from promptassay.config.keys_from_environment import EXAMPLE_MASTER_KEY
from promptassay.config.local_secrets import new_master_key
from promptassay.core.errors import AppError
from promptassay.core.ids import uuid7
from promptassay.core.tenancy import with_workspace
from promptassay.core.vault import MasterKey
from promptassay.workspaces import master_keys
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.models import KeyHolder, Membership, Workspace
from promptassay.workspaces.permissions import Role
from promptassay.workspaces.services import ensure_data_key
from tests import environment
from tests.fakes.processes import clean_environment, eventually
from tests.people import Person

ROOT = Path(__file__).parents[2]
PRESENT = environment.SETTINGS["PROMPTASSAY_MASTER_KEY"]
NEW = new_master_key()

pytestmark = pytest.mark.usefixtures("committed")


def variables(data_dir: Path, **given: str) -> dict[str, str]:
    """A machine with its own data directory, on the test's database."""
    ours = {name: environment.SETTINGS[name] for name in ("PROMPTASSAY_MASTER_KEY", "PROMPTASSAY_SECRET_KEY")}
    ours |= {"DATABASE_URL": os.environ["DATABASE_URL"], "PROMPTASSAY_DATA_DIR": str(data_dir)} | given
    return clean_environment(**{name: value for name, value in ours.items() if value})


def keys(data_dir: Path, *words: str, **given: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "promptassay", "keys", *words]
    return subprocess.run(command, env=variables(data_dir, **given), cwd=ROOT, capture_output=True, text=True)


def rotating(data_dir: Path) -> dict[str, str]:
    """The settings of a rotation from the present key to a new one."""
    return {"PROMPTASSAY_MASTER_KEY": NEW, "PROMPTASSAY_MASTER_KEY_PREVIOUS": PRESENT}


def make_workspaces(person: Person, count: int) -> None:
    """So many more workspaces of the person's, each with a data key under the present master key."""
    from django.conf import settings

    for number in range(count):
        workspace = Workspace(id=uuid7(), kind=Workspace.Kind.TEAM, name=f"workspace {number}")
        with with_workspace(workspace.id, person_id=person.user.pk):
            workspace.save(force_insert=True)
            Membership.objects.create(workspace=workspace, user=person.user, role=Role.OWNER)
            ensure_data_key(Actor(person.user.pk, workspace.id, Role.OWNER), settings.MASTER_KEYS)


def rows() -> list[object]:
    """Everything that a rotation could write, as the superuser sees it."""
    with psycopg.connect(environment.superuser_url()) as superuser:
        found: list[object] = []
        for table in ("workspaces_datakey", "workspaces_masterkey", "audit_entry"):
            found += superuser.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
    return found


def count(condition: str) -> int:
    with psycopg.connect(environment.superuser_url()) as superuser:
        row = superuser.execute(f"SELECT count(*) FROM {condition}").fetchone()
    return int(row[0]) if row else 0


@pytest.fixture
def workspaces(alice: Person) -> Person:
    make_workspaces(alice, 3)
    return alice


REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "no new key": ({}, "no new master key to rotate to"),
    "the new key is missing": ({"PROMPTASSAY_MASTER_KEY": ""}, "PROMPTASSAY_MASTER_KEY is not set"),
    "the new key is the example": ({"PROMPTASSAY_MASTER_KEY": EXAMPLE_MASTER_KEY}, "too weak to start with"),
    "the new key is short": ({"PROMPTASSAY_MASTER_KEY": "c2hvcnQ="}, "too weak to start with"),
    "the new key is no base64": ({"PROMPTASSAY_MASTER_KEY": "§§§"}, "It is not base64"),
    "the previous key is missing": ({"PROMPTASSAY_MASTER_KEY": NEW}, "is not given; 3 data keys are under"),
    "the previous key is another one": (
        {"PROMPTASSAY_MASTER_KEY": NEW, "PROMPTASSAY_MASTER_KEY_PREVIOUS": new_master_key()},
        "is not given; 3 data keys are under",
    ),
    "the previous key is the example": (
        {"PROMPTASSAY_MASTER_KEY": NEW, "PROMPTASSAY_MASTER_KEY_PREVIOUS": f"{PRESENT},{EXAMPLE_MASTER_KEY}"},
        "A key in PROMPTASSAY_MASTER_KEY_PREVIOUS is refused",
    ),
    "the previous key's file is not there": (
        {"PROMPTASSAY_MASTER_KEY": NEW, "PROMPTASSAY_MASTER_KEY_PREVIOUS_FILE": "/nowhere/key"},
        "cannot be read",
    ),
}


@pytest.mark.parametrize(("given", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_a_key_that_will_not_do_is_refused_before_anything_is_written(
    workspaces: Person, tmp_path: Path, given: dict[str, str], said: str
) -> None:
    before = rows()
    done = keys(tmp_path, "rotate", **given)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert rows() == before
    for key in (PRESENT, NEW, EXAMPLE_MASTER_KEY):
        assert key not in done.stdout + done.stderr


def test_a_server_without_the_new_key_is_named_and_nothing_is_written(
    workspaces: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    from promptassay.config import keys as command

    monkeypatch.setattr(master_keys, "ALIVE_S", 0.2)
    monkeypatch.setattr(master_keys, "NOTED_EVERY_S", 0.2)
    KeyHolder.objects.create(name="web 7 on frog", master_ids=settings.MASTER_KEYS.ids, seen_at="2999-01-01T00:00:00Z")
    before = rows()
    command._wait_for_servers("0123456789abcdef")  # in vain
    with pytest.raises(AppError, match="“web 7 on frog” does not have the new master key"):
        master_keys.promote(MasterKey.from_bytes(bytes(range(32))))
    assert rows() == before


def test_status_rotate_status_retire(workspaces: Person, tmp_path: Path) -> None:
    given = rotating(tmp_path)
    before = json.loads(keys(tmp_path, "status", "--json", **given).stdout)
    new, old = before["given"]
    assert before["given"] == {new: 0, old: 3} and before["in_use"] == old and before["may_go"] == []
    refused = keys(tmp_path, "retire", **given)
    assert refused.returncode == 2 and "still needed: 3 data keys" in refused.stderr

    done = keys(tmp_path, "rotate", **given)
    assert done.returncode == 0, done.stderr
    assert f"3 data keys moved to the master key {new}" in done.stdout

    after = json.loads(keys(tmp_path, "status", "--json", **given).stdout)
    assert after["given"] == {new: 3, old: 0} and after["in_use"] == new and after["may_go"] == [old]
    assert "Unset PROMPTASSAY_MASTER_KEY_PREVIOUS" in keys(tmp_path, "retire", **given).stdout
    alone = keys(tmp_path, "status", PROMPTASSAY_MASTER_KEY=NEW)
    assert "Everything is under the present master key." in alone.stdout
    assert count(f"audit_entry WHERE action = 'data_key.rewrapped' AND data->>'to' = '{new}'") == 3
    late = keys(tmp_path, "status")
    assert late.returncode == 1 and "MISSING" in late.stdout  # a machine that still has the old key alone


def test_a_lost_master_key_is_given_up_only_when_that_is_said(workspaces: Person, tmp_path: Path) -> None:
    before = rows()
    assert keys(tmp_path, "rotate", PROMPTASSAY_MASTER_KEY=NEW).returncode == 2
    assert rows() == before
    done = keys(tmp_path, "rotate", "--abandon-lost", PROMPTASSAY_MASTER_KEY=NEW)
    assert done.returncode == 1
    assert "Lost: 3 data keys" in done.stdout
    assert json.loads(keys(tmp_path, "status", "--json", PROMPTASSAY_MASTER_KEY=NEW).stdout)["lost"] == 3


def test_a_previous_key_may_stand_in_a_file(workspaces: Person, tmp_path: Path) -> None:
    file = tmp_path / "old-keys"
    file.write_text(f"{new_master_key()}\n{PRESENT}\n")
    file.chmod(0o600)
    given = {"PROMPTASSAY_MASTER_KEY": NEW, "PROMPTASSAY_MASTER_KEY_PREVIOUS_FILE": str(file)}
    assert keys(tmp_path, "rotate", **given).returncode == 0
    file.chmod(0o644)
    refused = keys(tmp_path, "status", **given)
    assert refused.returncode == 2 and "every user of this machine may read" in refused.stderr


def test_killed_and_then_twice_at_once_it_ends_right(alice: Person, tmp_path: Path) -> None:
    make_workspaces(alice, 150)
    command = [sys.executable, "-m", "promptassay", "keys", "rotate", "--json"]

    def start(machine: str) -> "subprocess.Popen[str]":
        environment_of = variables(tmp_path / machine, **rotating(tmp_path))
        return subprocess.Popen(command, env=environment_of, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def moved() -> int:
        return count("audit_entry WHERE action = 'data_key.rewrapped'")

    first = start("one")
    eventually(lambda: moved() >= 20, "some data keys are moved", 30)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    before = moved()
    assert 20 <= before < 150, "it was killed in the middle"

    both = [start("one"), start("two")]
    told = [json.loads(each.communicate()[0]) for each in both]
    assert [each.returncode for each in both] == [0, 0]
    assert sum(each["rewrapped"] for each in told) == 150 - before
    assert moved() == 150, "one entry for each"
    assert count(f"workspaces_datakey WHERE master_id = '{told[0]['in_use']}'") == 150


def test_two_on_one_data_directory_do_not_mix(workspaces: Person, tmp_path: Path) -> None:
    import fcntl

    (tmp_path / "run").mkdir()
    with (tmp_path / "run" / "keys.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = keys(tmp_path, "rotate", **rotating(tmp_path))
    assert done.returncode == 2
    assert "Another `promptassay keys` is at work" in done.stderr


def test_the_new_key_of_the_data_directory_is_whole_and_private(tmp_path: Path) -> None:
    from promptassay.config.local_secrets import put_new_master_key

    present, previous = tmp_path / "master-key", tmp_path / "master-key-previous"
    present.write_text("the first\n")
    present.chmod(0o600)
    assert put_new_master_key(present, previous)
    made = present.read_text()
    assert previous.read_text() == "the first\n" and len(made.strip()) == 44
    assert {stat.S_IMODE(path.stat().st_mode) for path in (present, previous)} == {0o600}
    assert not put_new_master_key(present, previous)  # that rotation is still the one to finish
    assert (present.read_text(), sorted(path.name for path in tmp_path.iterdir())) == (
        made,
        ["master-key", "master-key-previous"],
    )


@pytest.mark.parametrize("killed_at", ["link", "sync", "replace"])
def test_making_the_new_key_can_be_killed_anywhere(
    tmp_path: Path, killed_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from promptassay.config import local_secrets

    class Killed(BaseException):
        pass

    def die(*args: object) -> None:
        raise Killed

    present, previous = tmp_path / "master-key", tmp_path / "master-key-previous"
    present.write_text("the first\n")
    place, name = {"link": (os, "link"), "sync": (local_secrets, "_sync_directory"), "replace": (Path, "replace")}[
        killed_at
    ]
    with monkeypatch.context() as patch:
        patch.setattr(place, name, die)
        with pytest.raises(Killed):
            local_secrets.put_new_master_key(present, previous)
    assert present.read_text() == "the first\n", "there is a whole key at every moment"
    local_secrets.put_new_master_key(present, previous)
    assert previous.read_text() == "the first\n" and present.read_text() != "the first\n"
    assert not list(tmp_path.glob("*-new"))
