"""The two canary workspaces: they belong to nobody, hold a little of everything, and are what probes attack."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from promptassay.core.database import first_row
from promptassay.core.ids import uuid7
from promptassay.core.tenancy import with_workspace
from promptassay.evals.case_files import CaseRow
from promptassay.evals.services import start_run
from promptassay.evals.services.cases import import_cases
from promptassay.evals.services.suites import create_suite, set_checks
from promptassay.fragments.services import create_fragment
from promptassay.prompts import queries as prompts
from promptassay.prompts.content import PromptContent
from promptassay.prompts.services.branches import create_branch
from promptassay.prompts.services.drafts import save_draft
from promptassay.prompts.services.folders import create_folder
from promptassay.prompts.services.labels import move_label
from promptassay.prompts.services.prompts import create_prompt
from promptassay.prompts.services.silences import silence_rule
from promptassay.prompts.services.tags import create_tag, set_favourite
from promptassay.trust.models import Canary
from promptassay.trust.probes import Canaries
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Role
from promptassay.workspaces.services import create_ownerless_workspace

LABEL: Final = "the trust page’s canary"
# Two processes that begin at once make one pair.
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('promptassay.trust.canaries'))"


def actor_in(workspace_id: UUID) -> Actor:
    """Who acts in a canary workspace: nobody who could sign in."""
    return Actor(user_id=workspace_id, workspace_id=workspace_id, role=Role.OWNER, label=LABEL)


def ensure_canaries() -> Canaries:
    """Both workspaces, made and filled at their first use."""
    found = {each.name: each.canary_id for each in Canary.objects.all()}
    if len(found) == 2:
        return Canaries(found["a"], found["b"])
    with transaction.atomic():
        first_row(_LOCK, [])
        names = dict(Canary.objects.values_list("name", "canary_id"))
        for name in "ab":
            if name not in names:
                names[name] = _make(name)
    return Canaries(names["a"], names["b"])


def _make(name: str) -> UUID:
    workspace_id = uuid7()
    actor = actor_in(workspace_id)
    with with_workspace(workspace_id):
        create_ownerless_workspace(actor, name=f"Canary {name.upper()}")
        _fill(actor)
    Canary.objects.create(name=name, canary_id=workspace_id, made_at=datetime.now(UTC))
    return workspace_id


def _fill(actor: Actor) -> None:
    """Something in each of the tables that people fill, so that reaching nothing means something."""
    content = PromptContent([{"role": "user", "content": "Sing what {{bird}} sings."}], {})
    prompt = create_prompt(actor, title="Canary", content=content)
    save_draft(actor, prompt, content=content, base_version=1, revision=0, tab="canary")
    create_branch(actor, prompt, name="canary", number=1)
    move_label(actor, prompt, name="canary", number=1)
    silence_rule(actor, rule="vague-wording", reason="A canary may be vague.", prompt=prompt)
    set_favourite(actor, prompt, on=True)
    create_folder(actor, name="Canary")
    create_tag(actor, name="canary")
    create_fragment(actor, title="Canary", text="Sing.")
    suite = create_suite(actor, prompt, name="Canary", model_refs=("demo/demo-small",))
    suite = set_checks(actor, suite, checks=[{"kind": "contains", "values": ["sing"]}], was=[])
    import_cases(actor, suite, [CaseRow(name="canary", variables={"bird": "a canary"}, expected="")])
    start_run(actor, suite, versions=prompts.list_versions(prompt), models=("demo/demo-small",))
