"""Keeps the session list's “last seen” fresh, without writing to the database at every request."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponseBase

from promptassay.core.doors import door_of

NOTED_SECONDS = 60.0
REMEMBERED = 10_000


class SessionActivityMiddleware:
    """Notes a session when its browser or address changes, else once a minute in each process."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.noted: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Before the view. Pages for everybody do not ask who reads them: some answer while the database is away."""
        door = door_of(view)
        if door is not None and door.kind == "public":
            return
        if request.session.session_key and request.user.is_authenticated and self._is_due(request):
            UserSession.objects.create_from_request(request)

    def _is_due(self, request: HttpRequest) -> bool:
        seen = (
            str(request.session.session_key),
            str(request.META.get("REMOTE_ADDR", "")),
            request.headers.get("User-Agent", ""),
        )
        now = time.monotonic()
        if now - self.noted.get(seen, -NOTED_SECONDS) < NOTED_SECONDS:
            return False
        self.noted[seen] = now
        self.noted.move_to_end(seen)
        while len(self.noted) > REMEMBERED:
            self.noted.popitem(last=False)
        return True
