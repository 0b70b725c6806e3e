"""The evals app."""

from django.apps import AppConfig


class EvalsConfig(AppConfig):
    """Suites, runs and their results."""

    name = "promptassay.evals"
    label = "evals"
