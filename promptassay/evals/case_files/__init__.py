"""Cases in and out as CSV and JSONL: reads what spreadsheets write, and says line by line what is wrong."""

from promptassay.evals.case_files.csv_format import read_csv, write_csv
from promptassay.evals.case_files.jsonl_format import read_jsonl, write_jsonl
from promptassay.evals.case_files.rows import MAX_CELL_BYTES, MAX_FILE_BYTES, MAX_ROWS, CaseImport, CaseRow

__all__ = [
    "MAX_CELL_BYTES",
    "MAX_FILE_BYTES",
    "MAX_ROWS",
    "CaseImport",
    "CaseRow",
    "read_csv",
    "read_jsonl",
    "write_csv",
    "write_jsonl",
]
