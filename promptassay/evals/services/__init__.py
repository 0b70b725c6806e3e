"""Changing suites and cases, and starting, cancelling and deleting runs."""

from promptassay.evals.services.cases import CasesConflict, RowsRefused, Saved, import_cases, save_cases
from promptassay.evals.services.plan import Plan, bad_choice, plan_run
from promptassay.evals.services.runs import cancel_run, delete_run, start_run
from promptassay.evals.services.suites import (
    archive_suite,
    change_settings,
    create_suite,
    delete_suite,
    restore_suite,
    set_case_checks,
    set_checks,
    set_rubric,
)

__all__ = [
    "CasesConflict",
    "Plan",
    "RowsRefused",
    "Saved",
    "archive_suite",
    "bad_choice",
    "cancel_run",
    "change_settings",
    "create_suite",
    "delete_run",
    "delete_suite",
    "import_cases",
    "plan_run",
    "restore_suite",
    "save_cases",
    "set_case_checks",
    "set_checks",
    "set_rubric",
    "start_run",
]
