"""Reading annotations: the threads of a prompt, each with the place that its span has in a given text."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.urls import reverse

from promptassay.accounts.queries import emails_of
from promptassay.core.errors import NotFound
from promptassay.language.anchor import Place, Texts
from promptassay.prompts.mentions import GONE, Piece, as_typed, mentioned, pieces
from promptassay.prompts.models import Annotation, Comment, Prompt
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.notifications import Subject
from promptassay.workspaces.permissions import Ability

STATES: Final = ("open", "resolved", "orphaned")


@dataclass(frozen=True)
class CommentLine:
    """A comment as a thread shows it; `typed` is what its author edits."""

    comment: Comment
    author: str
    pieces: list[Piece]
    typed: str
    mine: bool
    may_delete: bool


@dataclass(frozen=True)
class Thread:
    """An annotation with its comments. `place` is where its span is in the text asked about, None where it is gone;
    `now` is the span's text there if it differs from what was annotated, `line` its line from 1.
    """

    annotation: Annotation
    place: Place | None
    now: str
    line: int
    comments: list[CommentLine]
    resolved_by: str

    @property
    def state(self) -> str:
        """open, resolved or orphaned; what is resolved needs no place."""
        if self.annotation.resolved_at is not None:
            return "resolved"
        return "open" if self.place else "orphaned"


def threads_on(actor: Actor, prompt: Prompt, texts: Sequence[str]) -> list[Thread]:
    """All threads of a prompt, in the order of their places in the messages' texts, what has none last.

    One statement for a prompt without any, three otherwise.
    """
    annotations = list(Annotation.objects.filter(prompt=prompt).order_by("-updated_at", "-id"))
    if not annotations:
        return []
    comments: dict[UUID, list[Comment]] = defaultdict(list)
    for comment in Comment.objects.filter(annotation__in=annotations).order_by("created_at", "id"):
        comments[comment.annotation_id].append(comment)
    emails = emails_of(_people(annotations, comments))
    here = Texts(texts)
    threads = [_thread(actor, each, each.place_in(here), texts, comments[each.id], emails) for each in annotations]
    last = (len(texts), 0)
    return sorted(threads, key=lambda thread: (thread.place.message, thread.place.start) if thread.place else last)


def counts_of(threads: Iterable[Thread]) -> dict[str, int]:
    """How many threads there are of each state."""
    counts = dict.fromkeys(STATES, 0)
    for thread in threads:
        counts[thread.state] += 1
    return counts


def get_annotation(prompt: Prompt, annotation_id: UUID) -> Annotation:
    """A thread of a prompt; NotFound when the prompt has none of it."""
    found = Annotation.objects.filter(prompt=prompt, pk=annotation_id).first()
    if found is None:
        raise NotFound()
    return found


def get_comment(annotation: Annotation, comment_id: UUID) -> Comment:
    """A comment of a thread, deleted ones not; NotFound when there is none."""
    found = Comment.objects.filter(annotation=annotation, pk=comment_id, deleted_at=None).first()
    if found is None:
        raise NotFound()
    return found


def participants(annotation: Annotation) -> set[UUID]:
    """Who began a thread, wrote in it or is mentioned in it."""
    rows = Comment.objects.filter(annotation=annotation, deleted_at=None).values_list("author_id", "mentions")
    people = {annotation.created_by}
    for author, mentions in rows:
        people |= {author} | mentioned(mentions)
    return people


def subjects_of(actor: Actor, ids: Collection[UUID]) -> dict[UUID, Subject]:
    """Threads as notifications lead to them: the prompt's title, and the thread in the workbench."""
    found = Annotation.objects.filter(pk__in=ids).select_related("prompt", "branch").defer("prompt__search_text")
    return {each.id: Subject(each.prompt.title, _url(actor.workspace_id, each)) for each in found}


def _url(workspace_id: UUID, annotation: Annotation) -> str:
    url = reverse("prompts:prompt-show", args=[workspace_id, annotation.prompt_id])
    branch = annotation.branch
    line = f"&branch={branch.name}" if branch and branch.closed_at is None else ""
    return f"{url}?note={annotation.id}{line}#pane-notes"


def _people(annotations: Iterable[Annotation], comments: Mapping[UUID, list[Comment]]) -> set[UUID]:
    people = {each.resolved_by for each in annotations if each.resolved_by}
    for each in (comment for thread in comments.values() for comment in thread):
        people |= {each.author_id} | mentioned(each.mentions)
    return people


def _thread(
    actor: Actor,
    annotation: Annotation,
    place: Place | None,
    texts: Sequence[str],
    comments: list[Comment],
    emails: Mapping[UUID, str],
) -> Thread:
    now = texts[place.message][place.start : place.end] if place else ""
    return Thread(
        annotation=annotation,
        place=place,
        now="" if now == annotation.first_quote else now,
        line=texts[place.message].count("\n", 0, place.start) + 1 if place else 0,
        comments=[_line(actor, each, emails) for each in comments],
        resolved_by=emails.get(annotation.resolved_by, GONE) if annotation.resolved_by else "",
    )


def _line(actor: Actor, comment: Comment, emails: Mapping[UUID, str]) -> CommentLine:
    mine = comment.author_id == actor.user_id
    return CommentLine(
        comment=comment,
        author=emails.get(comment.author_id, GONE),
        pieces=pieces(comment.body, comment.mentions, emails),
        typed=as_typed(comment.body, comment.mentions, emails),
        mine=mine,
        may_delete=mine or actor.can(Ability.CONTENT_MANAGE),
    )
