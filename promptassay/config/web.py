"""The web process: collects static files when they changed, then serves until it is told to stop."""

import asyncio
import contextlib
import gc
import hashlib
import io
import logging
import signal
from pathlib import Path
from typing import Any

import django
from django.conf import settings

log = logging.getLogger("promptassay.web")

BACKLOG = 1_024
# The server's own limit is as many connections as its backlog holds (128), and the next one waits until another
# closes, however idle that is. A stream costs a connection and little else.
CONNECTIONS = 16_384


def main() -> None:
    """Serve on the configured address until SIGTERM or SIGINT."""
    django.setup()
    collect_static_files()
    asyncio.run(_serve(settings.ENVIRONMENT.host, settings.ENVIRONMENT.port))


def collect_static_files() -> None:
    """Copy the package's static files, hashed and compressed, to the data directory if they are not there yet."""
    if "Manifest" not in settings.STORAGES["staticfiles"]["BACKEND"]:
        return
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".collected"
    digest = _digest_of(settings.PACKAGE_DIR / "static")
    if stamp.exists() and stamp.read_text() == digest:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0, stdout=io.StringIO())
    stamp.write_text(digest)


def _digest_of(directory: Path) -> str:
    state = hashlib.sha256(django.get_version().encode())
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            found = path.stat()
            state.update(f"{path.relative_to(directory)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return state.hexdigest()


def server_of(application: Any, host: str, port: int) -> Any:
    """The HTTP server around an ASGI application, in this process and on its event loop; `serve()` runs it."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server.embed import Server

    return Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        websockets=False,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        log_enabled=True,
        log_level=LogLevels.error,
    )


async def _serve(host: str, port: int) -> None:
    from promptassay.config.asgi import Application
    from promptassay.config.egress_notes import counted
    from promptassay.config.key_notes import noted
    from promptassay.core import threads
    from promptassay.core.logs import on_loop_error
    from promptassay.providers.process import gateway

    application = Application(threads.configure(settings.ENVIRONMENT.web_threads))
    server = server_of(application, host, port)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(on_loop_error)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    gc.collect()
    gc.freeze()  # what was loaded at start lives for ever; later collections need not look at it
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    async with counted():
        async with noted("web"):
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()  # raises what stopped it
        application.stop_streams()
        server.stop()
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(serving, 10)
        await gateway().close()


if __name__ == "__main__":
    main()
