"""What counts as evidence that a suite passed on a content, with real runs; and that it can be refused."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from promptassay.core.errors import Conflict
from promptassay.evals.models import Case, Run, Suite
from promptassay.evals.queries.evidence import evidence_of, gate_suites
from promptassay.evals.services import start_run
from promptassay.fragments.services import create_fragment
from promptassay.fragments.services import save_version as save_fragment
from promptassay.prompts import gates, queries, services
from promptassay.prompts.models import Version
from tests.evals.factories import DEMO, DEMO_LARGE, add_version, finish_run, make_prompt, make_run, make_suite
from tests.people import Person


def _suite(person: Person, **fields: Any) -> tuple[Suite, Version]:
    prompt = make_prompt(person.actor)
    suite = make_suite(person.actor, prompt, cases=4, threshold=0.75, **fields)
    return suite, Version.objects.get(prompt=prompt)


def _run(person: Person, suite: Suite, version: Version, verdicts: dict[int, bool | str] | None = None) -> Run:
    run = start_run(person.actor, suite, versions=[version], models=[DEMO])
    return finish_run(run, verdicts or {})


def test_a_finished_run_at_the_threshold_vouches_for_its_content(alice: Person) -> None:
    with alice.inside():
        suite, version = _suite(alice)
        run = _run(alice, suite, version, {0: False})
        found = evidence_of(suite.id, version.content_hash)
        assert found is not None
        assert (found.passed, found.pass_rate, found.run_id, found.problem) == (True, 0.75, run.id, "")
        assert evidence_of(suite.id, "0" * 64) is None
        assert evidence_of(uuid4(), version.content_hash) is None


def test_a_rate_below_the_threshold_does_not(alice: Person) -> None:
    with alice.inside():
        suite, version = _suite(alice)
        _run(alice, suite, version, {0: False, 1: False})
        found = evidence_of(suite.id, version.content_hash)
        assert found is not None and not found.passed
        assert found.problem == "It passed 50 %; the suite wants 75 %."


def test_a_cell_in_error_has_not_passed(alice: Person) -> None:
    with alice.inside():
        suite, version = _suite(alice)
        _run(alice, suite, version, {0: "rate_limited", 1: "rate_limited"})
        found = evidence_of(suite.id, version.content_hash)
        assert found is not None and (found.passed, found.pass_rate) == (False, 0.5)


def test_a_suite_that_wants_nothing_still_needs_one_cell_that_passed(alice: Person) -> None:
    with alice.inside():
        suite, version = _suite(alice)
        Suite.objects.update(threshold=0)
        _run(alice, suite, version, dict.fromkeys(range(4), False))
        found = evidence_of(suite.id, version.content_hash)
        assert found is not None and not found.passed


def test_the_newest_finished_run_decides(alice: Person) -> None:
    with alice.inside():
        suite, version = _suite(alice)
        _run(alice, suite, version)
        assert (found := evidence_of(suite.id, version.content_hash)) and found.passed
        bad = _run(alice, suite, version, {0: False, 1: False})
        assert (found := evidence_of(suite.id, version.content_hash)) and not found.passed
        assert found.run_id == bad.id
        for status in (Run.Status.CANCELLED, Run.Status.FAILED, Run.Status.RUNNING):
            later = _run(alice, suite, version)
            later.status = status
            later.save(update_fields=["status"])
        assert (found := evidence_of(suite.id, version.content_hash)) and found.run_id == bad.id


def test_each_model_of_the_run_has_to_pass(alice: Person) -> None:
    with alice.inside():
        suite, version = _suite(alice)
        run = start_run(alice.actor, suite, versions=[version], models=[DEMO, DEMO_LARGE])
        worse = [cell.position for cell in run.cells.filter(model_index=1)][:3]
        finish_run(run, dict.fromkeys(worse, False))
        found = evidence_of(suite.id, version.content_hash)
        assert found is not None and (found.passed, found.pass_rate) == (False, 0.25)


def test_other_versions_of_the_run_do_not_count(alice: Person) -> None:
    with alice.inside():
        suite, version = _suite(alice)
        other = add_version(alice.actor, suite.prompt, "Other {{ticket}}.")
        run = make_run(alice.actor, suite)
        finish_run(run, {cell.position: cell.version_id == other.id for cell in run.cells.all()})
        assert (found := evidence_of(suite.id, other.content_hash)) and found.passed
        assert (found := evidence_of(suite.id, version.content_hash)) and not found.passed


def test_the_same_content_under_another_number_counts(alice: Person) -> None:
    with alice.inside():
        suite, version = _suite(alice)
        _run(alice, suite, version)
        add_version(alice.actor, suite.prompt, "Other {{ticket}}.")
        again = add_version(alice.actor, suite.prompt, version.text)
        assert (found := evidence_of(suite.id, again.content_hash)) and found.passed


def _other_case(suite: Suite) -> None:
    Case.objects.filter(suite=suite, position=0).update(variables={"ticket": "an easier one"})


def _fewer_cases(suite: Suite) -> None:
    Case.objects.filter(suite=suite, position=0).delete()


CHANGES: dict[str, tuple[Callable[[Suite], object], str]] = {
    "checks": (lambda suite: Suite.objects.update(checks=[]), "checks changed"),
    "rubric": (lambda suite: Suite.objects.update(rubric={"criteria": [], "threshold": 1}), "rubric"),
    "cases": (_other_case, "cases changed"),
    "fewer cases": (_fewer_cases, "cases changed"),
    "threshold": (lambda suite: Suite.objects.update(threshold=1.0), "wants 100 %"),
    "repeats": (lambda suite: Suite.objects.update(repeats=3), "the suite wants 3"),
}


@pytest.mark.parametrize(("change", "said"), CHANGES.values(), ids=CHANGES.keys())
def test_a_run_of_the_suite_as_it_was_does_not_vouch(
    alice: Person, change: Callable[[Suite], object], said: str
) -> None:
    with alice.inside():
        suite, version = _suite(alice)
        _run(alice, suite, version, {0: False})
        assert (found := evidence_of(suite.id, version.content_hash)) and found.passed
        change(suite)
        found = evidence_of(suite.id, version.content_hash)
        assert found is not None and not found.passed and said in found.problem


def test_a_fragment_that_changed_since_takes_the_evidence_away(alice: Person) -> None:
    with alice.inside():
        fragment = create_fragment(alice.actor, title="Style", slug="style", text="Be brief.")
        prompt = make_prompt(alice.actor, texts=("Sort {{ticket}}. ${fragment:style}", "Sort {{ticket}}."))
        suite = make_suite(alice.actor, prompt)
        finish_run(make_run(alice.actor, suite), {})
        uses, plain = Version.objects.filter(prompt=prompt).order_by("number")
        assert (found := evidence_of(suite.id, uses.content_hash)) and found.passed
        save_fragment(alice.actor, fragment, text="Be long.", base_version=1)
        found = evidence_of(suite.id, uses.content_hash)
        assert found is not None and not found.passed and found.problem.startswith("The fragment style changed")
        assert (found := evidence_of(suite.id, plain.content_hash)) and found.passed


def test_an_archived_suite_vouches_for_nothing_and_is_not_offered(alice: Person) -> None:
    with alice.inside():
        suite, version = _suite(alice)
        _run(alice, suite, version)
        assert [each.id for each in gate_suites(suite.prompt_id)] == [suite.id]
        Suite.objects.update(archived_at=suite.created_at)
        assert evidence_of(suite.id, version.content_hash) is None
        assert gate_suites(suite.prompt_id) == []


def test_a_strangers_suite_vouches_for_nothing(alice: Person, bob: Person) -> None:
    with alice.inside():
        suite, version = _suite(alice)
        _run(alice, suite, version)
    with bob.inside():
        assert evidence_of(suite.id, version.content_hash) is None
        assert gate_suites(suite.prompt_id) == []


def test_the_gate_asks_this_module(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tripwire: with the answer of the suite bent, or with nobody to ask, the label's move changes."""
    with alice.inside():
        suite, version = _suite(alice)
        other = add_version(alice.actor, suite.prompt, "Other {{ticket}}.")
        prompt = queries.get_prompt(suite.prompt_id)
        services.move_label(alice.actor, prompt, name="production", number=version.number)
        services.protect_label(alice.actor, prompt, name="production", suite_id=suite.id)
        _run(alice, suite, other)
        with monkeypatch.context() as bent:
            bent.setattr(gates._registry, "check", lambda suite_id, content_hash: None)
            with pytest.raises(services.GateClosed):
                services.move_label(alice.actor, prompt, name="production", number=other.number)
            bent.setattr(gates._registry, "check", None)
            with pytest.raises(services.GateClosed):
                services.move_label(alice.actor, prompt, name="production", number=other.number)
        moved = services.move_label(alice.actor, prompt, name="production", number=other.number)
        assert moved.move is not None and moved.move.evidence is not None and not moved.move.overrode
        # Back again is a move like any other: the first version never ran.
        with pytest.raises(Conflict, match="has not passed"):
            services.move_label(alice.actor, prompt, name="production", number=version.number)
