"""Annotations: the threads of a prompt beside its text or on a page of their own, and the forms that write them."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from promptassay.core.errors import ValidationFailed
from promptassay.core.http import is_htmx
from promptassay.prompts import queries
from promptassay.prompts.forms import read_workbench
from promptassay.prompts.models import Annotation, Branch, Prompt
from promptassay.prompts.queries import annotations as reading
from promptassay.prompts.services import annotations as writing
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability
from promptassay.workspaces.queries import members

MENTIONS_OFFERED = 8


@workspace_view(Ability.CONTENT_READ, "GET")
def annotation_list(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """All threads of a prompt, on what the person works on; `?show=` one state."""
    prompt = queries.get_prompt(prompt_id)
    return _list_page(request, prompt, show=request.GET.get("show", "open"))


@workspace_view(Ability.CONTENT_READ, "POST")
def annotation_place(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Where the threads are in the text that the workbench shows; nothing is kept."""
    return _panel(request, queries.get_prompt(prompt_id))


@workspace_view(Ability.CONTENT_WRITE, "GET", "POST")
def annotation_create(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Begin a thread: on a span of the workbench's text, or, on the page without scripts, on words given again."""
    prompt = queries.get_prompt(prompt_id)
    texts, base, branch = _text(request, prompt)
    if request.method == "GET":
        return _new_page(request, prompt, texts, branch, {})
    given = request.POST
    message = _natural(given.get("message"))
    try:
        start, end = _span(given.get("quote", "").replace("\r\n", "\n"), texts, message, given)
        made = writing.start_thread(
            request.actor,
            prompt,
            texts=texts,
            message=message,
            start=start,
            end=end,
            body=given.get("comment", ""),
            base_version=base,
            branch=branch,
        )
    except ValidationFailed as error:
        if is_htmx(request):
            raise
        return _new_page(request, prompt, texts, branch, given.dict(), error)
    return _written(request, prompt, made)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def annotation_answer(request: WorkspaceRequest, prompt_id: UUID, annotation_id: UUID) -> HttpResponse:
    """One more comment in a thread."""
    prompt, found = _thread(prompt_id, annotation_id)
    body = request.POST.get("comment", "")
    return _worded(request, prompt, found, lambda: writing.answer(request.actor, found, body=body))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def annotation_resolve(request: WorkspaceRequest, prompt_id: UUID, annotation_id: UUID) -> HttpResponse:
    """A thread has served its purpose."""
    prompt, found = _thread(prompt_id, annotation_id)
    return _written(request, prompt, writing.resolve(request.actor, found))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def annotation_reopen(request: WorkspaceRequest, prompt_id: UUID, annotation_id: UUID) -> HttpResponse:
    """A thread goes on."""
    prompt, found = _thread(prompt_id, annotation_id)
    return _written(request, prompt, writing.reopen(request.actor, found))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def comment_edit(request: WorkspaceRequest, prompt_id: UUID, annotation_id: UUID, comment_id: UUID) -> HttpResponse:
    """Other words for one's own comment."""
    prompt, found = _thread(prompt_id, annotation_id)
    comment = reading.get_comment(found, comment_id)
    body = request.POST.get("comment", "")
    return _worded(request, prompt, found, lambda: writing.edit_comment(request.actor, comment, body=body))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def comment_delete(request: WorkspaceRequest, prompt_id: UUID, annotation_id: UUID, comment_id: UUID) -> HttpResponse:
    """A comment's words go, and with the last one the thread."""
    prompt, found = _thread(prompt_id, annotation_id)
    comment = reading.get_comment(found, comment_id)
    return _written(request, prompt, writing.delete_comment(request.actor, comment))


@workspace_view(Ability.CONTENT_READ, "GET")
def mention_list(request: WorkspaceRequest) -> HttpResponse:
    """The first addresses of members that hold `?q=`, for whoever types an @."""
    wanted = request.GET.get("q", "").strip().lower()[:100]
    found = [member.email for member in members(request.workspace.id) if wanted in member.email]
    return JsonResponse({"people": sorted(found, key=lambda each: not each.startswith(wanted))[:MENTIONS_OFFERED]})


def notes_context(
    request: WorkspaceRequest, prompt: Prompt, texts: Sequence[str], *, wanted: UUID | None = None
) -> dict[str, Any]:
    """The threads of a prompt on these texts; `wanted` is the one to be seen first."""
    threads = reading.threads_on(request.actor, prompt, texts)
    marks = [
        {"id": str(each.annotation.pk), "message": place.message, "from": place.start, "to": place.end}
        for each in threads
        if (place := each.place) and each.state == "open"
    ]
    shown = next((each.state for each in threads if each.annotation.pk == wanted), "")
    return {
        "threads": threads,
        "thread_counts": reading.counts_of(threads),
        "wanted": wanted,
        "wanted_state": shown,
        "note_marks": orjson.dumps(marks).decode(),
        "may_write_notes": prompt.archived_at is None and request.actor.can(Ability.CONTENT_WRITE),
    }


def _thread(prompt_id: UUID, annotation_id: UUID) -> tuple[Prompt, Annotation]:
    prompt = queries.get_prompt(prompt_id)
    return prompt, reading.get_annotation(prompt, annotation_id)


def _text(request: WorkspaceRequest, prompt: Prompt) -> tuple[list[str], int, Branch | None]:
    """The texts of the messages that the person has before them: as sent, or as stored; their version, their line."""
    typed = read_workbench(request.POST)
    branch = queries.line_named(prompt, typed.branch or request.GET.get("branch", ""))
    if typed.content.messages:
        return [message["content"] for message in typed.content.messages], typed.base_version, branch
    working = queries.get_draft_or_latest(request.actor, prompt, branch)
    return [message["content"] for message in working.content.messages], working.base_version, branch


def _span(quote: str, texts: Sequence[str], message: int, given: Any) -> tuple[int, int]:
    """Start and end as the editor sends them, or of the words that were given again."""
    if not quote:
        return _natural(given.get("start")), _natural(given.get("end"))
    text = texts[message] if message < len(texts) else ""
    places = text.count(quote)
    nth = _natural(given.get("nth")) or (1 if places == 1 else 0)
    if not 1 <= nth <= places:
        found = f"stand {places} times in message {message + 1}" if places else f"do not stand in message {message + 1}"
        raise ValidationFailed(
            "It is not clear which words are meant.",
            why=f"The words {found}.",
            next_step="Say which one is meant." if places else "Copy them from the text, letter by letter.",
            details={"nth" if places else "quote": f"They {found}."},
        )
    start = -1
    for _ in range(nth):
        start = text.index(quote, start + len(quote) if start >= 0 else 0)
    return start, start + len(quote)


def _natural(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _worded(
    request: WorkspaceRequest, prompt: Prompt, annotation: Annotation, write: Callable[[], object]
) -> HttpResponse:
    """Write words; where they cannot be kept, they come back on the page."""
    try:
        write()
    except ValidationFailed as error:
        if is_htmx(request):
            raise
        kept = {"at": annotation.pk, "text": request.POST.get("comment", ""), "error": error}
        return _list_page(request, prompt, show="all", kept=kept, status=422)
    return _written(request, prompt, annotation)


def _written(request: WorkspaceRequest, prompt: Prompt, annotation: Annotation | None) -> HttpResponse:
    """The panel as it is now for scripts; for browsers the way back to the thread."""
    if is_htmx(request):
        return _panel(request, prompt, wanted=annotation.pk if annotation else None)
    url = reverse("prompts:annotation-list", args=[request.workspace.id, prompt.pk])
    return redirect(f"{url}?show=all#note-{annotation.pk}" if annotation else url)


def _panel(request: WorkspaceRequest, prompt: Prompt, *, wanted: UUID | None = None) -> HttpResponse:
    texts, _, branch = _text(request, prompt)
    context = {"prompt": prompt, "branch": branch, **notes_context(request, prompt, texts, wanted=wanted)}
    return render(request, "prompts/annotation_list.html#panel", context)


def _list_page(
    request: WorkspaceRequest, prompt: Prompt, *, show: str, kept: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    texts, _, branch = _text(request, prompt)
    show = show if show in reading.STATES else "all"
    notes = notes_context(request, prompt, texts)
    shown_count = notes["thread_counts"].get(show, len(notes["threads"]))
    context = {
        "section": "prompts",
        "prompt": prompt,
        "branch": branch,
        "show": show,
        "shown_count": shown_count,
        "kept": kept,
        **notes,
    }
    return render(request, "prompts/annotation_list.html", context, status=status)


def _new_page(
    request: WorkspaceRequest,
    prompt: Prompt,
    texts: Sequence[str],
    branch: Branch | None,
    typed: dict[str, Any],
    error: ValidationFailed | None = None,
) -> HttpResponse:
    context = {
        "section": "prompts",
        "prompt": prompt,
        "branch": branch,
        "texts": texts,
        "typed": typed,
        "error": error,
        "message": _natural(typed.get("message")),
    }
    return render(request, "prompts/annotation_create.html", context, status=422 if error else 200)
