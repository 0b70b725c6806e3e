"""The queue's clock for the measurements: a round every minute, never two at once, none made up afterwards."""

from procrastinate.contrib.django import app

from promptassay.trust.status.rounds import run_round


@app.periodic(cron="* * * * *")
@app.task(name="status.measure", queue="status", priority=100, lock="status", queueing_lock="status")
async def measure(timestamp: int) -> None:
    """Measure now. A job that comes late measures its own minute: `timestamp`, the queue's, is not caught up with."""
    await run_round()
