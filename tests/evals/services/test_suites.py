"""Making, changing, archiving and deleting suites."""

import pytest

from promptassay.core.errors import Conflict, Forbidden, ProviderKeyMissing, ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.evals import queries
from promptassay.evals.models import Case, Suite
from promptassay.evals.services import (
    archive_suite,
    change_settings,
    create_suite,
    delete_suite,
    restore_suite,
    set_case_checks,
    set_checks,
    set_rubric,
)
from promptassay.workspaces.permissions import Role
from tests.evals.factories import DEMO, make_prompt, make_run, make_suite
from tests.people import Person

CONTAINS = {"kind": "contains", "values": ["refund"]}
SETTINGS = {"name": "new name", "threshold": 0.5, "repeats": 2, "concurrency": 4, "model_refs": [DEMO, DEMO]}


def test_a_name_belongs_to_one_suite_of_a_prompt(alice: Person) -> None:
    with alice.inside():
        prompt, other = make_prompt(alice.actor), make_prompt(alice.actor)
        suite = create_suite(alice.actor, prompt, name="  golden   set ")
        assert suite.name == "golden set"
        create_suite(alice.actor, other, name="golden set")
        with pytest.raises(ValidationFailed, match="already has a suite") as refusal:
            create_suite(alice.actor, prompt, name="Golden Set")
        assert "taken" in refusal.value.details["name"]
        archive_suite(alice.actor, suite)
        with pytest.raises(ValidationFailed, match="archived"):
            create_suite(alice.actor, prompt, name="golden set")


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "two\x07beeps"])
def test_a_bad_name_is_refused(alice: Person, name: str) -> None:
    with alice.inside(), pytest.raises(ValidationFailed, match="another name"):
        create_suite(alice.actor, make_prompt(alice.actor), name=name)


def test_settings_are_stored_and_models_kept_once(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        change_settings(alice.actor, suite, **SETTINGS)  # type: ignore[arg-type]
        stored = queries.get_suite(suite.id)
        assert (stored.name, stored.threshold, stored.repeats, stored.concurrency) == ("new name", 0.5, 2, 4)
        assert stored.model_refs == [DEMO]


@pytest.mark.parametrize(
    ("field", "value"), [("threshold", 1.1), ("repeats", 0), ("repeats", 21), ("concurrency", 201)]
)
def test_settings_out_of_range_are_refused(alice: Person, field: str, value: float) -> None:
    with alice.inside(), pytest.raises(ValidationFailed) as refusal:
        change_settings(alice.actor, make_suite(alice.actor), **{**SETTINGS, field: value})  # type: ignore[arg-type]
    assert field in refusal.value.details


def test_a_model_without_key_is_refused(alice: Person) -> None:
    with alice.inside(), pytest.raises(ProviderKeyMissing):
        change_settings(alice.actor, make_suite(alice.actor), **{**SETTINGS, "model_refs": [f"{uuid7()}/x"]})  # type: ignore[arg-type]


def test_checks_are_stored_with_their_defaults(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, checks=[])
        set_checks(alice.actor, suite, checks=[CONTAINS], was=[])
        assert queries.get_suite(suite.id).checks == [{**CONTAINS, "mode": "any", "ignore_case": False}]


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ({"kind": "regex", "pattern": "(?=look)"}, "RE2"),
        ({"kind": "json-schema", "schema": "{"}, ""),
        ({"kind": "contains", "values": []}, "values"),
        ({"kind": "nothing"}, "no check"),
    ],
)
def test_a_check_that_cannot_be_used_is_refused(alice: Person, check: dict[str, object], words: str) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, checks=[])
        with pytest.raises(ValidationFailed) as refusal:
            set_checks(alice.actor, suite, checks=[check], was=[])
        assert words in str(refusal.value)
        assert queries.get_suite(suite.id).checks == []


def test_checks_changed_meanwhile_are_not_overwritten(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, checks=[])
        set_checks(alice.actor, suite, checks=[CONTAINS], was=[])
        with pytest.raises(Conflict, match="changed since"):
            set_checks(alice.actor, suite, checks=[{"kind": "is-json"}], was=[])
        assert queries.get_suite(suite.id).checks[0]["kind"] == "contains"


def test_a_case_has_checks_of_its_own(alice: Person) -> None:
    with alice.inside():
        case = queries.cases_of(make_suite(alice.actor).id)[0]
        set_case_checks(alice.actor, case, checks=[{"kind": "is-json"}], was=[])
        assert Case.objects.get(pk=case.pk).checks[0]["kind"] == "is-json"
        with pytest.raises(Conflict):
            set_case_checks(alice.actor, case, checks=[], was=[])


def test_more_than_twenty_checks_are_refused(alice: Person) -> None:
    with alice.inside(), pytest.raises(ValidationFailed, match="21 checks"):
        set_checks(alice.actor, make_suite(alice.actor, checks=[]), checks=[CONTAINS] * 21, was=[])


def test_a_rubric_is_set_and_taken_away(alice: Person) -> None:
    rubric = {"criteria": [{"name": "tone", "description": "Polite.", "weight": 2}], "threshold": 6}
    with alice.inside():
        suite = make_suite(alice.actor)
        set_rubric(alice.actor, suite, rubric=rubric, judge=DEMO)
        stored = queries.get_suite(suite.id)
        assert stored.rubric is not None and stored.rubric["criteria"][0]["weight"] == 2.0 and stored.judge == DEMO
        set_rubric(alice.actor, suite, rubric=None, judge="")
        assert queries.get_suite(suite.id).rubric is None


@pytest.mark.parametrize("weight", [0, -1, "heavy", float("nan")])
def test_a_bad_weight_is_refused(alice: Person, weight: object) -> None:
    rubric = {"criteria": [{"name": "tone", "description": "Polite.", "weight": weight}], "threshold": 6}
    with alice.inside(), pytest.raises(ValidationFailed, match="rubric"):
        set_rubric(alice.actor, make_suite(alice.actor), rubric=rubric, judge=DEMO)


def test_a_suite_with_runs_is_archived_not_deleted(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        make_run(alice.actor, suite)
        with pytest.raises(Conflict, match="has runs"):
            delete_suite(alice.actor, suite)
        archive_suite(alice.actor, suite)
        assert queries.suite_count() == 0 and queries.list_runs(suite_id=suite.id)
        with pytest.raises(ValidationFailed, match="archived"):
            make_run(alice.actor, suite)
        restore_suite(alice.actor, suite)
        assert queries.suite_count() == 1


def test_a_suite_without_runs_is_deleted_with_its_cases(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        delete_suite(alice.actor, suite)
        assert not Suite.objects.exists() and not Case.objects.exists()


def test_a_member_archives_only_their_own(alice: Person, bob: Person) -> None:
    member = bob.join(alice, Role.MEMBER)
    with alice.inside():
        hers, theirs = make_suite(alice.actor), make_suite(member.actor)
        for act in (archive_suite, restore_suite, delete_suite):
            with pytest.raises(Forbidden):
                act(member.actor, hers)
        archive_suite(member.actor, theirs)
        archive_suite(alice.actor, theirs)
