"""Writing prompts themselves: made, described, copied, archived."""

from datetime import UTC, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from promptassay.audit.services import record
from promptassay.core.errors import Conflict, ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.core.names import name_problem
from promptassay.prompts import queries
from promptassay.prompts.content import PromptContent, content_of, has_text
from promptassay.prompts.models import ChangeSource, Prompt, PromptType
from promptassay.prompts.services.copying import plant, take
from promptassay.prompts.services.versions import lock, save_version, search_text
from promptassay.providers.references import parse_reference
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability

TITLE_LIMIT: Final = 120
DESCRIPTION_LIMIT: Final = 500
INTENT_LIMIT: Final = 500
SLUG_LIMIT: Final = 80
MODEL_LIMIT: Final = 200
_SLUG_TRIES: Final = 5


def create_prompt(
    actor: Actor,
    *,
    title: str,
    prompt_type: str = PromptType.SYSTEM,
    description: str = "",
    intent: str = "",
    target_model: str = "",
    content: PromptContent | None = None,
    change_source: str = ChangeSource.MANUAL,
    summary: str = "",
) -> Prompt:
    """Make a prompt; content with text becomes its version 1. Two prompts may share a title, never a slug."""
    prompt = Prompt(
        id=uuid7(),
        workspace_id=actor.workspace_id,
        created_by=actor.user_id,
        updated_at=datetime.now(UTC),
    )
    _describe(prompt, title, prompt_type, description, intent, target_model)
    prompt.search_text = search_text(prompt, None)
    _insert_with_free_slug(prompt)
    record(
        actor,
        "prompt.created",
        target=("prompt", prompt.id),
        data={"title": prompt.title, "slug": prompt.slug},
    )
    if content is not None and has_text(content):
        save_version(actor, prompt, content=content, base_version=0, summary=summary, change_source=change_source)
        prompt.current_version = 1
    return prompt


def update_details(
    actor: Actor,
    prompt: Prompt,
    *,
    title: str,
    prompt_type: str,
    description: str = "",
    intent: str = "",
    target_model: str = "",
) -> Prompt:
    """Change what is said about a prompt; its slug stays, because programs may hold it."""
    locked = lock(prompt)
    _describe(locked, title, prompt_type, description, intent, target_model)
    latest = queries.latest_version(locked)
    locked.search_text = search_text(locked, content_of(latest) if latest else None)
    locked.updated_at = datetime.now(UTC)
    locked.save()
    record(actor, "prompt.described", target=("prompt", locked.id), data={"title": locked.title})
    return locked


def archive_prompt(actor: Actor, prompt: Prompt) -> Prompt:
    """Put a prompt out of sight; nothing is deleted. A member archives only their own."""
    return _set_archived(actor, prompt, datetime.now(UTC))


def unarchive_prompt(actor: Actor, prompt: Prompt) -> Prompt:
    """Bring a prompt back. A member brings back only their own."""
    return _set_archived(actor, prompt, None)


def duplicate_prompt(actor: Actor, prompt: Prompt) -> Prompt:
    """A new prompt in the same folder with the same tags and the latest version as its first one; without any, with
    the actor's draft as a draft.
    """
    copy = plant(actor, take(actor, [prompt]), suffix=" (copy)")[0]
    data = {"title": copy.title, "slug": copy.slug, "copy_of": str(prompt.id)}
    record(actor, "prompt.created", target=("prompt", copy.id), data=data)
    return copy


def _set_archived(actor: Actor, prompt: Prompt, moment: datetime | None) -> Prompt:
    if prompt.created_by != actor.user_id:
        actor.require(Ability.CONTENT_MANAGE)
    if (prompt.archived_at is None) == (moment is None):
        return prompt
    prompt.archived_at = moment
    prompt.updated_at = datetime.now(UTC)
    prompt.save(update_fields=["archived_at", "updated_at"])
    action = "prompt.archived" if moment else "prompt.unarchived"
    record(actor, action, target=("prompt", prompt.id), data={"title": prompt.title})
    return prompt


def _describe(prompt: Prompt, title: str, prompt_type: str, description: str, intent: str, target_model: str) -> None:
    """Set the checked details; ValidationFailed with a sentence for each field that is wrong."""
    values = {
        "title": (" ".join(title.split()), TITLE_LIMIT),
        "description": (description.strip(), DESCRIPTION_LIMIT),
        "intent": (intent.strip(), INTENT_LIMIT),
        "target_model": (target_model.strip(), MODEL_LIMIT),
    }
    problems: dict[str, str] = {}
    for name, (text, limit) in values.items():
        if len(text) > limit:
            problems[name] = f"It has {len(text):,} characters; {limit} fit."
        elif "\x00" in text:
            problems[name] = "It holds a null character (U+0000)."
        elif name == "title" and (problem := name_problem(text)):
            problems[name] = problem
        setattr(prompt, name, text)
    if not prompt.title:
        problems["title"] = "A prompt needs a title."
    if prompt_type not in PromptType.values:
        problems["prompt_type"] = "It is none of the known types."
    if prompt.target_model and "target_model" not in problems:
        try:
            parse_reference(prompt.target_model)
        except ValidationFailed as error:
            problems["target_model"] = error.message
    if problems:
        raise ValidationFailed(
            "The prompt's details cannot be saved as they are.",
            why="; ".join(f"{name.replace('_', ' ')}: {text}" for name, text in problems.items()),
            details=problems,
        )
    prompt.prompt_type = prompt_type


def _insert_with_free_slug(prompt: Prompt) -> None:
    """Insert under a slug made of the title, with a number after it where that is taken."""
    base = slugify(prompt.title)[: SLUG_LIMIT - 6].strip("-") or "prompt"
    for _ in range(_SLUG_TRIES):
        taken = queries.slugs_like(base)
        number = 2
        prompt.slug = base
        while prompt.slug in taken:
            prompt.slug = f"{base}-{number}"
            number += 1
        try:
            with transaction.atomic():
                prompt.save(force_insert=True)
        except IntegrityError:  # somebody took it between the look and the insert
            continue
        return
    raise Conflict("No free short name was found for this title.", next_step="Try again, or choose another title.")
