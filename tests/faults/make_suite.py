"""Run as a program inside a server's environment: a prompt with a suite of cases and a session; prints their ids."""

import json
import os
import sys
from uuid import UUID


def main() -> None:
    """Arguments: workspace, user, cases."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "promptassay.config.settings"
    import django

    django.setup()
    from bench.pages import session_cookie
    from promptassay.core.tenancy import with_workspace
    from promptassay.evals.case_files import CaseRow
    from promptassay.evals.services.cases import import_cases
    from promptassay.evals.services.suites import create_suite, set_checks
    from promptassay.prompts import queries
    from promptassay.prompts.content import PromptContent
    from promptassay.prompts.services.prompts import create_prompt
    from promptassay.workspaces.actor import Actor
    from promptassay.workspaces.permissions import Role

    workspace, user, cases = UUID(sys.argv[1]), UUID(sys.argv[2]), int(sys.argv[3])
    actor = Actor(user, workspace, Role.OWNER, "faults")
    with with_workspace(workspace, person_id=user):
        content = PromptContent([{"role": "user", "content": "About {{ticket}}?"}])
        prompt = create_prompt(actor, title="Faults", content=content)
        suite = create_suite(actor, prompt, name="Faults", model_refs=[])
        set_checks(actor, suite, checks=[{"kind": "contains", "values": ["refund"]}], was=[])
        import_cases(actor, suite, [CaseRow(f"case {n}", {"ticket": f"ticket {n}"}, "") for n in range(cases)])
        version = queries.list_versions(prompt)[0]
    made = {"prompt": prompt.id, "suite": suite.id, "version": version.id}
    sys.stdout.write(json.dumps({name: str(value) for name, value in made.items()} | {"cookie": session_cookie(user)}))


if __name__ == "__main__":
    main()
