"""The two canary workspaces: they belong to nobody, hold a little of everything, and are what probes attack.

Three canaries, accounts that nobody can sign in to, sit in them: an owner in each, and a plain member in B. Probes
act inside A, so that B stays as it is and a changed row in it means something.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from promptassay.accounts.models import User
from promptassay.accounts.queries import canary_names
from promptassay.accounts.services import ensure_canary
from promptassay.core.database import first_row
from promptassay.core.ids import uuid7
from promptassay.core.secret import Secret
from promptassay.core.tenancy import with_workspace
from promptassay.evals.case_files import CaseRow
from promptassay.evals.services import start_run
from promptassay.evals.services.cases import import_cases
from promptassay.evals.services.suites import create_suite, set_checks
from promptassay.fragments.services import create_fragment
from promptassay.prompts import queries as prompts
from promptassay.prompts.content import PromptContent
from promptassay.prompts.models import Folder, Prompt
from promptassay.prompts.services.annotations import MENTIONED, start_thread
from promptassay.prompts.services.branches import create_branch
from promptassay.prompts.services.bulk import move_many
from promptassay.prompts.services.drafts import save_draft
from promptassay.prompts.services.folders import create_folder
from promptassay.prompts.services.labels import move_label
from promptassay.prompts.services.prompts import create_prompt
from promptassay.prompts.services.silences import silence_rule
from promptassay.prompts.services.tags import create_tag, set_favourite
from promptassay.providers.services import add_key
from promptassay.trust.models import Canary
from promptassay.trust.probes import Canaries
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Role
from promptassay.workspaces.services import create_canary_workspace, notify, seat_canary

LABEL: Final = "the trust page’s canary"
TEXT: Final = "Sing what {{bird}} sings."
_NAMES: Final = ("owner-a", "owner-b", "member-b")
# Two processes that begin at once make one pair.
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('promptassay.trust.canaries'))"


@dataclass(frozen=True)
class People:
    """As whom probes act by HTTP. Nobody can sign in as them: `accounts.services.canary_session` lets a probe in."""

    owner_a: User
    owner_b: User
    member_b: User


def actor_in(workspace_id: UUID) -> Actor:
    """Who fills a canary workspace: nobody at all."""
    return Actor(user_id=workspace_id, workspace_id=workspace_id, role=Role.OWNER, label=LABEL)


def ensure_canaries() -> Canaries:
    """Both workspaces, made and filled at their first use; a pair of an older release gets its people."""
    found = {each.name: each.canary_id for each in Canary.objects.all()}
    if len(found) < 2 or not _has_people():
        with transaction.atomic():
            first_row(_LOCK, [])
            found = {name: _ensure(name) for name in "ab"}
    return Canaries(found["a"], found["b"])


def people() -> People:
    """The canaries themselves. Only after `ensure_canaries`."""
    return People(*(ensure_canary(name) for name in _NAMES))


def _has_people() -> bool:
    """They are made together with the rest of what `_people_it` makes, or not at all."""
    return canary_names() >= set(_NAMES)


def _ensure(name: str) -> UUID:
    row = Canary.objects.filter(name=name).first()
    workspace_id = row.canary_id if row else uuid7()
    actor = actor_in(workspace_id)
    peopled = _has_people()
    with with_workspace(workspace_id):
        if row is None:
            create_canary_workspace(actor, name=f"Canary {name.upper()}")
            _fill(actor)
        if not peopled:
            _people_it(actor, name)
    if row is None:
        Canary.objects.create(name=name, canary_id=workspace_id, made_at=datetime.now(UTC))
    return workspace_id


def _fill(actor: Actor) -> None:
    """Something in each of the tables that people fill, so that reaching nothing means something."""
    content = PromptContent([{"role": "user", "content": TEXT}], {})
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


def _people_it(actor: Actor, name: str) -> None:
    """Its canaries, and what else has an address: a thread with its comment, a notification, an act, a key."""
    owner = ensure_canary(f"owner-{name}")
    seat_canary(actor, owner, role=Role.OWNER)
    if name == "b":
        seat_canary(actor, ensure_canary("member-b"), role=Role.MEMBER)
    prompt = Prompt.objects.order_by("pk")[0]
    move_many(actor, [prompt.pk], folder=Folder.objects.order_by("pk")[0])
    thread = start_thread(actor, prompt, texts=[TEXT], message=0, start=0, end=4, body="Louder.", base_version=1)
    notify(actor, recipients=[owner.pk], kind=MENTIONED, subject_id=thread.pk)
    # It opens nothing anywhere, and nobody asks it for its models: canaries are left out of that.
    add_key(
        actor,
        provider="compatible",
        name="Canary",
        secret=Secret(secrets.token_hex(24)),
        base_url="https://canary.invalid",
    )
