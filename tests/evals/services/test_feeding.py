"""A variable goes out of all cases of a prompt, and runs keep what they were made with."""

from typing import Any

from promptassay.audit.models import Entry
from promptassay.evals.models import Case, RunCase
from promptassay.evals.services.feeding import drop_variable
from tests.evals.factories import add_case, make_run, make_suite
from tests.people import Person


def test_it_goes_out_of_every_suite_of_the_prompt_and_no_other(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        second, other = make_suite(alice.actor, suite.prompt, cases=1), make_suite(alice.actor)
        add_case(alice.actor, suite, {"mood": "kind", "ticket": "x"}, position=9)
        add_case(alice.actor, suite, {"mood": "", "ticket": "y"}, position=10)
        add_case(alice.actor, second, {"mood": "grim"}, position=9)
        add_case(alice.actor, other, {"mood": "kind"}, position=9)
        run = make_run(alice.actor, suite)
        assert drop_variable(alice.actor, suite.prompt_id, "mood") == 3
        assert drop_variable(alice.actor, suite.prompt_id, "mood") == 0
        left: list[dict[str, Any]] = list(
            Case.objects.filter(suite__in=[suite, second]).values_list("variables", flat=True)
        )
        assert {name for each in left for name in each} == {"ticket"}
        assert Case.objects.filter(suite=other, variables__has_key="mood").count() == 1
        assert RunCase.objects.filter(run=run, variables__has_key="mood").count() == 2
        entries = Entry.objects.filter(action="suite.cases_changed").order_by("number")
        assert [(each.data["changed"], each.data["dropped"]) for each in entries] == [(2, "mood"), (1, "mood")]
