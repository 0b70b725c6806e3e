"""The prompts app."""

from django.apps import AppConfig


class PromptsConfig(AppConfig):
    """Prompts, drafts and versions."""

    name = "promptassay.prompts"
    label = "prompts"

    def ready(self) -> None:
        from promptassay.prompts.fragment_users import connect

        connect()
