"""The assist app."""

from django.apps import AppConfig


class AssistConfig(AppConfig):
    """The panels beside the editor."""

    name = "promptassay.assist"
    label = "assist"

    def ready(self) -> None:
        from promptassay.assist import palette
        from promptassay.assist.panels import PANELS
        from promptassay.prompts.activity import put_into_words
        from promptassay.usage import purposes

        palette.register()
        put_into_words(
            {
                "panels.consented": ("agreed to panels on the provider key", ""),
                "panels.model_chosen": ("chose the panels' model for the workspace", ""),
            }
        )
        purposes.register({panel.name: f"{panel.title} panel" for panel in PANELS.values() if panel.place == "dock"})
        purposes.register({panel.name: panel.title for panel in PANELS.values() if panel.place != "dock"})
