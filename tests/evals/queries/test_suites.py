"""Reading suites and cases."""

from uuid import uuid4

import pytest

from promptassay.core.errors import NotFound
from promptassay.evals import queries
from promptassay.evals.services import archive_suite
from tests.evals.factories import DEMO, add_case, add_version, finish_run, make_prompt, make_run, make_suite
from tests.people import Person


def test_a_line_shows_size_and_the_last_result(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=4)
        finish_run(make_run(alice.actor, suite), {})
        finish_run(make_run(alice.actor, suite, models=(DEMO,)), {0: False, 1: "overloaded"})
        make_run(alice.actor, suite)
        (line,) = queries.list_suites()
        assert (line.cases, line.runs, line.prompt_title) == (4, 3, suite.prompt.title)
        assert line.last is not None and line.last.number == 2
        assert line.last_rate == pytest.approx(2 / 3)


def test_lists_are_by_prompt_name_and_archive(alice: Person) -> None:
    with alice.inside():
        prompt = make_prompt(alice.actor, title="Triage")
        one, two = make_suite(alice.actor, prompt, name="beta"), make_suite(alice.actor, prompt, name="alpha")
        make_suite(alice.actor, name="gamma")
        assert [line.suite.name for line in queries.list_suites()] == ["alpha", "beta", "gamma"]
        assert [line.suite for line in queries.list_suites(prompt_id=prompt.id)] == [two, one]
        assert [line.suite for line in queries.list_suites(search="TRIAGE")] == [two, one]
        archive_suite(alice.actor, one)
        assert one not in [line.suite for line in queries.list_suites()]
        assert [line.suite for line in queries.list_suites(archived=True)] == [one]
        assert queries.suite_count() == 2


def test_another_workspace_sees_none_of_it(alice: Person, bob: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
    with bob.inside():
        assert queries.suite_count() == 0 and queries.list_suites() == []
        with pytest.raises(NotFound):
            queries.get_suite(suite.id)
        assert queries.cases_of(suite.id) == []


def test_columns_are_the_newest_versions_variables_then_what_cases_have(alice: Person) -> None:
    with alice.inside():
        prompt = make_prompt(alice.actor, texts=("{{old}}",))
        add_version(alice.actor, prompt, "{{ticket}} {{tone|kind}}")
        suite = make_suite(alice.actor, prompt, cases=0)
        add_case(alice.actor, suite, {"ticket": "t", "zeta": "z", "old": "o"})
        columns = queries.columns_of(queries.get_suite(suite.id))
        found = [(column.name, column.default, column.used) for column in columns]
        assert found == [("ticket", None, True), ("tone", "kind", True), ("old", None, False), ("zeta", None, False)]


def test_columns_of_a_broken_template_are_what_can_be_read(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, make_prompt(alice.actor, texts=("{{ticket}} {{broken",)), cases=0)
        assert [column.name for column in queries.columns_of(suite)] == ["ticket"]


def test_missing_values_name_the_cases(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=0)
        add_case(alice.actor, suite, {"a": "", "b": "x"}, position=0, name="whole")
        add_case(alice.actor, suite, {"b": "x"}, position=1, name="half")
        add_case(alice.actor, suite, {}, position=2, name="none")
        assert queries.missing_values(suite.id, ["b", "a"]) == [("half", ["a"]), ("none", ["b", "a"])]
        assert len(queries.missing_values(suite.id, ["a"], limit=1)) == 1
        assert queries.missing_values(suite.id, []) == []


def test_a_case_is_found_only_in_its_suite(alice: Person) -> None:
    with alice.inside():
        suite, other = make_suite(alice.actor), make_suite(alice.actor)
        case = queries.cases_of(suite.id)[0]
        assert queries.get_case(suite.id, case.id) == case
        for wrong in ((other.id, case.id), (suite.id, uuid4())):
            with pytest.raises(NotFound):
                queries.get_case(*wrong)
