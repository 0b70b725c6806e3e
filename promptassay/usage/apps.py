"""The usage app."""

from django.apps import AppConfig


class UsageConfig(AppConfig):
    """Counts of model calls."""

    name = "promptassay.usage"
    label = "usage"

    def ready(self) -> None:
        from promptassay.usage.palette import register

        register()
