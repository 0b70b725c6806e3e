"""The plugin that writes results of gates cannot lie: a part, a skipped test or a changed file says nothing."""

import os
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from promptassay.trust import gates as product
from promptassay.trust.claims import Claim, Kind, Proof
from promptassay.trust.evidence import Signer
from promptassay.trust.gates import Result
from tests import gates
from tests.gates import Files, Plugin, Seen

CLAIM, ROLES = next((claim, proof) for claim, proof in gates.gates() if proof.id == "roles-doors")
SMALL = Proof("roles-doors", Kind.GATE, "Tried.", ("tests/t.py::test_trips",), tests=("tests/t.py::test_holds",))
CASES = ("tests/t.py::test_holds[a]", "tests/t.py::test_holds[b]", "tests/t.py::test_trips")


def report(case: str, outcome: str = "passed", when: str = "call", **more: Any) -> Any:
    """As pytest tells of one phase of one test."""
    flags = {each: each == outcome for each in ("passed", "failed", "skipped")}
    return SimpleNamespace(nodeid=case, when=when, start=1.0, stop=2.5, user_properties=[], **flags, **more)


def seen(cases: Iterable[str] = CASES, **outcomes: str) -> Seen:
    made = Seen(collected=set(CASES))
    for case in cases:
        for when in ("setup", "call", "teardown"):
            made.add(report(case, outcomes.get(case[-7:-3] if "[" in case else "trips", "passed"), when))
    return made


def judge(what: Seen, proof: Proof = SMALL, claim: Claim = CLAIM) -> Result | str:
    return gates.judge(claim, proof, what, {})


def test_all_of_them_passed_is_held() -> None:
    found = judge(seen())
    assert isinstance(found, Result) and (found.verdict, found.found) == ("held", "")
    assert found.counts == {"tests": 2, "tripwires": 1}
    assert (found.started, found.ended) == ("1970-01-01T00:00:01.000Z", "1970-01-01T00:00:02.500Z")
    assert found.words == CLAIM.words_hash


def test_what_was_not_run_or_not_collected_says_nothing() -> None:
    assert "not run: tests/t.py::test_holds[b]" in judge(seen(CASES[::2]))  # type: ignore[operator]
    gone = replace(seen(), collected=set(CASES[:2]))
    assert judge(gone) == "not collected: tests/t.py::test_trips"
    narrowed = replace(seen(), narrowed={"tests/t.py::test_holds"})
    assert judge(narrowed) == "only a part was asked for: tests/t.py::test_holds"
    assert isinstance(judge(seen(), ROLES), str)


@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
def test_one_that_fails_is_red_however_few_ran(when: str) -> None:
    what = seen(CASES[:1])
    what.add(report(CASES[1], "failed", when))
    found = judge(what)
    assert isinstance(found, Result) and found.verdict == "failed"
    assert found.found == "1 of 3 tests failed: tests/t.py::test_holds[b]"


def test_a_skipped_test_and_one_that_is_expected_to_fail_did_not_pass() -> None:
    for odd in (report(CASES[2], "skipped", "setup"), report(CASES[2], "passed", wasxfail="reason")):
        what = seen(CASES[:2])
        what.add(odd)
        assert judge(what) == "not run: tests/t.py::test_trips"


def test_what_a_test_tried_is_added_up() -> None:
    what = Seen(collected=set(CASES))
    for case, number in zip(CASES, (3, 4, 100), strict=True):
        told = report(case)
        told.user_properties.append(("tried: requests", number))
        what.add(told)
    found = gates.judge(CLAIM, replace(SMALL, id="custody-sweep"), what, {"canary sweep": {"hits": 0}})
    assert isinstance(found, Result) and found.counts == {"tests": 2, "tripwires": 1, "requests": 7, "hits": 0}


def test_a_running_test_counts_what_it_tries(request: pytest.FixtureRequest) -> None:
    gates.tried("oddities")
    gates.tried("oddities", 2)
    assert ("tried: oddities", 3) in request.node.user_properties


def _plugin(monkeypatch: pytest.MonkeyPatch, files: Files, *args: str, **options: object) -> Plugin:
    monkeypatch.setattr(Files, "measure", classmethod(lambda cls: files))
    return Plugin(SimpleNamespace(args=list(args), option=SimpleNamespace(**options)))  # type: ignore[arg-type]


FILES = Files("0.1.0+aaaaaaaaaaaa", "bbbbbbbbbbbb", frozenset({("tests/x.py", 1)}))


def test_a_narrowed_session_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = ROLES.tests[0]
    assert one in _plugin(monkeypatch, FILES, f"{one}[/trust]").seen.narrowed
    assert _plugin(monkeypatch, FILES, "tests").seen.narrowed == set()
    assert one in _plugin(monkeypatch, FILES, "tests", lf=True).seen.narrowed
    plugin = _plugin(monkeypatch, FILES)
    plugin.pytest_deselected([SimpleNamespace(nodeid=f"{one}[x]"), SimpleNamespace(nodeid="tests/x.py::test_y")])  # type: ignore[list-item]
    assert plugin.seen.narrowed == {one}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("promptassay.trust.build.GATES_FILE", tmp_path / "gates.json")
    monkeypatch.setattr(gates, "gates", lambda: [(CLAIM, SMALL)])
    return tmp_path / "gates.json"


def test_a_file_that_changed_meanwhile_means_nothing_is_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touched = {"written": frozenset({("tests/x.py", 2)})}
    for changed, said in (
        ({"build": "0.1.0+cccccccccccc"}, "a file"),
        ({"tests": "dddddddddddd"}, "a file"),
        (touched, "tests/x.py"),
    ):
        plugin = _plugin(monkeypatch, FILES)
        plugin.seen = seen()
        monkeypatch.setattr(Files, "measure", classmethod(lambda cls, to=changed: replace(FILES, **to)))
        plugin.finish()
        assert not file.exists() and plugin.lines[-1].endswith(f"changed meanwhile: {said}.")
    plugin = _plugin(monkeypatch, FILES)
    plugin.seen = seen()
    plugin.finish()
    assert product.read(file, build=FILES.build).of("roles-doors") is not None


def test_results_of_the_same_files_stay_and_others_go(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(SMALL, id="other")
    monkeypatch.setattr(gates, "gates", lambda: [(CLAIM, SMALL), (CLAIM, other)])
    held = judge(seen())
    assert isinstance(held, Result)
    signer = Signer.new()
    gates.write(file, signer, FILES, {"roles-doors": held})
    gates.write(file, Signer.new(), FILES, {"other": replace(held, proof="other")})
    assert [each.proof for each in product.read(file, build=FILES.build).results] == ["roles-doors", "other"]
    for files in (replace(FILES, tests="eeeeeeeeeeee"), replace(FILES, build="0.1.0+ffffffffffff")):
        gates.write(file, signer, FILES, {"roles-doors": held})
        gates.write(file, signer, files, {"other": replace(held, proof="other")})
        assert [each.proof for each in product.read(file, build=files.build).results] == ["other"]
    # With a key of one's own, nothing that another key signed is signed again.
    monkeypatch.setattr(gates, "_KEY", "given")
    gates.write(file, signer, FILES, {"roles-doors": held})
    gates.write(file, Signer.new(), FILES, {"other": replace(held, proof="other")})
    assert [each.proof for each in product.read(file, build=FILES.build).results] == ["other"]


def test_a_given_key_signs_and_nonsense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "_KEY", "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=")
    assert gates.signer().public == Signer.from_seed(b"k" * 32).public
    for nonsense in ("x", "aGVsbG8="):
        monkeypatch.setattr(gates, "_KEY", nonsense)
        with pytest.raises(pytest.UsageError, match="32 bytes"):
            gates.signer()
    monkeypatch.setattr(gates, "_KEY", "")
    assert gates.signer().public != gates.signer().public


def test_no_test_sees_the_key() -> None:

    assert "PROMPTASSAY_GATE_KEY" not in os.environ


def test_the_wheel_takes_the_results_along() -> None:

    project = tomllib.loads((gates.ROOT / "pyproject.toml").read_text())
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["artifacts"] == ["promptassay/trust/gates.json"]
