"""The lint's rules: what each finds and why, where it is silenced, and the variables that only cases have."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from promptassay.core.doors import wants_page
from promptassay.core.errors import NotFound, ValidationFailed
from promptassay.language.lint import RULES, Rule
from promptassay.prompts import queries, services
from promptassay.prompts.feeding import fed_variables, stop_feeding
from promptassay.prompts.models import Prompt
from promptassay.prompts.queries import SilenceLine
from promptassay.prompts.rule_pages import samples_of
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

PROMPTS_SHOWN = 50
TONES = {"error": "bad", "warning": "warn", "hint": ""}


@dataclass(frozen=True)
class RuleLine:
    """A rule in the list: its severity's tone, whether it is silent in the whole workspace, and in how many prompts."""

    rule: Rule
    tone: str
    silenced: SilenceLine | None
    prompts: int


@workspace_view(Ability.CONTENT_READ, "GET")
def rule_list(request: WorkspaceRequest) -> HttpResponse:
    """Every rule, and which of them this workspace does not want to hear."""
    everywhere = {each.silence.rule: each for each in queries.silences_everywhere()}
    prompts = queries.prompts_silencing()
    rules = [
        RuleLine(kind.rule, TONES[kind.rule.severity], everywhere.get(name), prompts.get(name, 0))
        for name, kind in RULES.items()
    ]
    context = {
        "section": "settings",
        "rules": rules,
        "silenced_count": len(everywhere),
        "may_set_rules": request.actor.can(Ability.WORKSPACE_SETTINGS),
    }
    return render(request, "prompts/rule_list.html", context)


@workspace_view(Ability.CONTENT_READ, "GET")
def rule_show(request: WorkspaceRequest, rule: str) -> HttpResponse:
    """What a rule finds, why it matters, samples, and how to silence it: in the prompt that `?prompt=` names too."""
    return _rule_page(request, rule, _prompt_named(request.GET.get("prompt", "")))


@workspace_view(Ability.WORKSPACE_SETTINGS, "POST")
def rule_silence(request: WorkspaceRequest, rule: str) -> HttpResponse:
    """Silence a rule in the whole workspace, with a reason."""
    return _silence(request, rule, None)


@workspace_view(Ability.WORKSPACE_SETTINGS, "POST")
def rule_hear(request: WorkspaceRequest, rule: str) -> HttpResponse:
    """Let a rule speak again in the whole workspace."""
    services.hear_rule(request.actor, rule=rule)
    return _done(request, "The rule speaks again in this workspace.", _rule_url(request, rule))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def prompt_silence(request: WorkspaceRequest, prompt_id: UUID, rule: str) -> HttpResponse:
    """Silence a rule in one prompt, with a reason."""
    return _silence(request, rule, queries.get_prompt(prompt_id))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def prompt_hear(request: WorkspaceRequest, prompt_id: UUID, rule: str) -> HttpResponse:
    """Let a rule speak again in one prompt."""
    prompt = queries.get_prompt(prompt_id)
    services.hear_rule(request.actor, rule=rule, prompt=prompt)
    return _done(request, "The rule speaks again in this prompt.", _rule_url(request, rule, prompt))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def variable_drop(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """Take a variable out of all test cases of a prompt."""
    prompt = queries.get_prompt(prompt_id)
    name = request.POST.get("name", "")
    if name not in fed_variables(prompt.id):
        raise NotFound()
    changed = stop_feeding(request.actor, prompt.id, name)
    text = f"The variable is out of {changed:,} case{'' if changed == 1 else 's'}."
    return _done(request, text, reverse("prompts:prompt-show", args=[request.workspace.id, prompt.id]) + "#pane-lint")


def _silence(request: WorkspaceRequest, rule: str, prompt: Prompt | None) -> HttpResponse:
    reason = request.POST.get("reason", "")
    try:
        services.silence_rule(request.actor, rule=rule, reason=reason, prompt=prompt)
    except ValidationFailed as error:
        if not wants_page(request):
            raise
        return _rule_page(request, rule, prompt, refusal=error, typed=reason, status=422)
    where = "in this prompt" if prompt else "in the whole workspace"
    return _done(request, f"The rule is silent {where}.", _rule_url(request, rule, prompt))


def _done(request: WorkspaceRequest, text: str, url: str) -> HttpResponse:
    """A sentence for the page's script, or the way back with it."""
    if not wants_page(request):
        return JsonResponse({"text": text})
    messages.success(request, text)
    return redirect(url)


def _rule_page(
    request: WorkspaceRequest,
    rule: str,
    prompt: Prompt | None,
    *,
    refusal: ValidationFailed | None = None,
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    kind = RULES.get(rule)
    if kind is None:
        raise NotFound()
    silences = queries.silences_for(prompt) if prompt else queries.silences_everywhere()
    here = [each for each in silences if each.silence.rule == rule]
    context: dict[str, Any] = {
        "section": "prompts" if prompt else "settings",
        "prompt": prompt,
        "rule": kind.rule,
        "guide": kind.guide,
        "tone": TONES[kind.rule.severity],
        "samples": samples_of(rule),
        "everywhere": next((each for each in here if each.everywhere), None),
        "in_prompt": next((each for each in here if not each.everywhere), None),
        "others": queries.silences_of_rule(rule, limit=PROMPTS_SHOWN),
        "may_set_rules": request.actor.can(Ability.WORKSPACE_SETTINGS),
        "refusal": refusal,
        "typed": typed,
    }
    return render(request, "prompts/rule_show.html", context, status=status)


def _prompt_named(text: str) -> Prompt | None:
    """The prompt of this id, None for anything else: what is shown then is about the workspace."""
    try:
        return queries.get_prompt(UUID(text))
    except (ValueError, NotFound):
        return None


def _rule_url(request: WorkspaceRequest, rule: str, prompt: Prompt | None = None) -> str:
    url = reverse("prompts:rule-show", args=[request.workspace.id, rule])
    return f"{url}?prompt={prompt.id}" if prompt else url
