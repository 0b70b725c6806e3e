"""Breaks a throw-away instance in every way that its claims exclude, and times how soon its trust page says so."""

import argparse
import contextlib
import json
import re
import shutil
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import procrastinate
import psycopg

from bench.data import superuser_url
from bench.sabotages import SABOTAGES, Edit, Sabotage
from bench.server import Server, launch, wait_until_answering
from bench.table import Row

TITLE = "tripwires: seconds from a sabotage to the red claim on the page, where the next round comes at once"
INTERVAL_S = 300  # of rounds; here each is started as soon as something is broken
ROUND_S = 90  # a round of proofs is waited for so long
TRIES = 4
PACKAGE = Path(__file__).resolve().parents[1] / "promptassay"
OPERATOR = {
    "PROMPTASSAY_OPERATOR_NAME": "Northwind Assay OÜ",
    "PROMPTASSAY_OPERATOR_ADDRESS": "Pärnu mnt 10, 10148 Tallinn, Estonia",
    "PROMPTASSAY_OPERATOR_EMAIL": "privacy@northwind-assay.test",
    "PROMPTASSAY_OPERATOR_REPRESENTATIVE": "none",
    "PROMPTASSAY_OPERATOR_DPO": "none",
    "PROMPTASSAY_OPERATOR_LAW": "the law of Estonia",
    "PROMPTASSAY_OPERATOR_HOSTING": "Somebody's Machines, Finland",
    "PROMPTASSAY_LEGAL_EFFECTIVE": "2026-12-01",
    "PROMPTASSAY_SECURITY_CONTACT": "security@northwind-assay.test",
}


def more_options() -> argparse.ArgumentParser:
    """The options of this benchmark alone."""
    parser = argparse.ArgumentParser(prog="python -m bench tripwires")
    names = [each.name for each in SABOTAGES]
    parser.add_argument("--only", action="append", choices=names, help="only this sabotage; may be given again")
    return parser


def run(repeats: int, options: argparse.Namespace) -> list[Row]:
    """One instance, one sabotage after the other, each undone and seen proven again. `repeats` is not used."""
    chosen = [each for each in SABOTAGES if not options.only or each.name in options.only]
    rows = []
    with instance() as broken:
        if missing := broken.until_proven():
            raise SystemExit(f"not proven before anything was broken: {missing}")
        for sabotage in chosen:
            rows.append(_timed(broken, sabotage))
            row = rows[-1]
            _told(f"{'red' if row.met else 'NOT RED'}  {row.name}  {row.value:g} s  {row.against}")
    fired = sum(bool(row.met) for row in rows)
    return [*rows, Row("tripwires that fired", fired, f"of {len(rows)}", target=f">= {len(rows)}")]


def _told(words: str) -> None:
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


def _timed(broken: "Instance", sabotage: Sabotage) -> Row:
    """Break it, wait for red, mend it, wait for green."""
    with broken.by(sabotage):
        begun = time.monotonic()
        time.sleep(sabotage.after_s)
        seen = broken.until_red(sabotage)
        seconds = time.monotonic() - begun
    name, target = f"{sabotage.claim}: {sabotage.words}", f"<= {INTERVAL_S}"
    if not seen:
        return Row(name, 2 * INTERVAL_S, "s", target=target, against="it stayed green")
    if missing := broken.until_proven():
        return Row(name, 2 * INTERVAL_S, "s", target=target, against=f"mended, but {missing}")
    return Row(name, round(seconds, 1), "s", target=target, against=seen)


@dataclass
class Instance:
    """A running product with a copy of the code of its own, to be broken."""

    folder: Path
    server: Server

    @contextmanager
    def by(self, sabotage: Sabotage) -> Iterator[None]:
        """Broken inside of the block."""
        if sabotage.edits:
            with edited(self.folder / "promptassay", sabotage.edits):
                self.restart()
                yield
            self.restart()
            return
        with psycopg.connect(superuser_url(self.server), autocommit=True) as superuser:
            undo = sabotage.undo
            if undo.startswith("SELECT"):
                (undo,) = superuser.execute(undo.encode()).fetchone() or ("",)
            superuser.execute(sabotage.statement.encode())
            try:
                yield
            finally:
                superuser.execute(undo.encode())

    def restart(self) -> None:
        """Start the code as it stands now, on the same data."""
        self.server.stop()
        self.server = start(self.folder)

    def until_red(self, sabotage: Sabotage) -> str:
        """The proof and what it found first, once page and JSON show its claim as failing; empty when they never do."""
        for _ in range(TRIES):
            self.round()
            claim = next(each for each in self.claims() if each["id"] == sabotage.claim)
            proof = next((each for each in claim["proofs"] if each["id"] == sabotage.proof), None)
            red = self.failing_on_page()
            if proof and claim["state"] == proof["state"] == "failing" and sabotage.claim in red:
                others = ", ".join(sorted(red - {sabotage.claim}))
                found = str(proof["last_run"]["found"]).partition(";")[0]
                return f"{sabotage.proof}: {found}{others and f' (red as well: {others})'}"
        return ""

    def until_proven(self) -> str:
        """Wait until every proof that runs here is proven; returns those that are not, after some rounds."""
        missing: list[str] = []
        for _ in range(TRIES):
            self.round()
            missing = [
                f"{proof['id']} {proof['state']}: {(proof['last_run'] or {}).get('found')}"
                for claim in self.claims()
                for proof in claim["proofs"]
                if proof["kind"] != "gate" and proof["state"] != "proven"
            ]
            if not missing and not self.failing_on_page():
                return ""
            # Measurements are made once a minute, whenever proofs run.
            time.sleep(20 if any("status-lie-detector" in each for each in missing) else 1)
        return "; ".join(missing) or "the page shows a claim in red"

    def round(self) -> None:
        """Let the worker make its periodic round now, and wait until it has ended."""
        url = superuser_url(self.server)
        queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=url))
        task = queue.configure_task("trust.prove_round", queue="upkeep", queueing_lock="trust.prove_round")
        with queue.open(), contextlib.suppress(procrastinate.exceptions.AlreadyEnqueued):
            task.defer(timestamp=int(time.time()))
        with psycopg.connect(url, autocommit=True) as superuser:
            deadline = time.monotonic() + ROUND_S
            waiting = "SELECT 1 FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing')"
            while superuser.execute(waiting, ["trust.prove_round"]).fetchone():
                if time.monotonic() > deadline:
                    return
                time.sleep(0.1)

    def claims(self) -> list[dict[str, Any]]:
        """The claims as the JSON beside the page tells them."""
        told: list[dict[str, Any]] = json.loads(self._read("/trust.json"))["claims"]
        return told

    def failing_on_page(self) -> set[str]:
        """The ids of the claims that the page itself shows in red."""
        return set(re.findall(r'class="claim failing" id="([\w-]+)"', self._read("/trust")))

    def _read(self, path: str) -> str:
        with urllib.request.urlopen(self.server.address + path, timeout=30) as answer:
            return str(answer.read().decode())


@contextmanager
def instance() -> Iterator[Instance]:
    """A fresh instance whose code and data are removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="promptassay-bench-"))
    try:
        shutil.copytree(PACKAGE, folder / "promptassay", ignore=shutil.ignore_patterns("__pycache__", "gates.json"))
        shutil.copytree(PACKAGE.parent / "docs", folder / "docs")
        found = Instance(folder, start(folder))
        try:
            yield found
        finally:
            found.server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(folder: Path) -> Server:
    """The product of that folder's copy, and of no other place, on that folder's data."""
    server = launch(folder / "data", {**OPERATOR, "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"})
    wait_until_answering(server)
    return server


@contextmanager
def edited(package: Path, edits: Sequence[Edit]) -> Iterator[None]:
    """The copy with these changes. Exits where a change finds nothing to take the place of."""
    before = {package / each.path: (package / each.path).read_text("utf-8") for each in edits}
    try:
        for each in edits:
            text = (package / each.path).read_text("utf-8")
            if each.old and each.old not in text:
                raise SystemExit(f"{each.path} has no “{each.old}” any more")
            changed = text.replace(each.old, each.text) if each.old else text + each.text
            (package / each.path).write_text(changed, "utf-8")
        yield
    finally:
        for path, text in before.items():
            path.write_text(text, "utf-8")
