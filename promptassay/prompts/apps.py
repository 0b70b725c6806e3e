"""The prompts app."""

from django.apps import AppConfig


class PromptsConfig(AppConfig):
    """Prompts, drafts and versions."""

    name = "promptassay.prompts"
    label = "prompts"

    def ready(self) -> None:
        from promptassay.fragments.queries import titles_of
        from promptassay.prompts.activity import FRAGMENT_PHRASES, describe
        from promptassay.prompts.fragment_users import connect

        connect()
        describe("fragment", page="fragments:fragment-show", names=titles_of, phrases=FRAGMENT_PHRASES)
