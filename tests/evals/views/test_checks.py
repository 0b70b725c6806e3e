"""Checks of suites and cases, and the rubric, through the door."""

import html
from typing import Any

import pytest

from promptassay.core.ids import uuid7
from promptassay.core.templatetags import ui
from promptassay.evals import queries
from promptassay.evals.checks import CHECKS
from promptassay.evals.models import Case, Suite
from promptassay.evals.rubric import BUILT_IN
from promptassay.evals.services import set_checks
from promptassay.evals.table import fingerprint
from tests.evals.factories import DEMO, make_suite
from tests.evals.questions import closed_to_anonymous, closed_to_others, only, text_of
from tests.people import Person


@pytest.fixture
def suite(alice: Person) -> Suite:
    with alice.inside():
        return make_suite(alice.actor)


@pytest.fixture
def case(alice: Person, suite: Suite) -> Case:
    with alice.inside():
        return queries.cases_of(suite.id)[0]


def checks_of(person: Person, suite: Suite) -> list[dict[str, Any]]:
    with person.inside():
        return list(queries.get_suite(suite.id).checks)


def was(person: Person, suite: Suite, place: int = 0) -> str:
    return fingerprint(checks_of(person, suite)[place])


@pytest.mark.parametrize("kind", CHECKS)
def test_every_kind_has_a_form(alice: Person, suite: Suite, kind: str) -> None:
    page = text_of(alice.get(f"{alice.url('evals:check-create', suite.id)}?kind={kind}"))
    assert html.unescape(ui.ticked(CHECKS[kind].summary)) in page
    for parameter in CHECKS[kind].parameters:
        assert f'name="{parameter.name}"' in page and html.unescape(ui.ticked(parameter.help)) in page


def test_a_check_is_added_edited_and_removed(alice: Person, suite: Suite) -> None:
    create = f"{alice.url('evals:check-create', suite.id)}?kind=regex"
    answer = alice.post(create, {"kind": "regex", "pattern": "re?fund", "whole": "on"})
    assert answer.status_code == 302 and answer.url.endswith("#checks")
    assert checks_of(alice, suite)[1] == {"kind": "regex", "pattern": "re?fund", "ignore_case": False, "whole": True}
    change = alice.url("evals:check-change", suite.id, 1)
    assert "re?fund" in text_of(alice.get(change))
    alice.post(change, {"kind": "regex", "pattern": "credit", "was": was(alice, suite, 1)})
    assert checks_of(alice, suite)[1]["pattern"] == "credit"
    alice.post(alice.url("evals:check-delete", suite.id, 0), {"was": was(alice, suite, 0)})
    assert [check["kind"] for check in checks_of(alice, suite)] == ["regex"]


@pytest.mark.parametrize(
    ("kind", "form", "words"),
    [
        ("regex", {"pattern": "(?<=back)ward"}, "RE2"),
        ("json-schema", {"schema": '{"type": "nothing"}'}, "schema"),
        ("json-schema", {"schema": "{broken"}, "JSON"),
        ("contains", {"values": "", "mode": "any"}, "required"),
    ],
)
def test_a_check_that_cannot_be_used_comes_back_as_typed(
    alice: Person, suite: Suite, kind: str, form: dict[str, str], words: str
) -> None:
    answer = alice.post(f"{alice.url('evals:check-create', suite.id)}?kind={kind}", {"kind": kind, **form})
    assert answer.status_code == 422
    page = text_of(answer)
    assert words in page and all(value in page for value in form.values())
    assert len(checks_of(alice, suite)) == 1


def test_an_edit_of_what_somebody_else_changed_is_refused_and_kept_on_the_page(alice: Person, suite: Suite) -> None:
    seen = was(alice, suite)
    with alice.inside():
        set_checks(alice.actor, suite, checks=[{"kind": "is-json"}], was=queries.get_suite(suite.id).checks)
    form = {"kind": "contains", "values": "typed by me", "mode": "any", "was": seen}
    answer = alice.post(alice.url("evals:check-change", suite.id, 0), form)
    assert answer.status_code == 409 and "typed by me" in text_of(answer)
    assert alice.post(alice.url("evals:check-delete", suite.id, 0), {"was": seen}).status_code == 409
    assert [check["kind"] for check in checks_of(alice, suite)] == ["is-json"]


def test_unknown_kinds_and_places_are_not_found(alice: Person, suite: Suite) -> None:
    create = alice.url("evals:check-create", suite.id)
    assert alice.get(create).status_code == alice.get(f"{create}?kind=magic").status_code == 404
    assert alice.get(alice.url("evals:check-change", suite.id, 7)).status_code == 404
    assert alice.post(alice.url("evals:check-delete", suite.id, 7)).status_code == 404


def test_a_case_gets_a_check_of_its_own(alice: Person, suite: Suite, case: Case) -> None:
    create = f"{alice.url('evals:case-check-create', suite.id, case.id)}?kind=is-json"
    assert case.name in text_of(alice.get(create))
    answer = alice.post(create, {"kind": "is-json"})
    assert answer.url == alice.url("evals:case-show", suite.id, case.id)
    with alice.inside():
        own = queries.get_case(suite.id, case.id).checks
    assert own[0]["kind"] == "is-json"
    assert "1 own check" in text_of(alice.get(alice.url("evals:suite-show", suite.id)))
    change = alice.url("evals:case-check-change", suite.id, case.id, 0)
    alice.post(change, {"kind": "is-json", "allow_fence": "on", "was": fingerprint(own[0])})
    with alice.inside():
        own = queries.get_case(suite.id, case.id).checks
    assert own[0]["allow_fence"] is True
    alice.post(alice.url("evals:case-check-delete", suite.id, case.id, 0), {"was": fingerprint(own[0])})
    with alice.inside():
        assert queries.get_case(suite.id, case.id).checks == []


def test_checks_are_closed(alice: Person, bob: Person, anonymous: Person, suite: Suite, case: Case) -> None:
    for name, ids, methods in (
        ("check-create", (suite.id,), {"get", "post"}),
        ("check-change", (suite.id, 0), {"get", "post"}),
        ("check-delete", (suite.id, 0), {"post"}),
        ("case-check-create", (suite.id, case.id), {"get", "post"}),
        ("case-check-change", (suite.id, case.id, 0), {"get", "post"}),
        ("case-check-delete", (suite.id, case.id, 0), {"post"}),
    ):
        url = alice.url(f"evals:{name}", *ids)
        only(methods, url, alice)
        closed_to_others(f"evals:{name}", ids, alice, bob, post=True)
        closed_to_anonymous(url, anonymous, post=True)
    strange = alice.url("evals:case-check-create", uuid7(), case.id)
    assert alice.get(f"{strange}?kind=is-json").status_code == 404


# The rubric


def rubric_form(**fields: str) -> dict[str, str]:
    form = {"criteria-TOTAL_FORMS": "1", "criteria-0-name": "tone", "criteria-0-description": "Polite."}
    return {**form, "criteria-0-weight": "2", "threshold": "6.5", "judge": DEMO, **fields}


def test_a_rubric_is_saved_and_removed(alice: Person, suite: Suite) -> None:
    url = alice.url("evals:rubric-save", suite.id)
    assert alice.post(url, rubric_form()).url.endswith("#rubric")
    with alice.inside():
        stored = queries.get_suite(suite.id)
        assert stored.rubric == {
            "criteria": [{"name": "tone", "description": "Polite.", "weight": 2.0}],
            "threshold": 6.5,
        }
        assert stored.judge == DEMO
    alice.post(url, rubric_form(remove="1"))
    with alice.inside():
        assert queries.get_suite(suite.id).rubric is None


def test_the_built_in_criteria_join_what_was_typed_unsaved(alice: Person, suite: Suite) -> None:
    answer = alice.post(alice.url("evals:rubric-save", suite.id), rubric_form(start="1"))
    page = text_of(answer)
    assert answer.status_code == 200 and "Polite." in page
    assert all(criterion.description in page for criterion in BUILT_IN)
    with alice.inside():
        assert queries.get_suite(suite.id).rubric is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"criteria-0-weight": "heavy"}, "weight"),
        ({"criteria-0-weight": "0"}, "weight"),
        ({"criteria-0-name": ""}, "name"),
        ({"threshold": "eleven"}, "threshold"),
        ({"threshold": "11"}, "threshold"),
        ({"judge": "demo/none"}, "demo"),
    ],
)
def test_a_bad_rubric_comes_back_as_typed(alice: Person, suite: Suite, fields: dict[str, str], words: str) -> None:
    answer = alice.post(alice.url("evals:rubric-save", suite.id), rubric_form(**fields))
    page = text_of(answer)
    assert answer.status_code == 422 and words in page and "Polite." in page
    with alice.inside():
        assert queries.get_suite(suite.id).rubric is None


def test_a_judge_whose_key_is_gone_is_refused(alice: Person, suite: Suite) -> None:
    answer = alice.post(alice.url("evals:rubric-save", suite.id), rubric_form(judge=f"{uuid7()}/gpt"))
    assert answer.status_code == 409 and "is gone" in text_of(answer)


def test_the_rubric_is_closed(alice: Person, bob: Person, anonymous: Person, suite: Suite) -> None:
    url = alice.url("evals:rubric-save", suite.id)
    only({"post"}, url, alice)
    closed_to_others("evals:rubric-save", (suite.id,), alice, bob, post=True)
    closed_to_anonymous(url, anonymous, post=True)
