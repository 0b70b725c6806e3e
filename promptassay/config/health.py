"""Two plain answers for whoever watches the process: is it alive, and can it serve."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.http import HttpRequest, HttpResponse

from promptassay.core.doors import public_view

# How long anybody waits for a database that neither answers nor refuses, in seconds.
PATIENCE_S: Final = 2.0
# The one thread that may hang when the database does.
_asker = ThreadPoolExecutor(1, thread_name_prefix="ready")
_asked: "Future[None] | None" = None


@public_view("GET", "HEAD", reason="says only that the process runs")
def alive(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return HttpResponse("alive\n", content_type="text/plain")


@public_view("GET", "HEAD", reason="says only whether the database answers")
def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers in time, 503 when it does not: at once while an earlier question still hangs."""
    global _asked
    try:
        if _asked is not None and not _asked.done():
            _asked.result(PATIENCE_S / 20)
        _asked = _asker.submit(_ask)
        _asked.result(PATIENCE_S)
    except (DatabaseError, InterfaceError, TimeoutError):
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")


def _ask() -> None:
    close_old_connections()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        connection.close()
        raise
