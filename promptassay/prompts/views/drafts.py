"""Drafts: saved as one types, rearranged, looked into, thrown away."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from promptassay.core.doors import wants_page
from promptassay.core.errors import ValidationFailed
from promptassay.core.http import is_htmx
from promptassay.language.messages import ROLES
from promptassay.prompts import queries, services
from promptassay.prompts.content import MESSAGES_MAX, PromptContent
from promptassay.prompts.forms import Typed, read_workbench
from promptassay.prompts.merging import Choice, SideWords, read_choices
from promptassay.prompts.models import Prompt
from promptassay.prompts.views.workbench import (
    base_context,
    cards,
    inspect_context,
    render_workbench,
    state_context,
    workbench_url,
)
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability


@workspace_view(Ability.CONTENT_WRITE, "POST")
def draft_save(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Keep what is typed. Answers the page's script with the fields to update, or with 409 and both drafts.

    With `both=1` what is kept is what is typed and the draft `newer` together, once their conflicts have choices.
    """
    prompt = queries.get_prompt(prompt_id)
    typed = read_workbench(request.POST)
    if request.POST.get("both") == "1":
        newer = queries.get_draft(request.actor, prompt, queries.line_named(prompt, typed.branch))
        if newer is not None and str(newer.revision) == request.POST.get("newer"):
            choices = read_choices(request.POST)
            merge = services.plan_both(prompt, newer, typed.content, typed.base_version, choices)
            if merge.open:
                return draft_conflict(request, prompt, typed, services.DraftConflict(newer), choices)
            base = max(newer.base_version, typed.base_version)
            typed = replace(typed, content=merge.content, revision=newer.revision, base_version=base)
    try:
        state = keep_draft(request, prompt, typed, force=request.POST.get("force") == "1")
    except services.DraftConflict as conflict:
        return draft_conflict(request, prompt, typed, conflict)
    if wants_page(request):
        return redirect(workbench_url(request, prompt, queries.line_named(prompt, typed.branch)))
    return JsonResponse({"fields": {"revision": str(state.revision), "base": str(state.base_version)}})


@workspace_view(Ability.CONTENT_WRITE, "POST")
def draft_messages(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Add, remove or move a message, and keep the result as the draft: `op` is add, or remove, up, down and
    a number.
    """
    prompt = queries.get_prompt(prompt_id)
    typed = _rearranged(read_workbench(request.POST), request.POST.get("op", ""))
    try:
        state = keep_draft(request, prompt, typed)
    except services.DraftConflict as conflict:
        return draft_conflict(request, prompt, typed, conflict)
    branch = queries.line_named(prompt, typed.branch)
    if not is_htmx(request):
        return redirect(workbench_url(request, prompt, branch))
    context = {
        **base_context(prompt, branch),
        **inspect_context(request, prompt, typed.content, typed.keys),
        "cards": cards(typed.content, typed.keys),
        "roles": ROLES,
        **state_context(replace(typed, base_version=state.base_version, revision=state.revision), draft=None),
        "oob": True,
    }
    return render(request, "prompts/prompt_show.html#cards", context)


@workspace_view(Ability.CONTENT_READ, "POST")
def draft_inspect(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """The variables of what is typed, and what is wrong with it; nothing is kept."""
    prompt = queries.get_prompt(prompt_id)
    typed = read_workbench(request.POST)
    context = {
        **base_context(prompt, queries.line_named(prompt, typed.branch)),
        **inspect_context(request, prompt, typed.content, typed.keys),
        "setting_errors": {name.replace("_", " "): text for name, text in typed.errors.items()},
        "oob": True,
    }
    return render(request, "prompts/prompt_show.html#variables", context)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def draft_discard(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Back to the latest version."""
    prompt = queries.get_prompt(prompt_id)
    branch = queries.line_named(prompt, request.POST.get("branch", ""))
    services.discard_draft(request.actor, prompt, branch)
    messages.success(request, "The draft is gone. This is the latest version.")
    return redirect(workbench_url(request, prompt, branch))


def keep_draft(request: WorkspaceRequest, prompt: Prompt, typed: Typed, *, force: bool = False) -> services.DraftState:
    """Keep the fields as the person's draft of the line that they name."""
    return services.save_draft(
        request.actor,
        prompt,
        content=typed.content,
        base_version=typed.base_version,
        revision=typed.revision,
        tab=typed.tab,
        unfinished=typed.unfinished,
        fixes=typed.fixes,
        force=force,
        branch=queries.line_named(prompt, typed.branch),
    )


def draft_conflict(
    request: WorkspaceRequest,
    prompt: Prompt,
    typed: Typed,
    conflict: services.DraftConflict,
    choices: Mapping[str, Choice] | None = None,
) -> HttpResponse:
    """Both drafts, three ways: a piece of the page for scripts, the page with what was typed for browsers."""
    branch, newer = queries.line_named(prompt, typed.branch), conflict.newer
    extra = {
        "newer": newer,
        "error": conflict,
        "merge": services.plan_both(prompt, newer, typed.content, typed.base_version, choices or {}),
        "ours_words": SideWords("newer draft", "Newer draft", "in the newer draft"),
        "theirs_words": SideWords("this page", "This page", "on this page"),
        "tried": choices is not None,
    }
    if wants_page(request):
        return render_workbench(request, prompt, typed=typed, status=409, branch=branch, extra=extra)
    context = {**base_context(prompt, branch), **extra}
    response = render(request, "prompts/draft_conflict.html", context, status=409)
    response.headers["HX-Retarget"] = "#draft-conflict"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def _rearranged(typed: Typed, op: str) -> Typed:
    """The same fields with one message added, removed or moved."""
    verb, _, position = op.partition("-")
    at = int(position) if position.isdecimal() and len(position) < 4 else -1
    items = list(zip(typed.keys, typed.content.messages, strict=True))
    if verb == "add" and len(items) < MESSAGES_MAX:
        items.append((max(typed.keys, default=-1) + 1, {"role": _next_role(typed.content), "content": ""}))
    elif verb == "remove" and 0 <= at < len(items) and len(items) > 1:
        del items[at]
    elif verb == "up" and 0 < at < len(items):
        items[at - 1], items[at] = items[at], items[at - 1]
    elif verb == "down" and 0 <= at < len(items) - 1:
        items[at + 1], items[at] = items[at], items[at + 1]
    else:
        raise ValidationFailed(
            "The messages cannot be arranged like that.",
            why=f"A prompt has 1 to {MESSAGES_MAX} messages, and this one has {len(items)}.",
        )
    content = replace(typed.content, messages=[message for _, message in items])
    return replace(typed, content=content, keys=[key for key, _ in items])


def _next_role(content: PromptContent) -> str:
    """Conversations alternate: after a user the assistant, after anybody else the user."""
    return "assistant" if content.messages and content.messages[-1]["role"] == "user" else "user"
