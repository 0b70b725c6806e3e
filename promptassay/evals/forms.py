"""The shape of what people type: settings, checks, criteria, case tables, files, and the choice of a run."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from promptassay.core.errors import ValidationFailed
from promptassay.evals.checks import CHECKS, parse_check
from promptassay.evals.checks.base import Parameter
from promptassay.evals.limits import MAX_CASES_PER_SAVE, MAX_CONCURRENCY, MAX_NAME, MAX_REPEATS
from promptassay.evals.rubric import MAX_CRITERIA
from promptassay.evals.table import Row, plain

CASES = "cases"
CRITERIA = "criteria"
_CELL = re.compile(rf"{CASES}-([0-9]{{1,5}})-v-([A-Za-z_][A-Za-z0-9_]*)")


class SuiteForm(forms.Form):
    """A new suite: its name, and its prompt when the page does not say which."""

    name = forms.CharField(
        max_length=MAX_NAME, help_text="What this suite is about, for example “golden” or “edge cases”."
    )
    prompt = forms.UUIDField()


class SettingsForm(forms.Form):
    """§4 Settings. The threshold is in per cent here and a share from 0 to 1 everywhere else."""

    name = forms.CharField(max_length=MAX_NAME)
    threshold = forms.FloatField(
        label="Pass threshold, per cent",
        min_value=0,
        max_value=100,
        help_text="The share of cases that has to pass.",
    )
    repeats = forms.IntegerField(
        min_value=1,
        max_value=MAX_REPEATS,
        help_text="How often each case runs; more than once shows flaky cases.",
    )
    concurrency = forms.IntegerField(
        min_value=1, max_value=MAX_CONCURRENCY, help_text="How many calls go out at the same time."
    )

    def clean_threshold(self) -> float:
        """Per cent to share."""
        return round(float(self.cleaned_data["threshold"]) / 100, 6)


class ImportForm(forms.Form):
    """Cases from a file, or pasted as text."""

    file = forms.FileField(required=False, label="CSV or JSONL file", allow_empty_file=True)
    text = forms.CharField(
        required=False,
        strip=False,
        label="Or paste rows",
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false"}),
        help_text="With a first line that names the columns, as copied from a spreadsheet or a CSV file.",
    )
    replace = forms.BooleanField(required=False, label="Replace the cases that are there")

    def clean(self) -> dict[str, Any]:
        """One of the two is needed."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("file") and not (data.get("text") or "").strip():
            self.add_error("file", "Choose a file, or paste rows below.")
        return data

    def content(self) -> tuple[str, bytes]:
        """The file's name and bytes; for pasted text, its UTF-8. Call it on a valid form."""
        upload = self.cleaned_data.get("file")
        if upload:
            return str(upload.name), upload.read()
        text = self.cleaned_data["text"]
        return "pasted.jsonl" if text.lstrip()[:1] == "{" else "pasted.csv", text.encode()


class CheckForm(forms.Form):
    """One check of a given kind; its fields come from the kind's declared parameters."""

    def __init__(self, kind: str, data: QueryDict | None = None, *, check: Mapping[str, Any] | None = None) -> None:
        self.kind = CHECKS[kind]
        initial = {
            each.name: _as_typed(each, (check or {}).get(each.name, each.default)) for each in self.kind.parameters
        }
        super().__init__(data, initial=initial)
        for parameter in self.kind.parameters:
            self.fields[parameter.name] = _field(parameter)

    def clean(self) -> dict[str, Any]:
        """The check in its JSON form under `check`; a refusal of the kind's parser goes to its parameter."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        raw: dict[str, Any] = {"kind": self.kind.name}
        for parameter in self.kind.parameters:
            value = _as_parameter(parameter, data.get(parameter.name))
            if value is not None:
                raw[parameter.name] = value
        try:
            data["check"] = parse_check(raw).to_dict()
        except ValidationFailed as problem:
            named = [name for name in problem.details if name in self.fields]
            sentence = " ".join(part for part in (problem.message, problem.why, problem.next_step) if part)
            self.add_error(named[0] if named else None, sentence)
        return data


def _field(parameter: Parameter) -> forms.Field:
    """The form field of a declared parameter."""
    label = parameter.name.replace("_", " ").capitalize()
    hint = parameter.help
    if parameter.fillable:
        hint += " {{name}} is filled in from the case; {{expected}} is what the case expects."
    mono = {"class": "mono", "spellcheck": "false"}
    match parameter.type:
        case "flag":
            return forms.BooleanField(label=label, required=False, help_text=hint)
        case "choice":
            options = [(each, each) for each in parameter.choices]
            return forms.ChoiceField(label=label, choices=options, required=False, help_text=hint)
        case "integer":
            return forms.IntegerField(
                label=label, required=parameter.required, min_value=parameter.least, help_text=hint
            )
        case "texts":
            hint += " One on each line."
            rows = 4
        case "schema":
            rows = 14
        case _:
            rows = 2
    widget = forms.Textarea(attrs={"rows": rows, **mono})
    return forms.CharField(label=label, required=parameter.required, strip=False, widget=widget, help_text=hint)


def _as_typed(parameter: Parameter, value: Any) -> Any:
    """A parameter's value as its field shows it."""
    if value is None:
        return None
    if parameter.type == "texts":
        texts = [value] if isinstance(value, str) else list(value)
        return json.dumps(texts, ensure_ascii=False) if any("\n" in each for each in texts) else "\n".join(texts)
    if parameter.type == "schema":
        return _indented(value)
    return value


def _indented(schema: Any) -> str:
    """A stored schema, an object or its text, as people read it."""
    try:
        value = json.loads(schema) if isinstance(schema, str) else schema
    except ValueError:
        return str(schema)
    return json.dumps(value, ensure_ascii=False, indent=2)


def _as_parameter(parameter: Parameter, typed: Any) -> Any:
    """What was typed as the parameter's value, None to leave it at its default."""
    if parameter.type == "flag":
        return bool(typed)
    if typed is None or typed == "":
        return None
    if parameter.type == "texts":
        return _lines(plain(typed))
    return plain(typed) if isinstance(typed, str) else typed


def _lines(text: str) -> list[str]:
    """One text a line; texts that hold line ends are written as a JSON list."""
    if text.lstrip().startswith("["):
        try:
            listed = json.loads(text)
        except ValueError:
            listed = None
        if isinstance(listed, list) and listed and all(isinstance(each, str) for each in listed):
            return listed
    return [line for line in text.split("\n") if line]


def rows_from(post: QueryDict) -> list[Row]:
    """The posted case table as rows, with the cells of whatever columns its page had.

    ValidationFailed when its frame is broken. A plain reader instead of a formset: five thousand Django forms take
    seconds, this takes milliseconds.
    """
    total = _total(post, CASES, MAX_CASES_PER_SAVE + 1)
    cells: dict[int, dict[str, str]] = defaultdict(dict)
    for key in post:
        if found := _CELL.fullmatch(key):
            cells[int(found[1])][found[2]] = plain(str(post[key]))
    rows = []
    for index in range(total):
        start = f"{CASES}-{index}-"
        if f"{start}name" not in post:
            continue
        case_id, _, was = post.get(f"{start}ref", "").partition(":")
        rows.append(
            Row(
                case_id=_uuid(case_id),
                was=was,
                name=plain(post.get(f"{start}name", "")).strip(),
                cells=cells[index],
                expected=plain(post.get(f"{start}expected", "")),
                remove=f"{start}DELETE" in post,
            )
        )
    return rows


def criteria_from(post: QueryDict) -> list[dict[str, Any]]:
    """The posted criteria as typed, without blank and removed rows; a weight that is no number stays text."""
    criteria = []
    for index in range(_total(post, CRITERIA, MAX_CRITERIA * 2)):
        start = f"{CRITERIA}-{index}-"
        name = post.get(f"{start}name", "").strip()
        description = plain(post.get(f"{start}description", "")).strip()
        if f"{start}DELETE" in post or not (name or description):
            continue
        weight = post.get(f"{start}weight", "").strip().replace(",", ".")
        criteria.append({"name": name, "description": description, "weight": _number(weight)})
    return criteria


def number_from(post: QueryDict, name: str, default: float) -> float | str:
    """A posted number, the default when blank, the text itself when it is none."""
    typed = post.get(name, "").strip().replace(",", ".")
    return _number(typed) if typed else default


def _number(text: str) -> float | str:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return text


def _total(post: QueryDict, prefix: str, most: int) -> int:
    try:
        total = int(post.get(f"{prefix}-TOTAL_FORMS", ""))
    except ValueError:
        total = -1
    if total < 0:
        raise ValidationFailed(
            "The form came incomplete, so nothing was saved.", next_step="Reload the page and try again."
        )
    if total > most:
        raise ValidationFailed(
            f"The table has {total:,} rows; {most - 1:,} can be saved at once.",
            next_step="Upload them as a CSV file instead.",
        )
    return total


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class RunForm(forms.Form):
    """Which versions and models to run, and how often."""

    versions = forms.MultipleChoiceField(required=False)
    models = forms.MultipleChoiceField(required=False)
    repeats = forms.IntegerField(min_value=1, max_value=MAX_REPEATS)

    def __init__(self, data: Any, *, versions: list[tuple[str, str]], models: list[str], **rest: Any) -> None:
        super().__init__(data, **rest)
        self.fields["versions"].choices = versions  # type: ignore[attr-defined]
        self.fields["models"].choices = [(each, each) for each in models]  # type: ignore[attr-defined]
