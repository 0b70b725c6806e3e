"""The columns of a suite's case table: the prompt's variables, then what only cases have."""

from promptassay.core.errors import ValidationFailed
from promptassay.evals.models import Case, Suite
from promptassay.evals.queries.suites import variable_names
from promptassay.evals.table import Column, Row, row_of
from promptassay.fragments.queries import source
from promptassay.language.errors import LanguageError
from promptassay.language.messages import as_messages
from promptassay.language.variables import find_variables
from promptassay.prompts.queries import latest_version


def columns_of(suite: Suite) -> list[Column]:
    """The newest version's variables in their order, then other names that cases have values for."""
    version = latest_version(suite.prompt)
    columns = []
    if version is not None:
        try:
            messages = as_messages(version.messages)
            found = find_variables(messages, source(each.content for each in messages))
        except LanguageError as problem:
            raise ValidationFailed(problem.message, why=problem.why, next_step=problem.next_step) from None
        columns = [Column(each.name, each.default) for each in found]
    known = {column.name for column in columns}
    extra = [name for name in variable_names(suite.id) if name not in known]
    return columns + [Column(name, used=False) for name in extra]


def rows_of(cases: list[Case], columns: list[Column]) -> list[Row]:
    """Cases as rows of the table."""
    return [row_of(each.id, each.name, each.variables, each.expected, columns, len(each.checks)) for each in cases]
