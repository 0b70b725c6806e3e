"""`promptassay demo`: fills a person's workspace with the worked example, runs included."""

import asyncio
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from promptassay.accounts.queries import find_by_email, first_account
from promptassay.core.errors import NotFound
from promptassay.core.tenancy import with_workspace
from promptassay.evals.demo import load_demo
from promptassay.evals.engine.drive import drive_run
from promptassay.evals.models import Run
from promptassay.providers.process import gateway
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Role
from promptassay.workspaces.queries import personal_workspace


class Command(BaseCommand):
    """Makes the example and waits until both of its runs are finished."""

    help = "Fill a personal workspace with a worked example: a prompt, a suite of 24 cases, two finished runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", help="whose workspace; the first account's if not given")
        parser.add_argument("--json", action="store_true", help="print ids as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        user = find_by_email(options["email"]) if options["email"] else first_account()
        if user is None:
            raise NotFound(
                "There is no such account.",
                next_step="Sign up first, or make an account with `promptassay bootstrap`.",
            )
        workspace = personal_workspace(user.pk)
        actor = Actor(user.pk, workspace.id, Role.OWNER, label=user.email)
        with with_workspace(workspace.id, person_id=user.pk):
            prompt, runs = load_demo(actor)
        asyncio.run(_finish(runs))
        if options["json"]:
            ids = {"workspace": workspace.id, "prompt": prompt.id, "runs": [run.id for run in runs]}
            self.stdout.write(json.dumps(ids, default=_text))
        else:
            self.stdout.write(f"“{prompt.title}” is in the workspace “{workspace.name}” of {user.email}.")


async def _finish(runs: list[Run]) -> None:
    """Drive the runs here; a worker that drives them too shares the work."""
    async with gateway() as opened:
        for run in runs:
            await drive_run(run.workspace_id, run.id, opened, asyncio.Event())


def _text(value: object) -> Any:
    return [str(each) for each in value] if isinstance(value, list) else str(value)
