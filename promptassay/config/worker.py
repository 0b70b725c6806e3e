"""The worker process: runs jobs from the queue until it is told to stop, and takes over those of dead workers."""

import asyncio
import gc
import logging
import os
import signal

import django
from django.conf import settings

log = logging.getLogger("promptassay.worker")

HEARTBEAT_SECONDS = 3.0
STALLED_AFTER_SECONDS = 12.0
GRACE_SECONDS = 10.0
CONNECT_SECONDS = 3


def main() -> None:
    """Work until SIGTERM or SIGINT."""
    django.setup()
    asyncio.run(_work())


async def _work() -> None:
    from procrastinate.contrib.django import app as django_app

    from promptassay.config.egress_notes import counted
    from promptassay.config.key_notes import noted
    from promptassay.core import jobs, threads
    from promptassay.core.logs import on_loop_error
    from promptassay.providers.process import gateway

    threads.configure(4)
    stopping = jobs.stopping()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(on_loop_error)

    def stop() -> None:
        stopping.set()
        # Whatever still hangs by then, such as a database that went away for good, is not waited for: the cells of
        # runs are leased, and their leases run out.
        loop.call_later(GRACE_SECONDS, os._exit, 1)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    gc.collect()
    gc.freeze()
    async with counted():
        async with noted("worker"):
            await _keep_working(django_app, stopping)
        await gateway().close()


async def _keep_working(django_app: "django_app.App", stopping: asyncio.Event) -> None:  # type: ignore[name-defined] # noqa: F821
    """Run jobs until the stop; connect again whenever the database was away."""
    from procrastinate import PsycopgConnector

    from promptassay.trust.status import rounds

    url = settings.DIRECT_DATABASE_URL
    measuring = asyncio.create_task(rounds.watch(stopping))
    while not stopping.is_set():
        connector = PsycopgConnector(
            conninfo=url,
            min_size=1,
            max_size=4,
            timeout=CONNECT_SECONDS,
            reconnect_timeout=CONNECT_SECONDS,
            kwargs={"prepare_threshold": None, "connect_timeout": CONNECT_SECONDS},
        )
        try:
            async with django_app.with_connector(connector).open_async() as app:
                await _run(app, stopping)
        except Exception as error:  # noqa: BLE001 - the database went away: keep trying until it is back
            log.warning("the worker lost the queue (%s), connecting again", type(error).__name__)
            await asyncio.sleep(1)
    measuring.cancel()
    await asyncio.gather(measuring, return_exceptions=True)


async def _run(app: "django_app.App", stopping: asyncio.Event) -> None:  # type: ignore[name-defined] # noqa: F821
    worker = asyncio.create_task(
        app.run_worker_async(
            concurrency=settings.ENVIRONMENT.worker_concurrency,
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_AFTER_SECONDS,
            shutdown_graceful_timeout=GRACE_SECONDS / 2,
            delete_jobs="successful",
        )
    )
    rescuer = asyncio.create_task(_rescue(app))
    stop = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({worker, rescuer, stop}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        rescuer.cancel()
        worker.cancel()  # procrastinate then lets running jobs end; ours return soon after `stopping` is set
        stop.cancel()
        results = await asyncio.gather(worker, rescuer, stop, return_exceptions=True)
    for result in results[:2]:
        if isinstance(result, Exception):
            raise result


async def _rescue(app: "django_app.App") -> None:  # type: ignore[name-defined] # noqa: F821
    """Put jobs of workers without a heartbeat back into the queue."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
            log.warning("job %s (%s) lost its worker, starting it again", job.id, job.task_name)
            await app.job_manager.retry_job(job)
        await asyncio.sleep(HEARTBEAT_SECONDS)


if __name__ == "__main__":
    main()
