"""The assist app."""

from django.apps import AppConfig


class AssistConfig(AppConfig):
    """The panels beside the editor."""

    name = "promptassay.assist"
    label = "assist"

    def ready(self) -> None:
        from promptassay.assist import palette

        palette.register()
