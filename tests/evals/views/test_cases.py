"""Saving, importing and exporting cases, through the door."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from promptassay.evals import queries
from promptassay.evals.models import Suite
from tests.evals.factories import add_version, make_prompt, make_suite
from tests.evals.questions import closed_to_anonymous, closed_to_others, only, text_of
from tests.people import Person


@pytest.fixture
def suite(alice: Person) -> Suite:
    with alice.inside():
        return make_suite(alice.actor, name="golden")


def form_of(person: Person, suite: Suite) -> dict[str, Any]:
    """The case table as a browser would post it back, unchanged."""
    with person.inside():
        rows = queries.rows_of(queries.cases_of(suite.id), queries.columns_of(queries.get_suite(suite.id)))
    form: dict[str, Any] = {"cases-TOTAL_FORMS": len(rows)}
    for at, row in enumerate(rows):
        form |= {f"cases-{at}-ref": f"{row.case_id}:{row.was}", f"cases-{at}-name": row.name}
        form |= {f"cases-{at}-v-{name}": text for name, text in row.cells.items()}
        form[f"cases-{at}-expected"] = row.expected
    return form


def values(person: Person, suite: Suite) -> list[str | None]:
    with person.inside():
        return [case.variables.get("ticket") for case in queries.cases_of(suite.id)]


def upload(person: Person, suite: Suite, data: bytes, name: str = "cases.csv", **fields: Any) -> Any:
    file = SimpleUploadedFile(name, data)
    return person.post(person.url("evals:case-import", suite.id), {"file": file, "text": "", **fields})


# The table


def test_the_table_is_saved_in_one_post(alice: Person, suite: Suite) -> None:
    form = form_of(alice, suite) | {"cases-TOTAL_FORMS": 4, "cases-0-v-ticket": "one\r\ntwo", "cases-1-DELETE": "on"}
    form |= {"cases-2-ref": "", "cases-2-name": "new", "cases-2-v-ticket": '""', "cases-2-expected": "x"}
    form |= {"cases-3-ref": "", "cases-3-name": "", "cases-3-v-ticket": "", "cases-3-expected": ""}
    answer = alice.post(alice.url("evals:case-save", suite.id), form)
    assert answer.status_code == 302 and answer.url.endswith("#cases")
    assert values(alice, suite) == ["one\ntwo", ""]
    assert "Cases saved: 1 added, 1 changed, 1 removed." in text_of(alice.get(answer.url))


def test_two_people_at_once_lose_nothing(alice: Person, suite: Suite) -> None:
    url = alice.url("evals:case-save", suite.id)
    mine, theirs = form_of(alice, suite), form_of(alice, suite)
    alice.post(url, theirs | {"cases-0-v-ticket": "theirs"})
    answer = alice.post(url, mine | {"cases-0-v-ticket": "mine", "cases-1-v-ticket": "more of mine"})
    page = text_of(answer)
    assert answer.status_code == 409
    assert "Nothing was saved" in page and "ticket is now “theirs”" in page
    assert ">\nmine</textarea>" in page and ">\nmore of mine</textarea>" in page
    assert values(alice, suite) == ["theirs", "Ticket 2"]


def test_a_row_that_cannot_be_stored_comes_back_marked(alice: Person, suite: Suite) -> None:
    form = form_of(alice, suite) | {"cases-0-name": "n" * 201, "cases-1-v-ticket": "typed"}
    answer = alice.post(alice.url("evals:case-save", suite.id), form)
    page = text_of(answer)
    assert answer.status_code == 422 and "201 characters" in page and ">\ntyped</textarea>" in page
    assert values(alice, suite) == ["Ticket 1", "Ticket 2"]


@pytest.mark.parametrize("form", [{}, {"cases-TOTAL_FORMS": "x"}, {"cases-TOTAL_FORMS": "99999999"}])
def test_a_broken_table_is_refused(alice: Person, suite: Suite, form: dict[str, str]) -> None:
    assert alice.post(alice.url("evals:case-save", suite.id), form).status_code == 422


def test_two_cases_of_one_name_come_back_marked(alice: Person, suite: Suite) -> None:
    form = form_of(alice, suite) | {"cases-1-name": "Case 1"}
    answer = alice.post(alice.url("evals:case-save", suite.id), form)
    assert answer.status_code == 422
    page = text_of(answer)
    assert "Another case is named “Case 1”" in page and 'aria-invalid="true"' in page


def test_a_column_that_appeared_meanwhile_is_left_alone(alice: Person, suite: Suite) -> None:
    form = form_of(alice, suite) | {"cases-0-v-ticket": "changed"}
    with alice.inside():
        add_version(alice.actor, suite.prompt, "{{ticket}} {{plan}}")
        suite.cases.filter(position=1).update(variables={"ticket": "Ticket 2", "plan": "gold"})
    alice.post(alice.url("evals:case-save", suite.id), form)
    with alice.inside():
        assert [case.variables for case in queries.cases_of(suite.id)] == [
            {"ticket": "changed"},
            {"ticket": "Ticket 2", "plan": "gold"},
        ]


def test_saving_is_closed(alice: Person, bob: Person, anonymous: Person, suite: Suite) -> None:
    url = alice.url("evals:case-save", suite.id)
    only({"post"}, url, alice)
    closed_to_others("evals:case-save", (suite.id,), alice, bob, post=True)
    closed_to_anonymous(url, anonymous, post=True)


# Files and pasted tables


def test_a_csv_file_comes_in_behind_what_is_there(alice: Person, suite: Suite) -> None:
    answer = upload(alice, suite, b'ticket,name,expected\nhello,one,x\n"a, b",two,\n')
    assert answer.status_code == 302
    assert values(alice, suite) == ["Ticket 1", "Ticket 2", "hello", "a, b"]
    assert "2 cases came in." in text_of(alice.get(answer.url))


def test_a_file_may_replace_all_cases(alice: Person, suite: Suite) -> None:
    upload(alice, suite, b"ticket\nonly\n", replace="on")
    assert values(alice, suite) == ["only"]


def test_jsonl_and_pasted_tables_come_in(alice: Person, suite: Suite) -> None:
    upload(alice, suite, b'{"ticket": "from jsonl"}\n', name="cases.jsonl")
    alice.post(alice.url("evals:case-import", suite.id), {"text": "ticket\texpected\npasted\tx"})
    alice.post(alice.url("evals:case-import", suite.id), {"text": '{"variables": {"ticket": "lines"}}'})
    assert values(alice, suite)[2:] == ["from jsonl", "pasted", "lines"]


def test_a_variable_with_a_default_may_be_left_out_of_a_file(alice: Person) -> None:
    with alice.inside():
        suite = make_suite(alice.actor, make_prompt(alice.actor, texts=("{{ticket}} {{tone|kind}}",)), cases=0)
    assert upload(alice, suite, b"ticket\nhello\n").status_code == 302
    assert upload(alice, suite, b"ticket,tone\nhello,rude\n").status_code == 302
    with alice.inside():
        found = [case.variables for case in queries.cases_of(suite.id)]
    assert found == [{"ticket": "hello"}, {"ticket": "hello", "tone": "rude"}]


def test_a_file_that_repeats_a_name_is_refused_and_changes_nothing(alice: Person, suite: Suite) -> None:
    answer = upload(alice, suite, b"name,ticket\nCase 1,x\nnew,y\n")
    assert answer.status_code == 422
    assert "Line 2 has <code>Case 1</code>, which the suite has already." in text_of(answer)
    assert values(alice, suite) == ["Ticket 1", "Ticket 2"]


def test_formulas_come_in_as_text_and_it_is_said(alice: Person, suite: Suite) -> None:
    answer = upload(alice, suite, b"ticket\n=HYPERLINK(1)\n")
    assert values(alice, suite)[-1] == "=HYPERLINK(1)"
    page = text_of(alice.get(answer.url))
    assert "looked like" in page or "formula" in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"subject\nhello\n", "subject"),
        ("ticket\nGrüße\n".encode("latin-1"), "UTF-8"),
        (b"ticket\n" + b"x\n" * 100_000, "100,000"),
        (b"", "empty"),
        (b'ticket\n"never closed\n', "never closed"),
        (b"ticket\na\0b\n", "NUL"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), ""),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_changes_nothing(
    alice: Person, suite: Suite, data: bytes, words: str
) -> None:
    answer = upload(alice, suite, data)
    assert answer.status_code == 422
    page = text_of(answer)
    assert words in page and "Not saved yet" in page
    assert values(alice, suite) == ["Ticket 1", "Ticket 2"]


def test_pasted_text_that_is_refused_is_given_back(alice: Person, suite: Suite) -> None:
    answer = alice.post(alice.url("evals:case-import", suite.id), {"text": "subject\nmy long typed row"})
    assert answer.status_code == 422 and "my long typed row" in text_of(answer)


def test_nothing_to_import_is_refused(alice: Person, suite: Suite) -> None:
    answer = alice.post(alice.url("evals:case-import", suite.id), {"text": ""})
    assert answer.status_code == 422 and "Choose a file" in text_of(answer)


def test_importing_is_closed(alice: Person, bob: Person, anonymous: Person, suite: Suite) -> None:
    url = alice.url("evals:case-import", suite.id)
    only({"post"}, url, alice)
    closed_to_others("evals:case-import", (suite.id,), alice, bob, post=True)
    closed_to_anonymous(url, anonymous, post=True)


def test_an_export_can_be_imported_again(alice: Person, suite: Suite) -> None:
    with alice.inside():
        suite.cases.filter(position=0).update(variables={"ticket": '=1+1, "quoted"\nline'}, expected="-x")
    answer = alice.get(alice.url("evals:case-export", suite.id))
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/csv")
    assert 'filename="golden cases.csv"' in answer["Content-Disposition"]
    assert b"'=1+1" in answer.content
    upload(alice, suite, answer.content, replace="on")
    assert values(alice, suite) == ['=1+1, "quoted"\nline', "Ticket 2"]


def test_exporting_is_closed(alice: Person, bob: Person, anonymous: Person, suite: Suite) -> None:
    url = alice.url("evals:case-export", suite.id)
    only({"get"}, url, alice)
    closed_to_others("evals:case-export", (suite.id,), alice, bob)
    closed_to_anonymous(url, anonymous)


# One case


def test_the_page_of_a_case_shows_values_and_checks(alice: Person, suite: Suite) -> None:
    with alice.inside():
        case = queries.cases_of(suite.id)[0]
    page = text_of(alice.get(alice.url("evals:case-show", suite.id, case.id)))
    assert "Ticket 1" in page and "Checks of this case only" in page and "contains <code>refund</code>" in page


def test_a_case_is_closed(alice: Person, bob: Person, anonymous: Person, suite: Suite) -> None:
    with alice.inside():
        case = queries.cases_of(suite.id)[0]
        other = make_suite(alice.actor)
    url = alice.url("evals:case-show", suite.id, case.id)
    only({"get"}, url, alice)
    closed_to_others("evals:case-show", (suite.id, case.id), alice, bob)
    closed_to_anonymous(url, anonymous)
    assert alice.get(alice.url("evals:case-show", other.id, case.id)).status_code == 404
