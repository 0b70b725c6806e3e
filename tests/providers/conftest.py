"""A fake provider on loopback and a gateway that may reach it, for every test of model calls."""

from collections.abc import AsyncIterator

import pytest

from promptassay.providers.fake import FakeProvider
from promptassay.providers.gateway import Gateway
from tests.providers.calls import caller


@pytest.fixture
async def fake() -> AsyncIterator[FakeProvider]:
    """A fake provider on a free port."""
    async with FakeProvider() as provider:
        yield provider


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    """A gateway with nearly no waits between attempts."""
    async with caller() as made:
        yield made
