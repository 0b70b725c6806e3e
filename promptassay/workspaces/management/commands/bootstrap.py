"""`promptassay bootstrap`: makes an account without a browser; running it again changes nothing."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from promptassay.accounts.services import ensure_account
from promptassay.core.errors import ValidationFailed
from promptassay.core.secret import Secret
from promptassay.workspaces.queries import personal_workspace


class Command(BaseCommand):
    """Makes the account and its personal workspace; the first one on an instance is its operator."""

    help = "Make an account with its personal workspace. Safe to repeat; a new password replaces the old one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="the account's address")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["password_stdin"]:
            raise ValidationFailed(
                "No password was given.",
                why="It is not taken from the command line, where others could read it.",
                next_step='Pipe it in: printf %s "$PASSWORD" | promptassay bootstrap --email … --password-stdin',
            )
        password = Secret(sys.stdin.readline().rstrip("\r\n"))
        user, created = ensure_account(options["email"], password)
        if options["json"]:
            result = {
                "email": user.email,
                "user": str(user.pk),
                "workspace": str(personal_workspace(user.pk).id),
                "created": created,
                "operator": user.is_operator,
            }
            self.stdout.write(json.dumps(result))
        else:
            done = "was made" if created else "is there already"
            self.stdout.write(f"The account {user.email} {done}.{' It operates this instance.' * user.is_operator}")
