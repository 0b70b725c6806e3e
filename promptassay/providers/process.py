"""The process's one gateway to the model providers."""

from functools import lru_cache

from django.conf import settings

from promptassay.providers.gateway import Gateway


@lru_cache(maxsize=1)
def gateway() -> Gateway:
    """The gateway; it keeps its connections per event loop."""
    return Gateway(allowed=settings.PRIVATE_PROVIDER_HOSTS)
