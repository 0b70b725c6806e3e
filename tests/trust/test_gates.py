"""Results of the build's tests: they count for the build they name, whole as they were signed, and never backwards."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as sparing
from hypothesis import strategies as st
from pytest_django import Settings

from promptassay.trust import chain, gates, services, standing
from promptassay.trust.build import build, measure_build
from promptassay.trust.claims import Kind
from promptassay.trust.claims import gates as gate_proofs
from promptassay.trust.evidence import Signer, canonical
from promptassay.trust.models import Evidence
from promptassay.trust.standing import State
from tests.people import Person
from tests.trust.conftest import Written

LATER = datetime(2026, 11, 24, 13, tzinfo=UTC)
IDS = {proof.id for _, proof in gate_proofs()}


def state(claim_id: str) -> State:
    """Of a claim, as far as gates prove it."""
    proofs = next(each.proofs for each in chain.standings_now() if each.claim.id == claim_id)
    return standing.together([each.state for each in proofs if each.proof.kind == Kind.GATE])


def shown(person: Person, claim_id: str = "roles") -> str:
    """The claim as it stands on the page."""
    page: str = person.get("/trust").content.decode()
    return page.partition(f'id="{claim_id}"')[2].partition("</section>")[0]


# --- The file ---------------------------------------------------------------------------------------------------------


def test_the_file_is_read_as_it_was_written(written: Written) -> None:
    found = gates.read(written(roles_doors="failed"), build=build())
    assert found.problem == "" and {each.proof for each in found.results} == IDS
    assert found.key_id == Signer.from_seed(b"k" * 32).key_id and not found.is_listed
    assert found.command == "git checkout c0ffee && make test"
    failed = found.of("roles-doors")
    assert failed and (failed.verdict, failed.counts["tests"]) == ("failed", 7)
    assert gates.read(written(), build=build(), listed=[found.public_key]).is_listed


@sparing(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(at=st.integers(0, 10_000), change=st.integers(1, 255))
def test_any_changed_byte_is_found(written: Written, at: int, change: int) -> None:
    path = written()
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= change
    path.write_bytes(data)
    assert gates.read(path, build=build()).problem


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b'{"format":"promptassay-gates-1"}', b"\xff", b"{"])
def test_what_is_no_such_file_is_told_in_words(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    assert gates.read(tmp_path / "x", build=build()).problem.endswith(".")
    assert gates.read(tmp_path, build=build()).problem.endswith(".")


@pytest.mark.parametrize(
    "change",
    [{"verdict": "error"}, {"counts": {"tests": "7"}}, {"ended": "2020-01-01T00:00:00.000Z"}, {"ended": "now"}],
)
def test_values_that_no_test_run_writes_are_refused_although_signed(
    written: Written, change: dict[str, object]
) -> None:
    path, signer = written(), Signer.from_seed(b"k" * 32)
    value = orjson.loads(path.read_bytes())
    value["results"][0] |= change
    unsigned = {name: each for name, each in value.items() if name not in ("key", "hash", "signature")}
    path.write_bytes(canonical(signer.sign(unsigned)) + b"\n")
    assert "not built as they should be" in gates.read(path, build=build()).problem


def test_the_build_is_named_without_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The results name the build: were they part of it, writing them would make another."""
    (tmp_path / "a.py").write_text("x")
    monkeypatch.setattr("promptassay.trust.build._PACKAGE", tmp_path)
    monkeypatch.setattr("promptassay.trust.build.GATES_FILE", tmp_path / "gates.json")
    before = measure_build()
    (tmp_path / "gates.json").write_text("{}")
    assert measure_build() == before
    (tmp_path / "other.json").write_text("{}")
    assert measure_build() != before


# --- Taken into the chain, and shown ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("committed")
def test_each_result_is_taken_once_and_proves_as_long_as_its_build_runs(written: Written, anonymous: Person) -> None:
    written()
    assert {run.proof for run in services.take_gates()} == IDS
    assert services.take_gates() == []
    run = Evidence.objects.get(proof="roles-doors")
    assert (run.kind, run.verdict, run.command) == ("gate", "held", "git checkout c0ffee && make test")
    assert run.found.endswith("which this instance does not list.")
    assert state("roles") == State.PROVEN
    text = shown(anonymous)
    assert "proven" in text and "tests 7" in text
    assert "only agrees with itself" in anonymous.get("/trust").content.decode()
    written(at=LATER)
    assert len(services.take_gates()) == len(IDS)


@pytest.mark.usefixtures("committed")
def test_a_listed_key_is_said_to_be_one(written: Written, settings: Settings, anonymous: Person) -> None:
    settings.TRUSTED_GATE_KEYS = (Signer.from_seed(b"k" * 32).public,)
    written()
    assert services.take_gates()[0].found.endswith("which this instance lists.")
    assert "which this instance lists" in anonymous.get("/trust").content.decode()


@pytest.mark.usefixtures("committed")
class TestTripwires:
    """Each way of passing off what was not found: the claim is not green, and the page says why."""

    def test_no_results(self, anonymous: Person) -> None:
        assert services.take_gates() == [] and state("roles") == State.UNPROVEN
        assert "This build carries no results of its tests." in shown(anonymous)

    def test_results_of_another_build(self, written: Written, anonymous: Person) -> None:
        written(of_build="0.1.0+000000000000")
        assert services.take_gates() == [] and state("roles") == State.UNPROVEN
        assert "are of build 0.1.0+000000000000" in shown(anonymous)

    def test_a_build_that_was_replaced(self, written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
        written()
        services.take_gates()
        for module in (chain, gates, services):
            monkeypatch.setattr(module, "build", lambda: "0.1.0+111111111111")
        gates._kept.cache_clear()
        assert state("roles") == State.UNPROVEN

    def test_a_test_that_failed(self, written: Written, anonymous: Person) -> None:
        written(roles_doors="failed")
        services.take_gates()
        assert (state("roles"), state("no-training")) == (State.FAILING, State.PROVEN)
        assert "1 of 7 tests failed: tests/x.py::test_y" in shown(anonymous)

    def test_a_gate_that_is_missing(self, written: Written, anonymous: Person) -> None:
        written(roles_doors="left out")
        services.take_gates()
        assert (state("roles"), state("no-training")) == (State.UNPROVEN, State.PROVEN)
        assert "say nothing of it" in shown(anonymous)

    def test_a_byte_changed_before_it_was_taken_and_after(self, written: Written, anonymous: Person) -> None:
        path = written(roles_doors="failed")
        whole = path.read_bytes()
        path.write_bytes(whole.replace(b'"failed"', b'"held"'))
        assert services.take_gates() == [] and state("roles") == State.UNPROVEN
        assert "not as they were signed" in shown(anonymous)
        path.write_bytes(whole)
        assert len(services.take_gates()) == len(IDS)
        path.write_bytes(whole.replace(b'"failed"', b'"held"'))
        assert {run.verdict for run in services.take_gates()} == {"error"} and services.take_gates() == []
        assert (state("roles"), state("no-training")) == (State.FAILING, State.FAILING)
        assert "not as they were signed" in shown(anonymous)
        path.write_bytes(whole)
        services.take_gates()
        assert (state("roles"), state("no-training")) == (State.FAILING, State.PROVEN)

    def test_an_old_file_put_back(self, written: Written, anonymous: Person) -> None:
        old = written().read_bytes()
        services.take_gates()
        path = written(at=LATER, roles_doors="failed")
        services.take_gates()
        assert state("roles") == State.FAILING
        path.write_bytes(old)
        services.take_gates()
        assert state("roles") == State.FAILING
        assert "older than those of entry" in shown(anonymous)


def test_what_was_tried_is_bound_to_the_build_and_not_to_the_clock(written: Written) -> None:
    assert all(proof.fresh_s == 0 and proof.interval >= timedelta(0) for _, proof in gate_proofs())
