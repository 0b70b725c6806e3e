"""The two canary workspaces: they belong to nobody, hold a little of everything, and are what probes attack.

Three canaries, accounts that nobody can sign in to, sit in them: an owner in each, and a plain member in B. Probes
act inside A, so that B stays as it is and a changed row in it means something.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
from promptassay.evals.models import Case, Run, Suite
from promptassay.evals.services import start_run
from promptassay.evals.services.cases import import_cases
from promptassay.evals.services.suites import create_suite, restore_suite, set_case_checks, set_checks
from promptassay.fragments.models import Fragment
from promptassay.fragments.services import create_fragment
from promptassay.prompts import queries as prompts
from promptassay.prompts.content import PromptContent
from promptassay.prompts.models import (
    Annotation,
    Branch,
    BulkAct,
    Draft,
    Favourite,
    Folder,
    Label,
    LintSilence,
    Prompt,
    Tag,
)
from promptassay.prompts.services.annotations import MENTIONED, start_thread
from promptassay.prompts.services.branches import create_branch
from promptassay.prompts.services.bulk import move_many
from promptassay.prompts.services.drafts import save_draft
from promptassay.prompts.services.folders import create_folder
from promptassay.prompts.services.labels import move_label
from promptassay.prompts.services.prompts import create_prompt, unarchive_prompt
from promptassay.prompts.services.silences import silence_rule
from promptassay.prompts.services.tags import create_tag, set_favourite
from promptassay.providers.models import ProviderKey
from promptassay.providers.services import add_key
from promptassay.trust.models import Canary
from promptassay.trust.probes import Canaries
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.apikeys.models import ApiKey
from promptassay.workspaces.apikeys.services import create_key
from promptassay.workspaces.models import Notification
from promptassay.workspaces.permissions import Role, Scope
from promptassay.workspaces.queries import members
from promptassay.workspaces.services import create_canary_workspace, notify, seat_canary

LABEL: Final = "the trust page’s canary"
TEXT: Final = "Sing what {{bird}} sings."
CONTENT: Final = PromptContent([{"role": "user", "content": TEXT}], {})
CHECKS: Final = ({"kind": "contains", "values": ["sing"]},)
MODEL: Final = "demo/demo-small"
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
    if len(found) < 2 or not canary_names() >= set(_NAMES):
        found = _complete()
    return Canaries(found["a"], found["b"])


def complete_canaries() -> None:
    """Give both what they lack: what an older release did not make, or what fell into a hole that a probe found."""
    _complete()


def people() -> People:
    """The canaries themselves. Only after `ensure_canaries`."""
    return People(*(ensure_canary(name) for name in _NAMES))


def _complete() -> dict[str, UUID]:
    with transaction.atomic():
        first_row(_LOCK, [])
        return {name: _ensure(name) for name in "ab"}


def _ensure(name: str) -> UUID:
    row = Canary.objects.filter(name=name).first()
    workspace_id = row.canary_id if row else uuid7()
    actor = actor_in(workspace_id)
    with with_workspace(workspace_id):
        if row is None:
            create_canary_workspace(actor, name=f"Canary {name.upper()}")
        seat_canary(actor, ensure_canary(f"owner-{name}"), role=Role.OWNER)
        if name == "b":
            seat_canary(actor, ensure_canary("member-b"), role=Role.MEMBER)
        for is_there, add in _THINGS:
            if not is_there():
                add(actor)
    if row is None:
        Canary.objects.create(name=name, canary_id=workspace_id, made_at=datetime.now(UTC))
    return workspace_id


def _prompt() -> Prompt:
    return Prompt.objects.order_by("pk")[0]


def _suite() -> Suite:
    return Suite.objects.order_by("pk")[0]


def _case() -> Case:
    return Case.objects.order_by("pk")[0]


def _add_prompt(actor: Actor) -> None:
    archived = Prompt.objects.order_by("pk").first()
    if archived is None:
        create_prompt(actor, title="Canary", content=CONTENT)
    else:
        unarchive_prompt(actor, archived)


def _add_draft(actor: Actor) -> None:
    save_draft(actor, _prompt(), content=CONTENT, base_version=1, revision=0, tab="canary")


def _add_branch(actor: Actor) -> None:
    """One that was closed has given its name free."""
    create_branch(actor, _prompt(), name="canary", number=1)


def _add_silence(actor: Actor) -> None:
    silence_rule(actor, rule="vague-wording", reason="A canary may be vague.", prompt=_prompt())


def _add_suite(actor: Actor) -> None:
    archived = Suite.objects.order_by("pk").first()
    if archived is None:
        create_suite(actor, _prompt(), name="Canary", model_refs=(MODEL,))
    else:
        restore_suite(actor, archived)


def _add_case(actor: Actor) -> None:
    import_cases(actor, _suite(), [CaseRow(name="canary", variables={"bird": "a canary"}, expected="")])


def _add_run(actor: Actor) -> None:
    start_run(actor, _suite(), versions=prompts.list_versions(_prompt()), models=(MODEL,))


def _add_act(actor: Actor) -> None:
    move_many(actor, [_prompt().pk], folder=Folder.objects.order_by("pk")[0])


def _add_thread(actor: Actor) -> None:
    start_thread(actor, _prompt(), texts=[TEXT], message=0, start=0, end=4, body="Louder.", base_version=1)


def _add_notification(actor: Actor) -> None:
    everybody = [each.user_id for each in members(actor.workspace_id)]
    notify(actor, recipients=everybody, kind=MENTIONED, subject_id=Annotation.objects.order_by("pk")[0].pk)


def _add_provider_key(actor: Actor) -> None:
    """It opens nothing anywhere, and nobody asks it for its models: canaries are left out of that."""
    secret, nowhere = Secret(secrets.token_hex(24)), "https://canary.invalid"
    add_key(actor, provider="compatible", name="Canary", secret=secret, base_url=nowhere)


def _add_api_key(actor: Actor) -> None:
    """One that nobody has seen, of nobody, and past its end at once."""
    create_key(actor, name="Canary", scopes=[Scope.PROMPTS_READ], lasts=timedelta(microseconds=1))


# Something in each of the tables that people fill, so that reaching nothing means something: how to see that it is
# there, and how to make it. In this order, since some take up those before them.
_THINGS: Final[tuple[tuple[Callable[[], bool], Callable[[Actor], object]], ...]] = (
    (lambda: Prompt.objects.filter(archived_at=None).exists(), _add_prompt),
    (lambda: Draft.objects.exists(), _add_draft),
    (lambda: Branch.objects.filter(closed_at=None).exists(), _add_branch),
    (lambda: Label.objects.exists(), lambda actor: move_label(actor, _prompt(), name="canary", number=1)),
    (lambda: LintSilence.objects.exists(), _add_silence),
    (lambda: Favourite.objects.exists(), lambda actor: set_favourite(actor, _prompt(), on=True)),
    (lambda: Folder.objects.exists(), lambda actor: create_folder(actor, name="Canary")),
    (lambda: Tag.objects.exists(), lambda actor: create_tag(actor, name="canary")),
    (lambda: Fragment.objects.exists(), lambda actor: create_fragment(actor, title="Canary", text="Sing.")),
    (lambda: Suite.objects.filter(archived_at=None).exists(), _add_suite),
    (lambda: bool(_suite().checks), lambda actor: set_checks(actor, _suite(), checks=CHECKS, was=[])),
    (lambda: Case.objects.exists(), _add_case),
    (lambda: bool(_case().checks), lambda actor: set_case_checks(actor, _case(), checks=CHECKS, was=[])),
    (lambda: Run.objects.exists(), _add_run),
    (lambda: BulkAct.objects.exists(), _add_act),
    (lambda: Annotation.objects.exists(), _add_thread),
    (lambda: Notification.objects.exists(), _add_notification),
    (lambda: ProviderKey.objects.exists(), _add_provider_key),
    (lambda: ApiKey.objects.exists(), _add_api_key),
)
