"""Provider key pages: list, add, test, rename, rotate and delete."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from promptassay.accounts.queries import emails_of
from promptassay.core.errors import Conflict, ProviderFailure, ValidationFailed
from promptassay.core.http import LaterResponse, is_htmx
from promptassay.core.tenancy import with_workspace
from promptassay.core.threads import in_thread
from promptassay.providers import listed, outcomes, queries, services
from promptassay.providers.forms import (
    AddKeyForm,
    OwnModelsForm,
    RenameKeyForm,
    RotateKeyForm,
    show_error,
    take_secret,
)
from promptassay.providers.models import Provider, ProviderKey
from promptassay.providers.process import gateway
from promptassay.providers.queries import KeyActivity, UseFilter
from promptassay.providers.refreshing import PURPOSE, ask
from promptassay.providers.views.ledger import use_rows
from promptassay.providers.wire import ModelInfo
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

USES_ON_KEY_PAGE = 20
EXAMPLES = (
    ("Ollama", "http://localhost:11434/v1"),
    ("vLLM", "http://localhost:8000/v1"),
    ("Mistral", "https://api.mistral.ai/v1"),
    ("Groq", "https://api.groq.com/openai/v1"),
    ("OpenRouter", "https://openrouter.ai/api/v1"),
)


@dataclass(frozen=True)
class KeyRow:
    """One line of the list of keys."""

    key: ProviderKey
    host: str
    chip: outcomes.Chip
    activity: KeyActivity


@dataclass(frozen=True)
class ProviderRow:
    """One provider to choose when adding a key, and the host that its keys are bound to."""

    value: str
    label: str
    host: str


@workspace_view(Ability.CONTENT_READ, "GET")
def key_list(request: WorkspaceRequest) -> HttpResponse:
    """All keys. Members without the right to manage them see names and providers only."""
    activity = queries.activity()
    rows = [
        KeyRow(key, queries.host_of(key), outcomes.chip(key), activity.get(key.id, KeyActivity(None, 0)))
        for key in queries.list_keys()
    ]
    context = {
        "section": "settings",
        "rows": rows,
        "demo_models": queries.demo_choices(),
        "may_manage": request.actor.can(Ability.KEYS_MANAGE),
    }
    return render(request, "providers/key_list.html", context)


@workspace_view(Ability.KEYS_MANAGE, "GET", "POST")
def key_create(request: WorkspaceRequest) -> HttpResponse:
    """Add a key. A refused form comes back with everything that was typed but the key itself."""
    if request.method == "GET":
        return _create_page(request, AddKeyForm())
    secret = take_secret(request)
    form = AddKeyForm(request.POST)
    if form.is_valid():
        try:
            key = services.add_key(
                request.actor,
                provider=form.cleaned_data["provider"],
                name=form.cleaned_data["name"],
                base_url=form.cleaned_data["base_url"],
                secret=secret,
            )
        except (ValidationFailed, Conflict) as error:
            show_error(form, error)
        else:
            messages.success(request, "The key is saved and sealed. Test it to fetch its models.")
            return redirect("providers:key-show", request.workspace.id, key.id)
    return _create_page(request, form, status=422)


def _create_page(request: WorkspaceRequest, form: AddKeyForm, status: int = 200) -> HttpResponse:
    context = {
        "section": "settings",
        "form": form,
        "providers": provider_rows(),
        "chosen": form["provider"].value(),
        "examples": EXAMPLES,
        "private_hosts": sorted(settings.PRIVATE_PROVIDER_HOSTS),
    }
    return render(request, "providers/key_create.html", context, status=status)


def provider_rows() -> list[ProviderRow]:
    """The providers with the host that each key would be bound to."""
    return [
        ProviderRow(
            provider.value,
            provider.label,
            urlsplit(settings.PROVIDER_BASE_URLS.get(provider.value, "")).netloc or "the host you give",
        )
        for provider in Provider
    ]


@workspace_view(Ability.KEYS_MANAGE, "GET")
def key_show(request: WorkspaceRequest, key_id: UUID) -> HttpResponse:
    """One key: facts, test, its models, rename, rotate, its ledger, delete."""
    return _key_page(request, queries.get_key(key_id))


@workspace_view(Ability.KEYS_MANAGE, "POST")
def key_rename(request: WorkspaceRequest, key_id: UUID) -> HttpResponse:
    """Give a key another name."""
    form = RenameKeyForm(request.POST)
    if form.is_valid():
        try:
            key = services.rename_key(request.actor, key_id, name=form.cleaned_data["name"])
        except (ValidationFailed, Conflict) as error:
            show_error(form, error)
        else:
            messages.success(request, "The key has its new name.")
            return redirect("providers:key-show", request.workspace.id, key.id)
    return _key_page(request, queries.get_key(key_id), rename_form=form, status=422)


@workspace_view(Ability.KEYS_MANAGE, "POST")
def key_models(request: WorkspaceRequest, key_id: UUID) -> HttpResponse:
    """Name models that the provider's own list leaves out."""
    form = OwnModelsForm(request.POST)
    if form.is_valid():
        try:
            services.set_own_models(request.actor, key_id, names=form.cleaned_data["names"].splitlines())
        except ValidationFailed as error:
            show_error(form, error)
        else:
            messages.success(request, "The models are saved. They stand first in every list of models.")
            return redirect("providers:key-show", request.workspace.id, key_id)
    return _key_page(request, queries.get_key(key_id), models_form=form, status=422)


@workspace_view(Ability.KEYS_MANAGE, "POST")
def key_rotate(request: WorkspaceRequest, key_id: UUID) -> HttpResponse:
    """Replace the key itself; whatever uses it goes on with the new one."""
    secret = take_secret(request)
    try:
        key = services.rotate_key(request.actor, key_id, secret=secret)
    except ValidationFailed as error:
        form = RotateKeyForm(request.POST)
        form.is_valid()
        show_error(form, error)
        return _key_page(request, queries.get_key(key_id), rotate_form=form, status=422)
    messages.success(request, "The new key is sealed in its place. Revoke the old one at the provider.")
    return redirect("providers:key-show", request.workspace.id, key.id)


@workspace_view(Ability.KEYS_MANAGE, "POST")
def key_delete(request: WorkspaceRequest, key_id: UUID) -> HttpResponse:
    """Remove a key; its uses stay in the ledger."""
    services.delete_key(request.actor, key_id)
    messages.success(request, "The key was deleted. Its uses stay in the ledger.")
    return redirect("providers:key-list", request.workspace.id)


@workspace_view(Ability.KEYS_MANAGE, "POST")
def key_test(request: WorkspaceRequest, key_id: UUID) -> HttpResponse:
    """Ask the provider for its models with this key, after the transaction, and keep how it went."""
    return _ask_later(request, key_id, purpose="test", action="key.tested", part="tested")


@workspace_view(Ability.KEYS_MANAGE, "POST")
def key_refresh(request: WorkspaceRequest, key_id: UUID) -> HttpResponse:
    """Read the provider's list of models anew: what is new in it appears, what is gone from it is marked."""
    return _ask_later(request, key_id, purpose=PURPOSE, action="key.refreshed", part="listed")


def _ask_later(request: WorkspaceRequest, key_id: UUID, *, purpose: str, action: str, part: str) -> LaterResponse:
    queries.get_key(key_id)
    target = services.open_key(request.actor, key_id, purpose=purpose)

    async def later() -> str:
        models, failure = await ask(gateway(), target)
        return await in_thread(_keep_and_render, request, key_id, models, failure, action, part)

    return LaterResponse(later)


def _keep_and_render(
    request: WorkspaceRequest,
    key_id: UUID,
    models: list[ModelInfo] | None,
    failure: ProviderFailure | None,
    action: str,
    part: str,
) -> str:
    actor = request.actor
    with with_workspace(actor.workspace_id, person_id=actor.user_id):
        result = failure.kind if failure else "ok"
        listing = services.record_list(actor, key_id, result=result, models=models, action=action)
        context = _key_context(request, listing.key, {f"just_{part}": True, "failure": failure, "listing": listing})
        template = f"providers/key_show.html#{part}" if is_htmx(request) else "providers/key_show.html"
        return render_to_string(template, context, request)


def _key_page(request: WorkspaceRequest, key: ProviderKey, status: int = 200, **forms: Any) -> HttpResponse:
    return render(request, "providers/key_show.html", _key_context(request, key, forms), status=status)


def _key_context(request: WorkspaceRequest, key: ProviderKey, extra: dict[str, Any]) -> dict[str, Any]:
    return {
        "section": "settings",
        "key": key,
        "host": queries.host_of(key),
        "chip": outcomes.chip(key),
        "activity": queries.activity().get(key.id, KeyActivity(None, 0)),
        "added_by": emails_of([key.created_by]).get(key.created_by, "somebody who left"),
        "gone": [each.name for each in listed.gone(key.listed)],
        "uses": use_rows(list(queries.uses(UseFilter(key_id=key.id))[:USES_ON_KEY_PAGE])),
        "rename_form": RenameKeyForm(initial={"name": key.name}),
        "models_form": OwnModelsForm(initial={"names": "\n".join(key.own_models)}),
        "rotate_form": RotateKeyForm(),
        **extra,
    }
