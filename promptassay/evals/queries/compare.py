"""Two columns of results over the same cases: of one run, or of two runs of one suite."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from promptassay.evals.models import Run
from promptassay.evals.statistics import PairedRates, compare_rates

# A case with repeats counts as passed when more than half of those with a verdict passed. The content is only
# told apart where two runs are compared: within one it is the same by construction.
_VERDICTS = """
    SELECT k.case_id, v.passed, CASE WHEN %(content)s THEN md5(k.variables::text || k.expected || k.checks::text) END
    FROM (SELECT run_case_id, avg(passed::int) > 0.5 AS passed FROM evals_cell
          WHERE run_id = %(run)s AND version_id = %(version)s AND model_index = %(model)s AND passed IS NOT NULL
          GROUP BY run_case_id) AS v
    JOIN evals_runcase k ON k.id = v.run_case_id
"""


@dataclass(frozen=True)
class Side:
    """One column of one run, with its name for people."""

    run: Run
    version_id: UUID
    version: int
    model_index: int
    model: str
    label: str

    @property
    def key(self) -> str:
        """Names the side in a URL: the run's number, the version's, and the model's index."""
        return f"{self.run.number}.{self.version}.{self.model_index}"


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
    return [*_sides(run, ""), *(side for other in others for side in _sides(other, f"r{other.number} "))]


def _sides(run: Run, prefix: str) -> list[Side]:
    several = len(run.config["models"]) > 1
    sides = []
    for version in run.config["versions"]:
        for index, model in enumerate(run.config["models"]):
            label = f"{prefix}v{version['number']}" + (f" on {model['model']}" if several else "")
            sides.append(Side(run, UUID(version["id"]), version["number"], index, model["model"], label))
    return sides


def earlier_runs(run: Run, limit: int = 5) -> list[Run]:
    """The newest finished runs of the same suite that are older than this one."""
    older = Run.objects.filter(suite_id=run.suite_id, number__lt=run.number, status=Run.Status.FINISHED)
    return list(older.order_by("-number")[:limit])


def compare_sides(before: Side, after: Side) -> Comparison:
    """Pair two sides by case and test the difference (exact McNemar)."""
    two_runs = before.run.pk != after.run.pk
    old, new = _verdicts(before, content=two_runs), _verdicts(after, content=two_runs)
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


def _verdicts(side: Side, *, content: bool) -> dict[UUID, tuple[bool, str | None]]:
    """By the case's id: whether it passed, and, if asked for, a digest of its content."""
    values: dict[str, Any] = {
        "run": side.run.pk,
        "version": side.version_id,
        "model": side.model_index,
        "content": content,
    }
    with connection.cursor() as cursor:
        cursor.execute(_VERDICTS, values | {"content": content})
        return {case_id: (passed, digest) for case_id, passed, digest in cursor.fetchall()}
