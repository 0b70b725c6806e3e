"""Which variables cases feed: of suites in use, of one prompt."""

from datetime import UTC, datetime

from promptassay.evals.queries.feeding import fed_names
from tests.evals.factories import add_case, make_prompt, make_suite
from tests.people import Person


def test_names_come_from_all_suites_in_use_of_the_prompt(alice: Person) -> None:
    with alice.inside():
        prompt, other = make_prompt(alice.actor), make_prompt(alice.actor)
        suite, second = make_suite(alice.actor, prompt), make_suite(alice.actor, prompt, cases=0)
        add_case(alice.actor, suite, {"mood": "", "ticket": "x"}, position=9)
        add_case(alice.actor, second, {"Zone": "eu"})
        add_case(alice.actor, make_suite(alice.actor, other), {"elsewhere": "x"}, position=9)
        assert set(fed_names(prompt.id)) == {"Zone", "mood", "ticket"}
        second.archived_at = datetime.now(UTC)
        second.save()
        assert set(fed_names(prompt.id)) == {"mood", "ticket"}


def test_another_workspace_feeds_nothing(alice: Person, bob: Person) -> None:
    with alice.inside():
        prompt = make_suite(alice.actor).prompt
    with bob.inside():
        assert fed_names(prompt.id) == []
