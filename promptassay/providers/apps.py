"""The providers app."""

from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    """Keys and the gateway to models."""

    name = "promptassay.providers"
    label = "providers"

    def ready(self) -> None:
        from promptassay.providers.palette import register

        register()
