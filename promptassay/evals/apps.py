"""The evals app."""

from django.apps import AppConfig


class EvalsConfig(AppConfig):
    """Suites, runs and their results."""

    name = "promptassay.evals"
    label = "evals"

    def ready(self) -> None:
        from promptassay.core.events import subscribe
        from promptassay.evals import model_users, palette, reruns
        from promptassay.evals.dashboard import register
        from promptassay.evals.demo import on_demo_requested
        from promptassay.evals.queries.evidence import evidence_of, gate_suites
        from promptassay.evals.queries.feeding import fed_names
        from promptassay.evals.services.feeding import drop_variable
        from promptassay.prompts import feeding, gates
        from promptassay.workspaces.events import DemoRequested

        subscribe(DemoRequested, on_demo_requested)
        register()
        model_users.connect()
        reruns.connect()
        palette.register()
        gates.register(evidence_of, gate_suites)
        feeding.register(fed_names, drop_variable)
