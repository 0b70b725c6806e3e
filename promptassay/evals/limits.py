"""The sizes of suites and runs, in one place for services, forms and pages."""

from typing import Final

MAX_CELLS: Final = 20_000  # of one run
MAX_CASES: Final = 20_000  # of one suite
MAX_CASES_PER_SAVE: Final = 5_000  # rows of the case table in one post
MAX_CHECKS: Final = 20  # of a suite, and of a case
MAX_REPEATS: Final = 20
MAX_CONCURRENCY: Final = 200
MAX_NAME: Final = 120  # characters of a suite's name
MAX_CASE_NAME: Final = 200  # characters of a case's name
MAX_VALUE: Final = 1_000_000  # characters of one value, and of what is expected
