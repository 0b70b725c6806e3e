"""Reading what the workspace's model calls came to."""

from typing import Any, Final

from promptassay.api.operation import Call, Operation, Parameter, Result
from promptassay.api.schemas import Schema, choice, field, many, number, record, ref, text
from promptassay.usage import queries
from promptassay.workspaces.permissions import Ability, Scope

GROUP: Final = "Usage"
DAYS: Final = 30
COMPONENTS: Final[dict[str, Schema]] = {
    "Usage": record(
        "Calls, tokens and cost by day and model: counts, no text of any call is kept.",
        days=number("Of how many days, today included.", DAYS, minimum=1),
        whose=choice("`all`, or `own` where the person's role shows their own calls only.", ["all", "own"], "all"),
        rows=many(
            record(
                "One day and model.",
                date=text("The day, in UTC.", "2026-11-24", format="date"),
                model=text("The model.", "gpt-5-mini"),
                calls=number("Calls.", 96),
                input_tokens=number("Tokens sent.", 20_400),
                output_tokens=number("Tokens received.", 310),
                cost_usd=field("number", "In US dollars.", 0.0042, minimum=0),
            ),
            "Newest day first; days without calls are missing.",
        ),
    )
}


def _show(call: Call) -> Result:
    days = call.query.get("days", DAYS)
    everybody = call.actor.can(Ability.AUDIT_READ)
    rows: list[dict[str, Any]] = [
        {
            "date": each.date.isoformat(),
            "model": each.model,
            "calls": each.calls,
            "input_tokens": each.input_tokens,
            "output_tokens": each.output_tokens,
            "cost_usd": float(each.cost_usd),
        }
        for each in queries.totals_by_day(days=days, user_id=None if everybody else call.actor.user_id)
    ]
    return Result({"days": days, "whose": "all" if everybody else "own", "rows": rows})


OPERATIONS: Final = (
    Operation(
        "GET",
        "/usage",
        "getUsage",
        GROUP,
        "Calls, tokens and cost by day and model.",
        Scope.EVALS_READ,
        Ability.CONTENT_READ,
        ref("Usage"),
        _show,
        query=(Parameter("days", number("Of how many days.", DAYS, minimum=1, maximum=366)),),
    ),
)
