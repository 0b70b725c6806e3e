"""The prompts app."""

from django.apps import AppConfig


class PromptsConfig(AppConfig):
    """Prompts, drafts and versions."""

    name = "promptassay.prompts"
    label = "prompts"

    def ready(self) -> None:
        from promptassay.fragments.queries import titles_of
        from promptassay.prompts import fragment_users, model_users
        from promptassay.prompts.activity import FRAGMENT_PHRASES, describe

        fragment_users.connect()
        model_users.connect()
        describe("fragment", page="fragments:fragment-show", names=titles_of, phrases=FRAGMENT_PHRASES)
