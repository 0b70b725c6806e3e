"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and their sign-in."""

    name = "promptassay.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen for sign-ins."""
        from promptassay.accounts import browser_store  # noqa: F401 - its receiver
