"""Saving the case table and importing cases, with two people at once."""

import pytest

from promptassay.audit.models import Entry
from promptassay.core.errors import ValidationFailed
from promptassay.evals import queries
from promptassay.evals.case_files import CaseRow
from promptassay.evals.models import Case, Suite
from promptassay.evals.services import CasesConflict, RowsRefused, import_cases, save_cases
from promptassay.evals.table import Row
from tests.evals.factories import add_case, make_suite
from tests.people import Person


def table(suite: Suite) -> list[Row]:
    """The rows as a page made now would post them back."""
    columns = queries.columns_of(suite)
    return queries.rows_of(queries.cases_of(suite.id), columns)


def save(person: Person, suite: Suite, rows: list[Row]) -> object:
    return save_cases(person.actor, suite, rows, queries.columns_of(suite))


def test_an_untouched_table_changes_nothing(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        before = list(Case.objects.values())
        saved = save_cases(alice.actor, suite, table(suite), queries.columns_of(suite))
        assert (saved.added, saved.changed, saved.removed, saved.kept) == (0, 0, 0, 0)
        assert list(Case.objects.values()) == before
        assert not Entry.objects.filter(action="suite.cases_changed").exists()


def test_rows_are_added_changed_and_removed_and_keep_their_ids(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=3)
        rows = table(suite)
        rows[0].cells["ticket"], rows[0].expected = "Changed", "billing"
        rows[1].remove = True
        rows += [Row(name="New", cells={"ticket": "More"}), Row()]
        saved = save_cases(alice.actor, suite, rows, queries.columns_of(suite))
        assert (saved.added, saved.changed, saved.removed) == (1, 1, 1)
        found = queries.cases_of(suite.id)
        assert [case.name for case in found] == ["Case 1", "Case 3", "New"]
        assert [case.id for case in found[:2]] == [rows[0].case_id, rows[2].case_id]
        assert (found[0].variables, found[0].expected) == ({"ticket": "Changed"}, "billing")
        entry = Entry.objects.get(action="suite.cases_changed")
        assert entry.data == {"added": 1, "changed": 1, "removed": 1}


def test_two_people_edit_different_cases_and_both_are_kept(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        mine, theirs = table(suite), table(suite)
        theirs[0].cells["ticket"] = "theirs"
        save(alice, suite, theirs)
        mine[1].cells["ticket"] = "mine"
        saved = save_cases(alice.actor, suite, mine, queries.columns_of(suite))
        assert (saved.changed, saved.kept) == (1, 1)
        assert [case.variables["ticket"] for case in queries.cases_of(suite.id)] == ["theirs", "mine"]


def test_the_later_of_two_edits_of_one_case_gets_a_conflict_and_loses_nothing(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        mine, theirs = table(suite), table(suite)
        theirs[0].cells["ticket"] = "theirs"
        save(alice, suite, theirs)
        mine[0].cells["ticket"], mine[1].cells["ticket"] = "mine", "also mine"
        with pytest.raises(CasesConflict) as conflict:
            save(alice, suite, mine)
        assert "“Case 1”" in conflict.value.why
        assert "ticket is now “theirs”" in conflict.value.rows[0].problem
        assert conflict.value.rows[0].cells["ticket"] == "mine"
        assert [case.variables["ticket"] for case in queries.cases_of(suite.id)] == ["theirs", "Ticket 2"]
        save(alice, suite, conflict.value.rows)
        assert [case.variables["ticket"] for case in queries.cases_of(suite.id)] == ["mine", "also mine"]


def test_a_case_that_somebody_deleted_comes_back_on_purpose_only(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        mine = table(suite)
        suite.cases.filter(position=0).delete()
        mine[0].cells["ticket"] = "mine"
        with pytest.raises(CasesConflict, match="1 of the same cases"):
            save(alice, suite, mine)
        save(alice, suite, mine)
        assert [case.variables["ticket"] for case in queries.cases_of(suite.id)] == ["Ticket 2", "mine"]


def test_a_case_deleted_by_another_and_untouched_here_stays_deleted(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        mine = table(suite)
        suite.cases.filter(position=0).delete()
        save(alice, suite, mine)
        assert queries.case_count(suite.id) == 1


def test_removing_a_case_that_somebody_changed_asks_again(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        mine, theirs = table(suite), table(suite)
        theirs[0].expected = "theirs"
        save(alice, suite, theirs)
        mine[0].remove = True
        with pytest.raises(CasesConflict):
            save(alice, suite, mine)
        assert queries.case_count(suite.id) == 2
        save(alice, suite, mine)
        assert queries.case_count(suite.id) == 1


def test_a_case_added_by_another_is_not_touched(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        mine = table(suite)
        add_case(alice.actor, suite, {"ticket": "theirs"}, position=2)
        mine[0].remove = True
        save(alice, suite, mine)
        assert [case.variables["ticket"] for case in queries.cases_of(suite.id)] == ["Ticket 2", "theirs"]


def test_a_case_of_another_suite_cannot_be_edited_through_this_one(alice: Person) -> None:
    with alice.inside():
        suite, other = make_suite(alice.actor), make_suite(alice.actor)
        foreign = table(other)
        foreign[0].cells["ticket"] = "taken over"
        with pytest.raises(CasesConflict):
            save(alice, suite, foreign[:1])
        assert queries.cases_of(other.id)[0].variables["ticket"] == "Ticket 1"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (Row(name="n" * 201), "201 characters"),
        (Row(cells={"ticket": "a\0b"}), "NUL"),
        (Row(expected="e" * 1_000_001), "1,000,001 characters"),
    ],
)
def test_a_row_that_cannot_be_stored_is_marked_and_nothing_saved(alice: Person, row: Row, problem: str) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        rows = [*table(suite), row]
        rows[0].cells["ticket"] = "changed"
        with pytest.raises(RowsRefused) as refusal:
            save(alice, suite, rows)
        assert problem in refusal.value.rows[-1].problem
        assert queries.cases_of(suite.id)[0].variables["ticket"] == "Ticket 1"


def test_two_cases_of_one_name_are_refused_at_each_row(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=3)
        rows = table(suite)
        rows[0].name = "Case 2"
        rows += [Row(name="New", cells={"ticket": "x"}), Row(name="New", cells={"ticket": "y"})]
        with pytest.raises(RowsRefused) as refused:
            save(alice, suite, rows)
        assert [bool(row.problem) for row in refused.value.rows] == [True, False, False, False, True]
        assert "Another case is named “Case 2”" in rows[0].problem
        assert sorted(queries.case_names(suite.id)) == ["Case 1", "Case 2", "Case 3"]


def test_names_may_be_exchanged_and_freed_in_one_save(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=3)
        rows = table(suite)
        rows[0].name, rows[1].name, rows[2].remove = "Case 2", "Case 1", True
        rows.append(Row(name="Case 3", cells={"ticket": "again"}))
        save(alice, suite, rows)
        assert [case.name for case in queries.cases_of(suite.id)] == ["Case 2", "Case 1", "Case 3"]


def test_cases_that_share_a_name_from_before_can_still_be_edited(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=2)
        Case.objects.filter(suite=suite).update(name="Same")
        rows = table(suite)
        rows[0].cells["ticket"] = "other"
        save(alice, suite, rows)
        assert [case.name for case in queries.cases_of(suite.id)] == ["Same", "Same"]
        assert queries.cases_of(suite.id)[0].variables == {"ticket": "other"}


def test_a_case_without_a_name_gets_a_number_that_is_free(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=2)
        rows = table(suite)
        rows[0].name = "Case 3"
        save(alice, suite, [*rows, Row(cells={"ticket": "x"})])
        assert [case.name for case in queries.cases_of(suite.id)] == ["Case 3", "Case 2", "Case 4"]


def test_an_import_that_repeats_a_name_brings_in_nothing(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=1)
        for names in (["Case 1"], ["new", "new"]):
            with pytest.raises(ValidationFailed, match="two cases would have one name"):
                import_cases(alice.actor, suite, [CaseRow(name, {"ticket": "x"}) for name in names])
        assert queries.case_count(suite.id) == 1


def test_more_rows_than_one_save_takes_are_refused(alice: Person) -> None:
    with alice.inside(), pytest.raises(ValidationFailed, match="5,001 rows"):
        save(alice, make_suite(alice.actor), [Row(name="x") for _ in range(5001)])


def test_five_thousand_rows_are_saved_at_once(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, cases=0)
        save(alice, suite, [Row(name=f"c{at}", cells={"ticket": f"t{at}"}) for at in range(5000)])
        rows = table(suite)
        for row in rows:
            row.expected = "changed"
        saved = save_cases(alice.actor, suite, rows, queries.columns_of(suite))
        assert saved.changed == 5000
        assert Case.objects.filter(suite=suite, expected="changed").count() == 5000


def test_imported_cases_are_appended_in_order(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        rows = [CaseRow(f"n{at}", {"ticket": f"t{at}"}, "e") for at in range(3)]
        assert import_cases(alice.actor, suite, rows) == 3
        assert [case.name for case in queries.cases_of(suite.id)] == ["Case 1", "Case 2", "n0", "n1", "n2"]


def test_imported_cases_replace_those_that_are_there(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor)
        import_cases(alice.actor, suite, [CaseRow("only", {"ticket": "t"})], replace=True)
        assert [case.name for case in queries.cases_of(suite.id)] == ["only"]


def test_a_suite_does_not_grow_past_its_limit(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("promptassay.evals.services.cases.MAX_CASES", 3)
    with alice.inside():
        suite = make_suite(alice.actor)
        with pytest.raises(ValidationFailed, match="more than 3 cases"):
            import_cases(alice.actor, suite, [CaseRow("a", {}), CaseRow("b", {})])
        assert queries.case_count(suite.id) == 2
