"""The playground: the same inputs to up to four versions and models; answers stream by and are never stored."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render

from promptassay.core.errors import ValidationFailed
from promptassay.core.http import StreamResponse, is_htmx
from promptassay.language.folding import Comparison, compare_messages
from promptassay.language.messages import Message
from promptassay.prompts import queries
from promptassay.prompts.calls import build_request
from promptassay.prompts.content import check_content
from promptassay.prompts.forms import VARIABLE_PREFIX, read_values
from promptassay.prompts.model_settings import EFFORTS
from promptassay.prompts.models import Branch, Prompt
from promptassay.prompts.playground import COLUMNS, DRAFT, content_from, inputs_of, read_column
from promptassay.prompts.snippets import snippets
from promptassay.prompts.streams import PURPOSE, stream_run
from promptassay.prompts.views.workbench import base_context, chosen_model, model_groups
from promptassay.providers.queries import model_choices
from promptassay.providers.retirements import retirement_of_model
from promptassay.providers.services import open_target
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

DIFF_CHARACTERS: Final = 500_000
PAGE: Final = "prompts/playground_show.html"


@workspace_view(Ability.CONTENT_READ, "GET")
def playground_show(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """The columns, with `?versions=3&versions=5` one for each of these versions, with `?branch=` for that line."""
    prompt = queries.get_prompt(prompt_id)
    numbers = [each for each in request.GET.getlist("versions") if each.isdecimal() and len(each) < 10]
    branch = queries.line_named(prompt, request.GET.get("branch", ""))
    return _page(request, prompt, sources=numbers[: len(COLUMNS)], branch=branch)


@workspace_view(Ability.CONTENT_READ, "GET")
def playground_variables(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """The fields for the variables of the sources that the columns now have."""
    prompt = queries.get_prompt(prompt_id)
    sources = request.GET.getlist("source")[: len(COLUMNS)]
    context = {"inputs": inputs_of(request.actor, prompt, sources, {})}
    return render(request, f"{PAGE}#variables", context)


@workspace_view(Ability.AI_USE, "POST")
def playground_run(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponseBase:
    """Stream the answer of one column; refused before the call where it cannot run."""
    prompt = queries.get_prompt(prompt_id)
    choice, call = read_column(request.actor, prompt, request.POST)
    target = open_target(request.actor, choice.reference, purpose=PURPOSE, subject_id=prompt.id)
    return StreamResponse(partial(stream_run, request.actor, choice, target, call, prompt.id))


@workspace_view(Ability.CONTENT_READ, "POST")
def playground_code(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """The column's call as curl, Python and TypeScript, with a variable of the environment where the key goes."""
    prompt = queries.get_prompt(prompt_id)
    choice, call = read_column(request.actor, prompt, request.POST)
    context = {"choice": choice, "snippets": snippets(choice, call)}
    return render(request, "prompts/playground_code.html", context)


@workspace_view(Ability.CONTENT_READ, "POST")
def playground_resolve(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """The messages with the variables filled in; works without scripts, and gives back what was typed."""
    prompt = queries.get_prompt(prompt_id)
    source = request.POST.get("source", DRAFT)
    try:
        content = content_from(request.actor, prompt, source)
        check_content(content, complete=True, to_run=True)
        values = read_values(request.POST)
        resolved = build_request(content, "", values).messages
    except ValidationFailed as problem:
        return _resolved(request, prompt, source, 422, {"problem": problem})
    return _resolved(request, prompt, source, 200, {"resolved": resolved})


@workspace_view(Ability.CONTENT_READ, "POST")
def diff_texts(request: WorkspaceRequest) -> HttpResponse:
    """What differs between two texts of the page, word by word; they are compared in memory and forgotten."""
    left, right = (request.POST.get(name, "").replace("\r\n", "\n") for name in ("left", "right"))
    if max(len(left), len(right)) > DIFF_CHARACTERS:
        raise ValidationFailed(
            "These answers are too long to compare.",
            why=f"The longer has {max(len(left), len(right)):,} characters; {DIFF_CHARACTERS:,} fit.",
            next_step="Copy both and compare them on your machine.",
        )
    messages = compare_messages([Message("assistant", left)], [Message("assistant", right)])
    context = {
        "comparison": Comparison(messages, []),
        "bare": True,  # one message without a number; and Django logs the context of a variable that is missing
        "view": "side" if request.POST.get("view") == "side" else "inline",
        "left_label": request.POST.get("left_label", "")[:80] or "left",
        "right_label": request.POST.get("right_label", "")[:80] or "right",
    }
    return render(request, "prompts/playground_diff.html", context)


def _resolved(
    request: WorkspaceRequest, prompt: Prompt, source: str, status: int, context: dict[str, Any]
) -> HttpResponse:
    if is_htmx(request):
        return render(request, f"{PAGE}#resolved", context, status=status)
    typed = {
        name.removeprefix(VARIABLE_PREFIX): str(text)
        for name, text in request.POST.items()
        if name.startswith(VARIABLE_PREFIX)
    }
    pasted = request.POST.get("values_json", "")
    return _page(request, prompt, [source], typed, {**context, "values_json": pasted}, status)


def _page(
    request: WorkspaceRequest,
    prompt: Prompt,
    sources: Sequence[str] = (),
    values: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
    status: int = 200,
    branch: Branch | None = None,
) -> HttpResponse:
    choices = model_choices()
    chosen = chosen_model(choices, prompt.target_model)
    head = queries.head_number(prompt, branch)
    drafts = queries.drafts_of(request.actor, prompt)
    own = queries.DraftLine(branch.name if branch else "")
    first = own.source if own in drafts or not head else str(head)
    opened = list(sources) or [first]
    columns = [
        {"letter": letter, "source": opened[at] if at < len(opened) else opened[0], "open": at < len(opened)}
        for at, letter in enumerate(COLUMNS)
    ]
    context = {
        **base_context(prompt, branch),
        "drafts": drafts,
        "is_blank": not (drafts or head),
        "numbers": queries.version_numbers(prompt),
        "columns": columns,
        "source": opened[0],
        "inputs": inputs_of(request.actor, prompt, opened, values or {}),
        "model_groups": model_groups(choices),
        "chosen": chosen,
        "retirement": retirement_of_model(prompt.target_model or chosen.reference),
        "efforts": EFFORTS,
        "may_run": request.actor.can(Ability.AI_USE),
        "may_write": request.actor.can(Ability.CONTENT_WRITE),
        **(extra or {}),
    }
    return render(request, PAGE, context, status=status)
