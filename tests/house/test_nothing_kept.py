"""Answers of models are kept in the outputs of runs and nowhere else, and what is only typed is kept nowhere.

Every action that talks to a model is brought to every end; then the database, the server's files and logs, our own
logs, sessions, cache, mail and files are searched for what the provider said, in every spelling. Sabotage at the end
shows that each of these places would be found.
"""

import base64
import gzip
import logging
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import caches
from django.db import connection

from promptassay.accounts.sessions import SessionStore
from promptassay.config.asgi import Application
from promptassay.config.postgres_binaries import Account, find_binaries
from promptassay.core.jobs import enqueue
from promptassay.core.logs import Formatter
from promptassay.core.stored import DataClass, tables
from promptassay.evals.engine import execute
from promptassay.evals.models import Run
from promptassay.evals.services import cancel_run, delete_run
from promptassay.providers.fake import run_in_thread
from promptassay.providers.gateway import Gateway
from promptassay.providers.models import ProviderKey
from promptassay.providers.process import gateway
from promptassay.providers.transport import Timeouts
from promptassay.trust.probes.markers import Search
from promptassay.usage.models import ModelCall
from tests import environment, sweeps
from tests.fakes.postgres import DEBIAN_15
from tests.keeping import (
    ACTIONS,
    MARKERS,
    OUTCOMES,
    SAID,
    TYPED,
    UNUSABLE,
    Scene,
    behave,
    kept_by,
    make_scene,
    playground_run,
    suite_run,
)
from tests.markers import Finds, elsewhere
from tests.people import Person
from tests.prompts.factories import typed
from tests.providers.calls import SOON
from tests.sinks import server_directory

pytestmark = pytest.mark.usefixtures("committed")

SEARCH = Search(MARKERS)
IMPATIENT = Timeouts(connect=2.0, first_byte=0.6, idle=0.6, total=8.0, whole_answer=0.6)
# Everything that PostgreSQL can be told to write into its log.
LOUD = {"log_statement": "all", "log_min_duration_statement": "0", "log_min_messages": "error",
        "log_parameter_max_length": "-1", "log_parameter_max_length_on_error": "-1",
        "log_min_error_statement": "error", "log_error_verbosity": "verbose"}  # fmt: skip
OUTPUTS = {
    f"{table.name}.{name}"
    for table in tables()
    for name, column in table.columns.items()
    if column.kind is DataClass.OUTPUT
}
PROMPT_COLUMNS = {"prompts_prompt.search_text", "prompts_version.messages"}


class _Log(logging.Handler):
    """What the product's log would hold at DEBUG, and, apart from that, what the errors say in their own words."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.setFormatter(Formatter("{levelname} {name} {message}", style="{"))
        self.lines: list[str] = []
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))
        error = record.exc_info[1] if record.exc_info else None
        while error is not None:
            self.words.append(f"{error!r} {error.args!r} {getattr(error, '__notes__', '')}")
            error = error.__cause__ or error.__context__


@dataclass
class Watch:
    """The places that only exist while something happens."""

    log: _Log
    temporary: Path
    written: "pytest.CaptureFixture[str]"


@contextmanager
def everything_logged() -> Iterator[_Log]:
    """Every logger at DEBUG but Django's record of statements, which holds the values and is no log of ours."""
    handler, root = _Log(), logging.getLogger()
    quiet = {"django.db.backends"} | {
        name
        for name in settings.LOGGING["loggers"]
        if settings.LOGGING["loggers"][name].get("level", "DEBUG") != "DEBUG"
    }
    loggers = [root, *(logging.getLogger(name) for name in list(logging.root.manager.loggerDict) if name not in quiet)]
    levels = {logger: logger.level for logger in loggers}
    root.addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    try:
        yield handler
    finally:
        root.removeHandler(handler)
        for logger, level in levels.items():
            logger.setLevel(level)


@pytest.fixture
def loud_server() -> Iterator[None]:
    """PostgreSQL as an operator may set it who looks for a fault: it logs all that it is let to."""
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        for name, value in LOUD.items():
            superuser.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
        superuser.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            for name in LOUD:
                superuser.execute(f"ALTER SYSTEM RESET {name}".encode())
            superuser.execute("SELECT pg_reload_conf()")


@pytest.fixture
def scene(committed: None, loud_server: None, alice: Person, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(gateway(), "_timeouts", IMPATIENT)
    monkeypatch.setattr(gateway(), "_retries", SOON)
    with run_in_thread() as fake, ThreadPoolExecutor(2) as pool:
        yield make_scene(alice, fake, Application(pool))


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Watch]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with everything_logged() as log:
        yield Watch(log, temporary, capfd)


def perform(scene: Scene, action: Callable[[Scene, str], None], outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One action to one end."""
    behave(scene, outcome)
    if outcome != "defect":
        action(scene, outcome)
        return
    with monkeypatch.context() as patch:
        patch.setattr(ModelCall, "save", _defect)
        patch.setattr(ProviderKey, "save", _defect)
        patch.setattr("promptassay.evals.engine.execute.run_check", _defect)
        action(scene, outcome)


def _defect(*args: object, **kwargs: object) -> None:
    raise RuntimeError("a defect of ours")


def look(watch: Watch, search: Search = SEARCH) -> Finds:
    """Search every place; what stands in the rows is told by table and column, the rest by sink."""
    finds = Finds(search)
    for line in watch.log.lines:
        finds.look("log", line)
    for words in watch.log.words:
        finds.look("words of an exception", words)
    finds.look("standard output and error", "".join(watch.written.readouterr()))
    for message in mail.outbox:
        finds.look("mail", message.message().as_bytes())
    for name in caches:
        finds.look("cache", repr(getattr(caches[name], "_cache", {})))
    finds.look_in_rows()
    finds.look("database dump", dump())
    finds.look_in_files("server", server_directory())
    finds.look_in_files("temporary", watch.temporary)
    finds.look_in_files("data directory", Path(os.environ["PROMPTASSAY_DATA_DIR"]))
    return finds


def dump() -> bytes:
    """The whole database as `pg_dump` of the running version writes it."""
    programs = DEBIAN_15 if environment.version() == 15 else find_binaries(Account(0, 0, current=True))
    command = [str(programs / "pg_dump"), "--inserts", "--dbname", environment.superuser_url()]
    return subprocess.run(command, capture_output=True, check=True).stdout


def in_log_of_server(place: str) -> bool:
    """Whether a place is the log of PostgreSQL, on either of its versions here."""
    return re.fullmatch(r"server: (log|log/.*)", place) is not None


def hits(finds: Finds, marker: str) -> set[str]:
    """Where a marker was found."""
    return {place for place, name in finds.hits if name == marker}


def test_what_a_provider_says_is_kept_nowhere(scene: Scene, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = [*OUTCOMES, UNUSABLE]
    for action in ACTIONS.values():
        for outcome in outcomes:
            perform(scene, action, outcome, monkeypatch)
    # It was really said, heard, logged about and counted.
    assert sum(SAID.encode() in chunk for chunk in scene.seen) > 3 * len(ACTIONS)
    assert len(scene.fake.received) > len(ACTIONS) * len(outcomes)
    assert any("call failed" in line for line in watch.log.lines)
    assert any("a stream failed: RuntimeError" in line for line in watch.log.lines)
    assert "INSERT INTO" in server_log() and "usage_modelcall" in server_log()

    finds = look(watch)
    assert hits(finds, "said") == set()
    assert hits(finds, "typed") == set()
    kept = hits(finds, "prompt")
    assert {place for place in kept if place.startswith("prompts_")} == PROMPT_COLUMNS
    assert elsewhere(kept, "prompts_prompt", "prompts_version") == set()
    record(finds, [*ACTIONS], outcomes, hits(finds, "said"))


def test_a_run_keeps_answers_in_its_outputs_and_nowhere_else(
    scene: Scene, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = [*OUTCOMES, UNUSABLE]
    for outcome in outcomes:
        perform(scene, suite_run, outcome, monkeypatch)
    finds = look(watch)
    said = hits(finds, "said")
    assert {"evals_output.output", "evals_output.tool_calls", "evals_output.judgement"} <= said
    assert {place for place in said if place.startswith("evals_")} <= OUTPUTS
    assert elsewhere(said, "evals_output") == set()
    assert elsewhere(hits(finds, "case"), "evals_case", "evals_runcase") == set()
    record(finds, ["suite run"], outcomes, elsewhere(said, "evals_output"))

    with scene.alice.inside():
        for run in Run.objects.all():
            if not run.is_over:  # its worker is gone
                cancel_run(scene.alice.actor, run)
            delete_run(scene.alice.actor, run)
    finds = Finds(SEARCH)
    finds.look_in_rows()
    finds.look("database dump", dump())
    assert hits(finds, "said") == set(), "outputs go with their run"


def record(finds: Finds, actions: list[str], outcomes: list[str], stray: set[str]) -> None:
    """Counts for the end of the test run."""
    sinks = {
        "database rows", "database dump", "PostgreSQL's log", "PostgreSQL's files", "our log at DEBUG",
        "words of exceptions", "output", "mail", "cache", "sessions", "queue", "temporary files", "data directory",
    }  # fmt: skip
    sweeps.record("nothing kept", actions=actions, outcomes=outcomes, sinks=sinks, places=finds.places, hits=len(stray))


def server_log() -> str:
    """What PostgreSQL has written into its log."""
    root = server_directory()
    files = [
        path for path in root.rglob("*log*") if path.is_file() and in_log_of_server(f"server: {path.relative_to(root)}")
    ]
    return "".join(path.read_text(errors="replace") for path in files)


# --- Error pages and their log lines ----------------------------------------------------------------------------------


def test_an_error_of_ours_tells_nothing_of_what_was_being_worked_on(
    scene: Scene, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(f"cannot use {args!r} {kwargs!r}")

    for name in ("build_request", "check_content", "open_choice"):
        with monkeypatch.context() as patch:
            patch.setattr(f"promptassay.prompts.views.runs.{name}", defect)
            form = typed(f"Sort {{{{ticket}}}}. {TYPED}")
            fields = {**form, "model": scene.model, "var:ticket": TYPED}
            for accept in ("text/html", "application/json"):
                path = scene.alice.url("prompts:prompt-run", scene.prompt.id)
                page = scene.browser.post(path, fields, headers={"Accept": accept})
                assert page.status_code == 500
                assert SEARCH.names_in(page.content + str(page.headers).encode()) == set()
    assert TYPED in "".join(watch.log.words), "the errors did quote it"
    written = "".join(watch.log.lines)
    assert "Internal Server Error" in written and "in defect" in written
    assert SEARCH.names_in(written.encode()) == set()


# --- That the sweep can fail ------------------------------------------------------------------------------------------


def _in_a_log(text: str) -> None:
    logging.getLogger("promptassay.prompts").debug("it said %s", text)


def _in_a_job(text: str) -> None:
    enqueue("providers.refresh_key", workspace_id=text, key_id="0")


def _in_a_session(text: str) -> None:
    session = SessionStore()
    session["last"] = [text] * 9
    session.save()


def _in_the_cache(text: str) -> None:
    caches["default"].set("last", {"answer": text})


def _in_an_error(text: str) -> None:
    try:
        raise ValueError(f"cannot read {text}")
    except ValueError as error:
        logging.getLogger("promptassay.prompts").exception("it failed: %s", type(error).__name__)


def _in_a_column(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO account_emailaddress (email, verified, "primary", user_id) '
            "SELECT left(%s, 99), false, false, id FROM accounts_user LIMIT 1",
            [text],
        )


def _in_a_statement(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT length('{text}')")


def _in_a_file(text: str) -> None:
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(gzip.compress(text.encode()))


def _in_the_data_directory(text: str) -> None:
    (Path(os.environ["PROMPTASSAY_DATA_DIR"]) / "last.json").write_text(base64.b64encode(text.encode()).decode())


def _on_the_screen(text: str) -> None:
    print(text)


def _in_a_mail(text: str) -> None:
    mail.send_mail("Done", text, "nobody@example.com", ["alice@example.com"])


SABOTAGE: dict[str, tuple[Callable[[str], None], str]] = {
    "Lg1Aq7Zt4Wd8Rb3Ny9Kv": (_in_a_log, "log"),
    "Jb2Bw8Xs5Ec9Tf4Mz1Lp": (_in_a_job, "procrastinate_jobs.args"),
    "Ss3Cr9Vy6Hn1Uj5Bk2Oq": (_in_a_session, "django_session.session_data"),
    "Ch4Dt1Ng7Im2Yl6Pw3Fa": (_in_the_cache, "cache"),
    "Er5Eu2Qh8Kx3Zo7Sv4Gb": (_in_an_error, "words of an exception"),
    "Cl6Fi3Rj9Lz4Ap8Td5Hc": (_in_a_column, "account_emailaddress.email"),
    "St7Go4Sk1Mv5Bq9Xe6Jw": (_in_a_statement, "server: log"),
    "Fi8Hp5Tl2Nw6Cr1Yf7Kd": (_in_a_file, "temporary: "),
    "Dd9Iq6Um3Ox7Ds2Zg8Ly": (_in_the_data_directory, "data directory: last.json"),
    "Sc1Jr7Vn4Py8Et3Ah9Mu": (_on_the_screen, "standard output and error"),
    "Ma2Ks8Wo5Qz9Fu4Bi1Nx": (_in_a_mail, "mail"),
}


def test_each_way_of_keeping_an_answer_turns_the_sweep_red(
    scene: Scene, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One marker for each sabotage, so that one search tells all of them apart."""
    behave(scene, "success")
    for marker, (keep, _) in SABOTAGE.items():
        scene.fake.control({"mark": marker})
        with monkeypatch.context() as patch:
            patch.setattr(Gateway, "stream", kept_by(keep))
            playground_run(scene, "success")
    finds = look(watch, Search({marker: marker for marker in SABOTAGE}))
    (Path(os.environ["PROMPTASSAY_DATA_DIR"]) / "last.json").unlink(missing_ok=True)
    for marker, (keep, place) in SABOTAGE.items():
        assert any(found.startswith(place) for found in hits(finds, marker)), f"{keep.__name__} was not found"
    # Each is found by itself: no sabotage but those that write rows is found in the rows, and so on.
    assert hits(finds, "Ch4Dt1Ng7Im2Yl6Pw3Fa") == {"cache"}
    assert hits(finds, "Er5Eu2Qh8Kx3Zo7Sv4Gb") == {"words of an exception"}


def test_an_output_in_another_column_turns_the_sweep_of_runs_red(
    scene: Scene, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = execute._fail

    def talkative(result: Any, kind: str, error: Any) -> None:
        real(result, SAID, error)

    monkeypatch.setattr(execute, "_fail", talkative)
    perform(scene, suite_run, "error 400", monkeypatch)
    said = hits(look(watch), "said")
    assert {"evals_cell.error_kind"} == {place for place in said if place.startswith("evals_")} - OUTPUTS
    assert elsewhere(said, "evals_output")
