"""What is typed, read."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from promptassay.core.errors import ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.evals.checks import CHECKS
from promptassay.evals.forms import (
    CheckForm,
    ImportForm,
    RunForm,
    SettingsForm,
    criteria_from,
    number_from,
    rows_from,
)


def posted(**fields: str) -> QueryDict:
    """A form as a browser posts it; `__` in a name stands for `-`."""
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data[name.replace("__", "-")] = value
    return data


def test_rows_are_read_with_the_columns_that_were_posted() -> None:
    case_id = uuid7()
    data = posted(
        cases__TOTAL_FORMS="4",
        cases__0__ref=f"{case_id}:0123456789abcdef",
        cases__0__name=" One ",
        cases__0__v__ticket="a\r\nb",
        cases__0__expected="x",
        cases__2__ref="",
        cases__2__name="",
        cases__2__v__ticket="",
        cases__2__DELETE="on",
        cases__3__ref="nonsense",
        cases__3__name="three",
    )
    one, two, three = rows_from(data)
    assert (one.case_id, one.was, one.name, one.cells) == (case_id, "0123456789abcdef", "One", {"ticket": "a\nb"})
    assert two.remove and two.is_blank
    assert (three.case_id, three.cells) == (None, {})


@pytest.mark.parametrize("total", ["", "x", "-1"])
def test_a_table_without_its_frame_is_refused(total: str) -> None:
    with pytest.raises(ValidationFailed, match="incomplete"):
        rows_from(posted(cases__TOTAL_FORMS=total))


def test_a_table_that_claims_millions_of_rows_is_refused() -> None:
    with pytest.raises(ValidationFailed, match="9,999,999 rows"):
        rows_from(posted(cases__TOTAL_FORMS="9999999"))


def test_criteria_leave_out_blank_and_removed_rows() -> None:
    data = posted(
        criteria__TOTAL_FORMS="4",
        criteria__0__name="tone",
        criteria__0__description="Polite.",
        criteria__0__weight="2,5",
        criteria__1__name="",
        criteria__1__description="",
        criteria__2__name="gone",
        criteria__2__description="x",
        criteria__2__DELETE="on",
        criteria__3__name="odd",
        criteria__3__description="x",
        criteria__3__weight="heavy",
    )
    assert criteria_from(data) == [
        {"name": "tone", "description": "Polite.", "weight": 2.5},
        {"name": "odd", "description": "x", "weight": "heavy"},
    ]


def test_a_number_may_be_blank_or_no_number() -> None:
    assert number_from(posted(threshold=""), "threshold", 7.0) == 7.0
    assert number_from(posted(threshold="6,5"), "threshold", 7.0) == 6.5
    assert number_from(posted(threshold="high"), "threshold", 7.0) == "high"


@pytest.mark.parametrize("kind", CHECKS)
def test_every_kind_has_a_form_that_gives_its_samples_back(kind: str) -> None:
    for sample in CHECKS[kind].samples:
        shown = CheckForm(kind, check=sample.params)
        data = QueryDict(mutable=True)
        for name, field in shown.fields.items():
            value = shown.get_initial_for_field(field, name)
            if value not in (None, False):
                data[name] = "on" if value is True else str(value)
        form = CheckForm(kind, data)
        assert form.is_valid(), form.errors
        again = CheckForm(kind, data, check=form.cleaned_data["check"])
        assert again.is_valid() and again.cleaned_data["check"] == form.cleaned_data["check"]


def test_texts_are_lines_and_a_list_where_they_hold_lines() -> None:
    form = CheckForm("contains", posted(values="one\r\n\r\ntwo", mode="all"))
    assert form.is_valid() and form.cleaned_data["check"]["values"] == ["one", "two"]
    form = CheckForm("contains", posted(values='["a\\nb", "c"]', mode="all"))
    assert form.is_valid() and form.cleaned_data["check"]["values"] == ["a\nb", "c"]
    shown = CheckForm("contains", check={"values": ["a\nb"], "mode": "any"})
    assert shown["values"].value() == '["a\\nb"]'
    form = CheckForm("contains", posted(values="[not a list", mode="any"))
    assert form.is_valid() and form.cleaned_data["check"]["values"] == ["[not a list"]


@pytest.mark.parametrize(
    ("kind", "field", "typed", "words"),
    [
        ("regex", "pattern", "(?=ahead)", "RE2"),
        ("regex", "pattern", "(", ""),
        ("json-schema", "schema", "{", ""),
        ("json-schema", "schema", '{"type": "nothing"}', ""),
        ("contains", "values", "", "required"),
    ],
)
def test_a_check_that_cannot_be_used_is_refused_at_its_field(kind: str, field: str, typed: str, words: str) -> None:
    form = CheckForm(kind, posted(**{field: typed}))
    assert not form.is_valid()
    assert words in str(form.errors[field])


def test_the_threshold_is_typed_in_per_cent() -> None:
    form = SettingsForm(posted(name="n", threshold="92.5", repeats="1", concurrency="1"))
    assert form.is_valid() and form.cleaned_data["threshold"] == 0.925
    assert not SettingsForm(posted(name="n", threshold="101", repeats="1", concurrency="1")).is_valid()


def test_an_import_is_a_file_or_pasted_text() -> None:
    assert not ImportForm(posted(text="  ")).is_valid()
    pasted = ImportForm(posted(text="ticket\nhello"))
    assert pasted.is_valid() and pasted.content() == ("pasted.csv", b"ticket\nhello")
    lines = ImportForm(posted(text=' {"ticket": "x"}'))
    assert lines.is_valid() and lines.content()[0] == "pasted.jsonl"
    upload = SimpleUploadedFile("cases.csv", b"a,b")
    form = ImportForm(posted(), MultiValueDict({"file": [upload]}))
    assert form.is_valid() and form.content() == ("cases.csv", b"a,b")


def test_a_run_takes_only_what_is_offered() -> None:
    data = {"versions": ["v"], "models": ["demo/demo-small"], "repeats": 1}
    assert RunForm(data, versions=[("v", "v1")], models=["demo/demo-small"]).is_valid()
    assert not RunForm(data, versions=[], models=["demo/demo-small"]).is_valid()
    assert not RunForm(data, versions=[("v", "v1")], models=[]).is_valid()
