"""Saving, importing and exporting cases, and the page of one case."""

import csv
import io
import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from promptassay.core.errors import ValidationFailed
from promptassay.evals import queries, services
from promptassay.evals.case_files import CaseImport, CaseRow, read_csv, read_jsonl, write_csv
from promptassay.evals.checks import CHECKS
from promptassay.evals.forms import ImportForm, rows_from
from promptassay.evals.models import Suite
from promptassay.evals.services import CasesConflict, RowsRefused, Saved
from promptassay.evals.views.suite_page import described, suite_page
from promptassay.evals.views.suites import suite_url
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

_HEADER_BYTES = 64 * 1024


@workspace_view(Ability.CONTENT_WRITE, "POST")
def case_save(request: WorkspaceRequest, suite_id: UUID) -> HttpResponse:
    """§1 Cases: the whole table in one post. A refusal gives every row back as it was typed."""
    suite = queries.get_suite(suite_id)
    rows = rows_from(request.POST)
    try:
        saved = services.save_cases(request.actor, suite, rows, queries.columns_of(suite))
    except (CasesConflict, RowsRefused) as problem:
        return suite_page(request, suite, status=problem.status, error=problem, rows=problem.rows)
    messages.success(request, _said(saved))
    page = request.GET.get("page", "")
    query = f"?page={page}" if page.isdecimal() else ""
    return redirect(f"{suite_url(request, suite_id)}{query}#cases")


def _said(saved: Saved) -> str:
    parts = [
        f"{number:,} {word}"
        for number, word in ((saved.added, "added"), (saved.changed, "changed"), (saved.removed, "removed"))
        if number
    ]
    said = f"Cases saved: {', '.join(parts)}." if parts else "There was nothing to save."
    return f"{said} {saved.kept:,} that somebody else changed meanwhile were kept." if saved.kept else said


@workspace_view(Ability.CONTENT_WRITE, "POST")
def case_import(request: WorkspaceRequest, suite_id: UUID) -> HttpResponse:
    """Cases from an uploaded file or pasted text; a file that cannot be read changes nothing."""
    suite = queries.get_suite(suite_id)
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            found = _read(suite, *form.content(), replace=form.cleaned_data["replace"])
            count = services.import_cases(request.actor, suite, found.rows, replace=form.cleaned_data["replace"])
        except ValidationFailed as problem:
            form.add_error("file" if form.cleaned_data.get("file") else "text", str(problem))
        else:
            messages.success(request, f"{count:,} {'case' if count == 1 else 'cases'} came in.")
            for warning in _without_content(found):
                messages.warning(request, warning)
            return redirect(f"{suite_url(request, suite_id)}#cases")
    return suite_page(request, suite, status=422, import_form=form)


def _without_content(found: CaseImport) -> list[str]:
    """The warnings without the names that they quote: messages are kept in a cookie, where content does not go."""
    return [warning.partition(":")[0].rstrip(".") + "." for warning in found.warnings]


def _read(suite: Suite, name: str, data: bytes, *, replace: bool) -> CaseImport:
    columns = queries.columns_of(suite)
    is_lines = name.lower().endswith((".jsonl", ".ndjson"))
    header = _jsonl_names(data) if is_lines else _csv_names(data)
    # A variable with a default, and one that only old cases have, may be left out of a file.
    wanted = [column.name for column in columns if column.required or column.name in header]
    taken = set() if replace else queries.case_names(suite.id)
    return (read_jsonl if is_lines else read_csv)(data, wanted, taken=taken)


def _csv_names(data: bytes) -> set[str]:
    """The words of the first lines under any separator: a guess at the header, which the reader then checks."""
    text = data[:_HEADER_BYTES].decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "ignore")
    lines = [line for line in text.splitlines() if line.strip()][:2]
    names = set()
    for delimiter in (",", ";", "\t"):
        for cells in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter):
            names |= {cell.strip() for cell in cells}
    return names


def _jsonl_names(data: bytes) -> set[str]:
    """The fields of the first object of a JSONL file; none when it is not one, which the reader then says."""
    try:
        first = json.loads(data.lstrip().split(b"\n", 1)[0])
    except (ValueError, RecursionError):
        return set()
    if not isinstance(first, dict):
        return set()
    nested = first.get("variables")
    return set(first) | (set(nested) if isinstance(nested, dict) else set())


@workspace_view(Ability.CONTENT_READ, "GET")
def case_export(request: WorkspaceRequest, suite_id: UUID) -> HttpResponse:
    """The cases as CSV that spreadsheets open safely, and that can be uploaded again."""
    suite = queries.get_suite(suite_id)
    rows = [CaseRow(case.name, case.variables, case.expected) for case in queries.cases_of(suite.id)]
    data = write_csv(rows, [column.name for column in queries.columns_of(suite)])
    return download(data, f"{suite.name} cases.csv")


def download(data: bytes, name: str) -> HttpResponse:
    """A CSV file that the browser saves under a name."""
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    safe = "".join(char if char.isalnum() or char in " -_." else "-" for char in name if char.isascii())
    response.headers["Content-Disposition"] = f'attachment; filename="{safe}"'
    return response


@workspace_view(Ability.CONTENT_READ, "GET")
def case_show(request: WorkspaceRequest, suite_id: UUID, case_id: UUID) -> HttpResponse:
    """One case: its values, and the checks that come on top of the suite's."""
    suite = queries.get_suite(suite_id)
    case = queries.get_case(suite_id, case_id)
    context = {
        "section": "suites",
        "suite": suite,
        "prompt": suite.prompt,
        "case": case,
        "checks": described(case.checks),
        "suite_checks": described(suite.checks),
        "kinds": list(CHECKS.values()),
        "may_write": request.actor.can(Ability.CONTENT_WRITE),
    }
    return render(request, "evals/case_show.html", context)
