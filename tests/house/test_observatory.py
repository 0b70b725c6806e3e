"""The score of Mozilla's HTTP Observatory, counted as its version 4 does: at least 120 on public and private pages.

Its own program was run by hand against a server behind TLS: 130, and 135 where a page sets cookies. The one bonus that
is left is for a host on the browsers' preload list.
"""

import re
from http.cookies import Morsel
from typing import Any

import pytest
from django.http import HttpResponseBase
from pytest_django import Settings

from tests.people import Person

LEAST, EXTRA_FROM, HALF_A_YEAR = 120, 90, 15_768_000
PUBLIC = ("/trust", "/trust/claims/isolation", "/trust/proofs/isolation-sql", "/status", "/legal", "/accounts/login/")
PRIVATE = ("prompts:dashboard", "prompts:prompt-list", "providers:key-list", "workspaces:settings-show")


@pytest.fixture(autouse=True)
def behind_tls(committed: None, settings: Settings) -> None:
    """As `PROMPTASSAY_PUBLIC_URL=https://…` sets it."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True


def marks(response: HttpResponseBase) -> dict[str, int]:
    """What each of the Observatory's checks adds to 100 or takes from it, for an answer over TLS."""
    headers, page = response.headers, getattr(response, "content", b"").decode()
    return {
        "content-security-policy": _policy(headers.get("Content-Security-Policy", "")),
        "cookies": _cookies(list(response.cookies.values())),
        "cross-origin-resource-sharing": -50 if headers.get("Access-Control-Allow-Credentials") else 0,
        "cross-origin-resource-policy": 10 if headers.get("Cross-Origin-Resource-Policy") == "same-origin" else 0,
        "referrer-policy": 5 if headers.get("Referrer-Policy") in ("no-referrer", "same-origin") else -5,
        "strict-transport-security": _transport(headers.get("Strict-Transport-Security", "")),
        "subresource-integrity": -50 if re.search(r"<script[^>]+src=\"(?:https?:)?//", page) else 0,
        "x-content-type-options": 0 if headers.get("X-Content-Type-Options") == "nosniff" else -5,
        "x-frame-options": 5 if "frame-ancestors 'none'" in headers.get("Content-Security-Policy", "") else -20,
    }


def _policy(text: str) -> int:
    if not text:
        return -25
    directives = {name: sources for name, *sources in (each.split() for each in text.split(";") if each.strip())}
    unsafe = {"'unsafe-inline'", "'unsafe-eval'", "data:", "https:", "http:", "*"}
    if unsafe & {*directives.get("script-src", ["*"]), *directives.get("object-src", directives["default-src"])}:
        return -20
    if unsafe & set(directives.get("style-src", ["*"])):
        return 0
    strict = directives["default-src"] == ["'none'"] and directives.get("form-action") in (["'none'"], ["'self'"])
    return 10 if strict and directives.get("base-uri") in (["'none'"], ["'self'"]) else 5


def _cookies(found: "list[Morsel[Any]]") -> int:
    if not found:
        return 0
    if any(not each["secure"] for each in found):
        return -40
    if any("session" in each.key and not each["httponly"] for each in found):
        return -30
    return 5 if all(each["samesite"] in ("Lax", "Strict") for each in found) else 0


def _transport(text: str) -> int:
    age = re.search(r"max-age=(\d+)", text)
    if age is None:
        return -20
    return 0 if int(age[1]) >= HALF_A_YEAR else -10


def score(response: HttpResponseBase) -> int:
    """Bonuses count only above 90, as there."""
    found = marks(response).values()
    without = 100 + sum(each for each in found if each < 0)
    return 100 + sum(found) if without >= EXTRA_FROM else without


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages(path: str, anonymous: Person, alice: Person) -> None:
    for who in (anonymous, alice):
        response = who.get(path)
        if response.status_code == 302:  # who is signed in has no use for the page to sign in
            continue
        assert response.status_code == 200 and score(response) >= LEAST, marks(response)


@pytest.mark.parametrize("name", PRIVATE)
def test_private_pages(name: str, alice: Person) -> None:
    response = alice.get(alice.url(name))
    assert response.status_code == 200 and score(response) >= LEAST, marks(response)


def test_what_is_not_there_is_as_strict(anonymous: Person) -> None:
    assert score(anonymous.get("/nothing")) >= LEAST


@pytest.mark.parametrize(
    ("header", "value", "check", "mark"),
    [
        ("Content-Security-Policy", "default-src 'none'; script-src 'unsafe-inline'", "content-security-policy", -20),
        ("Content-Security-Policy", "", "x-frame-options", -20),
        ("Strict-Transport-Security", "max-age=60", "strict-transport-security", -10),
        ("Referrer-Policy", "unsafe-url", "referrer-policy", -5),
        ("Access-Control-Allow-Credentials", "true", "cross-origin-resource-sharing", -50),
    ],
)
def test_a_weaker_header_costs_what_it_costs_there(
    anonymous: Person, header: str, value: str, check: str, mark: int
) -> None:
    response = anonymous.get("/trust")
    response.headers[header] = value
    assert marks(response)[check] == mark


def test_without_tls_nothing_is_said_of_it(anonymous: Person, settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 0
    assert "Strict-Transport-Security" not in anonymous.get("/trust").headers
