"""The doors through which the queue comes: rounds of proofs here, and those that parts of the app declare."""

from procrastinate.contrib.django import app

from promptassay.core.threads import in_thread
from promptassay.trust import services
from promptassay.trust.status.jobs import measure

__all__ = ["measure", "prove_round"]


@app.periodic(cron="*/5 * * * *")
@app.task(name="trust.prove_round", queue="upkeep", queueing_lock="trust.prove_round")
async def prove_round(timestamp: int) -> None:
    """Run every probe once. `timestamp` is the queue's."""
    await in_thread(services.prove_all)
