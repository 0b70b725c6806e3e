"""What fragments learn of prompts: which text refers to what, and the prompts behind it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.signals import post_delete, post_save

from promptassay.fragments.models import UserKind
from promptassay.fragments.services import HeldText, forget_uses, record_new_uses, record_uses
from promptassay.fragments.users import UsingPrompt, VersionKey, register
from promptassay.language.messages import Message, as_messages
from promptassay.prompts.models import Branch, Draft, Label, Prompt, Version


class Prompts:
    """Answers what fragments ask, for the current workspace."""

    def describe(self, ids: Collection[UUID]) -> dict[UUID, UsingPrompt]:
        """Follow `PromptReader.describe`: labels and open branches point at versions."""
        if not ids:
            return {}
        labels: dict[UUID, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        pointers = Label.objects.filter(prompt__in=ids).order_by("name")
        for prompt_id, number, name in pointers.values_list("prompt_id", "version_number", "name"):
            labels[prompt_id][number].append(name)
        branches = Branch.objects.filter(prompt__in=ids, closed_at=None).order_by("name")
        for prompt_id, number, name in branches.values_list("prompt_id", "head_number", "name"):
            labels[prompt_id][number].append(f"branch {name}")
        rows = Prompt.objects.filter(pk__in=ids).values_list("id", "title", "current_version", "archived_at")
        return {
            key: UsingPrompt(
                key,
                title,
                current,
                archived is not None,
                {number: tuple(names) for number, names in labels[key].items()},
            )
            for key, title, current, archived in rows
        }

    def messages(self, wanted: Collection[VersionKey]) -> dict[VersionKey, tuple[Message, ...]]:
        """Follow `PromptReader.messages`."""
        if not wanted:
            return {}
        asked = Q()
        for prompt_id, number in wanted:
            asked |= Q(prompt=prompt_id, number=number)
        rows = Version.objects.filter(asked).values_list("prompt_id", "number", "messages")
        return {(prompt_id, number): as_messages(messages) for prompt_id, number, messages in rows}


def connect() -> None:
    """Tell fragments from now on. By the models' signals, so that no way of saving a version can forget it.

    What is inserted in bulk sends none: `record_copies` is for that.
    """
    register(Prompts())
    post_save.connect(_version_written, sender=Version, dispatch_uid="fragments-of-version")
    post_save.connect(_draft_written, sender=Draft, dispatch_uid="fragments-of-draft")
    post_delete.connect(_text_gone, sender=Draft, dispatch_uid="fragments-of-draft-gone")
    post_delete.connect(_text_gone, sender=Version, dispatch_uid="fragments-of-version-gone")


def record_copies(workspace_id: UUID, *, versions: Iterable[Version], drafts: Iterable[Draft]) -> None:
    """Tell fragments of versions and drafts that were inserted in bulk."""
    record_new_uses(workspace_id, kind=UserKind.VERSION, held=[_held(each, each.number) for each in versions])
    record_new_uses(workspace_id, kind=UserKind.DRAFT, held=[_held(each, 0) for each in drafts])


def _version_written(sender: type[Version], instance: Version, **rest: Any) -> None:
    record_uses(instance.workspace_id, kind=UserKind.VERSION, held=_held(instance, instance.number))


def _draft_written(sender: type[Draft], instance: Draft, **rest: Any) -> None:
    record_uses(instance.workspace_id, kind=UserKind.DRAFT, held=_held(instance, 0))


def _text_gone(sender: type[Version] | type[Draft], instance: Version | Draft, **rest: Any) -> None:
    forget_uses([instance.id])


def _held(text: Version | Draft, number: int) -> HeldText:
    return HeldText(text.prompt_id, text.id, number, [message["content"] for message in text.messages])
