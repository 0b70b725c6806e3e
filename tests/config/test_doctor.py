"""`promptassay doctor` against real servers that were really misconfigured: found, and mended by its own advice."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from promptassay.config import roles
from promptassay.config.doctor_database import Addresses, check_database
from promptassay.config.findings import Finding
from promptassay.config.local_secrets import new_master_key, new_password
from promptassay.core.secret import Secret
from tests.fakes import pgbouncer, postgres
from tests.fakes.processes import clean_environment

ROOT = Path(__file__).parents[2]
KEYS = {"PROMPTASSAY_MASTER_KEY": new_master_key(), "PROMPTASSAY_SECRET_KEY": new_password()}
APP, OWNER = roles.APP_ROLE, roles.OWNER_ROLE
Root = psycopg.Connection[tuple[object, ...]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Server]:
    """Debian's PostgreSQL 15 as an operator would set it up: roles made, migrated."""
    place = tmp_path_factory.mktemp("doctor")
    started = postgres.start(15, place / "server")
    try:
        done = promptassay("migrate", "--quiet", **own(started, place))
        assert done.returncode == 0, done.stderr
        yield started
    finally:
        started.stop()


@pytest.fixture
def root(server: postgres.Server) -> Iterator[Root]:
    """The superuser, inside the database."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        yield connection


def own(server: postgres.Server, data_dir: Path) -> dict[str, str]:
    """The environment of an operator with a PostgreSQL of their own."""
    return {
        "PROMPTASSAY_DATA_DIR": str(data_dir / "data"),
        "DATABASE_URL": server.app_url,
        "DATABASE_OWNER_URL": server.owner_url,
        **KEYS,
    }


def promptassay(*words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = clean_environment(**variables)
    command = [sys.executable, "-m", "promptassay", *words]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)


def look(server: postgres.Server, **changes: Secret) -> dict[str, Finding]:
    """What doctor finds in the database, by id."""
    addresses = {"app": Secret(server.app_url), "owner": Secret(server.owner_url), "direct": None} | changes
    return {finding.id: finding for finding in check_database(Addresses(**addresses))}  # type: ignore[arg-type]


def wrong(findings: dict[str, Finding]) -> set[str]:
    return {finding.id for finding in findings.values() if finding.state in ("problem", "warning")}


def test_a_database_set_up_as_told_is_healthy(server: postgres.Server) -> None:
    findings = look(server)
    assert wrong(findings) == set()
    assert {"app:reachable", "owner:reachable", "version", "clock", "app:role", "tables", "schema", "pooler"} <= set(
        findings
    )


# What somebody does to the database, what doctor must find, and what puts things back where its advice does not.
MISTAKES = [
    pytest.param(f"ALTER ROLE {APP} SUPERUSER", "app:superuser", id="superuser"),
    pytest.param(f"ALTER ROLE {APP} BYPASSRLS", "app:bypassrls", id="bypassrls"),
    pytest.param(f"ALTER ROLE {APP} CREATEROLE", "app:createrole", id="createrole"),
    pytest.param(f"ALTER ROLE {APP} CREATEDB", "app:createdb", id="createdb"),
    pytest.param(f"ALTER ROLE {APP} REPLICATION", "app:replication", id="replication"),
    pytest.param(f"GRANT {OWNER} TO {APP}", "app:member", id="member of the owner"),
    pytest.param(f"GRANT pg_write_all_data TO {APP}", "app:member", id="member of a built-in role"),
    pytest.param(f"ALTER DATABASE promptassay OWNER TO {APP}", "app:owns_database", id="owns the database"),
    pytest.param(f"ALTER SCHEMA tenancy OWNER TO {APP}", "app:owns_schemas", id="owns a schema"),
    pytest.param(f"ALTER TABLE prompts_prompt OWNER TO {APP}", "app:owns_tables", id="owns a table"),
    pytest.param(f"GRANT CREATE ON SCHEMA public TO {APP}", "app:create", id="create"),
    pytest.param("GRANT CREATE ON SCHEMA public TO PUBLIC", "app:create", id="create through public"),
    pytest.param(f"GRANT CREATE ON DATABASE promptassay TO {APP}", "app:create_schema", id="create schemas"),
    pytest.param(f"GRANT TRUNCATE ON prompts_prompt TO {APP}", "app:truncate", id="truncate"),
    pytest.param(f"GRANT REFERENCES ON prompts_prompt TO {APP}", "app:references", id="references"),
    pytest.param("GRANT TRIGGER ON audit_entry TO PUBLIC", "app:trigger", id="trigger through public"),
    pytest.param("ALTER TABLE prompts_prompt NO FORCE ROW LEVEL SECURITY", "row_security", id="not forced"),
    pytest.param("ALTER TABLE prompts_prompt DISABLE ROW LEVEL SECURITY", "row_security", id="disabled"),
    pytest.param("ALTER TABLE workspaces_workspace NO FORCE ROW LEVEL SECURITY", "row_security", id="workspaces"),
    pytest.param(
        "CREATE POLICY loose ON prompts_prompt USING (true)", "row_security:policy", id="a policy that is always true"
    ),
    pytest.param(
        'CREATE POLICY "Loose One" ON prompts_prompt USING (workspace_id = (SELECT tenancy.current_workspace())) '
        "WITH CHECK (true)",
        "row_security:policy",
        id="a check that is always true",
    ),
    pytest.param(f"ALTER ROLE {APP} RESET statement_timeout", "app:statement_timeout", id="no time-out"),
    pytest.param(f"ALTER ROLE {OWNER} SUPERUSER", "owner:special", id="owner is a superuser"),
    pytest.param("REVOKE CREATE ON SCHEMA public FROM pg_database_owner", "owner:create", id="owner may not create"),
]


@pytest.mark.parametrize(("mistake", "found"), MISTAKES)
def test_a_mistake_is_found_and_its_advice_mends_it(
    server: postgres.Server,
    root: Root,
    tmp_path: Path,
    mistake: str,
    found: str,
) -> None:
    root.execute(mistake.encode())
    findings = look(server)
    assert found in wrong(findings)
    advice = "\n".join(findings[name].mend for name in wrong(findings))
    root.execute("\n".join(line for line in advice.splitlines() if not line.startswith("Run: ")).encode())
    if "promptassay migrate" in advice:
        assert promptassay("migrate", "--quiet", **own(server, tmp_path)).returncode == 0
    assert wrong(look(server)) == set()


def test_an_unmigrated_database_is_sent_to_migrate(server: postgres.Server, root: Root) -> None:
    root.execute("ALTER FUNCTION tenancy.current_workspace() RENAME TO hidden")
    try:
        assert look(server)["schema"].mend == "Run: promptassay migrate"
    finally:
        root.execute("ALTER FUNCTION tenancy.hidden() RENAME TO current_workspace")


def test_a_table_without_its_policy_is_found(server: postgres.Server, root: Root) -> None:
    root.execute("CREATE TABLE odd (workspace_id uuid)")
    try:
        assert {"row_security", "row_security:no_policy"} <= wrong(look(server))
    finally:
        root.execute("DROP TABLE odd")


def test_one_role_for_both_is_found(server: postgres.Server) -> None:
    findings = look(server, app=Secret(server.owner_url))
    assert {"app:is_owner", "app:owns_database", "app:owns_tables"} <= wrong(findings)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("promptassay_app:", "promptassay_app:wrong-"), "password authentication failed"),
        (("promptassay_app:", "nobody_here:"), "authentication failed"),
        (("/promptassay?", "/elsewhere?"), "does not exist"),
        (("port=5432", "port=1"), "No such file"),
    ],
)
def test_an_unreachable_database_says_why_and_never_the_password(
    server: postgres.Server, change: tuple[str, str], said: str
) -> None:
    findings = look(server, app=Secret(server.app_url.replace(*change)))
    assert set(findings) == {"app:reachable"}
    assert said in findings["app:reachable"].summary
    assert postgres.PASSWORDS.app.reveal() not in str(findings)


def test_a_clock_that_differs_is_found_in_both_directions(server: postgres.Server) -> None:
    import time

    addresses = Addresses(Secret(server.app_url), None, None)
    for shift, side in ((-60.0, "behind"), (60.0, "ahead of")):
        findings = {item.id: item for item in check_database(addresses, now=lambda by=shift: time.time() + by)}  # type: ignore[misc]
        assert findings["clock"].state == "problem"
        assert f"60 s {side} the database's" in findings["clock"].summary
    steady = {item.id: item for item in check_database(addresses, now=lambda: time.time() + 3)}
    assert steady["clock"].state == "ok"


@pytest.mark.pgbouncer
def test_a_transaction_mode_pooler_asks_for_a_direct_address(server: postgres.Server) -> None:
    pooler = pgbouncer.start(server.app_url, pool_mode="transaction")
    try:
        through = Secret(pooler.url)
        assert look(server, app=through)["pooler"].state == "warning"
        assert "DATABASE_DIRECT_URL" in look(server, app=through)["pooler"].mend
        assert look(server, app=through, direct=Secret(server.app_url))["pooler"].state == "ok"
        again = Secret(pooler.url + "?application_name=other")
        assert "too" in look(server, app=through, direct=again)["pooler"].summary
    finally:
        pooler.stop()


@pytest.mark.pgbouncer
def test_a_session_mode_pooler_is_fine(server: postgres.Server) -> None:
    pooler = pgbouncer.start(server.app_url, pool_mode="session", pool_size=4)
    try:
        assert look(server, app=Secret(pooler.url))["pooler"].state == "ok"
    finally:
        pooler.stop()


def test_the_printed_sql_sets_up_a_bare_server(tmp_path: Path) -> None:
    bare = postgres.start(15, tmp_path / "bare")
    try:
        with psycopg.connect(bare.superuser_url, autocommit=True) as connection:
            connection.execute("DROP DATABASE promptassay")
            connection.execute(f"DROP ROLE {APP}, {OWNER}".encode())
        script = promptassay("doctor", "--print-sql")
        assert script.returncode == 0
        passwords = postgres.PASSWORDS
        psql = [str(postgres.DEBIAN_15 / "psql"), "-q", bare.superuser_url]
        psql += ["-v", f"owner_password={passwords.owner.reveal()}", "-v", f"app_password={passwords.app.reveal()}"]
        done = subprocess.run(psql, input=script.stdout, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        done = promptassay("migrate", "--quiet", **own(bare, tmp_path))
        assert done.returncode == 0, done.stderr
        assert wrong(look(bare)) == set()
    finally:
        bare.stop()


def test_the_command_says_all_in_words_and_in_json(server: postgres.Server, tmp_path: Path) -> None:
    words = promptassay("doctor", **own(server, tmp_path))
    assert words.returncode == 0, words.stdout + words.stderr
    assert words.stdout.endswith("Nothing is wrong.\n")
    assert "Every migration is applied." in words.stdout
    told = json.loads(promptassay("doctor", "--json", **own(server, tmp_path)).stdout)
    assert told["ok"] is True
    assert {"id", "state", "summary", "mend"} == set(told["findings"][0])
    for secret in (*KEYS.values(), postgres.PASSWORDS.app.reveal(), postgres.PASSWORDS.owner.reveal()):
        assert secret not in words.stdout


def test_the_command_lists_every_problem_and_fails(server: postgres.Server, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o755)
    data_dir.chmod(0o755)
    variables = own(server, tmp_path) | {"PROMPTASSAY_PORT": "99999", "PROMPTASSAY_HOST": "203.0.113.9"}
    del variables["PROMPTASSAY_MASTER_KEY"]
    done = promptassay("doctor", "--json", **variables)
    assert done.returncode == 1
    told = {item["id"]: item for item in json.loads(done.stdout)["findings"] if item["state"] == "problem"}
    assert {"setting:PROMPTASSAY_PORT", "key:PROMPTASSAY_MASTER_KEY", "data_dir:rights", "port"} <= set(told)
    assert told["data_dir:rights"]["mend"] == f"Run: chmod 700 {data_dir}"


def test_a_new_machine_is_told_what_the_first_start_makes(tmp_path: Path) -> None:
    done = promptassay("doctor", PROMPTASSAY_DATA_DIR=str(tmp_path / "data"))
    assert done.returncode == 0, done.stdout
    assert "made at the first start" in done.stdout
    assert not (tmp_path / "data").exists()


def test_what_only_the_catalogue_tells_is_found(server: postgres.Server, root: Root, tmp_path: Path) -> None:
    """A function with its owner's rights: no table is amiss, yet whoever calls it is past row security."""
    root.execute("CREATE FUNCTION public.peek() RETURNS bigint SECURITY DEFINER LANGUAGE sql AS 'SELECT 1::bigint'")
    try:
        done = promptassay("doctor", "--json", **own(server, tmp_path))
    finally:
        root.execute("DROP FUNCTION public.peek()")
    problems = {item["id"]: item for item in json.loads(done.stdout)["findings"] if item["state"] == "problem"}
    assert done.returncode == 1 and set(problems) == {"isolation"}
    assert "public.peek runs with its owner's rights" in problems["isolation"]["summary"]


def test_values_that_may_reach_the_servers_log_are_warned_of_and_mended(server: postgres.Server, root: Root) -> None:
    root.execute(f"ALTER ROLE {APP} RESET log_parameter_max_length")
    root.execute(f"ALTER ROLE {APP} RESET log_error_verbosity")
    finding = look(server)["app:log"]
    assert finding.state == "warning" and "log_parameter_max_length, log_error_verbosity are not set" in finding.summary
    root.execute(finding.mend.encode())
    assert "app:log" not in look(server)


def test_a_column_without_a_data_class_is_found(server: postgres.Server, root: Root, tmp_path: Path) -> None:
    root.execute("ALTER TABLE public.usage_modelcall ADD COLUMN answer text")
    try:
        done = promptassay("doctor", "--json", **own(server, tmp_path))
    finally:
        root.execute("ALTER TABLE public.usage_modelcall DROP COLUMN answer")
    problems = {item["id"]: item for item in json.loads(done.stdout)["findings"] if item["state"] == "problem"}
    assert done.returncode == 1 and set(problems) == {"data_classes"}
    assert problems["data_classes"]["summary"] == "What is stored: the column usage_modelcall.answer has no data class."


def test_a_foreign_master_key_is_found(server: postgres.Server, tmp_path: Path) -> None:
    account = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from promptassay.accounts.services import ensure_account\n"
        "from promptassay.core.secret import Secret\n"
        "from promptassay.core.tenancy import with_workspace\n"
        "from promptassay.workspaces.models import DataKey\n"
        "from promptassay.workspaces.queries import personal_workspace\n"
        "from promptassay.core.vault import new_data_key\n"
        "person, _ = ensure_account('ada@example.com', Secret('a long enough password'))\n"
        "workspace = personal_workspace(person.id).id\n"
        "with with_workspace(workspace):\n"
        "    key = new_data_key(settings.MASTER_KEYS.present, str(workspace))\n"
        "    name = settings.MASTER_KEYS.present.id\n"
        "    DataKey.objects.create(workspace_id=workspace, wrapped=key, master_id=name)\n"
    )
    variables = own(server, tmp_path) | {"DJANGO_SETTINGS_MODULE": "promptassay.config.settings"}
    made = subprocess.run(
        [sys.executable, "-c", account],
        env=clean_environment(**variables),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    assert "the one that wraps" in promptassay("doctor", **variables).stdout
    foreign = promptassay("doctor", "--json", **(variables | {"PROMPTASSAY_MASTER_KEY": new_master_key()}))
    assert foreign.returncode == 1
    problems = {item["id"] for item in json.loads(foreign.stdout)["findings"] if item["state"] == "problem"}
    assert problems == {"master_key"}
    rotating = {
        "PROMPTASSAY_MASTER_KEY": new_master_key(),
        "PROMPTASSAY_MASTER_KEY_PREVIOUS": KEYS["PROMPTASSAY_MASTER_KEY"],
    }
    between = promptassay("doctor", **(variables | rotating))
    assert between.returncode == 0 and "still wrapped by a previous master key" in between.stdout


def test_the_embedded_database_is_started_for_the_look_and_stopped(tmp_path: Path) -> None:
    variables = {"PROMPTASSAY_DATA_DIR": str(tmp_path / "data")}
    assert promptassay("migrate", "--quiet", **variables).returncode == 0
    done = promptassay("doctor", **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PostgreSQL 18" in done.stdout
    assert not (tmp_path / "data" / "run" / "state.json").exists()
    (tmp_path / "data" / "secrets" / "master-key").unlink()
    lost = promptassay("doctor", **variables)
    assert lost.returncode == 1
    assert "The master key is missing" in lost.stdout
    assert not os.path.exists(tmp_path / "data" / "secrets" / "master-key")
