"""What the calls of a suite's earlier runs were like: the best guess at those of the next."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Avg, Count, Sum

from promptassay.evals.models import Cell, Run
from promptassay.usage.models import ModelCall

_RUNS_READ: Final = 3


@dataclass(frozen=True)
class Mean:
    """The mean call: tokens of its answer, and its time in milliseconds."""

    output_tokens: float
    total_ms: float


@dataclass(frozen=True)
class Earlier:
    """The mean call of each model by its name, and of all together; `judge_cost` is of one verdict, None unknown."""

    by_model: dict[str, Mean]
    any_call: Mean | None
    judge_cost: Decimal | None

    def answer_tokens(self, model: str) -> float:
        """Tokens of an answer of the model, or else of the others to the same questions; 0 when nothing is known."""
        mean = self.by_model.get(model, self.any_call)
        return mean.output_tokens if mean else 0.0


def earlier_calls(suite_id: UUID) -> Earlier:
    """The means over the suite's last three runs that are over. Three statements at most."""
    runs = list(Run.objects.filter(suite_id=suite_id, finished_at__isnull=False).order_by("-number")[:_RUNS_READ])
    if not runs:
        return Earlier({}, None, None)
    models = {run.id: [each["model"] for each in run.config["models"]] for run in runs}
    rows = (
        Cell.objects.filter(run__in=runs, output_tokens__isnull=False)
        .values("run_id", "model_index")
        .annotate(calls=Count("id"), answer=Avg("output_tokens"), time=Avg("total_ms"))
    )
    sums: dict[str, list[float]] = {}
    for row in rows:
        total = sums.setdefault(models[row["run_id"]][row["model_index"]], [0.0, 0.0, 0.0])
        for at, value in enumerate((1.0, row["answer"], row["time"] or 0.0)):
            total[at] += float(value) * row["calls"]
    every = [sum(each[at] for each in sums.values()) for at in range(3)]
    return Earlier(
        {name: Mean(answer / calls, time / calls) for name, (calls, answer, time) in sums.items()},
        Mean(every[1] / every[0], every[2] / every[0]) if every[0] else None,
        _judge_cost([run.id for run in runs]),
    )


def _judge_cost(run_ids: list[UUID]) -> Decimal | None:
    calls = ModelCall.objects.filter(subject_id__in=run_ids, purpose="judge", cost_usd__isnull=False)
    found = calls.aggregate(number=Count("id"), cost=Sum("cost_usd"))
    return Decimal(found["cost"]) / found["number"] if found["number"] else None
