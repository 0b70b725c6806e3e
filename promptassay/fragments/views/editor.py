"""The page of one fragment: its text, slots, users and history; and what editors elsewhere ask of it."""

from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from promptassay.fragments import queries
from promptassay.fragments.forms import DetailsForm, Typed
from promptassay.fragments.impact import resolved
from promptassay.fragments.models import Fragment
from promptassay.fragments.text import normalized
from promptassay.language.errors import LanguageError
from promptassay.language.expand import expand
from promptassay.language.fragments import FragmentText
from promptassay.language.messages import Message
from promptassay.language.variables import variables_of
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability

VERSIONS_SHOWN = 8
PREVIEW_CHARACTERS = 1_200
PINS_OFFERED = 30
RESOLVED_CHARACTERS = 20_000


@workspace_view(Ability.CONTENT_READ, "GET")
def fragment_show(request: WorkspaceRequest, fragment_id: UUID) -> HttpResponse:
    """The fragment on its latest version."""
    return render_editor(request, queries.get_fragment(fragment_id))


def render_editor(
    request: WorkspaceRequest,
    fragment: Fragment,
    *,
    typed: Typed | None = None,
    details: DetailsForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page; `typed` shows the fields as they came, `problem` why they were not saved."""
    latest = queries.latest_version(fragment)
    text = typed.text if typed else latest.text
    names = ("title", "slug", "description")
    page = queries.page_of_versions(fragment)
    context = {
        **base_context(fragment),
        **text_context(text, slug=fragment.slug),
        "text": text,
        "base": typed.base if typed else fragment.current_version,
        "summary": typed.summary if typed else "",
        "problem": problem,
        "users": queries.where_used(fragment.slug),
        "versions": queries.with_authors(list(page.object_list)[:VERSIONS_SHOWN]),
        "details": details or DetailsForm(initial={name: getattr(fragment, name) for name in names}),
        "is_referenced": queries.is_referenced(fragment.slug),
        "may_delete": fragment.created_by == request.actor.user_id or request.actor.can(Ability.CONTENT_MANAGE),
    }
    return render(request, "fragments/fragment_show.html", context, status=status)


@workspace_view(Ability.CONTENT_READ, "POST")
def fragment_inspect(request: WorkspaceRequest) -> HttpResponse:
    """The slots of what is typed, what is wrong with it, and the text it would give; nothing is kept."""
    text, slug = normalized(request.POST.get("text", "")), request.POST.get("slug", "")
    return render(request, "fragments/text_facts.html", {"section": "fragments", **text_context(text, slug=slug)})


@workspace_view(Ability.CONTENT_READ, "GET")
def fragment_find(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """From a reference in a text to the fragment's page."""
    return redirect("fragments:fragment-show", request.workspace.id, queries.get_fragment_by_slug(slug).id)


@workspace_view(Ability.CONTENT_READ, "GET")
def fragment_preview(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """The beginning of a fragment's text, its slots and newest versions, for editors; `pin` asks for a version."""
    fragment = queries.get_fragment_by_slug(slug)
    pin = request.GET.get("pin", "")
    number = int(pin) if pin.isascii() and pin.isdigit() and len(pin) < 10 else fragment.current_version
    version = queries.get_version(fragment, number)
    slots = variables_of(expand([Message("user", version.text)], queries.source([version.text])).pieces)
    return JsonResponse(
        {
            "title": fragment.title,
            "number": version.number,
            "newest": fragment.current_version,
            "text": version.text[:PREVIEW_CHARACTERS],
            "more": max(version.content_length - PREVIEW_CHARACTERS, 0),
            "slots": [slot.name for slot in slots],
            "versions": [
                {"number": each.number, "summary": each.summary or each.get_change_source_display()}
                for each in queries.versions_of(fragment)[:PINS_OFFERED]
            ],
        }
    )


def base_context(fragment: Fragment) -> dict[str, Any]:
    """What every page of one fragment shows."""
    return {"section": "fragments", "fragment": fragment, "fragment_slugs": queries.slugs}


def text_context(text: str, *, slug: str) -> dict[str, Any]:
    """Slots, nested fragments, what is wrong, and the text written out, as if `text` were the newest of `slug`.

    So a reference to itself is found before it is saved.
    """
    change = FragmentText(slug, 0, text)
    source = queries.changed_source(change) if slug else queries.source()
    source.read_ahead([text])
    message = [Message("user", text)]
    try:
        found = expand(message, source)
    except LanguageError as error:
        return {"fragment_slugs": queries.slugs, "unreadable": error, "characters": len(text)}
    marks = [
        {"field": "text", "from": each.start, "to": each.end, "severity": "error", "message": each.reason}
        for each in found.problems
        if not each.path
    ]
    marks += [
        {
            "field": "text",
            "from": each.place.start,
            "to": each.place.end,
            "severity": "error",
            "message": each.message,
        }
        for each in found.errors
    ]
    written = resolved(message, source)[0][0].content
    return {
        "fragment_slugs": queries.slugs,
        "characters": len(text),
        "slots": variables_of(found.pieces),
        "nested": [use for use in found.fragments_used if use.slug != slug],
        "problems": found.problems,
        "fragment_errors": found.errors,
        "unknown_slots": list(found.unknown_slots),
        "written": written[:RESOLVED_CHARACTERS],
        "written_more": max(len(written) - RESOLVED_CHARACTERS, 0),
        "diagnostics": orjson.dumps(marks).decode(),
    }
