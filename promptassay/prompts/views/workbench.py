"""The workbench: one page with the prompt's messages and settings, and the dock beside it."""

import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from promptassay.core.errors import ValidationFailed
from promptassay.fragments.queries import slugs
from promptassay.language.messages import ROLES
from promptassay.language.variables import variables_of
from promptassay.prompts import queries
from promptassay.prompts.calls import inspect_content
from promptassay.prompts.content import PromptContent, bytes_of, check_content, length_of, megabytes
from promptassay.prompts.forms import FIELDS_SHOWN, DetailsForm, Typed, errors_in, raw_settings
from promptassay.prompts.inspection import inspect
from promptassay.prompts.marks import lines_of, marks_of
from promptassay.prompts.model_settings import EFFORTS
from promptassay.prompts.models import Branch, Prompt
from promptassay.prompts.queries.places import as_uuid
from promptassay.prompts.views.annotations import notes_context
from promptassay.prompts.views.listing import library_context
from promptassay.providers.queries import ModelChoice, model_choices
from promptassay.providers.retirements import retirement_of_model
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

VERSIONS_IN_DOCK = 8


@workspace_view(Ability.CONTENT_READ, "GET")
def prompt_show(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """The workbench on the person's draft, or on the latest version; of the main line, or of `?branch=`."""
    prompt = queries.get_prompt(prompt_id)
    return render_workbench(request, prompt, branch=queries.line_named(prompt, request.GET.get("branch", "")))


def render_workbench(
    request: WorkspaceRequest,
    prompt: Prompt,
    *,
    typed: Typed | None = None,
    details: DetailsForm | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    branch: Branch | None = None,
    extra: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The whole page; `typed` shows fields as they came instead of the stored draft, `errors` what is wrong
    with them.
    """
    working = queries.get_draft_or_latest(request.actor, prompt, branch)
    content = typed.content if typed else working.content
    keys = typed.keys if typed else list(range(len(content.messages)))
    raw = typed.raw if typed else raw_settings(content, working.unfinished)
    choices = model_choices()
    chosen = chosen_model(choices, prompt.target_model)
    context = {
        **base_context(prompt, branch),
        **state_context(typed or working, draft=working.draft),
        **inspect_context(request, prompt, content, keys),
        **library_context(prompt),
        **notes_context(
            request,
            prompt,
            [message["content"] for message in content.messages],
            wanted=as_uuid(request.GET.get("note", "")),
        ),
        "working": working,
        "cards": cards(content, keys),
        "roles": ROLES,
        "raw": raw,
        "errors": {**errors_in(raw), **(errors or {})},
        "efforts": EFFORTS,
        "tab": (typed.tab if typed else "") or secrets.token_hex(8),
        "versions": queries.with_authors(queries.list_versions(prompt, limit=VERSIONS_IN_DOCK)),
        "model_groups": model_groups(choices),
        "chosen": chosen,
        "retirement": retirement_of_model(prompt.target_model or chosen.reference),
        "details": details or _details_form(prompt),
        "target_choices": choices,
        "may_manage": prompt.created_by == request.actor.user_id or request.actor.can(Ability.CONTENT_MANAGE),
        **(extra or {}),
    }
    return render(request, "prompts/prompt_show.html", context, status=status)


def base_context(prompt: Prompt, branch: Branch | None = None) -> dict[str, Any]:
    """What every page of one prompt shows; `head` is the newest version of the line worked on, 0 for none."""
    return {
        "section": "prompts",
        "prompt": prompt,
        "fragment_slugs": slugs,
        "labels": queries.labels_of(prompt),
        "branch": branch,
        "branches": queries.branches_of(prompt),
        "branch_is_behind": partial(queries.is_behind, prompt, branch) if branch else False,
        "head": queries.head_number(prompt, branch),
    }


def workbench_url(request: WorkspaceRequest, prompt: Prompt, branch: Branch | None = None) -> str:
    """The workbench's address on the main line or a branch; branch names need no escaping."""
    url = reverse("prompts:prompt-show", args=[request.workspace.id, prompt.id])
    return f"{url}?branch={branch.name}" if branch else url


def conflict_url(request: WorkspaceRequest, prompt: Prompt, branch: Branch | None = None) -> str:
    """Where two changes of the main line or of a branch are brought together."""
    url = reverse("prompts:version-conflict", args=[request.workspace.id, prompt.id])
    return f"{url}?branch={branch.name}" if branch else url


def state_context(source: Any, *, draft: Any) -> dict[str, Any]:
    """The hidden fields and the state line: base version, revision, fixes of the lint since, draft."""
    fixes = orjson.dumps([list(step) for step in source.fixes]).decode()
    return {"base_version": source.base_version, "revision": source.revision, "fixes": fixes, "draft": draft}


def cards(content: PromptContent, keys: list[int]) -> list[dict[str, Any]]:
    """The messages as cards; `key` numbers the fields, `at` is the position from 0."""
    last = len(content.messages) - 1
    return [
        {"key": key, "at": at, "last": at == last, "role": message["role"], "content": message["content"]}
        for at, (key, message) in enumerate(zip(keys, content.messages, strict=True))
    ]


def inspect_context(
    request: WorkspaceRequest, prompt: Prompt, content: PromptContent, keys: list[int]
) -> dict[str, Any]:
    """Variables, fragments, what is malformed, findings and counts; what cannot be read at all is `unreadable`."""
    counts: dict[str, Any] = {"characters": length_of(content), "messages": len(content.messages)}
    try:
        check_content(content, complete=False)
        found = inspect_content(content)
    except ValidationFailed as error:
        return {"counts": counts, "unreadable": error, "size": megabytes(bytes_of(content))}
    variables = variables_of(found.pieces)
    silences = queries.silences_for(prompt)
    seen = inspect(prompt, content, frozenset(each.silence.rule for each in silences))
    counts["meter"] = seen.meter
    return {
        "advice": lines_of(content, seen.findings, keys),
        "silences": silences,
        "unheard": seen.unheard,
        "unheard_count": sum(seen.unheard.values()),
        "may_set_rules": request.actor.can(Ability.WORKSPACE_SETTINGS),
        "counts": {**counts, "variables": len(variables), "problems": found.problem_count + len(found.errors)},
        "variables": variables[:FIELDS_SHOWN],
        "variables_more": len(variables[FIELDS_SHOWN:]),
        "problems": found.problems,
        "fragment_errors": found.errors,
        "fragments_used": found.fragments_used,
        "diagnostics": orjson.dumps(marks_of(found, seen.findings, keys)).decode(),
    }


def chosen_model(choices: list[ModelChoice], wanted: str) -> ModelChoice:
    """The wanted model, or the first there is."""
    return next((each for each in choices if each.reference == wanted), choices[0])


def model_groups(choices: list[ModelChoice]) -> list[tuple[str, list[ModelChoice]]]:
    """The choices by key, in order: one group of the select each."""
    groups: dict[str, list[ModelChoice]] = {}
    for each in choices:
        name = each.key_name if each.is_demo else f"{each.key_name} · {each.host}"
        groups.setdefault(name, []).append(each)
    return list(groups.items())


def _details_form(prompt: Prompt) -> DetailsForm:
    names = ("title", "description", "prompt_type", "intent", "target_model")
    return DetailsForm(initial={name: getattr(prompt, name) for name in names})
