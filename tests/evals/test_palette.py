"""The palette on prompts, suites and runs: what runs where, and finding them."""

from promptassay.evals.palette import register
from promptassay.workspaces.palette import Command, Place, commands, normalized
from tests.evals.factories import finish_run, make_prompt, make_run, make_suite
from tests.people import Person


def found(person: Person, place: Place, query: str = "") -> dict[str, list[Command]]:
    with person.inside():
        return {group.title: group.commands for group in commands(person.actor, place, normalized(query))}


def test_suites_of_the_prompt_are_run_from_it(alice: Person) -> None:
    register()  # may be repeated
    with alice.inside():
        prompt = make_prompt(alice.actor)
        suite = make_suite(alice.actor, prompt, name="Golden tickets")
    here = found(alice, Place("prompts:prompt-show", {"prompt_id": prompt.id}), "run golden")["This prompt"]
    assert here[0].title == "Run suite “Golden tickets”…"
    assert here[0].url == alice.url("evals:run-create", suite.id)
    assert "This prompt" not in found(alice, Place(), "run golden")


def test_a_suites_and_a_runs_page_lead_on(alice: Person) -> None:
    with alice.inside():
        prompt = make_prompt(alice.actor)
        suite = make_suite(alice.actor, prompt)
        run = make_run(alice.actor, suite)
    for place in (Place("evals:suite-show", {"suite_id": suite.id}), Place("evals:run-show", {"run_id": run.id})):
        titles = [each.title for each in found(alice, place)["This suite"]]
        assert titles == ["Run this suite…", "Cases, checks and rubric", "Open its prompt"]
    assert "This suite" not in found(alice, Place("evals:suite-show", {"suite_id": prompt.id}))


def test_suites_by_name_and_runs_by_number(alice: Person, bob: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, make_prompt(alice.actor), name="Golden tickets")
        run = finish_run(make_run(alice.actor, suite), {})
    groups = found(alice, Place(), "golden")
    assert groups["Suites"][0].url == alice.url("evals:suite-show", suite.id)
    for query in (f"r{run.number}", f"run r{run.number} golden", "run tickets"):
        assert found(alice, Place(), query)["Runs"][0].url == alice.url("evals:run-show", run.id)
    assert "Runs" not in found(alice, Place(), "r99") and "Runs" not in found(alice, Place(), "run")
    assert "Suites" not in found(bob, Place(), "golden") and "Runs" not in found(bob, Place(), "golden")
