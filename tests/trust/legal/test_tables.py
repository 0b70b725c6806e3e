"""Tables in legal texts say what the instance is set up to do."""

import re

import pytest
from pytest_django import Settings

from promptassay.core.stored import DataClass
from promptassay.trust import egress
from promptassay.trust.legal import markup, tables
from tests import gates


def _cells(name: str) -> str:
    return markup.plain([tables.table(name)])


@pytest.fixture
def three_receivers(settings: Settings) -> set[str]:
    settings.MAIL_CONFIGURED, settings.EMAIL_HOST = True, "smtp.post.test"
    settings.PROVIDER_BASE_URLS = {"openai": "https://gate.northwind.test/v1", "google": "https://gemini.test"}
    return {"smtp.post.test", "gate.northwind.test", "gemini.test"}


def _named() -> set[str]:
    """The hosts that the tables name."""
    return set(re.findall(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", _cells("receivers") + _cells("providers")))


def test_receivers_are_the_allow_list_and_nothing_else(three_receivers: set[str]) -> None:
    public = {each.host for each in egress.destinations() if each.is_public}
    gates.tried("receivers", len(public))
    assert _named() == public == three_receivers


@pytest.mark.parametrize("left_out", range(3))
def test_a_receiver_that_is_left_out_would_be_found(
    three_receivers: set[str], monkeypatch: pytest.MonkeyPatch, left_out: int
) -> None:
    """The tripwire: a table that names one less is not equal to the allow-list."""
    kept = egress.destinations()
    monkeypatch.setattr(egress, "destinations", lambda: kept[:left_out] + kept[left_out + 1 :])
    assert three_receivers - _named() == {kept[left_out].host}


def test_hosts_of_the_own_network_are_counted_and_not_named(settings: Settings) -> None:
    settings.PRIVATE_PROVIDER_HOSTS = frozenset({"ollama.lan", "10.0.0.7:8000"})
    settings.MAIL_CONFIGURED, settings.EMAIL_HOST = True, "mail.internal"
    settings.PROVIDER_BASE_URLS = {"openai": "http://127.0.0.1:9/v1"}
    shown = _cells("receivers") + _cells("providers")
    assert "2 in its own network" in shown
    assert not any(host in shown for host in ("ollama", "10.0.0.7", "mail.internal", "127.0.0.1"))


def test_what_is_not_used_is_called_so(settings: Settings) -> None:
    settings.MAIL_CONFIGURED = False
    assert "Mail | not used here" in _cells("receivers")


def test_every_class_of_data_is_told() -> None:
    assert all(kind.value in _cells("classes") for kind in DataClass)
