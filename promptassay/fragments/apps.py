"""The fragments app."""

from django.apps import AppConfig


class FragmentsConfig(AppConfig):
    """Fragments, their versions, and who uses them."""

    name = "promptassay.fragments"
    label = "fragments"
