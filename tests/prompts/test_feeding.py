"""Cases live in an app above; this one asks through a door that the other opens."""

from uuid import uuid4

import pytest

from promptassay.prompts import feeding
from tests.people import Person


def test_where_nobody_can_be_asked_nothing_is_fed(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "_registry", feeding._Registry())
    assert feeding.fed_variables(uuid4()) == ()
    assert feeding.stop_feeding(alice.actor, uuid4(), "x") == 0
    feeding.register(lambda prompt_id: ["a", "b"], lambda actor, prompt_id, name: 3)
    assert feeding.fed_variables(uuid4()) == ("a", "b")
    assert feeding.stop_feeding(alice.actor, uuid4(), "a") == 3


def test_the_cases_are_asked(alice: Person) -> None:
    with alice.inside():
        assert feeding.fed_variables(uuid4()) == ()
