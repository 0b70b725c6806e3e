"""The hosts that may be private and speak http: the operator's own, and a fake provider of ours for its own probe."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.conf import settings

from promptassay.providers.connector import is_allowed

LOOPBACK: Final = "127.0.0.1"
_own: ContextVar[str] = ContextVar("promptassay_own_provider", default="")


def private_hosts() -> frozenset[str]:
    """Each as `host` or `host:port`; what a key may be sealed for, and what a call on it may connect to."""
    named: frozenset[str] = settings.PRIVATE_PROVIDER_HOSTS
    own = _own.get()
    return named | {own} if own else named


def is_own_provider(url: str) -> bool:
    """Whether a URL leads to the fake provider that the calling context runs as a probe: no place outside."""
    own = _own.get()
    return bool(own) and is_allowed(url, {own})


@contextmanager
def own_provider(port: int) -> Iterator[None]:
    """Inside, what the calling context itself does may call this port of the loopback address, and no other.

    For a probe that runs a fake provider there, and for nobody else: a context variable reaches no other job or
    request of the process, and no key or setting names it. A test of the house holds who calls this.
    """
    token = _own.set(f"{LOOPBACK}:{port}")
    try:
        yield
    finally:
        _own.reset(token)
