"""Reaching a provider without a key: its documented refusal is the only refusal that counts."""

import pytest

from promptassay.core.errors import ProviderFailure
from promptassay.core.secret import Secret
from promptassay.providers.fake import FakeProvider
from promptassay.providers.gateway import Gateway
from promptassay.providers.wire import ProviderName
from tests.providers.calls import FORMATS, SECRET, caller, target


@pytest.mark.parametrize(("provider", "status"), [("openai", 401), ("anthropic", 401), ("google", 403)])
async def test_the_documented_refusal_is_an_answer(
    fake: FakeProvider, gateway: Gateway, provider: ProviderName, status: int
) -> None:
    fake.control({"keys": [SECRET]})
    took = await gateway.reach(target(fake, provider), deadline=5)
    assert 0 < took < 5
    [asked] = fake.received
    assert asked.status == status
    assert SECRET not in str(asked.as_dict()), "not even when the target has a key"


@pytest.mark.parametrize("provider", FORMATS)
async def test_a_server_that_needs_no_key_is_reached_too(
    fake: FakeProvider, gateway: Gateway, provider: ProviderName
) -> None:
    assert await gateway.reach(target(fake, provider), deadline=5) > 0


@pytest.mark.parametrize("provider", FORMATS)
@pytest.mark.parametrize(
    ("fault", "kind"), [("500", "server_error"), ("503", "overloaded"), ("429", "rate_limited"), ("404", None)]
)
async def test_any_other_answer_is_a_failure_and_is_asked_once(
    fake: FakeProvider, gateway: Gateway, provider: ProviderName, fault: str, kind: str | None
) -> None:
    fake.control({"fault": fault})
    with pytest.raises(ProviderFailure) as raised:
        await gateway.reach(target(fake, provider), deadline=5)
    assert kind is None or raised.value.kind == kind
    assert len(fake.received) == 1


async def test_a_refusal_that_openai_does_not_document_is_a_failure(fake: FakeProvider, gateway: Gateway) -> None:
    fake.control({"fault": "403"})
    with pytest.raises(ProviderFailure):
        await gateway.reach(target(fake, "openai"), deadline=5)
    assert await gateway.reach(target(fake, "google"), deadline=5) > 0


async def test_nobody_listens(gateway: Gateway) -> None:
    async with FakeProvider() as gone:
        where = target(gone)
    with pytest.raises(ProviderFailure) as raised:
        await gateway.reach(where, deadline=5)
    assert raised.value.kind == "unreachable"


async def test_its_limit_is_its_own(fake: FakeProvider) -> None:
    """A probe takes no slot of a customer's key, and gives its own back."""
    async with caller() as gateway:
        where = target(fake, key_id="status:openai")
        for _ in range(3):
            await gateway.reach(where, deadline=5)
        assert gateway.limit("key-1") == gateway.limit("untouched")
        assert where.secret == Secret(SECRET), "the target itself is left as it was"
