"""The api app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API; it has no tables of its own."""

    name = "promptassay.api"
    label = "api"
