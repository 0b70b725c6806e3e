"""Reading suites, cases, runs and their results; every result is of the current workspace."""

from promptassay.evals.queries.columns import columns_of, rows_of
from promptassay.evals.queries.runs import (
    RunLine,
    get_run,
    list_runs,
    live_run_count,
    run_cases,
    run_count,
    versions_by_id,
)
from promptassay.evals.queries.suites import (
    SuiteLine,
    case_count,
    case_names,
    cases_of,
    get_case,
    get_suite,
    list_suites,
    missing_values,
    prompt_of,
    prompts_to_test,
    suite_count,
    suite_named,
    variable_names,
    versions_of,
)

__all__ = [
    "RunLine",
    "SuiteLine",
    "case_count",
    "case_names",
    "cases_of",
    "columns_of",
    "get_case",
    "get_run",
    "get_suite",
    "list_runs",
    "list_suites",
    "live_run_count",
    "missing_values",
    "prompt_of",
    "prompts_to_test",
    "rows_of",
    "run_cases",
    "run_count",
    "suite_count",
    "suite_named",
    "variable_names",
    "versions_by_id",
    "versions_of",
]
