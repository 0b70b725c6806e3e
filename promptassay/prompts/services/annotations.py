"""Writing annotations: threads on a span of text, begun, answered, resolved and reopened."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from promptassay.audit.services import record
from promptassay.core.errors import AppError, Conflict, NotFound, ValidationFailed
from promptassay.core.ids import uuid7
from promptassay.language.anchor import Texts
from promptassay.prompts import queries
from promptassay.prompts.content import text_problem
from promptassay.prompts.mentions import find_mentions, mentioned
from promptassay.prompts.models import Annotation, Branch, Comment, Prompt
from promptassay.prompts.queries import annotations
from promptassay.prompts.services.versions import lock
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Ability
from promptassay.workspaces.queries import members
from promptassay.workspaces.services import forget_notifications, notify

MENTIONED, ANSWERED, RESOLVED = "annotation_mention", "annotation_answer", "annotation_resolved"
QUOTE_LIMIT: Final = 5_000
BODY_LIMIT: Final = 4_000
THREADS_MAX: Final = 500
COMMENTS_MAX: Final = 200


class NotTheirs(AppError):
    """A comment stays in its author's words: nobody else edits it, whatever their role."""

    status = 403
    code = "FORBIDDEN"

    def __init__(self) -> None:
        super().__init__("This comment is somebody else's, so it stays in their words.", next_step="Answer it instead.")


def start_thread(
    actor: Actor,
    prompt: Prompt,
    *,
    texts: Sequence[str],
    message: int,
    start: int,
    end: int,
    body: str,
    base_version: int = 0,
    branch: Branch | None = None,
) -> Annotation:
    """Begin a thread on `texts[message][start:end]`, offsets in code points.

    `texts` are the messages as the actor sees them: a version's, or their draft's; `base_version` is that version, or
    what the draft started from, 0 for none.
    """
    body = checked_body(body)
    _check_span(texts, message, start, end)
    locked = lock(prompt)
    if Annotation.objects.filter(prompt=locked).count() >= THREADS_MAX:
        raise Conflict(f"A prompt holds {THREADS_MAX} threads.", next_step="Delete some that are resolved first.")
    now = datetime.now(UTC)
    number = min(max(base_version, 0), queries.next_number(locked) - 1)
    annotation = Annotation(
        id=uuid7(),
        workspace_id=actor.workspace_id,
        prompt=locked,
        branch=branch,
        version_number=number,
        on_draft=not _is_version(locked, number, texts),
        created_by=actor.user_id,
        created_at=now,
        updated_at=now,
    )
    annotation.anchor = Texts(texts).anchor(message, start, end)
    annotation.first_quote = annotation.quote
    annotation.save(force_insert=True)
    comment = _write(actor, annotation, body, now)
    _tell(actor, annotation, MENTIONED, mentioned(comment.mentions))
    _record(actor, "annotation.created", annotation, number=number)
    return annotation


def answer(actor: Actor, annotation: Annotation, *, body: str) -> Comment:
    """Add a comment to a thread, resolved ones too; everybody who takes part in it is told."""
    body = checked_body(body)
    locked = _locked(annotation)
    if Comment.objects.filter(annotation=locked).count() >= COMMENTS_MAX:
        raise Conflict(f"A thread holds {COMMENTS_MAX} comments.", next_step="Begin another on the same text.")
    before = annotations.participants(locked)
    now = datetime.now(UTC)
    comment = _write(actor, locked, body, now)
    locked.updated_at = now
    locked.save(update_fields=["updated_at"])
    named = mentioned(comment.mentions)
    _tell(actor, locked, MENTIONED, named)
    _tell(actor, locked, ANSWERED, before - named)
    _record(actor, "annotation.answered", locked, comment=comment)
    return comment


def edit_comment(actor: Actor, comment: Comment, *, body: str) -> Comment:
    """Other words for the actor's own comment; who is newly mentioned is told."""
    body = checked_body(body)
    held = _locked_comment(comment)
    if held.author_id != actor.user_id:
        raise NotTheirs()
    if body == held.body:
        return held
    before = mentioned(held.mentions)
    held.body, held.mentions = body, find_mentions(body, members(actor.workspace_id))
    held.edited_at = datetime.now(UTC)
    held.save(update_fields=["body", "mentions", "edited_at"])
    _tell(actor, held.annotation, MENTIONED, mentioned(held.mentions) - before)
    _record(actor, "annotation.comment_edited", held.annotation, comment=held)
    return held


def delete_comment(actor: Actor, comment: Comment) -> Annotation | None:
    """Take a comment's words away for good: the author's own, or anybody's with CONTENT_MANAGE.

    With its last comment the thread goes too: None then. An archived prompt is no obstacle: words can be taken back.
    """
    held = _locked_comment(comment, even_archived=True)
    if held.author_id != actor.user_id:
        actor.require(Ability.CONTENT_MANAGE)
    annotation: Annotation = held.annotation
    held.body, held.mentions, held.deleted_at = "", [], datetime.now(UTC)
    held.save(update_fields=["body", "mentions", "deleted_at"])
    _record(actor, "annotation.comment_deleted", annotation, comment=held)
    if Comment.objects.filter(annotation=annotation, deleted_at=None).exists():
        return annotation
    forget_notifications([annotation.pk])
    annotation.delete()
    return None


def resolve(actor: Actor, annotation: Annotation) -> Annotation:
    """The thread has served its purpose; who takes part in it is told."""
    locked = _locked(annotation)
    if locked.resolved_at is None:
        locked.resolved_by, locked.resolved_at = actor.user_id, datetime.now(UTC)
        locked.updated_at = locked.resolved_at
        locked.save(update_fields=["resolved_by", "resolved_at", "updated_at"])
        _tell(actor, locked, RESOLVED, annotations.participants(locked))
        _record(actor, "annotation.resolved", locked)
    return locked


def reopen(actor: Actor, annotation: Annotation) -> Annotation:
    """There is more to say after all."""
    locked = _locked(annotation)
    if locked.resolved_at is not None:
        locked.resolved_by, locked.resolved_at, locked.updated_at = None, None, datetime.now(UTC)
        locked.save(update_fields=["resolved_by", "resolved_at", "updated_at"])
        _record(actor, "annotation.reopened", locked)
    return locked


def checked_body(body: str) -> str:
    """A comment's text without blanks around it; ValidationFailed when there is nothing in it, or too much."""
    body = body.replace("\r\n", "\n").strip()
    problem = ""
    if not body:
        problem = "It is empty."
    elif len(body) > BODY_LIMIT:
        problem = f"It has {len(body):,} characters; {BODY_LIMIT:,} fit."
    elif trouble := text_problem(body):
        problem = f"It {trouble}"
    if problem:
        raise ValidationFailed("The comment was not kept.", why=problem, details={"comment": problem})
    return body


def _check_span(texts: Sequence[str], message: int, start: int, end: int) -> None:
    problem = ""
    if not 0 <= message < len(texts) or not 0 <= start < end <= len(texts[message]):
        problem = "There is no such place in the text."
    elif not texts[message][start:end].strip():
        problem = "There is only blank space in the selection."
    elif end - start > QUOTE_LIMIT:
        problem = f"The selection has {end - start:,} characters; {QUOTE_LIMIT:,} fit."
    elif trouble := text_problem(texts[message]):
        problem = f"The message {trouble}"
    if problem:
        raise ValidationFailed(
            "That span cannot be commented on.",
            why=problem,
            next_step="Select the words that the comment is about.",
            details={"quote": problem},
        )


def _is_version(prompt: Prompt, number: int, texts: Sequence[str]) -> bool:
    if not number:
        return False
    return [message["content"] for message in queries.get_version(prompt, number).messages] == list(texts)


def _write(actor: Actor, annotation: Annotation, body: str, now: datetime) -> Comment:
    return Comment.objects.create(
        workspace_id=actor.workspace_id,
        annotation=annotation,
        author_id=actor.user_id,
        body=body,
        mentions=find_mentions(body, members(actor.workspace_id)) if "@" in body else [],
        created_at=now,
    )


def _locked(annotation: Annotation, *, even_archived: bool = False) -> Annotation:
    """The thread as it is now, with its row locked; Conflict when its prompt is archived."""
    if not even_archived:
        lock(annotation.prompt)
    locked = Annotation.objects.select_for_update().filter(pk=annotation.pk).first()
    if locked is None:
        raise NotFound()
    return locked


def _locked_comment(comment: Comment, *, even_archived: bool = False) -> Comment:
    """The comment as it is now, with its thread locked: writers of one thread take turns."""
    annotation = _locked(comment.annotation, even_archived=even_archived)
    held = Comment.objects.filter(annotation=annotation, pk=comment.pk, deleted_at=None).first()
    if held is None:
        raise NotFound()
    held.annotation = annotation
    return held


def _tell(actor: Actor, annotation: Annotation, kind: str, people: set[Any]) -> None:
    if people - {actor.user_id}:
        notify(actor, recipients=people, kind=kind, subject_id=annotation.pk)


def _record(
    actor: Actor, action: str, annotation: Annotation, *, comment: Comment | None = None, **data: object
) -> None:
    """One entry about the prompt: ids and numbers, never words of a comment or of the text."""
    data |= {"annotation": str(annotation.pk)} | ({"comment": str(comment.pk)} if comment else {})
    record(actor, action, target=("prompt", annotation.prompt_id), data=data)
