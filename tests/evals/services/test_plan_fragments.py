"""Runs freeze the fragments they used: what is saved afterwards changes neither the run nor its pages."""

import pytest

from promptassay.core.errors import ValidationFailed
from promptassay.evals.engine.plan import load_plan
from promptassay.evals.models import Cell, Run
from promptassay.evals.queries.columns import columns_of
from promptassay.fragments import services
from promptassay.fragments.models import Fragment
from tests.evals.factories import finish_run, make_prompt, make_run, make_suite
from tests.evals.questions import text_of
from tests.fragments.factories import make_fragment
from tests.people import Person

TEXT = "${fragment:tone} ${fragment:tone@1} {{ticket}}"


def _tone_and_run(person: Person) -> tuple[Fragment, Run]:
    make_fragment(person, "deep {{ticket}}", slug="deep")
    tone = make_fragment(person, "first", "second ${fragment:deep}", slug="tone")
    with person.inside():
        suite = make_suite(person.actor, make_prompt(person.actor, texts=(TEXT, "plain {{ticket}}")))
        return tone, make_run(person.actor, suite)


def test_a_run_records_what_it_used(alice: Person) -> None:
    _, run = _tone_and_run(alice)
    frozen = run.config["fragments"]
    first, second = (each["id"] for each in run.config["versions"])
    assert frozen["newest"] == {"tone": 2, "deep": 1}
    assert frozen["used"][first] == [
        {"slug": "tone", "number": 2},
        {"slug": "deep", "number": 1},
        {"slug": "tone", "number": 1},
    ]
    assert frozen["used"][second] == []


def test_the_engine_resolves_with_the_frozen_numbers(alice: Person) -> None:
    tone, run = _tone_and_run(alice)
    with alice.inside():
        services.save_version(alice.actor, tone, text="third {{unheard}}", base_version=2)
        plan = load_plan(alice.workspace.id, run.id)
        assert plan is not None
        cell = Cell.objects.filter(run=run).order_by("position")[0]
        call = plan.versions[cell.version_id].request("m", plan.cases[cell.run_case_id].variables)
        assert call.messages[0].content == "second deep Ticket 1 first Ticket 1"


def test_the_page_of_a_cell_shows_what_was_sent(alice: Person) -> None:
    tone, run = _tone_and_run(alice)
    with alice.inside():
        finish_run(run, {})
        services.save_version(alice.actor, tone, text="third", base_version=2)
        cell = Cell.objects.filter(run=run).order_by("position")[0]
    page = text_of(alice.get(alice.url("evals:run-cell", run.id, cell.id)))
    assert "second deep Ticket 1 first Ticket 1" in page
    assert "tone v2" in page and "deep v1" in page


def test_an_unbound_slot_is_a_column_and_needs_a_value(alice: Person) -> None:
    make_fragment(alice, "for {{audience}}", slug="tone")
    with alice.inside():
        suite = make_suite(alice.actor, make_prompt(alice.actor, texts=("${fragment:tone} {{ticket}}",)))
        assert [column.name for column in columns_of(suite)] == ["audience", "ticket"]
        with pytest.raises(ValidationFailed, match="lacks audience"):
            make_run(alice.actor, suite)


def test_a_missing_fragment_stops_the_run_before_it_starts(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, make_prompt(alice.actor, texts=("${fragment:gone}",)))
        with pytest.raises(ValidationFailed, match="no fragment “gone”"):
            make_run(alice.actor, suite)
        assert not Run.objects.exists()
