"""`promptassay trust lower CLAIM`: an operator lowers a claim with a reason, or lifts that again. Nobody can raise one.

What they say is an entry of the chain like any other, signed and dated, so that it cannot be taken back unseen.
"""

import sys
from dataclasses import replace
from datetime import UTC, datetime

import orjson

from promptassay.core.errors import AppError
from promptassay.trust import chain, claims, services
from promptassay.trust.claims import OPERATOR, Claim, Status
from promptassay.trust.models import Evidence
from promptassay.trust.own_words import public_line
from promptassay.trust.probes import Outcome


def lower(claim_id: str, *, reason: str) -> Evidence:
    """Show the claim as failing from now on, whatever its proofs find. Raises AppError for what cannot be lowered."""
    claim, words = _claim(claim_id), _line(reason)
    if claim.status == Status.NOT_OFFERED:
        raise AppError(f"“{claim.title}” is not offered.", why="Nothing is promised that could be lowered.")
    return _say(claim, "lowered", words, f"promptassay trust lower {claim.id}")


def lift(claim_id: str, *, reason: str = "") -> Evidence:
    """Leave the claim to its proofs again. Raises AppError where it was not lowered."""
    claim = _claim(claim_id)
    if claim.id not in chain.lowered():
        raise AppError(f"“{claim.title}” is not lowered.", next_step="`promptassay trust lower CLAIM --reason …`")
    return _say(claim, "held", _line(reason) if reason else "", f"promptassay trust lower {claim.id} --lift")


def _say(claim: Claim, verdict: str, words: str, command: str) -> Evidence:
    outcome = Outcome(verdict, {}, words)  # type: ignore[arg-type]
    return services.append(claim, replace(OPERATOR, command=command), outcome, started=datetime.now(UTC))


def _claim(claim_id: str) -> Claim:
    if found := claims.claim(claim_id):
        return found
    names = ", ".join(each.id for each in claims.CLAIMS)
    raise AppError(f"There is no claim “{claim_id}”.", next_step=f"Those of this build: {names}.")


def _line(reason: str) -> str:
    return public_line(reason, next_step="Add --reason “…”.")


def main(claim_id: str, *, reason: str, lifted: bool, as_json: bool = False) -> int:
    """Lower or lift, and print the entry; returns 0. Raises AppError."""
    run = lift(claim_id, reason=reason) if lifted else lower(claim_id, reason=reason)
    if as_json:
        sys.stdout.write(orjson.dumps(chain.entry(run), option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        sys.stdout.write(f"{'lifted' if lifted else 'lowered'}: {claim_id}\nEntry {run.sequence}, {run.hash}\n")
    return 0
