"""The portability app."""

from django.apps import AppConfig


class PortabilityConfig(AppConfig):
    """A workspace as a file."""

    name = "promptassay.portability"
    label = "portability"

    def ready(self) -> None:
        from promptassay.portability import palette
        from promptassay.prompts.activity import put_into_words

        palette.register()
        put_into_words({"workspace.exported": ("exported this workspace", "")})
