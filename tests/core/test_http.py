"""Every failure has an answer for a person, for htmx and for a script; none of them says more than it should."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import InterfaceError, OperationalError, connection, connections
from django.test import RequestFactory
from psycopg import errors as pg
from pytest_django import DjangoDbBlocker

from promptassay.core import http
from promptassay.core.errors import Conflict, NotFound, QuotaExceeded
from promptassay.providers import queries
from promptassay.workspaces.permissions import Role
from tests.people import Person, ProductClient

PAGE: dict[str, Any] = {"HTTP_ACCEPT": "text/html,application/xhtml+xml"}
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true", "HTTP_ACCEPT": "*/*"}
SCRIPT: dict[str, Any] = {"HTTP_X_REQUESTED_WITH": "fetch"}
PROGRAM: dict[str, Any] = {"HTTP_ACCEPT": "application/json"}


def _raising(error: BaseException) -> Callable[..., Any]:
    def view_part(*args: Any, **kwargs: Any) -> Any:
        raise error

    return view_part


@pytest.fixture
def failing(alice: Person, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Call the list of keys while something below the view raises the given error."""
    alice.client.raise_request_exception = False

    def call(error: BaseException, **headers: Any) -> Any:
        monkeypatch.setattr(queries, "list_keys", _raising(error))
        return alice.get(alice.url("providers:key-list"), **headers)

    return call


# --- Expected errors ------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestAnExpectedError:
    """An AppError raised anywhere below a view."""

    error = Conflict("It is taken.", why="Somebody was faster.", next_step="Reload.", details={"name": "taken"})

    def test_as_a_page(self, failing: Callable[..., Any]) -> None:
        response = failing(self.error, **PAGE)
        page = response.content.decode()
        assert response.status_code == 409
        assert response.headers["Content-Type"].startswith("text/html")
        assert page.startswith("<!doctype html>")
        for text in ("It is taken.", "Somebody was faster.", "Reload.", "§ 409"):
            assert text in page

    def test_as_a_fragment(self, failing: Callable[..., Any]) -> None:
        response = failing(self.error, **HTMX)
        assert response.status_code == 409
        assert (response.headers["HX-Retarget"], response.headers["HX-Reswap"]) == ("#flash", "innerHTML")
        assert "It is taken." in response.content.decode()
        assert "<html" not in response.content.decode()

    @pytest.mark.parametrize("headers", [SCRIPT, PROGRAM], ids=["script", "program"])
    def test_as_json(self, failing: Callable[..., Any], headers: dict[str, Any]) -> None:
        response = failing(self.error, **headers)
        assert response.status_code == 409
        assert response.json() == {
            "error": {
                "code": "CONFLICT",
                "message": "It is taken.",
                "details": {"why": "Somebody was faster.", "next_step": "Reload.", "name": "taken"},
            }
        }

    def test_its_text_is_escaped(self, failing: Callable[..., Any]) -> None:
        hostile = Conflict("<script>alert(1)</script>")
        for headers in (PAGE, HTMX):
            assert "<script>alert" not in failing(hostile, **headers).content.decode()

    def test_its_writes_are_undone(self, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        from promptassay.workspaces import services

        real = services.rename_workspace

        def renames_then_fails(*args: Any, **kwargs: Any) -> Any:
            real(*args, **kwargs)
            raise QuotaExceeded("The budget is used up.")

        monkeypatch.setattr(services, "rename_workspace", renames_then_fails)
        response = alice.post(alice.url("workspaces:workspace-rename"), {"name": "half done"}, **SCRIPT)
        assert (response.status_code, response.json()["error"]["code"]) == (402, "QUOTA_EXCEEDED")
        page = alice.get(alice.url("workspaces:settings-show")).content.decode()
        assert "half done" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [PAGE, HTMX, SCRIPT], ids=["page", "htmx", "script"])
def test_an_error_inside_a_workspace_does_not_need_its_rows(
    alice: Person, bob: Person, headers: dict[str, Any]
) -> None:
    """The transaction is over when the error is shown: the rail's numbers would have no context to be read in."""
    member = bob.join(alice, Role.MEMBER)
    for person, path, status in (
        (alice, alice.url("providers:key-show", uuid4()), 404),
        (member, member.url("providers:key-create"), 403),
    ):
        response = person.get(path, **headers)
        assert response.status_code == status
        assert str(alice.workspace.id) not in response.content.decode()


@pytest.mark.django_db
def test_a_path_that_does_not_exist_looks_like_a_thing_that_does_not(alice: Person) -> None:
    alice.client.raise_request_exception = False
    unknown_path = alice.get("/no/such/path/", **PAGE)
    unknown_workspace = alice.get(alice.url("providers:key-list", workspace_id=uuid4()), **PAGE)
    assert unknown_path.status_code == unknown_workspace.status_code == 404
    shown = [page.content.decode().split("<main")[1] for page in (unknown_path, unknown_workspace)]
    assert shown[0] == shown[1]
    assert alice.get("/no/such/path/", **PROGRAM).json()["error"]["code"] == "NOT_FOUND"


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [PAGE, HTMX, SCRIPT], ids=["page", "htmx", "script"])
def test_a_form_without_a_valid_token_changes_nothing(alice: Person, headers: dict[str, Any]) -> None:
    browser = ProductClient(enforce_csrf_checks=True)
    browser.force_login(alice.user, backend="promptassay.accounts.backends.AuthenticationBackend")
    response = browser.post(alice.url("workspaces:workspace-rename"), {"name": "stolen"}, **headers)
    assert response.status_code == 403
    assert "This form has expired, so nothing was changed." in response.content.decode()
    assert "stolen" not in alice.get(alice.url("workspaces:settings-show")).content.decode()


# --- Defects ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [PAGE, HTMX, SCRIPT], ids=["page", "htmx", "script"])
def test_a_defect_is_told_without_its_details(
    failing: Callable[..., Any], headers: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    response = failing(RuntimeError("a thing that must stay here"), HTTP_X_REQUEST_ID="request-from-proxy", **headers)
    body = response.content.decode()
    assert response.status_code == 500
    assert "Something went wrong on our side." in body
    assert "request-from-proxy" in body
    assert "must stay" not in body
    assert "RuntimeError" not in body
    assert "a thing that must stay here" in caplog.text
    assert "request request-from-proxy failed: RuntimeError" in caplog.text


# --- The database is away -----------------------------------------------------------------------------------------


def _database_error(kind: type[BaseException], cause: BaseException | None) -> BaseException:
    error = kind("the server said something with content in it")
    error.__cause__ = cause
    return error


AWAY = {
    "disk full": (OperationalError, pg.DiskFull(), "disk is full"),
    "statement timed out": (OperationalError, pg.QueryCanceled(), "took too long"),
    "lock timed out": (OperationalError, pg.LockNotAvailable(), "took too long"),
    "deadlock": (OperationalError, pg.DeadlockDetected(), "took too long"),
    "too many connections": (OperationalError, pg.TooManyConnections(), "does not answer"),
    "shutting down": (OperationalError, pg.AdminShutdown(), "does not answer"),
    "connection lost": (InterfaceError, None, "does not answer"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "cause", "said"), AWAY.values(), ids=AWAY.keys())
@pytest.mark.parametrize("headers", [PAGE, HTMX, SCRIPT], ids=["page", "htmx", "script"])
def test_a_database_that_is_away_is_said_to_be(
    failing: Callable[..., Any],
    kind: type[BaseException],
    cause: BaseException | None,
    said: str,
    headers: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    response = failing(_database_error(kind, cause), **headers)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert said in response.content.decode()
    assert "content in it" not in response.content.decode() + caplog.text
    assert "database unavailable" in caplog.text
    assert headers is not HTMX or response.headers["HX-Retarget"] == "#flash"


@pytest.mark.django_db
def test_a_statement_that_really_takes_too_long(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 20")
            cursor.execute("SELECT pg_sleep(10)")
        return []

    monkeypatch.setattr(queries, "list_keys", slow)
    response = alice.get(alice.url("providers:key-list"), **PAGE)
    assert response.status_code == 503
    assert "The database took too long to answer." in response.content.decode()
    assert alice.get(alice.url("workspaces:settings-show")).status_code == 200


@pytest.mark.usefixtures("committed")
def test_a_refused_connection_gives_the_page_and_needs_no_restart(
    alice: Person, django_db_blocker: DjangoDbBlocker
) -> None:
    """A thread of the server loses its database, answers so, and goes on when it is back."""
    seen: list[Any] = []

    def serve() -> None:
        mine = connections["default"]
        right = mine.settings_dict
        try:
            mine.settings_dict = {**right, "HOST": "127.0.0.1", "PORT": "9"}
            paths = ("/", alice.url("providers:key-list"))
            seen.extend(alice.client.get(path, **PAGE) for path in paths)
            seen.append(alice.client.get(alice.url("providers:key-list"), **SCRIPT))
            mine.settings_dict = right
            mine.close()
            seen.append(alice.client.get(alice.url("providers:key-list"), **PAGE))
        finally:
            mine.close()

    alice.client.raise_request_exception = False
    thread = threading.Thread(target=serve)
    thread.start()
    thread.join(30)
    home, keys, script, back = seen
    for page in (home, keys):
        assert page.status_code == 503
        assert "The database does not answer at the moment." in page.content.decode()
        assert "what you typed stays on your page" in page.content.decode()
    assert (script.status_code, back.status_code) == (503, 200)
    assert script.json()["error"]["message"] == "The database does not answer at the moment."


# --- Ids and headers ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_request_has_an_id_and_private_pages_stay_out_of_caches(alice: Person) -> None:
    response = alice.get(alice.url("providers:key-list"))
    assert len(response.headers["X-Request-ID"]) == 32
    assert response.headers["Cache-Control"] == "no-store"
    assert alice.get("/healthz").headers["X-Request-ID"] != response.headers["X-Request-ID"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("request-from-proxy", True),
        ("a" * 64, True),
        ("short", False),
        ("a" * 65, False),
        ("with space and more", False),
        ("line\nbreak-line", False),
        ("<script>alert(1)", False),
    ],
)
def test_a_given_request_id_is_kept_only_when_it_is_harmless(alice: Person, given: str, kept: bool) -> None:
    answered = alice.get("/healthz", HTTP_X_REQUEST_ID=given).headers["X-Request-ID"]
    assert (answered == given) is kept


@pytest.mark.django_db
def test_the_audit_log_knows_request_and_address(alice: Person) -> None:
    from promptassay.audit.queries import latest

    alice.post(
        alice.url("workspaces:workspace-rename"),
        {"name": "from here"},
        HTTP_X_REQUEST_ID="request-from-proxy",
        REMOTE_ADDR="192.0.2.7",
    )
    with alice.inside():
        entry = latest(1)[0]
    assert (entry.request_id, entry.address) == ("request-from-proxy", "192.0.2.7")


def test_helpers_read_a_bare_request() -> None:
    request = RequestFactory().get("/", headers={"HX-Request": "true"}, REMOTE_ADDR="192.0.2.7")
    assert http.is_htmx(request)
    assert http.address_of(request) == "192.0.2.7"
    assert http.request_id_of(request) == ""
    assert not http.is_htmx(RequestFactory().get("/"))


def test_a_uuid_from_a_form() -> None:
    value = uuid4()
    assert http.uuid_or_not_found(str(value)) == value
    for text in ("", "x", str(value)[:-1], f"{value}0", "../../etc"):
        with pytest.raises(NotFound):
            http.uuid_or_not_found(text)
    assert isinstance(http.uuid_or_not_found(value.hex), UUID)


def test_streams_are_not_cached_or_buffered() -> None:
    async def nothing() -> Any:
        yield b""

    response = http.StreamResponse(nothing)
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Accel-Buffering"] == "no"
