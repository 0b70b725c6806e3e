"""Tests of the trust page do not depend on whether the tests of this very build were run before."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from pytest_django import Settings

from promptassay.providers import departures
from promptassay.trust import gates, services
from promptassay.trust.build import build
from promptassay.trust.claims import gates as gate_proofs
from promptassay.trust.evidence import Signer, moment
from promptassay.trust.gates import Origin, Result
from promptassay.trust.probes import traces
from tests.trust.serving import Server

SIGNER = Signer.from_seed(b"k" * 32)


class Written(Protocol):
    """Writes results of every gate, all alike but for those that are named, and gives the file."""

    def __call__(self, signer: Signer = ..., *, of_build: str = ..., at: datetime = ..., **verdicts: str) -> Path: ...


@pytest.fixture(autouse=True)
def no_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the results of the build's tests stand in a test: nowhere yet."""
    monkeypatch.setattr(gates, "FILE", tmp_path / "gates.json")
    return tmp_path / "gates.json"


@pytest.fixture
def written(no_results: Path) -> Written:
    def write(
        signer: Signer = SIGNER,
        *,
        of_build: str = "",
        at: datetime = datetime(2026, 11, 24, 12, tzinfo=UTC),
        **verdicts: str,
    ) -> Path:
        results = [
            Result(
                claim.id, proof.id, claim.words_hash, verdict, {"tests": 7, "tripwires": 2}, found, *[moment(at)] * 2
            )
            for claim, proof in gate_proofs()
            for verdict in [verdicts.get(proof.id.replace("-", "_"), "held")]
            for found in ["1 of 7 tests failed: tests/x.py::test_y" if verdict == "failed" else ""]
            if verdict != "left out"
        ]
        gates.write(no_results, signer, Origin(of_build or build(), "7e575", "c0ffee"), results, at=at)
        return no_results

    return write


@pytest.fixture
def gates_held(committed: None, written: Written) -> None:
    """What the tests of the build found is in the chain: all of it held."""
    written()
    services.take_gates()


@pytest.fixture(autouse=True)
def _nothing_left_before() -> None:
    """What other tests sent to fakes in the place of providers is no egress of this one."""
    departures._left.clear()


@pytest.fixture(scope="session")
def served() -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def web(served: Server, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The product's web server in this process, where the probes look for it. No worker is there to wait for."""
    settings.INTERNAL_URL = f"http://127.0.0.1:{served.port}"
    monkeypatch.setattr(traces, "SETTLE_S", 0)
    yield settings.INTERNAL_URL
    served.close_connections()
