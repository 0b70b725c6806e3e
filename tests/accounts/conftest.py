"""Counters of sign-in attempts start at nought in each test of accounts."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_attempts_yet() -> Iterator[None]:
    """The counters live in the process's cache, which outlives a test."""
    cache.clear()
    yield
    cache.clear()
