"""Run as a program inside a server's environment: makes a suite against a base URL, starts a run, prints its id."""

import json
import os
import sys
from uuid import UUID


def main() -> None:
    """Arguments: workspace, user, base URL, cases, concurrency."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "promptassay.config.settings"
    import django

    django.setup()
    from promptassay.core.secret import Secret
    from promptassay.core.tenancy import with_workspace
    from promptassay.evals.case_files import CaseRow
    from promptassay.evals.services import start_run
    from promptassay.evals.services.cases import import_cases
    from promptassay.evals.services.suites import change_settings, create_suite, set_checks
    from promptassay.prompts import queries as prompts
    from promptassay.prompts.content import PromptContent
    from promptassay.prompts.services.prompts import create_prompt
    from promptassay.providers.services import add_key
    from promptassay.workspaces.actor import Actor
    from promptassay.workspaces.permissions import Role

    workspace, user, base_url, cases, concurrency = sys.argv[1:6]
    actor = Actor(UUID(user), UUID(workspace), Role.OWNER, "faults")
    with with_workspace(actor.workspace_id, person_id=actor.user_id):
        secret = Secret("fault-test-0123456789")
        key = add_key(actor, provider="compatible", name="fake", secret=secret, base_url=base_url)
        model = f"{key.id}/gpt-test"
        content = PromptContent([{"role": "user", "content": "About {{ticket}}?"}])
        prompt = create_prompt(actor, title="Faults", content=content)
        suite = create_suite(actor, prompt, name="Faults", model_refs=[model])
        set_checks(actor, suite, checks=[{"kind": "contains", "values": ["refund"]}], was=[])
        change_settings(
            actor, suite, name="Faults", threshold=0.9, repeats=1, concurrency=int(concurrency), model_refs=[model]
        )
        import_cases(actor, suite, [CaseRow(f"case {n}", {"ticket": f"ticket {n}"}, "") for n in range(int(cases))])
        run = start_run(actor, suite, versions=[prompts.list_versions(prompt)[0]], models=[model])
    sys.stdout.write(json.dumps({"run": str(run.id)}))


if __name__ == "__main__":
    main()
