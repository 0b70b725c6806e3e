"""Ready means that the database answers in time; one that hangs holds up nobody."""

from threading import Event
from time import monotonic

import pytest

from promptassay.config import health
from tests.people import Person

pytestmark = pytest.mark.usefixtures("committed")


def test_ready_and_alive(anonymous: Person) -> None:
    assert (anonymous.get("/readyz").status_code, anonymous.get("/healthz").status_code) == (200, 200)


def test_a_database_that_hangs_makes_it_unready_soon_and_ready_again(
    anonymous: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Event()
    monkeypatch.setattr(health, "PATIENCE_S", 0.2)
    with monkeypatch.context() as hung:
        hung.setattr(health, "_ask", lambda: answers.wait(10))
        began = monotonic()
        assert [anonymous.get("/readyz").status_code for _ in range(5)] == [503] * 5
        assert monotonic() - began < 2, "only the first waits; the others know that one is waiting"
        assert anonymous.get("/healthz").status_code == 200
        answers.set()
    assert anonymous.get("/readyz").status_code == 200
