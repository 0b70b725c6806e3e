"""How every view says who may come in; the walk over all URLs in the tests reads these marks.

`workspaces.access` adds the door that needs an ability in a workspace.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from promptassay.core.errors import AppError
from promptassay.core.tenancy import with_person

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Door:
    """What guards a view. `ability` is the value from the permission table, for workspace doors.

    A door of kind `key` asks for an API key, and behind it each operation of the API for its own scope and ability.
    """

    kind: Literal["public", "account", "workspace", "key"]
    methods: tuple[str, ...]
    ability: str = ""
    reason: str = ""


class SignedOut(AppError):
    """The session ended; a program or a script in the page hears it as 401."""

    status = 401
    code = "UNAUTHORIZED"


def door_of(view: Any) -> Door | None:
    """The door of a view, or None when it declares none."""
    return getattr(view, "door", None)


def mark(view: View, door: Door) -> View:
    """Attach the door to a view."""
    view.door = door  # type: ignore[attr-defined]
    return view


def public_view(*methods: str, reason: str) -> Callable[[View], View]:
    """Anybody may call this view; `reason` says why that is right."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            return view(request, *args, **kwargs)

        return mark(wrapped, Door("public", methods, reason=reason))

    return decorate


def account_view(*methods: str) -> Callable[[View], View]:
    """A signed-in person, about themselves; runs in their own context and sees no workspace's content."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if not request.user.is_authenticated:
                return sign_in_first(request)
            with with_person(request.user.pk):
                return view(request, *args, **kwargs)

        return mark(wrapped, Door("account", methods))

    return decorate


def sign_in_first(request: HttpRequest) -> HttpResponseBase:
    """Send a person to the sign-in page; answer a script in a page with 401, so that it loses nothing."""
    if wants_page(request):
        return redirect_to_login(request.get_full_path())
    raise SignedOut(
        "You are signed out.",
        why="The session ended or was revoked.",
        next_step="Sign in in another tab, then try again: nothing on this page is lost.",
    )


def wants_page(request: HttpRequest) -> bool:
    """Whether the caller is a browser navigating, rather than htmx, a script, or a program that calls the API."""
    if request.path.startswith("/api/"):
        return False
    if request.headers.get("HX-Request") == "true" or request.headers.get("X-Requested-With") == "fetch":
        return False
    return "text/html" in request.headers.get("Accept", "text/html")
