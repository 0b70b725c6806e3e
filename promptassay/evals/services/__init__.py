"""Changing suites and cases, and starting, cancelling and deleting runs."""

from promptassay.evals.services.runs import cancel_run, delete_run, start_run

__all__ = ["cancel_run", "delete_run", "start_run"]
