"""Asking a provider for its models as upkeep: in both logs like any use, and a failure is the key's state."""

import asyncio

import pytest
from pytest_django import Settings

from promptassay.audit.models import Entry
from promptassay.core.ids import uuid7
from promptassay.core.keyring import Keyring
from promptassay.core.vault import MasterKey
from promptassay.providers.fake.server import FakeProvider, run_in_thread
from promptassay.providers.gateway import Gateway
from promptassay.providers.models import KeyUse, ProviderKey
from promptassay.providers.queries import describe, facts_of
from promptassay.providers.refreshing import refresh
from tests.people import Person
from tests.providers.calls import LOOPBACK
from tests.providers.factories import make_key

pytestmark = pytest.mark.usefixtures("committed")


def refreshed(person: Person, key: ProviderKey) -> ProviderKey:
    async def work() -> None:
        async with Gateway(allowed=LOOPBACK) as gateway:
            await refresh(person.workspace.id, key.id, gateway)

    asyncio.run(work())
    with person.inside():
        return ProviderKey.objects.get(pk=key.id)


def key_at(person: Person, fake: FakeProvider) -> ProviderKey:
    return make_key(person, provider="compatible", base_url=fake.openai_url)


def test_the_list_is_kept_with_its_sizes_and_noted_in_both_logs(alice: Person) -> None:
    with run_in_thread(models=["one", "two"]) as fake:
        key = key_at(alice, fake)
        found = refreshed(alice, key)
    assert (found.test_result, found.model_names) == ("ok", ["one", "two"])
    assert found.listed_at is not None and found.listed_at == found.tested_at
    with alice.inside():
        known = facts_of(describe(f"{key.id}/one"))
        assert (known.context_tokens, known.max_output_tokens) == (128_000, 16_384)
        assert known.from_provider == {"context_tokens", "max_output_tokens"}
        use = KeyUse.objects.get()
        assert (use.purpose, use.user_id, use.calls) == ("models", None, 1)
        entry = Entry.objects.get(action="key.refreshed")
        assert (entry.actor_id, entry.actor_label) == (None, "")
        assert entry.data == {"name": "team", "result": "ok"}


def test_what_changed_is_marked(alice: Person) -> None:
    with run_in_thread(models=["one", "two"]) as fake:
        key = key_at(alice, fake)
        refreshed(alice, key)
        fake.control({"models": ["two", "three"]})
        found = refreshed(alice, key)
    assert found.model_names == ["three", "two"]
    assert "gone" in found.listed["one"] and "since" in found.listed["three"]
    with alice.inside():
        entry = Entry.objects.filter(action="key.refreshed").latest("number")
        assert entry.data == {"name": "team", "result": "ok", "added": 1, "gone": 1}


def test_a_failure_is_the_key_s_state_and_keeps_the_models(alice: Person) -> None:
    with run_in_thread(models=["one"]) as fake:
        key = key_at(alice, fake)
        refreshed(alice, key)
        fake.control({"fault": "401"})
        found = refreshed(alice, key)
    assert (found.test_result, found.model_names) == ("wrong_key", ["one"])
    assert found.tested_at is not None and found.listed_at is not None and found.tested_at > found.listed_at


def test_a_server_that_is_gone_is_no_error(alice: Person) -> None:
    with run_in_thread() as fake:
        key = key_at(alice, fake)
    assert refreshed(alice, key).test_result == "unreachable"


def test_a_key_that_does_not_open_says_so_and_nothing_is_sent(alice: Person, settings: Settings) -> None:
    with run_in_thread() as fake:
        key = key_at(alice, fake)
        other = MasterKey.from_bytes(b"another master key of 32 bytes!!")
        settings.MASTER_KEYS = Keyring(lambda: (other,))
        found = refreshed(alice, key)
        assert not fake.received
    assert found.test_result == "sealed"
    with alice.inside():
        assert not KeyUse.objects.exists()


def test_a_key_that_is_gone_or_another_workspace_s_is_left_alone(alice: Person, bob: Person) -> None:
    theirs = make_key(bob)

    async def work() -> None:
        async with Gateway(allowed=LOOPBACK) as gateway:
            await refresh(alice.workspace.id, uuid7(), gateway)
            await refresh(alice.workspace.id, theirs.id, gateway)

    asyncio.run(work())
    with bob.inside():
        assert not KeyUse.objects.exists()
