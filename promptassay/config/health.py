"""Two plain answers for whoever watches the process: is it alive, and can it serve."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from promptassay.core.doors import public_view


@public_view("GET", "HEAD", reason="says only that the process runs")
def alive(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return HttpResponse("alive\n", content_type="text/plain")


@public_view("GET", "HEAD", reason="says only whether the database answers")
def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, 503 when it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")
