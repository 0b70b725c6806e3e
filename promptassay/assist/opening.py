"""From what a person asks a panel for to a panel that is ready to stream: read, agreed to, its key opened."""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from promptassay.assist import queries
from promptassay.assist.asking import Asked, Question, ask
from promptassay.assist.collecting import collect
from promptassay.assist.measuring import room_for
from promptassay.assist.panels import Panel
from promptassay.assist.services import ConsentNeeded
from promptassay.assist.streams import Opened
from promptassay.providers.queries import ModelChoice, describe
from promptassay.providers.services import open_choice
from promptassay.providers.wire import Effort
from promptassay.workspaces.actor import Actor


def open_panel(
    actor: Actor, panel: Panel, prompt_id: UUID, post: Mapping[str, str], *, reference: str, effort: str
) -> Opened:
    """All that the panel needs to stream its answer; `post` holds the workbench's fields and the pane's.

    Raises ConsentNeeded where nobody has read yet where the text goes, and whatever refuses the question or the key.
    """
    about, has_consented = queries.about_and_consent(actor, prompt_id, reference)
    asked = collect(panel, prompt_id, about, post)
    if not has_consented:
        raise ConsentNeeded(describe(reference))
    choice, target = open_choice(actor, reference, purpose=panel.name, subject_id=prompt_id)
    return Opened(actor, panel, prompt_id, asked.content, question_of(panel, asked, choice, effort), choice, target)


def question_of(panel: Panel, asked: Asked, choice: ModelChoice, effort: str) -> Question:
    """What is asked; the effort only where the model has it."""
    usable = cast(Effort, effort) if effort and effort in queries.efforts_of(choice) else None
    longest = room_for(asked.right or asked.content, choice, usable)
    return ask(panel, queries.meta_prompt(panel), asked, choice.model, usable, longest)
