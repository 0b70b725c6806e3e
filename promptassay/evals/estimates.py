"""What a run will take, before it starts: tokens, money and time, from its texts and from the suite's earlier runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from promptassay.core.errors import AppError
from promptassay.evals.models import Case
from promptassay.evals.queries.earlier import earlier_calls
from promptassay.evals.queries.suites import cases_spread
from promptassay.evals.services.plan import Plan
from promptassay.language.fragments import FragmentSource
from promptassay.language.messages import Message
from promptassay.language.tokens import count_messages
from promptassay.prompts.calls import Compiled, compile_content
from promptassay.providers.prices import cost_usd
from promptassay.providers.queries import ModelChoice
from promptassay.providers.wire import Usage

# So many calls are filled in and counted, of at least so many cases; the rest is taken to be like them.
CALLS_COUNTED: Final = 24
_CASES_AT_LEAST: Final = 3


@dataclass(frozen=True)
class Estimate:
    """Tokens of all calls of a run that are not the judge's, their cost in US dollars, and its time in milliseconds.

    `output_tokens` is None without an earlier run of the suite to go by, `time_ms` without one of each model, and
    with a judge. `cost` is of what is known: `unpriced` names models without a price, and `cost_is_whole` says that
    answers and judge are in it.
    """

    input_tokens: int
    output_tokens: int | None
    cost: Decimal
    time_ms: float | None
    unpriced: tuple[str, ...] = ()
    cost_is_whole: bool = True


def estimate(plan: Plan, fragments: FragmentSource | None = None) -> Estimate:
    """The estimate of a run that can start. `fragments` are those that the versions will be resolved with."""
    columns = len(plan.versions) * len(plan.models)
    cases = cases_spread(plan.suite.id, max(_CASES_AT_LEAST, CALLS_COUNTED // columns))
    earlier = earlier_calls(plan.suite.id)
    cells = plan.cases * plan.repeats  # of one version on one model
    tokens_in, tokens_out, cost = 0, 0, Decimal(0)
    times: list[float | None] = []
    unpriced: list[str] = []
    for version in plan.versions:
        filled = _filled(compile_content(version, fragments), cases)
        for model in plan.models:
            mean, answer = _mean_tokens(filled, model), earlier.answer_tokens(model.model)
            price = _price(model, mean, answer)
            if price is None:
                unpriced.append(model.model)
            tokens_in += round(mean * cells)
            tokens_out += round(answer * cells)
            cost += (price or Decimal(0)) * cells
            times.append(earlier.by_model[model.model].total_ms * cells if model.model in earlier.by_model else None)
    known = earlier.any_call is not None
    judged = earlier.judge_cost if plan.judge else Decimal(0)
    cost += (judged or Decimal(0)) * plan.total
    return Estimate(
        input_tokens=tokens_in,
        output_tokens=tokens_out if known else None,
        cost=cost,
        time_ms=None if plan.judge or None in times else sum(each or 0.0 for each in times) / plan.concurrency,
        unpriced=tuple(dict.fromkeys(unpriced)),
        cost_is_whole=(known or _is_free(plan.models)) and judged is not None,
    )


def _filled(version: Compiled, cases: Sequence[Case]) -> list[list[Message]]:
    """The messages of some cases; one that is too long when filled in is left out, the run will say so."""
    found = []
    for case in cases:
        try:
            sent = version.request("", {name: str(value) for name, value in case.variables.items()}).messages
        except AppError:
            continue
        found.append([Message(each.role, each.content) for each in sent])
    return found


def _mean_tokens(filled: Sequence[Sequence[Message]], model: ModelChoice) -> float:
    counts = [count_messages(each, "" if model.is_demo else model.model).tokens for each in filled]
    return sum(counts) / len(counts) if counts else 0.0


def _price(model: ModelChoice, tokens_in: float, tokens_out: float) -> Decimal | None:
    usage = Usage(input_tokens=round(tokens_in), output_tokens=round(tokens_out))
    return cost_usd(model.provider, model.model, usage, base_url=model.base_url)


def _is_free(models: Sequence[ModelChoice]) -> bool:
    return all(each.is_demo for each in models)
