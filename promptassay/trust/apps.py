"""The trust app."""

from django.apps import AppConfig


class TrustConfig(AppConfig):
    """What is stored, and later every other promise, each with its proof."""

    name = "promptassay.trust"
    label = "trust"
