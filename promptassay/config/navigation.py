"""What the frame of every page needs: the rail's entries, and how many notifications are unread."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from promptassay import __version__
from promptassay.evals.queries import live_run_count, suite_count
from promptassay.fragments.queries import fragment_count
from promptassay.prompts.queries import prompt_count
from promptassay.trust.legal.publishing import is_published
from promptassay.workspaces.models import Workspace
from promptassay.workspaces.queries import unread_count


@dataclass(frozen=True)
class Entry:
    """One line of the rail. `section` is what a page sets to mark its entry as current."""

    section: str
    title: str
    url: str
    note: str = ""


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context for every template: version, sign-up state, and inside a workspace the rail."""
    shared: dict[str, Any] = {
        "product_version": __version__,
        "mail_configured": settings.MAIL_CONFIGURED,
        "terms_published": lambda: is_published("terms") and is_published("privacy"),
    }
    workspace: Workspace | None = getattr(request, "workspace", None)
    if workspace is None:
        return shared
    # Functions: fragments without the rail do not pay for its counts.
    return {
        **shared,
        "workspace": workspace,
        "rail": lambda: _rail(workspace),
        "unread": lambda: unread_count(request.actor.user_id),  # type: ignore[attr-defined]
    }


def _rail(workspace: Workspace) -> list[Entry]:
    def to(name: str) -> str:
        return reverse(name, args=[workspace.id])

    live = live_run_count()
    return [
        Entry("home", "Home", to("prompts:dashboard")),
        Entry("prompts", "Prompts", to("prompts:prompt-list"), str(prompt_count())),
        Entry("fragments", "Fragments", to("fragments:fragment-list"), str(fragment_count())),
        Entry("suites", "Suites", to("evals:suite-list"), str(suite_count())),
        Entry("runs", "Runs", to("evals:run-list"), f"{live} live" if live else ""),
        Entry("usage", "Usage", to("usage:usage-show")),
        Entry("trust", "Trust", to("private:workspace-show")),
        Entry("settings", "Settings", to("workspaces:settings-show")),
    ]
