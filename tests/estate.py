"""One of everything that a workspace can hold, for tests that try to reach it from elsewhere."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from promptassay.assist.services import choose_model, give_consent
from promptassay.core.catalogue import tenant_tables
from promptassay.evals.models import Case, Cell, CellOutput, Run, RunCase, Suite
from promptassay.fragments.models import Fragment, FragmentUse
from promptassay.fragments.services import create_fragment
from promptassay.prompts.models import (
    Annotation,
    Branch,
    BulkAct,
    Comment,
    Draft,
    Folder,
    LabelMove,
    Prompt,
    Tag,
    Version,
)
from promptassay.prompts.services import annotations, bulk, folders, move_label, protect_label, silence_rule, tags
from promptassay.providers.models import KeyUse, ProviderKey
from promptassay.providers.queries import describe
from promptassay.providers.services import count_call, open_key
from promptassay.trust.private.services import begin_check
from promptassay.workspaces.apikeys.models import ApiKey
from promptassay.workspaces.apikeys.services import create_key
from promptassay.workspaces.models import Notification
from promptassay.workspaces.permissions import Scope
from promptassay.workspaces.services import rename_workspace
from tests import environment
from tests.evals.factories import DEMO, add_case, finish_run, make_prompt, make_run, make_suite
from tests.people import Person
from tests.providers.factories import make_key

LABEL, BRANCH = "production", "shorter"
SLUG = "house-style"
RULE = "vague-wording"
PANEL = "improve"


@dataclass(frozen=True)
class Estate:
    """The rows made for a person; `mark` stands in every text of theirs that a person can write."""

    person: Person
    mark: str
    prompt: Prompt
    version: Version
    draft: Draft
    suite: Suite
    case: Case
    run: Run
    live_run: Run
    cell: Cell
    key: ProviderKey
    fragment: Fragment
    folder: Folder
    tag: Tag
    act: BulkAct
    annotation: Annotation
    comment: Comment
    notification: Notification
    api_key: ApiKey

    @property
    def workspace_id(self) -> UUID:
        """Whose all of it is."""
        return self.person.workspace.id


def build(person: Person, mark: str) -> Estate:
    """Fill the person's workspace: a prompt with versions and a draft, a suite, two runs, a key, both ledgers."""
    actor = person.actor
    with person.inside():
        rename_workspace(actor, name=f"{mark} workspace")
        prompt = make_prompt(actor, title=f"{mark} prompt", texts=(f"{mark} {{{{ticket}}}}", f"{mark}: {{{{ticket}}}}"))
        version = Version.objects.get(prompt=prompt, number=2)
        fragment = create_fragment(actor, title=f"{mark} fragment", slug=SLUG, text=f"{mark} style")
        draft = Draft.objects.create(
            workspace_id=actor.workspace_id,
            prompt=prompt,
            user_id=actor.user_id,
            messages=[{"role": "user", "content": f"{mark} draft ${{fragment:{SLUG}}}"}],
            updated_at=datetime.now(UTC),
        )
        suite = make_suite(actor, prompt, name=f"{mark} suite")
        move_label(actor, prompt, name=LABEL, number=1, reason=mark)
        protect_label(actor, prompt, name=LABEL, suite_id=suite.id)
        Branch.objects.create(
            workspace_id=actor.workspace_id,
            prompt=prompt,
            name=BRANCH,
            base_number=1,
            head_number=1,
            created_by=actor.user_id,
        )
        case = add_case(actor, suite, {"ticket": mark}, position=9, checks=[{"kind": "equals", "value": mark}])
        run = finish_run(make_run(actor, suite), {}, output=f"{mark} output")
        live_run = make_run(actor, suite)
        key = make_key(person, name=f"{mark} key")
        open_key(actor, key.id, purpose="test")
        count_call(actor, describe(DEMO), purpose="playground", outcome="ok")
        give_consent(actor, f"{key.id}/gpt-test")
        choose_model(actor, reference=f"{key.id}/gpt-test", effort="", for_workspace=True)
        assert KeyUse.objects.count() == 1 and LabelMove.objects.count() == 1
        folder = folders.create_folder(actor, name=f"{mark} folder")
        tag = tags.create_tag(actor, name=f"{mark} tag")
        tags.set_favourite(actor, prompt, on=True)
        silence_rule(actor, rule=RULE, reason=mark)
        silence_rule(actor, rule=RULE, reason=mark, prompt=prompt)
        bulk.tag_many(actor, [prompt.id], tag=tag, on=True)
        act = bulk.move_many(actor, [prompt.id], folder=folder)
        annotation = annotations.start_thread(
            actor, prompt, texts=[f"{mark}: {{{{ticket}}}}"], message=0, start=0, end=len(mark), body=f"{mark} comment"
        )
        comment = Comment.objects.get(annotation=annotation)
        notification = Notification.objects.create(
            workspace_id=actor.workspace_id,
            user_id=actor.user_id,
            kind=annotations.MENTIONED,
            subject_id=annotation.id,
            created_at=datetime.now(UTC),
        )
        api_key, _ = create_key(actor, name=f"{mark} program", scopes=list(Scope))
        begin_check(actor)
        cell = Cell.objects.filter(run=run)[0]
        assert FragmentUse.objects.count() == 1
        assert CellOutput.objects.filter(cell=cell).exists() and RunCase.objects.filter(run=run).exists()
    return Estate(
        person,
        mark,
        prompt,
        version,
        draft,
        suite,
        case,
        run,
        live_run,
        cell,
        key,
        fragment,
        folder,
        tag,
        act,
        annotation,
        comment,
        notification,
        api_key,
    )


def tenant_rows(workspace_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Every row of a workspace by table, read by the superuser."""
    with psycopg.connect(environment.superuser_url(), autocommit=True) as connection:
        return estate_rows(connection.cursor(), workspace_id)


def estate_rows(cursor: "psycopg.Cursor[Any]", workspace_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Every row of a workspace by table, as the cursor's role sees them."""
    tables = tenant_tables(cursor)
    parts = [
        f"SELECT '{table}', to_jsonb(t) FROM {table} t "
        f"WHERE {'id' if table == 'workspaces_workspace' else 'workspace_id'} = '{workspace_id}'"
        for table in tables
    ]
    rows = cursor.execute(" UNION ALL ".join(parts)).fetchall()
    found: dict[str, list[dict[str, Any]]] = {table: [] for table in tables}
    for table, row in rows:
        found[table].append(row)
    return {table: sorted(kept, key=lambda row: str(row["id"])) for table, kept in found.items()}
