"""The canary sweep over a running product: web, worker and PostgreSQL as people start them, all logs at their loudest.

The sweep beside the services (`tests/providers/canary.py`) breaks things inside one process; this one kills processes,
takes tables away under them, and looks at what a machine's other users, its files and its logs could show.
"""

import os
import re
import signal
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from os import kill
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.signing import b64_decode

from bench.server import Server, launch, processes, wait_until_answering
from promptassay.assist.panels import PANELS
from promptassay.config.postgres_binaries import Account, find_binaries
from promptassay.providers.fake import FakeProvider, run_in_thread
from tests import sweeps
from tests.assist.factories import form_of
from tests.fakes.certificates import self_signed
from tests.fakes.processes import eventually
from tests.faults.browsing import Answer, Browser, ask, database, run_inside
from tests.providers.canary import PREFIXES, SWEEP, new_canary, sink_name
from tests.sinks import LOUD, Sinks, add_processes, files_below, files_with

CASES, LATENCY = 40, 0.05
FAULTS = (
    "", "400", "401", "403", "404", "429-after-0", "500", "529", "key-echo", "no-credit", "html-502", "malformed",
    "bad-utf8", "redirect", "reset", "disconnect", "late-error", "missing-end",
)  # fmt: skip
PURPOSES = 200  # bytes of an answer that a failed assertion shows


@dataclass
class Product:
    """A running product, a person in it, and everything that came out so far."""

    server: Server
    browser: Browser
    fake: FakeProvider
    ids: dict[str, str]
    sinks: Sinks = field(default_factory=Sinks)
    canary: str = field(default_factory=new_canary)
    rotated: str = field(default_factory=new_canary)
    actions: set[str] = field(default_factory=set)
    outcomes: set[str] = field(default_factory=set)

    @property
    def home(self) -> str:
        """The path of the person's workspace."""
        return f"/w/{self.ids['workspace']}"

    def did(self, action: str, *outcomes: str) -> None:
        """Count what was done, and how it ended."""
        self.actions.add(action)
        self.outcomes |= set(outcomes)

    def took(self, answer: Answer) -> Answer:
        """An answer is a sink, with its headers."""
        self.sinks.add(f"body of {answer.status}", answer.text)
        self.sinks.add("headers", answer.headers)
        return answer

    def get(self, path: str) -> Answer:
        """A page of the workspace."""
        return self.took(self.browser.get(self.home + path))

    def post(self, path: str, data: Any = (), **how: Any) -> Answer:
        """A form of the workspace."""
        return self.took(self.browser.post(self.home + path, data or {}, **how))


@pytest.fixture
def fakes(tmp_path: Path) -> Iterator[tuple[FakeProvider, FakeProvider, FakeProvider]]:
    """The provider, a host with a certificate that nobody vouches for, and one that no key belongs to."""
    with run_in_thread() as fake, run_in_thread(tls=self_signed(tmp_path)) as untrusted, run_in_thread() as elsewhere:
        fake.control({"mode": "text", "text": "a refund"})
        yield fake, untrusted, elsewhere


def start(directory: Path, fake: FakeProvider, mode: str) -> Server:
    server = launch(
        directory / "data",
        {
            "PROMPTASSAY_ENV": mode,
            "PROMPTASSAY_LOG_LEVEL": "debug",
            "PROMPTASSAY_OPENAI_BASE_URL": fake.openai_url,
            "PROMPTASSAY_ANTHROPIC_BASE_URL": fake.anthropic_url,
            "PROMPTASSAY_GOOGLE_BASE_URL": fake.google_url,
        },
    )
    wait_until_answering(server)
    return server


# In full with PROMPTASSAY_TEST_FULL=1; else as it is run for people, and the sweep inside one process has debug on too.
@pytest.fixture(params=["production", "development"] if os.environ.get("PROMPTASSAY_TEST_FULL") else ["production"])
def product(
    request: pytest.FixtureRequest, tmp_path: Path, fakes: tuple[FakeProvider, FakeProvider, FakeProvider]
) -> Iterator[Product]:
    server = start(tmp_path, fakes[0], request.param)
    try:
        for name, value in LOUD.items():
            ask(server, f"ALTER ROLE promptassay_app IN DATABASE promptassay SET {name} = '{value}'")
        # Connections from before know nothing of it; their processes connect again.
        ask(server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'promptassay_app'")
        account = server.bootstrap()
        made = run_inside(server, "tests.faults.make_suite", account["workspace"], account["user"], str(CASES))
        browser = Browser(server, "=".join(made.pop("cookie")))
        yield Product(server, browser, fakes[0], {**made, "workspace": account["workspace"], "mode": request.param})
    finally:
        server.stop()


@pytest.fixture
def watching(product: Product) -> Iterator[None]:
    """Keep what anybody on the machine, or a child, can see of the server's processes, as long as they work."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.25):
            add_processes(product.sinks, [pid for pids in processes(product.server).values() for pid in pids])

    thread = threading.Thread(target=watch)
    thread.start()
    yield
    over.set()
    thread.join()


# --- What people do -------------------------------------------------------------------------------------------


def add(product: Product, provider: str, name: str, base_url: str = "") -> str:
    """A key added through the form; its id."""
    data = {"provider": provider, "name": name, "base_url": base_url, "secret": PREFIXES[provider] + product.canary}
    answer = product.post("/keys/new/", data)
    assert answer.status == 302, answer.text[-PURPOSES:]
    product.did("add a key", "good answer")
    product.post("/panels/consent/", {"model": f"{answer.led_to}/gpt-test", "panel": "critique"})
    return answer.led_to


def in_the_page(product: Product, key: str, fault: str, *, leave_after: float = 0) -> None:
    """Workbench, playground and every panel, with a model that misbehaves as asked."""
    model = f"{key}/gpt-test!{fault}" if fault else f"{key}/gpt-test"
    outcome = "client gone" if leave_after else fault or "good answer"
    prompt, how = product.ids["prompt"], {"leave_after": leave_after}
    typed = {"role-0": "user", "content-0": "About {{ticket}}?", "var:ticket": "a refund", "base": "1"}
    typed |= {"revision": "0", "tab": "", "output": "text", "model": model}
    product.post(f"/prompts/{prompt}/run/", typed, **how)
    source = {"source": "draft", "model": model, "var:ticket": "a refund"}
    product.post(f"/prompts/{prompt}/playground/run/", source, **how)
    for action in ("workbench run", "playground run"):
        product.did(action, outcome)
    for panel in PANELS if fault in ("", "401", "key-echo", "redirect", "hang") else ():
        product.post(f"/panels/{panel}/of/{prompt}/run/", {**form_of(panel), "model": model}, **how)
        product.did(f"panel {panel}", outcome)


def every_fault(product: Product, key: str) -> None:
    """The provider misbehaves in each way, while somebody works in the page; several at once, as people do."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda fault: in_the_page(product, key, fault), FAULTS))
    in_the_page(product, key, "hang", leave_after=0.3)


def key_pages(product: Product, key: str) -> None:
    """Testing, refreshing, renaming and rotating, refused forms, and every page that names a key."""
    for fault in ("", "401", "500", "key-echo", "redirect"):
        product.fake.options.fault = fault
        product.post(f"/keys/{key}/test/")
        product.post(f"/keys/{key}/refresh/")
        product.did("test a key", fault or "good answer")
        product.did("look for new models", fault or "good answer")
    product.fake.options.fault = ""
    plain = PREFIXES["openai"] + product.canary
    for data in (
        {"provider": "anthropic", "name": "x", "secret": plain},
        {"provider": "openai", "secret": plain + " y"},
    ):
        assert product.post("/keys/new/", data).status == 422
        product.did("add a key", "refused form")
    assert product.post(f"/keys/{key}/rotate/", {"secret": plain + " y"}).status == 422
    product.did("rotate a key", "refused form")
    for path in ("/keys/", "/keys/new/", f"/keys/{key}/", "/keys/ledger/", "/keys/models/", "/usage/", "/audit/", "/"):
        product.get(path)


def run_suite(product: Product, key: str, fault: str = "", *, during: Callable[[str], None] | None = None) -> None:
    """A run over the whole suite, to its end."""
    model = f"{key}/gpt-test!{fault}" if fault else f"{key}/gpt-test"
    data = [("versions", product.ids["version"]), ("models", model), ("repeats", "1")]
    answer = product.post(f"/suites/{product.ids['suite']}/run/", data)
    assert answer.status == 302, answer.text[-PURPOSES:]
    run = answer.led_to
    if during is not None:
        during(run)
    ended = "SELECT status IN ('finished', 'failed', 'cancelled') FROM evals_run WHERE id = %s"
    eventually(lambda: bool(ask(product.server, ended, run)[0]), f"the run with {fault or 'good answers'} ends", 60)
    for path in (f"/runs/{run}/", f"/runs/{run}/results.csv"):
        product.get(path)
    product.did("suite run", fault or "good answer")


def crash_the_worker(product: Product, run: str) -> None:
    """kill -9 while calls are under way."""
    some = "SELECT done >= 5 FROM evals_run WHERE id = %s"
    eventually(lambda: bool(ask(product.server, some, run)[0]), "some cells are done", 30)
    kill(processes(product.server)["worker"][0], signal.SIGKILL)
    product.did("suite run", "worker crash")


def defects_of_ours(product: Product, key: str) -> None:
    """A table is gone: what fails then fails with the opened key in its hands, and tells of it as it may."""
    outcome = f"crash of ours, debug {'on' if product.ids['mode'] == 'development' else 'off'}"
    for table, acts in (
        ("providers_keyuse", (lambda: product.post(f"/keys/{key}/test/"), lambda: in_the_page(product, key, ""))),
        ("audit_entry", (lambda: product.post("/keys/new/", _late(product)), lambda: _rotate(product, key))),
    ):
        ask(product.server, f"ALTER TABLE {table} RENAME TO gone")
        try:
            before = len(product.sinks.texts)
            for act in acts:
                act()
            assert any(sink == "body of 500" for sink, _ in product.sinks.texts[before:])
        finally:
            ask(product.server, f"ALTER TABLE gone RENAME TO {table}")
    for action in ("test a key", "workbench run", "playground run", "add a key", "rotate a key"):
        product.did(action, outcome)


def _late(product: Product) -> dict[str, str]:
    return {"provider": "openai", "name": "late", "secret": PREFIXES["openai"] + product.canary}


def _rotate(product: Product, key: str) -> Answer:
    return product.post(f"/keys/{key}/rotate/", {"secret": PREFIXES["openai"] + product.rotated})


def led_elsewhere(product: Product, key: str, elsewhere: FakeProvider) -> None:
    """The row leads to another host: what arrives there is a sink."""
    was = ask(product.server, "SELECT base_url, origin FROM providers_key WHERE id = %s", key)
    place = "UPDATE providers_key SET base_url = %s, origin = %s WHERE id = %s"
    origin = elsewhere.openai_url.removesuffix("/v1").removesuffix("/openai")
    for pair in ((elsewhere.openai_url, was[1]), (elsewhere.openai_url, origin)):
        ask(product.server, place, *pair, key)
        product.post(f"/keys/{key}/test/")
        in_the_page(product, key, "")
    ask(product.server, place, *was, key)
    for entry in elsewhere.received:
        product.sinks.add("another host", f"{entry.path} {entry.headers!r} {entry.body!r}")
    product.sinks.add("another host", "listened to")
    for action in ("test a key", "workbench run", "playground run"):
        product.did(action, "changed base URL")


# --- Where it is looked for -----------------------------------------------------------------------------------


def collect(product: Product) -> None:
    """The dump, the queue, the logs."""
    found = database(product.server)
    dump = [str(find_binaries(Account(0, 0, current=True)) / "pg_dump"), "--inserts", "--dbname", found.url("postgres")]
    text = subprocess.run(dump, capture_output=True, check=True).stdout.decode()
    product.sinks.add("database dump", text)
    product.sinks.add("queue", "\n".join(re.findall(r"^INSERT INTO public\.procrastinate_.*$", text, re.MULTILINE)))
    for packed in re.findall(r"^INSERT INTO public\.django_session VALUES \('\w+', '(\.?[\w-]+):", text, re.MULTILINE):
        data = b64_decode(packed.removeprefix(".").encode())
        product.sinks.add("session", zlib.decompress(data) if packed.startswith(".") else data)
    assert "INSERT INTO public.providers_key " in text
    told = (product.server.data_dir.parent / "serve.log").read_text()
    product.sinks.add("log of the processes", told)
    assert " INFO promptassay.providers" in told and " ERROR " in told and "Traceback" in told, "the processes tell"
    logs = "\n".join(
        path.read_text(errors="replace")
        for path in files_below(product.server.data_dir / "postgres" / "log")
        if path.suffix == ".log"
    )
    product.sinks.add("database log", logs)
    assert "INSERT INTO providers_keyuse" in logs and "arameters: $1" in logs, "the database tells all"


def search(product: Product, *, counted: bool = True) -> list[str]:
    """Every place with a piece of a key; the master key is looked for too, outside its own file."""
    collect(product)
    data = product.server.data_dir
    master = (data / "secrets" / "master-key").read_text().strip()
    wanted = [product.canary, product.rotated, master]
    folders = [folder for folder in data.iterdir() if folder.is_dir() and folder.name != "secrets"]
    found = product.sinks.find(wanted) + files_with(wanted, *folders) + files_with(wanted[:2], data / "secrets")
    sinks = {"files", *(sink_name(sink) for sink, _ in product.sinks.texts)}
    places = len(product.sinks.texts) + len(files_below(data))
    if counted:
        what = {"actions": product.actions, "outcomes": product.outcomes, "sinks": sinks}
        sweeps.record(SWEEP, **what, places=places, hits=len(found))
    return found


def test_a_running_product_keeps_the_key_to_itself(
    product: Product, watching: None, fakes: tuple[FakeProvider, FakeProvider, FakeProvider]
) -> None:
    _, untrusted, elsewhere = fakes
    key = add(product, "openai", "canary")
    others = [add(product, provider, provider) for provider in ("anthropic", "google")]
    others.append(add(product, "compatible", "TLS", untrusted.openai_url))
    others.append(add(product, "compatible", "closed", "http://127.0.0.1:9/v1"))
    every_fault(product, key)
    for other, outcome in zip(others, ("good answer", "good answer", "TLS error", "unreachable"), strict=True):
        in_the_page(product, other, "")
        product.post(f"/keys/{other}/test/")
        product.did("test a key", outcome)
    key_pages(product, key)
    product.fake.control({"latency": LATENCY})
    run_suite(product, key, during=lambda run: crash_the_worker(product, run))
    for fault in ("401", "key-echo"):
        run_suite(product, key, fault)
    defects_of_ours(product, key)
    led_elsewhere(product, key, elsewhere)
    assert _rotate(product, key).status == 302
    product.did("rotate a key", "good answer")
    in_the_page(product, key, "")

    assert search(product) == []
    assert "session" in {sink for sink, _ in product.sinks.texts}

    keys = (product.canary, product.rotated)
    received = list(product.fake.received)
    without = [entry for entry in received if not any(key in f"{entry.headers}" for key in keys)]
    assert len(received) - len(without) >= 2 * len(FAULTS) + 2 * CASES
    # The status page asks now and then whether a provider can be reached: for its models, with no key at all.
    assert [entry.path for entry in without if entry.body or "models" not in entry.path] == []
    assert not untrusted.received and not elsewhere.received
    called = {use for (use,) in _rows(product, "SELECT DISTINCT purpose FROM providers_keyuse")}
    assert called >= {"playground", "run", "test", *PANELS}, called

    # The same search, once a piece of the key stands where the product lets it stand in a name.
    ask(product.server, "UPDATE providers_key SET name = %s WHERE id = %s", product.canary[3:15], key)
    product.get("/keys/")
    found = search(product, counted=False)
    assert {where.split(":")[0] for where in found} >= {"body of 200", "database dump"}, found
    assert [where for where in found if ":" not in where], "the server's own files hold it too"


def _rows(product: Product, statement: str) -> list[Any]:
    with psycopg.connect(database(product.server).url("postgres")) as superuser:
        return superuser.execute(statement.encode()).fetchall()
