"""Two columns paired by case."""

from promptassay.evals.models import Case, Run
from promptassay.evals.queries import compare
from promptassay.evals.statistics import compare_rates
from tests.evals.factories import add_version, finish_run, make_prompt, make_run, make_suite
from tests.people import Person


def two_runs(person: Person) -> tuple[Run, Run]:
    """Two finished runs of one suite of four cases: case 1 improved, case 4 regressed."""
    suite = make_suite(person.actor, cases=4)
    return (
        finish_run(make_run(person.actor, suite), {0: False}),
        finish_run(make_run(person.actor, suite), {3: False}),
    )


def test_two_runs_are_paired_by_case(alice: Person) -> None:
    with alice.inside():
        _, second = two_runs(alice)
        sides = compare.sides_of(second, compare.earlier_runs(second))
        assert [(side.run.number, side.label) for side in sides] == [(2, "v1"), (1, "r1 v1")]
        found = compare.compare_sides(sides[1], sides[0])
        assert found.paired == compare_rates([False, True, True, True], [True, True, True, False])
        assert (found.before_rate, found.after_rate) == (0.75, 0.75)
        assert found.changes == ["down", "up", "same", "same"]
        assert (found.edited, found.alone, found.tone) == (0, 0, "")


def test_two_versions_of_one_run_are_paired(alice: Person) -> None:
    with alice.inside():
        prompt = make_prompt(alice.actor)
        add_version(alice.actor, prompt, "Second {{ticket}}")
        run = finish_run(make_run(alice.actor, make_suite(alice.actor, prompt, cases=3)), {0: False, 2: False})
        one, two = compare.sides_of(run, [])
        found = compare.compare_sides(one, two)
        assert (found.paired.improved, found.paired.regressed, found.paired.cases) == (2, 0, 3)


def test_repeats_count_by_majority_and_errors_not_at_all(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=2)
        before = finish_run(make_run(alice.actor, suite, repeats=3), {0: False, 1: False, 3: "overloaded"})
        after = finish_run(make_run(alice.actor, suite, repeats=3), {0: False, 3: "x", 4: "x", 5: "x"})
        one, two = compare.sides_of(before, [])[0], compare.sides_of(after, [])[0]
        found = compare.compare_sides(one, two)
        assert (found.paired.cases, found.paired.improved, found.alone) == (1, 1, 1)


def test_edited_cases_are_noticed(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=3)
        first = finish_run(make_run(alice.actor, suite), {})
        Case.objects.filter(suite=suite, position=0).update(expected="other")
        second = finish_run(make_run(alice.actor, suite), {})
        sides = [compare.sides_of(run, [])[0] for run in (first, second)]
        assert compare.compare_sides(*sides).edited == 1


def test_only_finished_and_older_runs_are_offered(alice: Person) -> None:
    with alice.inside():
        first, second = two_runs(alice)
        third = make_run(alice.actor, first.suite)
        assert compare.earlier_runs(third) == [second, first]
        assert compare.earlier_runs(first) == []
