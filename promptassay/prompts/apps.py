"""The prompts app."""

from django.apps import AppConfig


class PromptsConfig(AppConfig):
    """Prompts, drafts and versions."""

    name = "promptassay.prompts"
    label = "prompts"

    def ready(self) -> None:
        from promptassay.fragments.queries import titles_of
        from promptassay.prompts import fragment_users, model_users, palette
        from promptassay.prompts.activity import FRAGMENT_PHRASES, describe
        from promptassay.prompts.queries.annotations import subjects_of
        from promptassay.workspaces.notifications import describe as describe_notification

        fragment_users.connect()
        model_users.connect()
        palette.register()
        describe("fragment", page="fragments:fragment-show", names=titles_of, phrases=FRAGMENT_PHRASES)
        for kind, once, many in (
            ("annotation_mention", "mentioned you in a note on", "mentioned you {count} times in a note on"),
            ("annotation_answer", "answered in a thread on", "wrote the latest of {count} answers in a thread on"),
            ("annotation_resolved", "resolved a thread on", "resolved a thread on"),
        ):
            describe_notification(kind, once=once, many=many, subjects=subjects_of)
