"""`promptassay trust prove PROOF`: runs one probe of the trust page here and now, and prints what it found."""

import sys

import orjson

from promptassay.core.errors import AppError, NotFound
from promptassay.trust import chain, services
from promptassay.trust.probes import PROBES


def main(proof_id: str, *, as_json: bool = False) -> int:
    """Run it, append its evidence, print it; 0 if it held, else 1. Raises AppError for a proof that is none."""
    try:
        run = services.prove(proof_id)
    except NotFound:
        raise AppError(
            f"There is no proof “{proof_id}”.", next_step=f"Those that run here: {', '.join(PROBES)}."
        ) from None
    if as_json:
        sys.stdout.write(orjson.dumps(chain.entry(run), option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        tried = ", ".join(f"{kind} {number}" for kind, number in run.counts.items())
        sys.stdout.write(
            f"{run.verdict}: {tried}{f'. {run.found}' if run.found else ''}\nEntry {run.sequence}, {run.hash}\n"
        )
    return 0 if run.verdict == "held" else 1
