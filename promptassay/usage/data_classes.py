"""What is stored of calls of models and of where requests went: counts, and no text."""

from typing import Final

from promptassay.core.stored import ROW, Table, structure, telemetry

TABLES: Final = (
    Table(
        name="usage_modelcall",
        model="ModelCall",
        title="Ledger of calls",
        purpose="One line for each call of a model: figures and names, nothing that went in or came out.",
        kept="as long as the workspace",
        readers=(
            "usage",
            "providers.queries",
            "providers.services.counting",
            "providers.courses",
            "evals.engine.cells",
            "evals.queries",
        ),
        columns={
            **ROW,
            "at": telemetry("when"),
            "user_id": structure("who"),
            "purpose": structure("what for: playground, run, judge, test"),
            "subject_id": structure("which prompt or run"),
            "provider": telemetry("which provider"),
            "model": telemetry("which model"),
            "key_id": structure("on which key"),
            "use_id": structure("under which entry of the ledger of key uses"),
            "input_tokens": telemetry("tokens that went in"),
            "output_tokens": telemetry("tokens that came out"),
            "cost_usd": telemetry("what that cost"),
            "first_token_ms": telemetry("time to the first piece of the answer"),
            "total_ms": telemetry("time to its end"),
            "attempts": telemetry("how often it was tried"),
            "status": telemetry("how it ended: ok, or the kind of failure"),
        },
    ),
    Table(
        name="usage_egress",
        model="Egress",
        title="Egress ledger",
        purpose="How many requests left this instance for which host, day by day, counted where they leave. It belongs "
        "to no workspace.",
        kept="400 days",
        readers=("usage",),
        columns={
            "id": structure("the row's number"),
            "day": telemetry("which day"),
            "kind": telemetry("which provider's wire format"),
            "origin": telemetry("which host; left out where a workspace named the server itself"),
            "requests": telemetry("how many"),
        },
    ),
)
