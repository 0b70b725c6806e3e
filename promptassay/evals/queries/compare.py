"""Two columns of results over the same cases: of one run, or of two runs of one suite."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from promptassay.evals.models import Run
from promptassay.evals.queries.results import RunColumn, columns
from promptassay.evals.statistics import PairedRates, compare_rates

# A case with repeats counts as passed when more than half of those with a verdict passed.
_VERDICTS = """
    SELECT k.case_id, avg(c.passed::int) > 0.5, md5(k.variables::text || k.expected || k.checks::text)
    FROM evals_cell c JOIN evals_runcase k ON k.id = c.run_case_id
    WHERE c.run_id = %s AND c.version_id = %s AND c.model_index = %s AND c.passed IS NOT NULL
    GROUP BY k.case_id, k.position, k.variables, k.expected, k.checks ORDER BY k.position
"""


@dataclass(frozen=True)
class Side:
    """One column of one run, with its name for people."""

    run: Run
    column: RunColumn
    label: str

    @property
    def key(self) -> str:
        """Names the side in a URL: the run's number and the column's key."""
        return f"{self.run.number}.{self.column.key}"


@dataclass(frozen=True)
class Comparison:
    """`after` against `before`, paired by case. `changes` has one word for each paired case, changed ones first.

    `edited` counts paired cases whose content differs between the two runs, `alone` those with a verdict on one
    side only.
    """

    before: Side
    after: Side
    paired: PairedRates
    before_rate: float
    after_rate: float
    changes: list[str]
    edited: int
    alone: int

    @property
    def tone(self) -> str:
        """The tone of the verdict: good, bad or none."""
        return {"better": "good", "worse": "bad"}.get(self.paired.conclusion, "")


def sides_of(run: Run, others: list[Run]) -> list[Side]:
    """Everything a column of this run can be held against: its own columns, then those of other runs."""
    several = len(run.config["models"]) > 1
    own = [Side(run, each, _label(each, several)) for each in columns(run)]
    rest = []
    for other in others:
        many = len(other.config["models"]) > 1
        rest += [Side(other, each, f"r{other.number} {_label(each, many)}") for each in columns(other)]
    return own + rest


def _label(column: RunColumn, with_model: bool) -> str:
    return f"v{column.version} on {column.model}" if with_model else f"v{column.version}"


def earlier_runs(run: Run, limit: int = 5) -> list[Run]:
    """The newest finished runs of the same suite that are older than this one."""
    older = Run.objects.filter(suite_id=run.suite_id, number__lt=run.number, status=Run.Status.FINISHED)
    return list(older.order_by("-number")[:limit])


def compare_sides(before: Side, after: Side) -> Comparison:
    """Pair two sides by case and test the difference (exact McNemar)."""
    old, new = _verdicts(before), _verdicts(after)
    both = [case for case in new if case in old]
    was, now = [old[case][0] for case in both], [new[case][0] for case in both]
    words = ["up" if b and not a else "down" if a and not b else "same" for a, b in zip(was, now, strict=True)]
    order = {"down": 0, "up": 1, "same": 2}
    return Comparison(
        before=before,
        after=after,
        paired=compare_rates(was, now),
        before_rate=sum(was) / len(was) if was else 0.0,
        after_rate=sum(now) / len(now) if now else 0.0,
        changes=sorted(words, key=order.__getitem__),
        edited=sum(old[case][1] != new[case][1] for case in both),
        alone=len(old.keys() ^ new.keys()),
    )


def _verdicts(side: Side) -> dict[UUID, tuple[bool, str]]:
    """By the case's id: whether it passed, and what its content was."""
    with connection.cursor() as cursor:
        cursor.execute(_VERDICTS, [side.run.id, side.column.version_id, side.column.model_index])
        return {case_id: (passed, content) for case_id, passed, content in cursor.fetchall()}
