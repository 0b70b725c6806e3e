"""A pytest plugin: what the tests of each gate of the trust page found, signed and written into the build.

A gate is held when every test and every tripwire that the ledger names for it was collected whole, ran and passed, on
files that were the same at the end as at the beginning. A part of them says nothing, and what was written for the same
files before stays. One that fails turns the gate red, however few ran. `python -m tests.gates` prints their files.

It signs with `PROMPTASSAY_GATE_KEY` (32 random bytes in base64), or with a key made for the occasion and kept nowhere.
"""

import base64
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from promptassay.trust.claims import Claim, Proof
    from promptassay.trust.evidence import Signer
    from promptassay.trust.gates import Result

ROOT: Final = Path(__file__).resolve().parent.parent
# Taken away before anything else is loaded: no test sees it, nor a process that one starts.
_KEY: Final = os.environ.pop("PROMPTASSAY_GATE_KEY", "")
# The gates that are sweeps, and the names under which `tests/sweeps.py` counts them.
SWEEPS: Final = {"retention-sweep": "nothing kept", "custody-sweep": "canary sweep"}
_NARROWING: Final = ("lf", "stepwise", "collectonly")


@dataclass
class Seen:
    """What a session saw of the tests that gates name. A test is named by its file and function, its cases by id."""

    collected: set[str] = field(default_factory=set)
    narrowed: set[str] = field(default_factory=set)
    outcomes: dict[str, str] = field(default_factory=dict)
    tried: dict[str, dict[str, int]] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)

    def add(self, report: pytest.TestReport) -> None:
        """One phase of one case: it passed if its call did and nothing around it failed."""
        case = report.nodeid
        passed = report.when == "call" and report.passed and not hasattr(report, "wasxfail")
        if report.failed:
            self.outcomes[case] = "failed"
        elif passed:
            self.outcomes.setdefault(case, "passed")
        elif report.skipped or hasattr(report, "wasxfail"):
            self.outcomes.setdefault(case, "skipped")
        self.times.setdefault(case, []).extend((report.start, report.stop))
        self.tried[case] = {
            name: number
            for name, number in report.user_properties
            if name.startswith(_TRIED) and isinstance(number, int)
        }


_TRIED: Final = "tried: "
_now: list[pytest.Item] = []


def tried(what: str, number: int = 1) -> None:
    """Count what the running test tries; the numbers of a gate's tests add up on the trust page."""
    if not _now:
        return
    told = _now[-1].user_properties
    before = next((each for each in told if each[0] == _TRIED + what), (_TRIED + what, 0))
    if before in told:
        told.remove(before)
    told.append((before[0], int(str(before[1])) + number))


def function_of(case: str) -> str:
    """The test that a case belongs to: its id without the parameters."""
    return case.partition("[")[0]


def gates() -> "list[tuple[Claim, Proof]]":
    """The gates of the ledger, with their claims."""
    from promptassay.trust import claims

    return claims.gates()


def judge(claim: "Claim", proof: "Proof", seen: Seen, sweeps: Mapping[str, Mapping[str, int]]) -> "Result | str":
    """What the session found for one gate, or why it found nothing."""
    from promptassay.trust.evidence import moment
    from promptassay.trust.gates import Result

    named = (*proof.tests, *proof.tripwires)
    cases = sorted(case for case in seen.collected if function_of(case) in named)
    failed = [case for case in cases if seen.outcomes.get(case) == "failed"]
    if not failed and (gap := _gap(named, cases, seen)):
        return gap
    found = f"{len(failed)} of {len(cases)} tests failed: {_few(failed)}"[:400] if failed else ""
    times = [moment(datetime.fromtimestamp(at, UTC)) for case in cases for at in seen.times.get(case, ())]
    counts = {**_counts(proof, cases, seen), **sweeps.get(SWEEPS.get(proof.id, ""), {})}
    verdict = "failed" if failed else "held"
    return Result(claim.id, proof.id, claim.words_hash, verdict, counts, found, min(times), max(times))


def _gap(named: Iterable[str], cases: Iterable[str], seen: Seen) -> str:
    there = {function_of(case) for case in cases}
    if missing := [name for name in named if name not in there]:
        return f"not collected: {_few(missing)}"
    if narrowed := [name for name in named if name in seen.narrowed]:
        return f"only a part was asked for: {_few(narrowed)}"
    unmade = [case for case in cases if seen.outcomes.get(case) != "passed"]
    return f"not run: {_few(unmade)}" if unmade else ""


def _few(names: list[str]) -> str:
    return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


def _counts(proof: "Proof", cases: list[str], seen: Seen) -> dict[str, int]:
    passed = [case for case in cases if seen.outcomes.get(case) == "passed"]
    counts = {
        "tests": sum(function_of(case) in proof.tests for case in passed),
        "tripwires": sum(function_of(case) in proof.tripwires for case in passed),
    }
    for case in passed:
        if function_of(case) in proof.tests:
            for name, number in seen.tried.get(case, {}).items():
                what = name.removeprefix(_TRIED)
                counts[what] = counts.get(what, 0) + number
    return counts


# --- The files that were tested -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Files:
    """The state of product and tests: a digest of each, and each file with the moment in which it was written."""

    build: str
    tests: str
    written: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def measure(cls) -> "Files":
        from promptassay.trust.build import GATES_FILE, digest_of, measure_build

        tests = [path for path in (ROOT / "tests").rglob("*") if path.is_file() and _is_source(path)]
        package = [path for path in (ROOT / "promptassay").rglob("*") if path.is_file() and _is_source(path)]
        both = [path for path in (*tests, *package) if path not in (GATES_FILE, GATES_FILE.with_suffix(".new"))]
        written = frozenset((path.relative_to(ROOT).as_posix(), path.stat().st_mtime_ns) for path in both)
        return cls(measure_build(), digest_of([*tests, ROOT / "pyproject.toml"], ROOT), written)

    def changed_since(self, before: "Files") -> list[str]:
        """The files that are new, gone, or written again, even if as they were; or the digest that is another."""
        names = sorted({name for name, _ in self.written ^ before.written})
        return names or ["a file"] * (self != before)


def _is_source(path: Path) -> bool:
    return not {".artifacts", "__pycache__"} & set(path.parts)


def commit() -> str:
    """The commit that was tested, or nothing where the tree has changes or is none of git's."""
    try:
        head = _git("rev-parse", "HEAD")
        return "" if _git("status", "--porcelain") else head[:12]
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def signer() -> "Signer":
    """The key that was given, or a new one. Ends the session when the one that was given is no key."""
    from promptassay.trust.evidence import Signer

    if not _KEY:
        return Signer.new()
    try:
        return Signer.from_seed(base64.b64decode(_KEY, validate=True))
    except ValueError:
        raise pytest.UsageError("PROMPTASSAY_GATE_KEY must be 32 bytes in base64: openssl rand -base64 32") from None


def write(path: Path, made: "Signer", files: Files, results: "Mapping[str, Result]") -> None:
    """Put the results into the build, beside those of the same files that this session says nothing of."""
    from promptassay.trust import gates as product

    before = product.read(path, build=files.build)
    is_ours = not _KEY or before.public_key == made.public
    kept: dict[str, product.Result] = {}
    if not before.problem and before.origin and before.origin.tests == files.tests and is_ours:
        kept = {each.proof: each for each in before.results}
    ids = [proof.id for _, proof in gates()]
    together = {**kept, **results}
    origin = product.Origin(files.build, files.tests, commit())
    product.write(path, made, origin, [together[each] for each in ids if each in together], at=datetime.now(UTC))


# --- pytest's side --------------------------------------------------------------------------------------------


class Plugin:
    """Gathers what each process saw; the one that leads judges and writes."""

    def __init__(self, config: pytest.Config) -> None:
        self.named = {name for _, proof in gates() for name in (*proof.tests, *proof.tripwires)}
        self.seen, self.lines = Seen(), list[str]()
        self.leads = not hasattr(config, "workerinput")
        self.signer = signer() if self.leads else None
        self.files = Files.measure() if self.leads else None
        self.seen.narrowed |= {function_of(word) for word in config.args if "[" in word}
        if any(getattr(config.option, name, False) for name in _NARROWING):
            self.seen.narrowed |= self.named

    def pytest_deselected(self, items: Iterable[pytest.Item]) -> None:
        self.seen.narrowed |= {function_of(item.nodeid) for item in items} & self.named

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.seen.collected |= {item.nodeid for item in session.items if function_of(item.nodeid) in self.named}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        _now.append(item)
        try:
            return (yield)
        finally:
            _now.pop()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self.leads and function_of(report.nodeid) in self.named:
            self.seen.add(report)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        told = getattr(node, "workeroutput", {}).get("gates", {})
        self.seen.collected |= set(told.get("collected", ()))
        self.seen.narrowed |= set(told.get("narrowed", ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["gates"] = {"collected": sorted(self.seen.collected), "narrowed": sorted(self.seen.narrowed)}
        elif self.seen.outcomes:
            self.finish()

    def finish(self) -> None:
        from promptassay.trust.build import GATES_FILE
        from tests.sweeps import totals

        judged = {proof.id: judge(claim, proof, self.seen, totals()) for claim, proof in gates()}
        ran = {function_of(case) for case in self.seen.outcomes}
        touched = {proof.id for _, proof in gates() if ran & {*proof.tests, *proof.tripwires}}
        results = {name: found for name, found in judged.items() if not isinstance(found, str)}
        self.lines = [_line(name, found) for name, found in judged.items() if name in touched]
        files = Files.measure()
        if self.files and (changed := files.changed_since(self.files)):
            self.lines.append(f"Nothing is written: of product and tests there changed meanwhile: {_few(changed)}.")
        elif results and self.signer:
            write(GATES_FILE, self.signer, files, results)
            self.lines.append(f"Written for build {files.build}, signed by key {self.signer.key_id}.")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.lines:
            terminalreporter.section("gates of the trust page")
            for line in self.lines:
                terminalreporter.write_line(line)


def _line(name: str, found: "Result | str") -> str:
    if isinstance(found, str):
        return f"{name}: says nothing ({found})"
    counts = ", ".join(f"{kind} {number:,}" for kind, number in found.counts.items())
    return f"{name}: {found.verdict}, {counts}{f'; {found.found}' if found.found else ''}"


def pytest_configure(config: pytest.Config) -> None:
    """Once everything is loaded; the ledger is the product's own."""
    config.pluginmanager.register(Plugin(config), "gates of the trust page")


if __name__ == "__main__":
    # Whole files: tests of one file may build on the order in which it has them.
    names = {name.partition("::")[0] for _, each in gates() for name in (*each.tests, *each.tripwires)}
    sys.stdout.write("\n".join(sorted(names)) + "\n")
