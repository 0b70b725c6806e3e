"""The fragments app."""

from django.apps import AppConfig


class FragmentsConfig(AppConfig):
    """Fragments, their versions, and who uses them."""

    name = "promptassay.fragments"
    label = "fragments"

    def ready(self) -> None:
        from promptassay.fragments.palette import register

        register()
