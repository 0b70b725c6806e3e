"""Versions of a fragment: saved after a look at what they change, listed, shown, compared, restored."""

import re
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from promptassay.core.errors import NotFound, ValidationFailed
from promptassay.fragments import queries, services
from promptassay.fragments.forms import Typed, read_typed
from promptassay.fragments.impact import Impact, check_change, impact_of
from promptassay.fragments.models import ChangeSource, Fragment
from promptassay.fragments.reruns import runner
from promptassay.fragments.text import check_text, hash_of
from promptassay.fragments.views.editor import base_context, render_editor, text_context
from promptassay.language.folding import Comparison, compare_messages
from promptassay.language.messages import Message
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.permissions import Ability


@workspace_view(Ability.CONTENT_WRITE, "POST")
def version_save(request: WorkspaceRequest, fragment_id: UUID) -> HttpResponse:
    """Make a version of what is typed. Where prompts would change, they are shown first and the person confirms."""
    fragment = queries.get_fragment(fragment_id)
    typed = read_typed(request.POST)
    try:
        return _save(request, fragment, typed, source=ChangeSource.MANUAL)
    except services.StaleFragment as stale:
        return _conflict(request, fragment, typed, stale)
    except ValidationFailed as error:
        return render_editor(request, fragment, typed=typed, problem=str(error), status=422)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def version_restore(request: WorkspaceRequest, fragment_id: UUID, number: int) -> HttpResponse:
    """An older version's text as a new version, after the same look at what it changes."""
    fragment = queries.get_fragment(fragment_id)
    old = queries.get_version(fragment, number)
    sent = read_typed(request.POST)
    base = sent.base or fragment.current_version
    typed = Typed(old.text, base, f"Restores v{number}", sent.seen, sent.confirmed, sent.rerun)
    try:
        return _save(request, fragment, typed, source=ChangeSource.RESTORE, restored=number)
    except services.StaleFragment as stale:
        return _conflict(request, fragment, typed, stale)
    except ValidationFailed as error:
        return render_editor(request, fragment, typed=typed, problem=str(error), status=422)


def _save(
    request: WorkspaceRequest, fragment: Fragment, typed: Typed, *, source: ChangeSource, restored: int = 0
) -> HttpResponse:
    """Save, or show what saving would change: unless the person has seen exactly that, and said yes."""
    check_text(typed.text)
    latest = queries.latest_version(fragment)
    impact: Impact | None = None
    if latest.content_hash != hash_of(typed.text) and typed.base == fragment.current_version:
        check_change(fragment.slug, fragment.current_version + 1, typed.text)
        impact = impact_of(fragment, typed.text)
        if impact.total and not (typed.confirmed and typed.seen == impact.digest):
            context = {
                **base_context(fragment),
                "typed": typed,
                "impact": impact,
                "restored": restored,
                "changed_meanwhile": typed.confirmed,
                "own": _compare(latest.text, typed.text),
                "reruns": runner().offer(impact.versions, impact.after) if request.actor.can(Ability.AI_USE) else [],
                "next_number": fragment.current_version + 1,
            }
            return render(request, "fragments/version_impact.html", context)
    saved = services.save_version(
        request.actor,
        fragment,
        text=typed.text,
        base_version=typed.base,
        summary=typed.summary,
        change_source=source,
    )
    if saved.created:
        count = _run_again(request, fragment, typed, impact, saved.version.number)
        messages.success(request, f"Version {saved.version.number} is saved.")
        if count:
            messages.info(request, f"{count} {'run' if count == 1 else 'runs'} started.")
            return redirect("evals:run-list", request.workspace.id)
    else:
        messages.info(request, f"Nothing differs from version {saved.version.number}: no version was made.")
    return redirect("fragments:fragment-show", request.workspace.id, fragment.id)


def _run_again(request: WorkspaceRequest, fragment: Fragment, typed: Typed, impact: Impact | None, number: int) -> int:
    """Start the suites that were ticked beside the impact; how many did."""
    if impact is None or not typed.rerun:
        return 0
    return runner().start(request.actor, typed.rerun, impact.versions, slug=fragment.slug, number=number)


def _conflict(
    request: WorkspaceRequest, fragment: Fragment, typed: Typed, stale: services.StaleFragment
) -> HttpResponse:
    """Somebody saved meanwhile: what they changed, what this person has, and the choice."""
    theirs = queries.latest_version(queries.get_fragment(fragment.id))
    numbers = queries.version_numbers(fragment)
    base = queries.get_version(fragment, typed.base).text if typed.base in numbers else ""
    context = {
        **base_context(fragment),
        "typed": typed,
        "stale": stale,
        "theirs": queries.with_authors([theirs])[0],
        "their_changes": _compare(base, theirs.text),
        "my_changes": _compare(base, typed.text),
    }
    return render(request, "fragments/version_conflict.html", context, status=409)


@workspace_view(Ability.CONTENT_READ, "GET")
def version_list(request: WorkspaceRequest, fragment_id: UUID) -> HttpResponse:
    """The history of a fragment, newest first."""
    fragment = queries.get_fragment(fragment_id)
    page = queries.page_of_versions(fragment, page=request.GET.get("page", 1))
    context = {**base_context(fragment), "page_obj": page, "versions": queries.with_authors(list(page.object_list))}
    return render(request, "fragments/version_list.html", context)


@workspace_view(Ability.CONTENT_READ, "GET")
def version_show(request: WorkspaceRequest, fragment_id: UUID, number: int) -> HttpResponse:
    """One version, to read."""
    fragment = queries.get_fragment(fragment_id)
    version = queries.get_version(fragment, number)
    context = {
        **base_context(fragment),
        **text_context(version.text, slug=""),
        "version": version,
        "line": queries.with_authors([version])[0],
    }
    return render(request, "fragments/version_show.html", context)


@workspace_view(Ability.CONTENT_READ, "GET")
def version_diff(request: WorkspaceRequest, fragment_id: UUID) -> HttpResponse:
    """Two versions compared, inline or side by side."""
    fragment = queries.get_fragment(fragment_id)
    right = _number(request.GET.get("to") or str(fragment.current_version))
    left = _number(request.GET.get("from") or str(max(fragment.current_version - 1, 0)))
    context = {
        **base_context(fragment),
        "left": left,
        "right": right,
        "comparison": _compare(_text(fragment, left), _text(fragment, right)),
        "view": "side" if request.GET.get("view") == "side" else "inline",
        "numbers": queries.version_numbers(fragment),
    }
    return render(request, "fragments/version_diff.html", context)


def _number(name: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", name):
        raise NotFound()
    return int(name)


def _text(fragment: Fragment, number: int) -> str:
    """A version's text; version 0 is the empty page that every fragment starts from."""
    return queries.get_version(fragment, number).text if number else ""


def _compare(left: str, right: str) -> Comparison:
    return Comparison(compare_messages([Message("user", left)], [Message("user", right)]), [])
