"""Making a fragment of selected text: what it will hold, then the reference that stands in its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from promptassay.core.errors import ValidationFailed
from promptassay.fragments import queries, services
from promptassay.fragments.text import normalized
from promptassay.fragments.views.editor import text_context
from promptassay.language.parse import is_name, reference_text
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

BOUND: Final = "slot:"


@dataclass(frozen=True)
class SlotField:
    """A slot of the new fragment: what the reference binds it to, and whether the selection had no such variable."""

    name: str
    default: str | None
    value: str
    is_new: bool


@workspace_view(Ability.CONTENT_WRITE, "POST")
def fragment_extract(request: WorkspaceRequest) -> HttpResponse:
    """The form for `text`, selected in an editor; with `make=1` the fragment, and 201 with its reference as JSON.

    A variable of the text stays one, unless a value is given: then the reference binds that slot. A slot that was
    written into the text here, in place of words, is bound to those words.
    """
    typed = {name: request.POST.get(name, "") for name in ("title", "slug")}
    text = normalized(request.POST.get("text", ""))
    bound = _bound(request.POST)
    if request.POST.get("make") != "1":
        return _form(request, typed, text, bound)
    try:
        fragment = services.create_fragment(request.actor, text=text, **typed)
    except ValidationFailed as error:
        return _form(request, typed, text, bound, error)
    slots = {slot.name for slot in text_context(text, slug=fragment.slug).get("slots", ())}
    kept = {name: value for name, value in bound.items() if value and name in slots}
    answer = {
        "reference": reference_text(fragment.slug, slots=kept),
        "slug": fragment.slug,
        "title": fragment.title,
        "url": reverse("fragments:fragment-show", args=[request.workspace.id, fragment.id]),
    }
    return JsonResponse(answer, status=201)


def _bound(post: Mapping[str, str]) -> dict[str, str]:
    """The values typed for slots; a line feed in one would end its reference, and is written as the language has it."""
    return {
        name.removeprefix(BOUND): normalized(value)
        for name, value in post.items()
        if name.startswith(BOUND) and is_name(name.removeprefix(BOUND))
    }


def _form(
    request: WorkspaceRequest,
    typed: dict[str, str],
    text: str,
    bound: Mapping[str, str],
    error: ValidationFailed | None = None,
) -> HttpResponse:
    had = set(request.POST.get("had", "").split())
    facts = text_context(text, slug=typed["slug"])
    slots = facts.get("slots", ())
    if "had" not in request.POST:  # the text as it was selected
        had = {slot.name for slot in slots}
    fields = [SlotField(slot.name, slot.default, bound.get(slot.name, ""), slot.name not in had) for slot in slots]
    context: dict[str, Any] = {
        **facts,
        "typed": typed,
        "text": text,
        "had": " ".join(sorted(had)),
        "fields": fields,
        "error": error,
        "problems_of": error.details if error else {},
        "taken": queries.find_fragment(typed["slug"]) if error and "slug" in error.details else None,
    }
    part = "#slots" if request.POST.get("part") == "slots" and error is None else ""
    return render(request, f"fragments/fragment_extract.html{part}", context, status=422 if error else 200)
