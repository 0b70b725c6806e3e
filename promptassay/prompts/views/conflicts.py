"""When two people save at once: both changes three ways, a choice for each place where they disagree."""

import re
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from promptassay.core.errors import Conflict, ValidationFailed
from promptassay.prompts import queries, services
from promptassay.prompts.comparison import compare
from promptassay.prompts.content import content_of
from promptassay.prompts.merging import Choice, SideWords, read_choices
from promptassay.prompts.models import Branch, Prompt
from promptassay.prompts.views.versions import said
from promptassay.prompts.views.workbench import base_context, conflict_url, workbench_url
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

_NUMBER = re.compile(r"[0-9]{1,9}")
_MINE = SideWords("my draft", "My draft", "in my draft")


@workspace_view(Ability.CONTENT_READ, "GET")
def version_conflict(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Three ways: what the draft started from, what was saved meanwhile, and the draft."""
    prompt = queries.get_prompt(prompt_id)
    branch = queries.line_named(prompt, request.GET.get("branch", ""))
    return _page(request, prompt, branch, typed={"summary": request.GET.get("summary", "")[:300]})


@workspace_view(Ability.CONTENT_WRITE, "POST")
def version_merge(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Both changes as a version, or with `into=draft` as the person's draft; what is open comes back with the rest."""
    prompt = queries.get_prompt(prompt_id)
    branch = queries.line_named(prompt, request.POST.get("branch", ""))
    typed = {name: request.POST.get(name, "") for name in ("seen", "revision", "summary", "into")}
    if not (_NUMBER.fullmatch(typed["seen"]) and _NUMBER.fullmatch(typed["revision"])):
        return redirect(conflict_url(request, prompt, branch))
    choices = read_choices(request.POST)
    try:
        saved = services.merge_draft(
            request.actor,
            prompt,
            branch=branch,
            seen=int(typed["seen"]),
            revision=int(typed["revision"]),
            choices=choices,
            summary=typed["summary"],
            as_draft=typed["into"] == "draft",
        )
    except (services.StaleBase, services.DraftMoved) as moved:
        # The choices belong to what was shown: other texts, other conflicts.
        return _page(request, queries.get_prompt(prompt_id), branch, typed=typed, refusal=moved, status=409)
    except (ValidationFailed, Conflict) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, prompt, branch, typed=typed, choices=choices, refusal=error, status=status)
    messages.success(
        request, said(saved) if saved else "Both changes are in your draft. Nothing is saved as a version."
    )
    return redirect(workbench_url(request, prompt, branch))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def version_keep_mine(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Save the draft on top of the version that the person was shown, and of no newer one."""
    prompt = queries.get_prompt(prompt_id)
    branch = queries.line_named(prompt, request.POST.get("branch", ""))
    draft = queries.get_draft(request.actor, prompt, branch)
    seen = request.POST.get("seen", "")
    if draft is None or not _NUMBER.fullmatch(seen):
        return redirect(workbench_url(request, prompt, branch))
    services.require_finished(draft)
    try:
        saved = services.save_version(
            request.actor,
            prompt,
            content=content_of(draft),
            base_version=int(seen),
            summary=request.POST.get("summary", ""),
            branch=branch,
        )
    except services.StaleBase:
        messages.warning(request, "Yet another version was saved meanwhile. This is how it stands now.")
        return redirect(conflict_url(request, prompt, branch))
    services.discard_draft(request.actor, prompt, branch)
    messages.success(request, said(saved))
    return redirect(workbench_url(request, prompt, branch))


def _page(
    request: WorkspaceRequest,
    prompt: Prompt,
    branch: Branch | None,
    *,
    typed: dict[str, str],
    choices: dict[str, Choice] | None = None,
    refusal: ValidationFailed | Conflict | None = None,
    status: int = 200,
) -> HttpResponse:
    """The merge as version and draft are now, with the choices made so far; the workbench when nothing conflicts."""
    draft = queries.get_draft(request.actor, prompt, branch)
    theirs = queries.latest_version(prompt, branch)
    if draft is None or theirs is None or draft.base_version == theirs.number:
        return redirect(workbench_url(request, prompt, branch))
    base = queries.content_at(prompt, draft.base_version)
    name = f"v{theirs.number}"
    context = {
        **base_context(prompt, branch),
        "draft": draft,
        "theirs": queries.with_authors([theirs])[0],
        "merge": services.plan_draft_merge(prompt, branch, draft, choices or {}),
        "ours_words": SideWords(name, name, f"in {name}"),
        "theirs_words": _MINE,
        "tried": choices is not None,
        "their_changes": compare(base, content_of(theirs)),
        "my_changes": compare(base, content_of(draft)),
        "typed": typed,
        "refusal": refusal,
    }
    return render(request, "prompts/version_conflict.html", context, status=status)
