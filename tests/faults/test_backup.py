"""A backup of the database and the whole program, without the master key, open nothing; with it they do."""

import json
import os
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from promptassay.config import roles
from promptassay.config.local_secrets import new_master_key
from promptassay.config.postgres_binaries import Account, find_binaries
from promptassay.core.tenancy import with_workspace
from promptassay.providers.models import ProviderKey
from tests import environment
from tests.fakes.postgres import DEBIAN_15
from tests.fakes.processes import clean_environment
from tests.people import Person
from tests.providers.factories import OPENAI_KEY, leaked, make_key

ROOT = Path(__file__).parents[2]
RESTORED = "restored"

pytestmark = pytest.mark.usefixtures("committed")


@dataclass
class Thief:
    """Who has the dump, restored into a PostgreSQL of theirs, and the installed program; not the master key."""

    dump: bytes
    database_url: str
    data_dir: Path
    person: Person

    def run(self, *words: str, code: str = "", **variables: str) -> "subprocess.CompletedProcess[str]":
        """A command of the program, or a script in its environment."""
        settings = {
            "DATABASE_URL": self.database_url,
            "PROMPTASSAY_SECRET_KEY": environment.SETTINGS["PROMPTASSAY_SECRET_KEY"],
            "PROMPTASSAY_DATA_DIR": str(self.data_dir),
            "PROMPTASSAY_PRIVATE_PROVIDER_HOSTS": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "promptassay.config.settings",
        }
        command = [sys.executable, *(["-c", code] if code else ["-m", "promptassay", *words])]
        environ = clean_environment(**(settings | variables))
        return subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.fixture
def thief(alice: Person, tmp_path: Path) -> Iterator[Thief]:
    make_key(alice)
    programs = DEBIAN_15 if environment.version() == 15 else find_binaries(Account(0, 0, current=True))
    dumped = subprocess.run(
        [str(programs / "pg_dump"), "--dbname", environment.superuser_url()], capture_output=True, check=True
    ).stdout
    with psycopg.connect(environment.superuser_url("postgres"), autocommit=True) as superuser:
        superuser.execute(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")
        superuser.execute(f"CREATE DATABASE {RESTORED} OWNER promptassay_owner")
    psql = [str(programs / "psql"), "-q", "-v", "ON_ERROR_STOP=1", "--dbname", environment.superuser_url(RESTORED)]
    subprocess.run(psql, input=dumped, check=True, capture_output=True)
    with psycopg.connect(environment.superuser_url(RESTORED), autocommit=True) as superuser:
        for statement in roles.database_statements(database=RESTORED):
            superuser.execute(statement)
    url = re.sub(r"/test_\w+", f"/{RESTORED}", os.environ["DATABASE_URL"])
    assert f"/{RESTORED}" in url
    yield Thief(dumped, url, tmp_path / "data", alice)
    with psycopg.connect(environment.superuser_url("postgres"), autocommit=True) as superuser:
        superuser.execute(f"DROP DATABASE {RESTORED} WITH (FORCE)")


# Opens the key the way the product does, then by hand with every master key that can be made of what is in reach.
OPENING = """
import django, hashlib, os
django.setup()
from uuid import UUID
from django.conf import settings
from promptassay.core.errors import AppError
from promptassay.core.tenancy import with_workspace
from promptassay.core.vault import MasterKey, VaultError, unseal
from promptassay.providers.models import ProviderKey
from promptassay.providers.services import open_key
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.models import DataKey
from promptassay.workspaces.permissions import Role

workspace, user = UUID(os.environ["WORKSPACE"]), UUID(os.environ["USER_ID"])
tried = 0
with with_workspace(workspace, person_id=user):
    key, row = ProviderKey.objects.get(), DataKey.objects.get()
    for purpose in ("playground", "run", "test"):
        tried += 1
        try:
            print("OPENED", open_key(Actor(user, workspace, Role.OWNER), key.id, purpose=purpose).secret.reveal())
        except AppError as error:
            print("REFUSED", error)
    seeds = [settings.SECRET_KEY.encode(), bytes(32), bytes(range(32)), row.master_id.encode(), bytes(row.wrapped),
             bytes(key.sealed), workspace.bytes, key.id.bytes, str(workspace).encode()]
    made = [seed[:32].ljust(32, b"\\0") for seed in seeds] + [hashlib.sha256(seed).digest() for seed in seeds]
    made += [bytes(row.wrapped)[at : at + 32] for at in range(len(row.wrapped) - 31)]
    made += [bytes(key.sealed)[at : at + 32] for at in range(max(0, len(key.sealed) - 31))]
    for raw in made:
        for wrapped in (bytes(row.wrapped), bytes(key.sealed)):
            tried += 1
            master = MasterKey.from_bytes(raw)
            object.__setattr__(master, "id", row.master_id)
            try:
                print("OPENED", unseal(master, wrapped, str(workspace), bytes(key.sealed), key.seal_context).reveal())
            except VaultError:
                pass
print("TRIED", tried)
"""


def ids(thief: Thief) -> dict[str, str]:
    return {"WORKSPACE": str(thief.person.workspace.id), "USER_ID": str(thief.person.user.pk)}


def test_the_dump_does_not_hold_the_key_nor_the_master_key(thief: Thief) -> None:
    assert b"COPY public.providers_key" in thief.dump and b"COPY public.workspaces_datakey" in thief.dump
    master = environment.SETTINGS["PROMPTASSAY_MASTER_KEY"]
    text = thief.dump.decode()
    assert not leaked(OPENAI_KEY, text)
    for spelled in (master, master.rstrip("="), b64decode(master).hex(), b64encode(b64decode(master)[::-1]).decode()):
        assert spelled not in text


COMMANDS = (["web"], ["worker"], ["serve"], ["demo"], ["keys", "status"], ["keys", "rotate"], ["keys", "retire"],
            ["keys", "rotate", "--abandon-lost"], ["migrate", "--check"])  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_without_the_master_key_no_command_starts(thief: Thief, words: list[str]) -> None:
    done = thief.run(*words)
    assert done.returncode == 2
    assert "PROMPTASSAY_MASTER_KEY is not set" in done.stderr
    assert not leaked(OPENAI_KEY, done.stdout + done.stderr)


def test_a_master_key_of_ones_own_opens_nothing(thief: Thief) -> None:
    own = {"PROMPTASSAY_MASTER_KEY": new_master_key()}
    done = thief.run(code=OPENING, **ids(thief), **own)
    assert done.returncode == 0, done.stderr
    assert "OPENED" not in done.stdout
    assert done.stdout.count("REFUSED") == 3
    assert int(done.stdout.rpartition("TRIED ")[2]) > 100
    # The commands for master keys do not help either, the last word included.
    assert thief.run("keys", "rotate", **own).returncode == 2
    given_up = thief.run("keys", "rotate", "--abandon-lost", **own)
    assert given_up.returncode == 1 and "Lost: 1 data key" in given_up.stdout
    assert "OPENED" not in thief.run(code=OPENING, **ids(thief), **own).stdout
    doctor = json.loads(thief.run("doctor", "--json", **own).stdout)
    assert "master_key" in {finding["id"] for finding in doctor["findings"] if finding["state"] == "problem"}


def test_a_data_key_of_ones_own_opens_nothing(thief: Thief) -> None:
    """Who can write to the restored database may put a data key of theirs there: what the old one sealed stays shut."""
    own = {"PROMPTASSAY_MASTER_KEY": new_master_key()}
    replaced = """
import django; django.setup()
import os
from uuid import UUID
from django.conf import settings
from promptassay.core.tenancy import with_workspace
from promptassay.core.vault import new_data_key
from promptassay.workspaces.models import DataKey
workspace = UUID(os.environ["WORKSPACE"])
with with_workspace(workspace):
    master = settings.MASTER_KEYS.present
    DataKey.objects.update(wrapped=new_data_key(master, str(workspace)), master_id=master.id)
"""
    assert thief.run(code=replaced, **ids(thief), **own).returncode == 0
    done = thief.run(code=OPENING, **ids(thief), **own)
    assert done.returncode == 0, done.stderr
    assert "OPENED" not in done.stdout and "REFUSED" in done.stdout


def test_with_the_master_key_it_opens(thief: Thief) -> None:
    """The same dump, the same attempt, and the key: so the tests above can fail."""
    given = {"PROMPTASSAY_MASTER_KEY": environment.SETTINGS["PROMPTASSAY_MASTER_KEY"]}
    done = thief.run(code=OPENING, **ids(thief), **given)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(f"OPENED {OPENAI_KEY}") == 3
    with with_workspace(thief.person.workspace.id):
        assert ProviderKey.objects.get().last4 == OPENAI_KEY[-4:]
