"""The lie detector of the status page: true while rounds are made, red for every way to say “operational” anyhow."""

import pytest

from promptassay.providers.gateway import Gateway
from promptassay.trust import services
from promptassay.trust.probes import measuring
from promptassay.trust.status import documents, snapshot, states
from promptassay.trust.status.components import STALE
from promptassay.trust.status.states import State
from tests.people import Person
from tests.trust.status.conftest import Lab, lab

__all__ = ["lab"]


def state_of(person: Person) -> str:
    (found,) = (each for each in person.get("/trust.json").json()["claims"] if each["id"] == "status")
    return str(found["state"])


def test_measurements_that_tell_the_truth_hold(lab: Lab, anonymous: Person) -> None:
    lab.round()
    run = services.prove("status-lie-detector")
    assert (run.verdict, run.found, run.counts["lies"]) == ("held", "", 0)
    assert run.counts["decoys measured"] == 2 and run.counts["failures shown"] >= 7
    assert state_of(anonymous) == "proven"


@pytest.mark.parametrize(
    ("place", "name", "lie"),
    [
        (states, "state_of", lambda sample, now: State.UP),
        (measuring, "render_to_string", lambda *_: '<span class="state">operational</span>' * 9),
        (documents, "as_json", lambda status: {"state": "operational", "components": []}),
        (documents, "as_health", lambda status: ({"status": "pass"}, 200)),
    ],
)
def test_a_hard_coded_operational_turns_red(
    lab: Lab, anonymous: Person, monkeypatch: pytest.MonkeyPatch, place: object, name: str, lie: object
) -> None:
    lab.round()
    monkeypatch.setattr(place, name, lie)
    assert services.prove("status-lie-detector").verdict == "failed"
    assert state_of(anonymous) == "failing"


def test_a_measurement_that_passes_everything_turns_red(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.round()

    async def always(*_: object, **__: object) -> float:
        return 0.001

    monkeypatch.setattr(Gateway, "reach", always)
    run = services.prove("status-lie-detector")
    assert run.verdict == "failed" and "a decoy that was down was measured as the other" in run.found


def test_a_stopped_prober_turns_red(lab: Lab, anonymous: Person) -> None:
    lab.round()
    lab.wind(STALE.total_seconds() + 1)
    snapshot.forget()
    run = services.prove("status-lie-detector")
    assert (run.verdict, run.found) == ("failed", "the measurements have stopped")
    assert state_of(anonymous) == "failing"


def test_before_the_first_round_nothing_is_proved(lab: Lab, anonymous: Person) -> None:
    assert services.prove("status-lie-detector").verdict == "unset"
    assert state_of(anonymous) == "unproven"
