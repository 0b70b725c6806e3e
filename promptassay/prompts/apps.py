"""The prompts app."""

from django.apps import AppConfig


class PromptsConfig(AppConfig):
    """Prompts, drafts and versions."""

    name = "promptassay.prompts"
    label = "prompts"
