"""What is stored about this instance itself: measurements of its parts and what proofs found; nothing of anybody."""

from typing import Final

from promptassay.core.stored import Table, structure, telemetry
from promptassay.trust.status.components import REASONS

_ID: Final = structure("the row's number")
_COMPONENT: Final = structure("which part of this instance")
_READERS: Final = ("trust.status",)

TABLES: Final = (
    Table(
        name="trust_statusround",
        model="StatusRound",
        title="Rounds of measurements",
        purpose="That the parts of this instance were measured in a minute.",
        kept="48 hours",
        readers=_READERS,
        columns={
            "minute": structure("which minute"),
            "finished_at": telemetry("when the last of its measurements was written down"),
            "unused": structure("which parts this instance does not use", {"[]": "the name of a part"}),
            "rehearsed": telemetry("whether the decoy was seen down when it was"),
        },
    ),
    Table(
        name="trust_statussample",
        model="StatusSample",
        title="Measurements",
        purpose="Whether a part of this instance answered, and how fast.",
        kept="48 hours",
        readers=_READERS,
        columns={
            "id": _ID,
            "component": _COMPONENT,
            "minute": structure("which minute"),
            "at": telemetry("when exactly"),
            "verdict": telemetry("whether it answered, slowly or not at all"),
            "value": telemetry("how long it took, or how old the oldest waiting job was"),
            "reason": telemetry("why it failed, a word of ours"),
        },
    ),
    Table(
        name="trust_statusday",
        model="StatusDay",
        title="Days of measurements",
        purpose="The measurements of a day, counted.",
        kept="90 days",
        readers=_READERS,
        columns={
            "id": _ID,
            "component": _COMPONENT,
            "day": structure("which day"),
            "passed": telemetry("how many found an answer"),
            "slow": telemetry("how many found a slow one"),
            "failed": telemetry("how many found none"),
            "p50": telemetry("the middle of them"),
            "p95": telemetry("what 95 of 100 stayed below"),
        },
    ),
    Table(
        name="trust_statusincident",
        model="StatusIncident",
        title="Incidents",
        purpose="From when to when a part of this instance failed.",
        kept="90 days after its end",
        readers=_READERS,
        columns={
            "id": _ID,
            "component": _COMPONENT,
            "opened_at": telemetry("when the first measurement failed"),
            "closed_at": telemetry("when the first succeeded again"),
            "reasons": telemetry("how many measurements failed for which reason", dict(REASONS)),
            "cause": telemetry("what ended it, where that was not a measurement; words of ours"),
        },
    ),
    Table(
        name="trust_evidence",
        model="Evidence",
        title="Evidence",
        purpose="What each proof run of the trust page tried and found, signed and chained. It is public.",
        kept="as long as the instance",
        readers=("trust",),
        columns={
            "sequence": structure("its place in the chain"),
            "claim": structure("which claim it is about"),
            "proof": structure("which proof ran"),
            "kind": structure("where it ran"),
            "words": structure("a hash of the claim's words"),
            "verdict": telemetry("held, failed, or could not be made"),
            "counts": telemetry("how many of each kind were tried", {"*": "a number"}),
            "found": telemetry("what did not hold: names of tables and kinds of attack, no content"),
            "started": telemetry("when it began"),
            "ended": telemetry("when it was over"),
            "build": telemetry("which build it ran in"),
            "schema": telemetry("which schema the database had"),
            "command": structure("what repeats it"),
            "previous": structure("the hash of the entry before"),
            "key": structure("which key signed it"),
            "hash": structure("the hash of this entry"),
            "signature": structure("the signature of that hash"),
        },
    ),
    Table(
        name="trust_checkpoint",
        model="Checkpoint",
        title="Checkpoints of the evidence",
        purpose="Which entry of the evidence stood last when an hour began, signed and chained. It is public.",
        kept="as long as the instance",
        readers=("trust",),
        columns={
            "sequence": structure("the place of the entry in the chain"),
            "entry": structure("the hash of the entry"),
            "at": telemetry("when it was made"),
            "previous": structure("the hash of the checkpoint before"),
            "key": structure("which key signed it"),
            "hash": structure("the hash of this checkpoint"),
            "signature": structure("the signature of that hash"),
        },
    ),
    Table(
        name="trust_canary",
        model="Canary",
        title="Canaries",
        purpose="The two workspaces, of nobody, that the probes attack.",
        kept="as long as the instance",
        readers=("trust",),
        columns={
            "name": structure("a or b"),
            "canary_id": structure("which workspace"),
            "made_at": structure("when it was made"),
        },
    ),
)
