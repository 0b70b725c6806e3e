"""The core app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The ground floor; holds the migration of the context functions."""

    name = "promptassay.core"
    label = "core"
