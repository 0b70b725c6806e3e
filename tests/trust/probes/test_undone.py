"""A round's rows are seen by itself alone and gone afterwards, however it ends."""

import asyncio
from contextlib import nullcontext

import pytest
from django.db import connection

from promptassay.accounts.models import User
from promptassay.core.threads import in_thread
from promptassay.trust.probes.undone import undone

pytestmark = pytest.mark.usefixtures("committed")


@pytest.mark.parametrize("ends", ["well", "badly"])
def test_what_is_written_is_gone(ends: str) -> None:
    def write() -> int:
        User.objects.create(email="canary@example.com")
        return User.objects.count()

    async def act() -> None:
        async with undone():
            assert [await in_thread(write), await in_thread(User.objects.count)] == [1, 1]
            assert await asyncio.to_thread(_seen_by_others) == 0
            if ends == "badly":
                raise RuntimeError

    with pytest.raises(RuntimeError) if ends == "badly" else nullcontext():
        asyncio.run(act())
    assert User.objects.count() == 0


def _seen_by_others() -> int:
    try:
        return User.objects.count()
    finally:
        connection.close()
