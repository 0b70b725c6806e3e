"""Models that stop answering: found in time, with a model of the same key in their place."""

from datetime import date

import pytest

from promptassay.providers.models import ProviderKey
from promptassay.providers.retirements import Retirement, retiring
from promptassay.providers.services import delete_key, record_list, set_own_models
from tests.people import Person
from tests.providers.factories import infos, make_key

# gpt-5 retires on 11 December 2026, and the catalogue names gpt-6.1-sol in its place.
LONG_BEFORE, BEFORE, AFTER = date(2026, 9, 11), date(2026, 9, 12), date(2026, 12, 11)


def listing(person: Person, *names: str) -> ProviderKey:
    """An OpenAI key that lists these models."""
    key = make_key(person)
    with person.inside():
        record_list(person.actor, key.id, result="ok", models=infos(*names))
    return key


def found(person: Person, key: ProviderKey, model: str, today: date) -> Retirement | None:
    with person.inside():
        reference = f"{key.id}/{model}"
        return retiring([reference], today=today).get(reference)


def test_it_is_told_ninety_days_ahead(alice: Person) -> None:
    key = listing(alice, "gpt-5", "gpt-6.1-sol", "gpt-5.2")
    assert found(alice, key, "gpt-5", LONG_BEFORE) is None
    soon = found(alice, key, "gpt-5", BEFORE)
    assert soon is not None and (soon.state, soon.on, soon.is_over) == ("soon", date(2026, 12, 11), False)
    retired = found(alice, key, "gpt-5", AFTER)
    assert retired is not None and (retired.state, retired.is_over) == ("retired", True)
    assert found(alice, key, "gpt-5.2", AFTER) is None


def test_the_provider_s_own_replacement_comes_first(alice: Person) -> None:
    key = listing(alice, "gpt-5", "gpt-5.2", "gpt-6.1-sol")
    told = found(alice, key, "gpt-5", BEFORE)
    assert told is not None and told.replacement is not None
    assert (told.replacement.model, told.by_name, told.replacement.known) == ("gpt-6.1-sol", False, True)


@pytest.mark.parametrize(
    ("listed", "model", "replacement"),
    [
        (("gpt-5", "gpt-5.2", "gpt-5.4-mini", "gpt-5.2-2025-12-11"), "gpt-5", "gpt-5.2"),
        (("gpt-5-pro", "gpt-5.2", "gpt-5.4-pro", "gpt-6-pro"), "gpt-5-pro", "gpt-6-pro"),
        # gpt-4.1 stays only weeks longer than o4-mini, and is of another family anyway.
        (("gpt-5-pro", "gpt-4.1", "o3-pro"), "gpt-5-pro", None),
    ],
)
def test_without_it_the_next_of_the_family_does(
    alice: Person, listed: tuple[str, ...], model: str, replacement: str | None
) -> None:
    told = found(alice, listing(alice, *listed), model, BEFORE)
    assert told is not None
    if replacement is None:
        assert told.replacement is None
    else:
        assert told.replacement is not None and (told.replacement.model, told.by_name) == (replacement, True)


def test_one_that_is_not_in_the_list_is_named_all_the_same(alice: Person) -> None:
    told = found(alice, listing(alice, "gpt-5", "gpt-4o"), "gpt-5", BEFORE)
    assert told is not None and told.replacement is not None
    assert (told.replacement.model, told.replacement.known) == ("gpt-6.1-sol", False)


def test_a_key_that_was_never_asked_trusts_the_catalogue(alice: Person) -> None:
    told = found(alice, make_key(alice), "gpt-5", BEFORE)
    assert told is not None and told.replacement is not None and told.replacement.model == "gpt-6.1-sol"


def test_a_model_that_left_the_list_counts_as_gone(alice: Person) -> None:
    key = listing(alice, "custom-1", "custom-2")
    with alice.inside():
        record_list(alice.actor, key.id, result="ok", models=infos("custom-2"))
    told = found(alice, key, "custom-1", BEFORE)
    assert told is not None and (told.state, told.is_over) == ("gone", True)
    assert told.replacement is not None and told.replacement.model == "custom-2"
    with alice.inside():
        set_own_models(alice.actor, key.id, names=["custom-1"])
    assert found(alice, key, "custom-1", BEFORE) is None, "people named it themselves"


def test_what_cannot_be_known_is_not_told(alice: Person, bob: Person) -> None:
    key, gone, theirs = listing(alice, "a"), make_key(alice, name="gone"), make_key(bob)
    with alice.inside():
        delete_key(alice.actor, gone.id)
        unknown = [f"{key.id}/unheard-of", f"{gone.id}/gpt-5", f"{theirs.id}/gpt-5"]
        assert retiring(["demo/demo-small", "nonsense", "", *unknown], today=AFTER) == {}
