"""The start page, settings, audit log, notifications, the command palette, and loading the example content."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime

from promptassay.accounts.browser_store import draft_key, store_key
from promptassay.accounts.queries import any_account
from promptassay.audit import queries as audit_queries
from promptassay.core.doors import SignedOut, public_view, wants_page
from promptassay.core.errors import NotFound, ValidationFailed
from promptassay.core.http import is_htmx
from promptassay.workspaces import palette, queries, services
from promptassay.workspaces.access import WorkspaceRequest, workspace_view
from promptassay.workspaces.forms import RenameForm
from promptassay.workspaces.notifications import page_of_notices
from promptassay.workspaces.permissions import MEANING, Ability, Role, allows

ENTRIES_ON_A_PAGE = 100


@dataclass(frozen=True)
class RoleRow:
    """One line of the roles table: an ability, its meaning, and whether each role has it."""

    ability: Ability
    meaning: str
    allowed: list[bool]


@public_view("GET", "HEAD", reason="The first page: leads to sign-up, to sign-in, or to one's workspace.")
def home(request: HttpRequest) -> HttpResponse:
    """Where `/` leads: sign-up on an empty instance, sign-in, or the home page of the person's workspace."""
    if not request.user.is_authenticated:
        return redirect("account_login" if any_account() else "account_signup")
    found = queries.workspaces_of(request.user.pk)
    if not found:
        raise NotFound("This account has no workspace.", next_step="Ask whoever operates this instance.")
    return redirect("prompts:dashboard", found[0].workspace.id)


@workspace_view(Ability.CONTENT_READ, "GET")
def settings_show(request: WorkspaceRequest) -> HttpResponse:
    """Name, members, roles, and the ways to keys, audit log and sessions."""
    return _settings_page(request, RenameForm(initial={"name": request.workspace.name}))


@workspace_view(Ability.WORKSPACE_SETTINGS, "POST")
def workspace_rename(request: WorkspaceRequest) -> HttpResponse:
    """Give the workspace another name."""
    form = RenameForm(request.POST)
    if not form.is_valid():
        return _settings_page(request, form, status=422)
    try:
        workspace = services.rename_workspace(request.actor, name=form.cleaned_data["name"])
    except ValidationFailed as error:
        form.add_error("name", str(error))
        return _settings_page(request, form, status=422)
    messages.success(request, "The workspace has its new name.")
    return redirect("workspaces:settings-show", workspace.id)


def _settings_page(request: WorkspaceRequest, form: RenameForm, status: int = 200) -> HttpResponse:
    context = {
        "section": "settings",
        "form": form,
        "members": queries.members(request.workspace.id),
        "roles": list(Role),
        "role_rows": role_rows(),
        "your_role": request.actor.role,
        "may_rename": request.actor.can(Ability.WORKSPACE_SETTINGS),
        "may_make_keys": request.actor.can(Ability.APIKEYS_OWN),
        "may_read_audit": request.actor.can(Ability.AUDIT_READ),
        "may_export": request.actor.can(Ability.WORKSPACE_EXPORT),
    }
    return render(request, "workspaces/settings_show.html", context, status=status)


def role_rows() -> list[RoleRow]:
    """The permission table as rows for the page."""
    return [RoleRow(ability, MEANING[ability], [allows(role, ability) for role in Role]) for ability in Ability]


@workspace_view(Ability.AUDIT_READ, "GET")
def audit_show(request: WorkspaceRequest) -> HttpResponse:
    """The newest entries of the audit log; `?before=N` turns to older ones."""
    return _audit_page(request, {})


@workspace_view(Ability.AUDIT_READ, "POST")
def audit_verify(request: WorkspaceRequest) -> HttpResponse:
    """Recompute every hash of the workspace's log and say whether the chain holds."""
    broken = audit_queries.verify()
    return _audit_page(request, {"verified": True, "broken": broken, "checked": audit_queries.entry_count()})


def _audit_page(request: WorkspaceRequest, extra: dict[str, Any]) -> HttpResponse:
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    entries = audit_queries.latest(ENTRIES_ON_A_PAGE, before=before)
    context = {
        "section": "settings",
        "entries": entries,
        "count": audit_queries.entry_count(),
        "before": before,
        "older": entries[-1].number if entries and entries[-1].number > 1 else None,
        **extra,
    }
    return render(request, "workspaces/audit_show.html", context)


@workspace_view(Ability.CONTENT_WRITE, "POST")
def demo_load(request: WorkspaceRequest) -> HttpResponse:
    """Fill the workspace with the example, then show its prompts."""
    services.request_demo(request.actor)
    messages.success(request, "The example is loaded: a prompt with three versions, a suite and two runs.")
    return redirect("prompts:prompt-list", request.workspace.id)


@workspace_view(Ability.CONTENT_READ, "GET")
def notification_list(request: WorkspaceRequest) -> HttpResponse:
    """What concerns the person in this workspace, newest first."""
    page, notices = page_of_notices(request.actor, page=request.GET.get("page", 1))
    newest = max((notice.at for notice in notices), default=None)
    context = {"section": "notifications", "page_obj": page, "notices": notices, "newest": newest}
    return render(request, "workspaces/notification_list.html", context)


@workspace_view(Ability.CONTENT_READ, "POST")
def notification_read(request: WorkspaceRequest, notification_id: UUID) -> HttpResponse:
    """The person has seen one of theirs."""
    services.mark_read(request.actor, queries.get_notification(request.actor, notification_id))
    if wants_page(request):
        return redirect("workspaces:notification-list", request.workspace.id)
    return HttpResponse(status=204)


@workspace_view(Ability.CONTENT_READ, "POST")
def notifications_read(request: WorkspaceRequest) -> HttpResponse:
    """The person has seen all of theirs, up to the newest that the page showed."""
    services.mark_all_read(request.actor, until=_moment(request.POST.get("until", "")))
    return redirect("workspaces:notification-list", request.workspace.id)


def _moment(text: str) -> datetime | None:
    """A time with its zone as a page wrote it, None for anything else."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


@workspace_view(Ability.CONTENT_READ, "POST")
def browser_key_take(request: WorkspaceRequest) -> HttpResponse:
    """The bytes under which this session's pages seal what the browser keeps of this person's work in this workspace.

    `person` in the form is whom the page was made for: when somebody else signed in meanwhile, that page gets none.
    `use` is `store`, or `draft` for copies of text that is not saved yet.
    """
    person_id, workspace_id, use = request.actor.user_id, request.workspace.id, request.POST.get("use")
    if request.POST.get("person") != str(person_id):
        raise SignedOut(
            "You are signed out.",
            why="Somebody else is signed in in this browser now.",
            next_step="Reload the page.",
        )
    if use not in ("store", "draft"):
        raise ValidationFailed("There is no such use of a key.", details={"use": "store or draft"})
    of_session = use == "store"
    key = store_key(request.session, person_id, workspace_id) if of_session else draft_key(request.user, workspace_id)
    return HttpResponse(key, content_type="application/octet-stream", headers={"Cache-Control": "no-store"})


@workspace_view(Ability.CONTENT_READ, "GET")
def palette_show(request: WorkspaceRequest) -> HttpResponse:
    """What may be done and opened from the page `at`, narrowed by `q`; as a page, or as lines for the palette."""
    place = palette.Place.at(request.actor, request.GET.get("at", ""))
    query = palette.normalized(request.GET.get("q", ""))
    context = {"q": request.GET.get("q", ""), "groups": palette.commands(request.actor, place, query)}
    template = "workspaces/palette_show.html#options" if is_htmx(request) else "workspaces/palette_show.html"
    return render(request, template, context)
