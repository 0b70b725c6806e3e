"""`promptassay doctor`: what is wrong with machine, settings and database, and how to mend it."""

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict, replace

from promptassay.config import child, doctor_machine, roles
from promptassay.config.embedded import attach_or_start
from promptassay.config.environment import Environment, read
from promptassay.config.findings import Finding, info, problem
from promptassay.core.errors import AppError
from promptassay.core.secret import Secret

_MARKS = {"ok": "ok      ", "info": "note    ", "warning": "warning ", "problem": "PROBLEM "}


def main(*, as_json: bool = False, print_sql: bool = False) -> int:
    """Print the findings; 0 when nothing is a problem, else 1. With `print_sql`, print the role set-up."""
    if print_sql:
        sys.stdout.write(roles.setup_script())
        return 0
    findings = examine()
    healthy = not any(finding.state == "problem" for finding in findings)
    if as_json:
        body = {"ok": healthy, "findings": [asdict(finding) for finding in findings]}
        sys.stdout.write(json.dumps(body, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(_line(finding) for finding in findings))
        problems = sum(finding.state == "problem" for finding in findings)
        sys.stdout.write("Nothing is wrong.\n" if healthy else f"{problems} to mend.\n")
    return 0 if healthy else 1


def examine() -> list[Finding]:
    """Every finding about the installation that the process's environment describes."""
    environment, problems = read(os.environ)
    findings = doctor_machine.check_machine(environment, problems)
    if any(error.name.startswith("DATABASE_") for error in problems):
        return findings  # said already; there is no database to look at
    if environment.embedded and not environment.paths.has_cluster:
        return [*findings, info("database", "The embedded PostgreSQL is made at the first start.")]
    with ExitStack() as stack:
        variables: dict[str, str] = {}
        if environment.embedded:
            try:
                database = stack.enter_context(attach_or_start(environment.data_dir))
            except AppError as error:
                return [
                    *findings,
                    problem("database", f"{error.message} {error.why}".strip(), error.next_step),
                ]
            variables = {**database.variables(os.environ), "DATABASE_OWNER_URL": database.owner_url}
            environment = replace(
                environment,
                database_url=Secret(database.app_url),
                database_owner_url=Secret(database.owner_url),
                database_direct_url=None,
            )
        return [*findings, *_check_database(environment, variables)]


def _check_database(environment: Environment, variables: dict[str, str]) -> list[Finding]:
    from promptassay.config.doctor_database import Addresses, check_database

    assert environment.database_url is not None
    findings = check_database(
        Addresses(environment.database_url, environment.database_owner_url, environment.database_direct_url)
    )
    reachable = any(finding.id == "app:reachable" and finding.state == "ok" for finding in findings)
    migrated = any(finding.id == "schema" and finding.state == "ok" for finding in findings)
    if reachable and migrated and environment.master_key and environment.secret_key:
        findings += _check_schema(variables)
    return findings


def _check_schema(variables: dict[str, str]) -> list[Finding]:
    """Migrations and the master key, seen by the application itself in a process of its own."""
    done = subprocess.run(  # noqa: S603 - our own arguments
        child.python_command("-m", "promptassay.config.doctor_schema"),
        env=child.python_variables(variables),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return [problem("application", f"The application does not load: {last}", "Run: promptassay migrate --check")]
    return [Finding(**item) for item in json.loads(done.stdout)]


def _line(finding: Finding) -> str:
    mend = "".join(f"         {line}\n" for line in finding.mend.splitlines()) if finding.mend else ""
    return f"{_MARKS[finding.state]} {finding.summary}\n{mend}"
