"""CSV in and out: what spreadsheets write is read, what is wrong is named by line, nothing gets lost."""

import codecs
import csv
import io
import time
import tracemalloc
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.core.errors import ValidationFailed
from promptassay.evals.case_files import CaseRow, read_csv, write_csv
from promptassay.evals.case_files.formulas import arm, disarm, is_disarmed

VARIABLES = ["product", "question"]
HEADER = "name,product,question,expected\n"


def rows(text: str, variables: list[str] | None = None) -> list[tuple[str, dict[str, str], str]]:
    found = read_csv(text.encode(), VARIABLES if variables is None else variables)
    return [(row.name, dict(row.variables), row.expected) for row in found.rows]


def refused(data: str | bytes, variables: list[str] | None = None, taken: Sequence[str] = ()) -> str:
    wanted = VARIABLES if variables is None else variables
    with pytest.raises(ValidationFailed) as caught:
        read_csv(data.encode() if isinstance(data, str) else data, wanted, taken=taken)
    assert caught.value.next_step
    assert "file" in caught.value.details
    return str(caught.value)


KETTLE = [("a", {"product": "kettle", "question": "Why, though?"}, "yes")]


@pytest.mark.parametrize(
    "text",
    [
        HEADER + 'a,kettle,"Why, though?",yes\n',
        HEADER + 'a,kettle,"Why, though?",yes',
        HEADER.replace("\n", "\r\n") + 'a,kettle,"Why, though?",yes\r\n',
        HEADER.replace("\n", "\r") + 'a,kettle,"Why, though?",yes\r',
        HEADER.replace(",", ";") + "a;kettle;Why, though?;yes\n",
        HEADER.replace(",", "\t") + "a\tkettle\tWhy, though?\tyes\n",
        "sep=;\r\n" + HEADER.replace(",", ";") + "a;kettle;Why, though?;yes\n",
        "\n\n" + HEADER + '\na,kettle,"Why, though?",yes\n\n,,,\n',
        ' name , product , question ,expected,,\na,kettle,"Why, though?",yes,,\n',
        'expected,question,product,name\nyes,"Why, though?",kettle,a\n',
        'case:name,product,question,case:expected\na,kettle,"Why, though?",yes\n',
    ],
)
def test_forms_of_the_same_table(text: str) -> None:
    assert rows(text) == KETTLE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str) -> None:
    text = "product,question\nBügeleisen 🧺,よ\n"
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding, b"")
    found = read_csv(mark + text.encode(encoding), VARIABLES)
    assert found.rows[0].variables == {"product": "Bügeleisen 🧺", "question": "よ"}


def test_a_single_column_and_optional_columns() -> None:
    assert rows('ticket\n"one\ntwo"\n\n""\n', ["ticket"]) == [
        ("Case 1", {"ticket": "one\ntwo"}, ""),
        ("Case 2", {"ticket": ""}, ""),
    ]


def test_lines_are_those_of_the_file() -> None:
    found = read_csv(b'\nproduct,question\na,"x\ny"\n\nb,z\n', VARIABLES)
    assert [row.line for row in found.rows] == [3, 6]


def test_a_variable_named_like_our_own_column() -> None:
    text = "name,case:name,expected\nAda,first,x\n"
    assert rows(text, ["name"]) == [("first", {"name": "Ada"}, "x")]
    assert rows("name,expected\nAda,x\n", ["name", "expected"]) == [("Case 1", {"name": "Ada", "expected": "x"}, "")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ["The file is empty", "`product`, `question`, `name` and `expected`"]),
        ("\n \n".replace(" ", ""), ["The file is empty"]),
        (",,\n", ["The file is empty"]),
        (HEADER, ["a header and no rows"]),
        (HEADER + "\n,,,\n", ["a header and no rows"]),
        ("product\na\n", ["column `question` is missing"]),
        ("name\na\n", ["columns `product` and `question` are missing"]),
        ("product,question,answr\na,b,c\n", ["column `answr` is not known", "`expected`"]),
        ("Product,question\na,b\n", ["column `Product` is not known", "Did you mean `product`?"]),
        ("produt,question\na,b\n", ["Did you mean `product`?"]),
        ("product,question,x,y\na,b,c,d\n", ["columns `x` and `y` are not known"]),
        ("product,,question\na,b,c\n", ["without a name"]),
        ("product|question\na|b\n", ["read as 1 column separated by commas"]),
        ("product,question,product\na,b,c\n", ["`product` stands more than once"]),
        ("product,question,name,case:name\na,b,c,d\n", ["`name` and `case:name` stands more than once"]),
        (HEADER + "a,b,c,d\na,b\n", ["4 columns", "line 3 has 2"]),
        (HEADER + "a,b,c,d,e\n", ["line 2 has 5"]),
        (HEADER + "a,b\n" * 9, ["line 2 has 2, line 3 has 2", "and 4 more rows"]),
        (HEADER + 'a,"b,c,d\ne,f,g,h\n', ["never closed", "line 2"]),
        (HEADER + 'a,b,c,d\na,"b"x,c,d\n', ["line 3 is not CSV"]),
        (HEADER + "a,b\0,c,d\n", ["Line 2", "NUL byte"]),
        (HEADER + f"a,{'x' * 204_801},c,d\n", ["cell `product` on line 2", "200 KB"]),
        (HEADER + f"a,{'é' * 102_401},c,d\n", ["cell `product` on line 2"]),
    ],
)
def test_what_is_wrong_is_said(text: str, says: list[str]) -> None:
    said = refused(text)
    for each in says:
        assert each in said


def test_other_encodings_are_refused_with_byte_and_line() -> None:
    said = refused("product,question\nok,ok\nBügeleisen,x\n".encode("cp1252"))
    assert "byte 25, in line 3, is not UTF-8" in said
    assert "UTF-8" in said.split("not UTF-8")[1]
    assert "NUL byte" in refused("product,question\n".encode("utf-16-le"))
    assert "not UTF-16" in refused(codecs.BOM_UTF16_LE + b"a\0b\0\n\0\x00\xd8x\0")
    assert refused("product,question\n".encode("utf-32"))
    assert refused(b"PK\x03\x04\x14\0\0\0\xff\xfe")
    assert refused(b"\x89PNG\r\n\x1a\n")


def test_the_largest_cell_is_taken() -> None:
    assert rows(HEADER + f"a,{'x' * 204_800},c,d\n")[0][1]["product"] == "x" * 204_800


def test_a_file_over_the_limit_is_refused_with_the_figures() -> None:
    said = refused(b"x" * (10 * 1024 * 1024 + 1))
    assert "10.0 MB" in said
    assert "5,000 cases" in said


def test_the_most_rows_are_taken_and_one_more_is_refused() -> None:
    assert len(rows("product,question\n" + "a,b\n" * 5000)) == 5000
    assert "5,001 cases" in refused("product,question\n" + "a,b\n" * 5001)
    assert "5,001 cases" in refused("sep=,\nproduct,question\n\n" + "a,b\n" * 5001)
    assert len(rows("product,question\n" + 'a,"b\nc\nd"\n' * 3000)) == 3000


def test_a_hundred_thousand_rows_are_refused_quickly_and_not_kept() -> None:
    data = b"product,question\n" + b"kettle,Where is my order?\n" * 100_000
    started = time.perf_counter()
    tracemalloc.start()
    try:
        said = refused(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "100,000 cases" in said
    assert "5,000" in said
    assert time.perf_counter() - started < 5  # usually 0.1 s without the tracing
    assert peak < 2 * len(data)  # the text, and no rows


def test_formulas_stay_text_and_are_noted() -> None:
    found = read_csv(b"product,question\n=1+1,-5\n@SUM(A1),+x\n-,b\n", VARIABLES)
    assert [row.variables["product"] for row in found.rows] == ["=1+1", "@SUM(A1)", "-"]
    assert found.warnings == ("3 cells look like a formula and came in as plain text.",)


def test_protection_of_an_export_is_taken_off_and_noted() -> None:
    found = read_csv(b"product,question\n'=1+1,'tis\n", VARIABLES)
    assert found.rows[0].variables == {"product": "=1+1", "question": "'tis"}
    assert "taken off 1 cell" in found.warnings[0]


def test_rows_without_a_name_are_numbered_past_what_is_there() -> None:
    data = b"name,product,question\n,1,1\nCase 2,2,2\n,3,3\n,4,4\n"
    found = read_csv(data, VARIABLES, taken=["Case 3"])
    assert [row.name for row in found.rows] == ["Case 1", "Case 2", "Case 4", "Case 5"]


def test_two_cases_of_one_name_are_refused_with_their_lines() -> None:
    said = refused(b"name,product,question\na,1,1\na,2,2\nb,3,3\n", taken=["b"])
    assert "2 cases of the file have the name of another case." in said
    assert "Line 3 has `a`, like line 2; line 4 has `b`, which the suite has already." in said
    assert "replace the cases" in said


def test_many_equal_names_take_no_time() -> None:
    started = time.perf_counter()
    said = refused(b"name,product,question\n" + b"same,1,1\n" * 5000)
    assert time.perf_counter() - started < 2
    assert "and 4,994 more" in said


def test_many_rows_without_a_name_take_no_time() -> None:
    started = time.perf_counter()
    found = read_csv(b"name,product,question\n" + b",1,1\n" * 5000, VARIABLES, taken=["Case 1"])
    assert time.perf_counter() - started < 2
    assert len({row.name for row in found.rows}) == 5000


def test_long_and_broken_names_are_tidied() -> None:
    found = read_csv(f'name,product,question\n"a\nb",1,1\n{"x" * 300},2,2\n'.encode(), VARIABLES)
    assert [row.name for row in found.rows] == ["a b", "x" * 200]


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
TRICKY = st.text("'=+-@\t\r\n\",;＝ a", max_size=8)
CELLS = TEXT | TRICKY
NAMES = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="\0"), min_size=1, max_size=20)


@given(st.lists(st.tuples(NAMES, CELLS, CELLS, CELLS), min_size=1, max_size=8, unique_by=lambda row: row[0]))
def test_what_is_written_is_read_back(cases: list[tuple[str, str, str, str]]) -> None:
    written = write_csv(
        [CaseRow(name, {"product": one, "question": two}, expected) for name, one, two, expected in cases]
    )
    found = read_csv(written, VARIABLES)
    read = [(row.name, row.variables["product"], row.variables["question"], row.expected) for row in found.rows]
    assert read == cases
    again = write_csv(found.rows, VARIABLES)
    assert again == written


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
def test_no_cell_of_an_export_is_a_formula(cases: list[tuple[str, str]]) -> None:
    written = write_csv([CaseRow(f"c{n}", {"a": one}, two) for n, (one, two) in enumerate(cases)])
    text = written.decode("utf-8-sig")
    for record in csv.reader(io.StringIO(text, newline="")):
        for cell in record:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert text.startswith('"')


@given(CELLS)
def test_arming_is_the_inverse_of_disarming(cell: str) -> None:
    assert arm(disarm(cell)) == cell
    assert is_disarmed(disarm(cell)) == (disarm(cell) != cell)


def test_own_columns_give_way_to_variables_of_that_name() -> None:
    written = write_csv([CaseRow("first", {"name": "Ada", "expected": "b"}, "c")])
    assert written.decode("utf-8-sig").splitlines()[0] == '"case:name","name","expected","case:expected"'
    row = read_csv(written, ["name", "expected"]).rows[0]
    assert (row.name, row.variables, row.expected) == ("first", {"name": "Ada", "expected": "b"}, "c")


def test_columns_can_be_chosen_and_missing_values_are_empty() -> None:
    written = write_csv([CaseRow("a", {"x": "1"}), CaseRow("b", {"y": "2"})], ["y", "x"])
    assert written.decode("utf-8-sig") == '"name","y","x","expected"\r\n"a","","1",""\r\n"b","2","",""\r\n'


@given(st.binary(max_size=200) | st.text("name,product;question\t\"'\n\r=\0é", max_size=80).map(str.encode))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    try:
        found = read_csv(data, VARIABLES)
    except ValidationFailed as refusal:
        assert refusal.message  # noqa: PT017 -- either outcome is right, a crash is not
    else:
        assert found.rows
