"""The list of receivers is the settings, whole; and nothing else in the product can open a connection."""

import ast
from dataclasses import fields
from urllib.parse import urlsplit

import pytest
from django.conf import settings as running
from pytest_django import Settings

from promptassay.config.environment import Environment, read
from promptassay.providers.models import Provider
from promptassay.trust import egress
from tests.house.source import PACKAGE, modules, named

# What leads out, by the settings' own field names. A new setting with an address in it belongs here and in `egress`.
_OUT = {"openai_base_url", "anthropic_base_url", "google_base_url", "email", "database_url"}
_IN_OR_TOLD = {
    "public_url": "where people come in",
    "internal_url": "our own web process, as its workers reach it",
    "allowed_hosts": "names under which they do",
    "host": "where the server listens",
    "database_owner_url": "the same database, to migrate",
    "database_direct_url": "the same database, past its pooler",
    "private_provider_hosts": "the operator's own network: counted on the page",
    "operator": "words for legal documents",
}
_VARIABLES = {
    "DATABASE_URL": "postgresql://app@db.northwind.test/assay",
    "EMAIL_URL": "smtp://u:p@smtp.northwind.test:587?from=a@northwind.test",
    "PROMPTASSAY_OPENAI_BASE_URL": "https://openai-gate.northwind.test/v1",
}
_CONNECTORS = {
    "socket",
    "smtplib",
    "http.client",
    "urllib.request",
    "ftplib",
    "telnetlib",
    "aiohttp",
    "httpx",
    "requests",
}
# Modules that open sockets, each with what it opens them to.
_MAY_CONNECT = {
    "promptassay/config/key_notes.py": "nothing: it asks for this machine's name",
    "promptassay/config/listening.py": "our own port",
    "promptassay/config/web.py": "our own port",
    "promptassay/trust/attack": "the instance that whoever runs the attack kit names",
    "promptassay/trust/probes/loopback.py": "our own web process",
    "promptassay/trust/status/probes.py": "the mail server, over Django's own connection: only its error is imported",
    "promptassay/providers": "the gateway, and the fake provider that tests and demo call",
}


def test_the_list_is_the_settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    environment, problems = read(_VARIABLES)
    assert not problems and environment.email is not None and environment.database_url is not None
    settings.MAIL_CONFIGURED, settings.EMAIL_HOST = True, environment.email.host
    monkeypatch.setitem(running.DATABASES["default"], "HOST", urlsplit(environment.database_url.reveal()).hostname)
    settings.PROVIDER_BASE_URLS = {
        provider: getattr(environment, f"{provider}_base_url") for provider in ("openai", "anthropic", "google")
    }
    assert {each.host for each in egress.destinations()} == {
        "db.northwind.test",
        "smtp.northwind.test",
        "openai-gate.northwind.test",
        "api.anthropic.com",
        "generativelanguage.googleapis.com",
    }


def test_no_setting_with_an_address_is_forgotten() -> None:
    """The tripwire for an extra host: a new setting that is called url, host or email has to be placed above."""
    names = {each.name for each in fields(Environment)}
    suspects = {name for name in names if any(word in name for word in ("url", "host", "email", "operator", "server"))}
    assert suspects == _OUT | _IN_OR_TOLD.keys()
    assert {each.removesuffix("_base_url") for each in _OUT if each.endswith("_base_url")} == set(
        running.PROVIDER_BASE_URLS
    )
    assert set(running.PROVIDER_BASE_URLS) == set(Provider.values) - {Provider.COMPATIBLE}


def test_nothing_else_opens_connections() -> None:
    stray = []
    for path in modules(PACKAGE):
        if named(path).startswith(tuple(_MAY_CONNECT)):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        if imported & _CONNECTORS:
            stray.append((named(path), imported & _CONNECTORS))
    assert not stray


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("api.openai.com", True),
        ("8.8.8.8", True),
        ("localhost", False),
        ("127.0.0.1", False),
        ("::1", False),
        ("10.1.2.3", False),
        ("db", False),
        ("db.internal", False),
        ("ollama.lan", False),
    ],
)
def test_own_networks_are_told_apart(host: str, public: bool) -> None:
    assert egress.is_public(host) is public
