"""Errors say what happened, why, and what next, and carry a status and a code."""

import pytest

from promptassay.core import errors
from promptassay.core.errors import AppError, Forbidden, NotFound, ProviderFailure, RateLimited, Unauthorized
from promptassay.core.http import error_body

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AppError)]


def _make(kind: type[AppError]) -> AppError:
    if kind is Forbidden:
        return Forbidden("keys.manage")
    if kind is ProviderFailure:
        return ProviderFailure("rate_limited", "It is busy.", why="Too many calls.", status_code=429, retry_after=2.5)
    if kind is Unauthorized:
        return Unauthorized()
    if kind is RateLimited:
        return RateLimited("It is so.", retry_after=3)
    return kind("It is so.", why="Because.", next_step="Do this.")


@pytest.mark.parametrize("kind", KINDS)
def test_each_has_a_status_and_a_code(kind: type[AppError]) -> None:
    error = _make(kind)
    assert 400 <= error.status < 600
    assert error.code == error.code.upper()
    assert str(error).startswith(error.message)
    body = error_body(error)["error"]
    assert (body["code"], body["message"]) == (error.code, error.message)


def test_the_parts_become_one_text_and_empty_ones_leave_no_gap() -> None:
    assert str(AppError("A.", why="B.", next_step="C.")) == "A. B. C."
    assert str(AppError("A.", next_step="C.")) == "A. C."
    assert str(AppError("A.")) == "A."


def test_a_refusal_names_the_ability() -> None:
    error = Forbidden("keys.manage")
    assert "“keys.manage”" in str(error)
    assert error.details == {"ability": "keys.manage"}


def test_nothing_found_says_no_more_than_that() -> None:
    assert str(NotFound()) == "There is nothing at this address."
    assert error_body(NotFound()) == {"error": {"code": "NOT_FOUND", "message": "There is nothing at this address."}}


def test_a_providers_failure_keeps_kind_status_and_wait() -> None:
    error = _make(ProviderFailure)
    assert isinstance(error, ProviderFailure)
    assert (error.kind, error.status_code, error.retry_after) == ("rate_limited", 429, 2.5)
    assert error_body(error)["error"]["details"] == {"why": "Too many calls.", "kind": "rate_limited", "status": 429}


def test_details_belong_to_one_error() -> None:
    given = {"name": "taken"}
    error = AppError("A.", details=given)
    error.details["more"] = 1
    assert given == {"name": "taken"}
    assert AppError("B.").details == {}
