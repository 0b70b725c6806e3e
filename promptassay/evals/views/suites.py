"""Pages of suites: the list, a new one, the page of one, and the panel beside the editor."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from promptassay.core.errors import AppError, ValidationFailed
from promptassay.core.http import is_htmx, uuid_or_not_found
from promptassay.evals import queries, services
from promptassay.evals.forms import SettingsForm, SuiteForm
from promptassay.evals.views.suite_page import suite_page
from promptassay.prompts.models import Prompt
from promptassay.prompts.queries import get_prompt
from promptassay.providers.queries import demo_choices, model_choices
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability


@workspace_view(Ability.CONTENT_READ, "GET")
def suite_list(request: WorkspaceRequest) -> HttpResponse:
    """Suites by name, with a search over their names and their prompts' titles."""
    search = request.GET.get("q", "").replace("\0", "").strip()[:100]
    archived = request.GET.get("show") == "archived"
    prompt = _prompt_asked(request.GET.get("prompt", ""))
    lines = queries.list_suites(search=search, archived=archived, prompt_id=prompt.id if prompt else None)
    context = {"section": "suites", "lines": lines, "search": search, "archived": archived, "prompt": prompt}
    context["has_prompts"] = bool(lines) or bool(queries.prompts_to_test(1))
    return render(request, "evals/suite_list.html", context)


def _prompt_asked(text: str) -> Prompt | None:
    return get_prompt(uuid_or_not_found(text)) if text else None


@workspace_view(Ability.CONTENT_WRITE, "GET", "POST")
def suite_create(request: WorkspaceRequest) -> HttpResponse:
    """A new suite for a prompt, which the address may name."""
    prompt = _prompt_asked(request.GET.get("prompt", ""))
    if request.method == "GET":
        initial = {"prompt": prompt.id if prompt else None, "name": "golden"}
        return _create_page(request, SuiteForm(initial=initial), prompt)
    form = SuiteForm(request.POST)
    if form.is_valid():
        target = get_prompt(form.cleaned_data["prompt"])
        try:
            suite = services.create_suite(
                request.actor, target, name=form.cleaned_data["name"], model_refs=_first_models()
            )
        except ValidationFailed as problem:
            form.add_error("name", str(problem))
        else:
            return redirect("evals:suite-show", request.workspace.id, suite.id)
    return _create_page(request, form, prompt, status=422)


def _first_models() -> list[str]:
    """What a new suite runs on until somebody chooses: the only model there is, else the demo's first."""
    choices = model_choices()
    real = [choice for choice in choices if not choice.is_demo]
    return [(real if len(real) == 1 else demo_choices())[0].reference]


def _create_page(request: WorkspaceRequest, form: SuiteForm, prompt: Prompt | None, status: int = 200) -> HttpResponse:
    context = {"section": "suites", "form": form, "prompt": prompt, "chosen": str(form["prompt"].value() or "")}
    if prompt is None:
        context["prompts"] = queries.prompts_to_test()
    return render(request, "evals/suite_create.html", context, status=status)


@workspace_view(Ability.CONTENT_READ, "GET")
def suite_show(request: WorkspaceRequest, suite_id: UUID) -> HttpResponse:
    """Cases, checks, rubric, settings and runs of one suite."""
    return suite_page(request, queries.get_suite(suite_id))


@workspace_view(Ability.CONTENT_WRITE, "POST")
def suite_change(request: WorkspaceRequest, suite_id: UUID) -> HttpResponse:
    """§4 Settings."""
    suite = queries.get_suite(suite_id)
    form = SettingsForm(request.POST)
    models = request.POST.getlist("models")
    if form.is_valid():
        try:
            services.change_settings(request.actor, suite, model_refs=models, **form.cleaned_data)
        except AppError as problem:
            field = next((name for name in problem.details if name in form.fields), None)
            form.add_error(field, str(problem))
        else:
            messages.success(request, "The settings are saved.")
            return redirect(f"{suite_url(request, suite_id)}#settings")
    return suite_page(request, suite, status=422, section="settings", settings_form=form, models=models)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def suite_archive(request: WorkspaceRequest, suite_id: UUID) -> HttpResponse:
    """Take a suite out of the lists."""
    services.archive_suite(request.actor, queries.get_suite(suite_id))
    messages.success(request, "The suite is archived. Its runs stay where they are.")
    return redirect("evals:suite-list", request.workspace.id)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def suite_restore(request: WorkspaceRequest, suite_id: UUID) -> HttpResponse:
    """Bring an archived suite back."""
    services.restore_suite(request.actor, queries.get_suite(suite_id))
    messages.success(request, "The suite is back.")
    return redirect("evals:suite-show", request.workspace.id, suite_id)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def suite_delete(request: WorkspaceRequest, suite_id: UUID) -> HttpResponse:
    """Delete a suite that never ran."""
    services.delete_suite(request.actor, queries.get_suite(suite_id))
    messages.success(request, "The suite is deleted.")
    return redirect("evals:suite-list", request.workspace.id)


@workspace_view(Ability.CONTENT_READ, "GET")
def suite_panel(request: WorkspaceRequest, prompt_id: UUID) -> HttpResponse:
    """The suites of one prompt with their last results, for the Tests tab of the workbench."""
    prompt = get_prompt(prompt_id)
    lines = queries.list_suites(prompt_id=prompt.id)
    context = {
        "section": "suites",
        "prompt": prompt,
        "lines": lines,
        "may_run": request.actor.can(Ability.AI_USE),
    }
    template = "evals/suite_panel.html#panel" if is_htmx(request) else "evals/suite_panel.html"
    return render(request, template, context)


def suite_url(request: WorkspaceRequest, suite_id: UUID) -> str:
    """The address of a suite's page."""
    return redirect("evals:suite-show", request.workspace.id, suite_id).url
