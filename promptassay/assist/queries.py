"""Reading which model the panels use, whether its key was consented to, and the meta-prompts themselves."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import Final, Literal
from uuid import UUID

from django.db.models import Q

from promptassay.assist.asking import About
from promptassay.assist.models import WorkbenchModel
from promptassay.assist.panels import Panel
from promptassay.core.database import first_row
from promptassay.core.errors import NotFound, ProviderKeyMissing
from promptassay.fragments.queries import source
from promptassay.language.blocks import read_parts
from promptassay.language.fragments import FragmentText
from promptassay.language.variables import find_references
from promptassay.prompts.model_settings import EFFORTS
from promptassay.providers.queries import ModelChoice, describe, facts_of, model_choices
from promptassay.providers.references import parse_reference
from promptassay.workspaces.actor import Actor

FRAGMENTS_SHOWN: Final = 50
_OPENER: Final = "${fragment:"
_ABOUT: Final = "SELECT title, prompt_type, description, intent, target_model{more} FROM prompts_prompt WHERE id = $1"
_EFFORT: Final = """
SELECT effort FROM assist_workbenchmodel WHERE reference = $1 AND (user_id = $2 OR user_id IS NULL)
ORDER BY user_id NULLS LAST LIMIT 1
"""
_PROMPTS: Final = Path(__file__).parent / "prompts"
_CONSENTED: Final = """
SELECT 1 FROM assist_consent c JOIN providers_key k ON k.workspace_id = c.workspace_id AND k.id = c.key_id
WHERE c.key_id = {key} AND c.user_id = {person} AND c.origin = k.origin
"""
_CONSENTED_ALONE: Final = _CONSENTED.format(key="$1", person="$2")
_ABOUT_ALONE: Final = _ABOUT.format(more="")
# Between a person's click and the first word of the answer every statement counts.
_ABOUT_AND_CONSENT: Final = _ABOUT.format(more=f", ({_CONSENTED.format(key='$2', person='$3')})")


@dataclass(frozen=True)
class Workbench:
    """The model that a person's panels use, its effort, and whose choice that is (`first`: nobody chose yet)."""

    choice: ModelChoice
    effort: str
    chosen_by: Literal["me", "workspace", "first"]

    @property
    def efforts(self) -> tuple[str, ...]:
        """The efforts that the model can be told."""
        return efforts_of(self.choice)


def workbench_model(actor: Actor, choices: Sequence[ModelChoice] | None = None) -> Workbench:
    """The person's own choice, else the workspace's default, else the first model there is.

    A choice whose key is gone counts as none. `choices` are those of `model_choices`, where they are known already.
    """
    for row in stored_choices(actor):
        with suppress(ProviderKeyMissing):
            return Workbench(describe(row.reference), row.effort, "me" if row.user_id else "workspace")
    return Workbench((model_choices() if choices is None else choices)[0], "", "first")


def stored_choices(actor: Actor) -> list[WorkbenchModel]:
    """What was chosen, the person's own before the workspace's default."""
    mine = Q(user_id=actor.user_id) | Q(user_id=None)
    return sorted(WorkbenchModel.objects.filter(mine), key=lambda row: row.user_id is None)


def stored_effort(actor: Actor, reference: str) -> str:
    """The effort that was chosen together with this model, empty for none."""
    row = first_row(_EFFORT, [reference, actor.user_id])
    return (row[0] or "") if row else ""


def efforts_of(choice: ModelChoice) -> tuple[str, ...]:
    """The reasoning efforts that a model takes, as the catalogue knows it; none for a model that it does not know."""
    return EFFORTS if "reasoning_effort" in facts_of(choice).supports else ()


def has_consented(actor: Actor, reference: str) -> bool:
    """Whether the person has read where this model's key sends text, as it is now. The demo sends nothing anywhere."""
    key_id = parse_reference(reference).key_id
    return key_id is None or first_row(_CONSENTED_ALONE, [key_id, actor.user_id]) is not None


@cache
def meta_prompt(panel: Panel) -> dict[str, Template]:
    """The parts of a panel's meta-prompt by name: system, user, and repair where its answer is JSON."""
    return read_parts(meta_prompt_path(panel))


def meta_prompt_path(panel: Panel) -> Path:
    """Where a panel's meta-prompt stands."""
    return _PROMPTS / f"{panel.version}.md"


def about_prompt(prompt_id: UUID) -> About:
    """What is known of a prompt besides its text; NotFound when this workspace has none of it."""
    return _about(first_row(_ABOUT_ALONE, [prompt_id]))


def about_and_consent(actor: Actor, prompt_id: UUID, reference: str) -> tuple[About, bool]:
    """As `about_prompt` and `has_consented`, in one statement."""
    key_id = parse_reference(reference).key_id
    row = first_row(_ABOUT_AND_CONSENT, [prompt_id, key_id, actor.user_id])
    return _about(row and row[:-1]), key_id is None or bool(row and row[-1])


def _about(row: Sequence[str | None] | None) -> About:
    if row is None:
        raise NotFound()
    title, prompt_type, description, intent, target = (text or "" for text in row)
    return About(title, prompt_type, description, intent, target.partition("/")[2])


def fragments_of(texts: Sequence[str]) -> tuple[FragmentText, ...]:
    """The fragments that stand in texts, as far as they can be found; no statement for texts without any."""
    references = [each for text in texts if _OPENER in text for each in find_references(text)]
    if not references:
        return ()
    found = source(texts)
    loaded = {each.slug: found.load(each.slug, each.pin) for each in references[:FRAGMENTS_SHOWN]}
    return tuple(each for each in loaded.values() if isinstance(each, FragmentText))
