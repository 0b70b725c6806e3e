"""Values from cases, and runs kept as cases, through the doors."""

import pytest

from promptassay.core.ids import uuid7
from promptassay.evals.models import Case, Suite
from tests.evals.factories import add_case, make_prompt, make_suite
from tests.evals.questions import closed_to_anonymous, closed_to_others, only, text_of
from tests.people import Person

FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def suite(alice: Person) -> Suite:
    with alice.inside():
        return make_suite(alice.actor, name="Tickets")


def newest(person: Person, suite: Suite) -> Case:
    with person.inside():
        found = Case.objects.filter(suite=suite).order_by("-position").first()
        assert found is not None
        return found


def test_the_cases_of_a_prompt_are_offered_by_suite(alice: Person, suite: Suite) -> None:
    with alice.inside():
        add_case(alice.actor, suite, {"ticket": "x"}, position=5, name="<b>odd</b>")
        other = make_suite(alice.actor, name="Of another prompt")
    address = alice.url("evals:case-values", suite.prompt_id)
    piece = alice.get(address, **FRAGMENT).content.decode()
    assert '<optgroup label="Tickets">' in piece and "&lt;b&gt;odd" in piece and "<html" not in piece
    assert other.name not in piece
    assert "Tickets" in text_of(alice.get(address))


def test_a_prompt_without_cases_says_so(alice: Person) -> None:
    with alice.inside():
        prompt = make_prompt(alice.actor)
    assert "no cases yet" in text_of(alice.get(alice.url("evals:case-values", prompt.id), **FRAGMENT))


def test_a_case_gives_its_values_as_texts(alice: Person, suite: Suite) -> None:
    with alice.inside():
        case = add_case(alice.actor, suite, {"ticket": "lost", "empty": ""}, name="Lost")
    found = alice.get(alice.url("evals:case-fill", suite.id, case.id)).json()
    assert found == {"name": "Lost", "suite": "Tickets", "values": {"ticket": "lost", "empty": ""}}


def test_a_run_is_kept_without_its_answer_unless_ticked(alice: Person, suite: Suite) -> None:
    address = alice.url("evals:case-keep", suite.prompt_id)
    form = {"suite": str(suite.id), "name": "Kept", "var:ticket": "line\r\none", "expected": "the answer"}
    said = text_of(alice.post(address, form, **FRAGMENT))
    assert "Kept." in said and alice.url("evals:suite-show", suite.id) in said and "3 cases" in said
    case = newest(alice, suite)
    assert (case.name, case.variables, case.expected) == ("Kept", {"ticket": "line\none"}, "")
    alice.post(address, {**form, "with_expected": "1", "name": ""}, **FRAGMENT)
    case = newest(alice, suite)
    assert (case.name, case.expected) == ("Case 4", "the answer")


def test_a_run_is_kept_in_a_new_suite(alice: Person, suite: Suite) -> None:
    form = {"suite": "new", "suite_name": "Fresh", "values_json": '{"ticket": "t"}'}
    assert "Fresh" in text_of(alice.post(alice.url("evals:case-keep", suite.prompt_id), form))
    with alice.inside():
        made = Suite.objects.get(name="Fresh")
    assert made.prompt_id == suite.prompt_id and newest(alice, made).variables == {"ticket": "t"}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"suite": "new", "suite_name": ""}, "A name has"),
        ({"suite": "new", "suite_name": "tickets"}, "already has a suite"),
        ({"name": "n" * 201}, "200 fit"),
        ({"values_json": "{"}, "cannot be read"),
        ({"var:ticket": "a\0b"}, "NUL"),
        ({"var:ticket": "v" * 1_000_001}, "1,000,000 fit"),
    ],
)
def test_what_cannot_be_kept_comes_back_as_typed(alice: Person, suite: Suite, fields: dict[str, str], why: str) -> None:
    form = {"suite": str(suite.id), "name": "My case", **fields}
    response = alice.post(alice.url("evals:case-keep", suite.prompt_id), form, **FRAGMENT)
    assert response.status_code == 422
    assert why in text_of(response) and f'value="{form["name"]}"' in text_of(response)
    with alice.inside():
        assert Case.objects.count() == 2 and Suite.objects.count() == 1


def test_a_suite_of_another_prompt_or_workspace_is_none(alice: Person, bob: Person, suite: Suite) -> None:
    with alice.inside():
        other = make_suite(alice.actor)
    with bob.inside():
        foreign = make_suite(bob.actor)
    for chosen in (other.id, foreign.id, uuid7(), "x"):
        form = {"suite": str(chosen), "var:ticket": "x"}
        assert alice.post(alice.url("evals:case-keep", suite.prompt_id), form).status_code == 404
    with alice.inside():
        assert Case.objects.count() == 4


def test_an_archived_suite_takes_no_case(alice: Person, suite: Suite) -> None:
    alice.post(alice.url("evals:suite-archive", suite.id))
    response = alice.post(alice.url("evals:case-keep", suite.prompt_id), {"suite": str(suite.id)})
    assert response.status_code == 409 and "is archived" in text_of(response)


def test_strangers_and_visitors_learn_nothing(alice: Person, bob: Person, anonymous: Person, suite: Suite) -> None:
    with alice.inside():
        case = Case.objects.filter(suite=suite)[0]
    for name, ids, methods in (
        ("evals:case-values", (suite.prompt_id,), {"get"}),
        ("evals:case-keep", (suite.prompt_id,), {"get", "post"}),
        ("evals:case-fill", (suite.id, case.id), {"get"}),
    ):
        for method in methods:
            closed_to_others(name, ids, alice, bob, post=method == "post")
            closed_to_anonymous(alice.url(name, *ids), anonymous, post=method == "post")
        only(methods, alice.url(name, *ids), alice)


def test_the_question_offers_the_suites(alice: Person, suite: Suite) -> None:
    page = text_of(alice.get(alice.url("evals:case-keep", suite.prompt_id), **FRAGMENT))
    assert "Tickets · 2 cases" in page and "A new suite" in page and "Only then is the answer stored" in page
