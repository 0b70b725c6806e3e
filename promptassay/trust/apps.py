"""The trust app."""

from django.apps import AppConfig


class TrustConfig(AppConfig):
    """What is stored, and later every other promise, each with its proof."""

    name = "promptassay.trust"
    label = "trust"

    def ready(self) -> None:
        """Say what acts on trust are called, and add to the command palette."""
        from promptassay.prompts import activity
        from promptassay.trust.private import palette

        palette.register()
        activity.put_into_words({"isolation.checked": ("tried the wall around this workspace ({verdict})", "")})
