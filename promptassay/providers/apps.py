"""The providers app."""

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    """Keys and the gateway to models."""

    name = "promptassay.providers"
    label = "providers"
