"""Versions: saved, listed, shown, compared, restored."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from promptassay.core.errors import NotFound, ValidationFailed
from promptassay.core.http import is_htmx
from promptassay.prompts import queries, services
from promptassay.prompts.calls import compile_content
from promptassay.prompts.comparison import compare
from promptassay.prompts.content import PromptContent, content_of
from promptassay.prompts.forms import Typed, raw_settings, read_workbench
from promptassay.prompts.lint_fixes import only_fixes
from promptassay.prompts.models import Branch, ChangeSource, Prompt
from promptassay.prompts.views.annotations import notes_context
from promptassay.prompts.views.drafts import draft_conflict, keep_draft
from promptassay.prompts.views.workbench import (
    VERSIONS_IN_DOCK,
    base_context,
    conflict_url,
    render_workbench,
    state_context,
    workbench_url,
)
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability


@dataclass(frozen=True)
class Origin:
    """Where a typed text came from, when not from the keyboard; `summary` stands in for one that was not written."""

    change_source: ChangeSource
    provenance: Mapping[str, Any]
    summary: str = ""


@workspace_view(Ability.CONTENT_WRITE, "POST")
def version_save(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Make a version of what is typed; when it cannot be, everything typed comes back."""
    return save_typed(request, prompt_id)


def save_typed(request: WorkspaceRequest, prompt_id: UUID, origin: Origin | None = None) -> HttpResponse:
    """Make a version of the workbench's fields, and answer with what that changes in the page."""
    prompt = queries.get_prompt(prompt_id)
    typed = read_workbench(request.POST)
    branch = queries.line_named(prompt, typed.branch)
    try:
        typed.require_readable()
        saved = services.save_version(
            request.actor,
            prompt,
            content=typed.content,
            base_version=typed.base_version,
            summary=request.POST.get("summary", "").strip() or (origin.summary if origin else ""),
            tab=typed.tab,
            revision=typed.revision,
            branch=branch,
            change_source=origin.change_source if origin else _source_of(prompt, branch, typed),
            provenance=origin.provenance if origin else None,
        )
    except services.StaleBase as stale:
        return _stale(request, prompt, typed, stale)
    except ValidationFailed as error:
        if is_htmx(request):
            raise
        errors = {"form": str(error), **error.details}
        return render_workbench(request, prompt, typed=typed, errors=errors, status=422, branch=branch)
    text, trouble = said(saved), _trouble(typed.content)
    if is_htmx(request):
        fresh = queries.get_prompt(prompt_id)
        return _saved_pieces(request, fresh, queries.line_named(fresh, typed.branch), saved, text, trouble)
    messages.success(request, text)
    if trouble:
        messages.warning(request, trouble)
    return redirect(workbench_url(request, prompt, branch))


@workspace_view(Ability.CONTENT_READ, "GET")
def version_list(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """The history of a prompt, newest first."""
    prompt = queries.get_prompt(prompt_id)
    page = queries.page_of_versions(prompt, page=request.GET.get("page", 1))
    context = {
        **base_context(prompt),
        "page_obj": page,
        "versions": queries.with_authors(list(page.object_list)),
        "has_draft": queries.get_draft(request.actor, prompt) is not None,
    }
    return render(request, "prompts/version_list.html", context)


@workspace_view(Ability.CONTENT_READ, "GET")
def version_show(request: WorkspaceRequest, prompt_id: UUID, number: int) -> HttpResponse:
    """One version, to read."""
    prompt = queries.get_prompt(prompt_id)
    version = queries.get_version(prompt, number)
    content = content_of(version)
    shown = {name: text for name, text in raw_settings(content, {}).items() if text}
    context = {
        **base_context(prompt),
        "line": queries.with_authors([version])[0],
        "version": version,
        "messages_shown": content.messages,
        "settings_shown": {
            "answer" if name == "output" else name.replace("_", " "): text for name, text in shown.items()
        },
        "trouble": _trouble(content),
        **notes_context(request, prompt, [message["content"] for message in content.messages]),
    }
    return render(request, "prompts/version_show.html", context)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def version_restore(request: WorkspaceRequest, prompt_id: UUID, number: int) -> HttpResponse:
    """An older version's content as a new version."""
    prompt = queries.get_prompt(prompt_id)
    saved = services.restore_version(request.actor, prompt, number=number)
    if saved.created:
        messages.success(request, f"Version {saved.version.number} holds the text of version {number} again.")
    else:
        messages.info(request, f"The latest version already says what version {number} says: nothing was changed.")
    return redirect("prompts:prompt-show", request.workspace.id, prompt.id)


@workspace_view(Ability.CONTENT_READ, "GET")
def version_diff(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Two versions compared, or a version and the draft; inline or side by side."""
    prompt = queries.get_prompt(prompt_id)
    newest = queries.latest_version(prompt)
    before = str((newest.parent_number if newest else 0) or 0)
    right_name, right_label = _named(prompt, request.GET.get("to") or str(prompt.current_version))
    left_name, left_label = _named(prompt, request.GET.get("from") or before)
    left, right = _side(request, prompt, left_name), _side(request, prompt, right_name)
    context = {
        **base_context(prompt),
        "left_name": left_name,
        "left_title": _titled(left_name, left_label),
        "right_name": right_name,
        "right_title": _titled(right_name, right_label),
        "right_is_version": right_name.isdecimal() and right_name != "0",
        "comparison": compare(left, right),
        "view": "side" if request.GET.get("view") == "side" else "inline",
        "numbers": queries.version_numbers(prompt),
        "drafts": queries.drafts_of(request.actor, prompt),
    }
    return render(request, "prompts/version_diff.html", context)


def _source_of(prompt: Prompt, branch: Branch | None, typed: Typed) -> ChangeSource:
    """How a typed text came about: by fixes of the lint alone, if making them again gives that very text."""
    base = queries.latest_version(prompt, branch) if typed.fixes else None
    if base is None or base.number != typed.base_version:
        return ChangeSource.MANUAL
    fixed = only_fixes(prompt, content_of(base), typed.content, typed.fixes)
    return ChangeSource.LINT_FIX if fixed else ChangeSource.MANUAL


def _stale(request: WorkspaceRequest, prompt: Prompt, typed: Typed, stale: services.StaleBase) -> HttpResponse:
    """Keep the text as the person's draft, then show what happened: on its own page, or as a note with the
    way there.
    """
    try:
        keep_draft(request, prompt, typed)
    except services.DraftConflict as conflict:
        return draft_conflict(request, prompt, typed, conflict)
    branch = queries.line_named(prompt, typed.branch)
    if not is_htmx(request):
        return redirect(conflict_url(request, prompt, branch))
    context = {**base_context(prompt, branch), "stale": stale}
    return render(request, "prompts/prompt_show.html#stale", context, status=409)


def _saved_pieces(
    request: WorkspaceRequest, prompt: Prompt, branch: Branch | None, saved: services.Saved, text: str, trouble: str
) -> HttpResponse:
    """The pieces of the workbench that a saved version changes."""
    working = queries.get_draft_or_latest(request.actor, prompt, branch)
    context = {
        **base_context(prompt, branch),
        **state_context(working, draft=working.draft),
        "base_version": saved.version.number,
        "versions": queries.with_authors(queries.list_versions(prompt, limit=VERSIONS_IN_DOCK)),
        "working": working,
        "saved_text": text,
        "saved_created": saved.created,
        "trouble": trouble,
        "oob": True,
    }
    return render(request, "prompts/prompt_show.html#saved", context)


def said(saved: services.Saved) -> str:
    """What saving did, in a sentence that carries a number only."""
    number = saved.version.number
    return (
        f"Version {number} is saved."
        if saved.created
        else f"Nothing differs from version {number}: no version was made."
    )


def _trouble(content: PromptContent) -> str:
    """Why a version cannot run yet, empty when it can."""
    try:
        compile_content(content)
    except ValidationFailed as error:
        return f"It cannot run yet. {error}"
    return ""


def _named(prompt: Prompt, name: str) -> tuple[str, str]:
    """What a comparison's side is called, labels turned into version numbers; and the label, if it was one."""
    if name == "latest":
        return str(prompt.current_version), name
    label = None if name.partition("@")[0] == queries.DRAFT or name.isdecimal() else queries.label_named(prompt, name)
    return (str(label.version_number), name) if label else (name, "")


def _titled(name: str, label: str) -> str:
    """A side of a comparison in the heading: a version with its label, a draft with its branch."""
    kind, _, branch = name.partition("@")
    if kind == queries.DRAFT:
        return f"my draft on {branch}" if branch else "my draft"
    return "empty page" if name == "0" else f"v{name}{f' ({label})' if label else ''}"


def _side(request: WorkspaceRequest, prompt: Prompt, name: str) -> PromptContent:
    is_draft, branch = queries.draft_line(prompt, name)
    if is_draft:
        draft = queries.get_draft(request.actor, prompt, branch)
        if draft is None:
            raise NotFound()
        return content_of(draft)
    if not re.fullmatch(r"[0-9]{1,9}", name):
        raise NotFound()
    return queries.content_at(prompt, int(name))
