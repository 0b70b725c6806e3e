"""What the product puts into a browser: THE table, compared by a test with what a browser really holds."""

from dataclasses import dataclass
from typing import Final, Literal

from django.conf import settings


@dataclass(frozen=True)
class Kept:
    """One thing in a browser. `name` is exact, or ends in `*` when something of the person's or the page's follows."""

    name: str
    place: Literal["cookie", "local storage", "session storage", "IndexedDB"]
    purpose: str
    until: str
    sent: bool = False

    def covers(self, name: str) -> bool:
        """Whether a name that was found is this one."""
        return name.startswith(self.name[:-1]) if self.name.endswith("*") else name == self.name


def kept() -> tuple[Kept, ...]:
    """Everything, under the names that it has on this instance."""
    return (
        Kept(
            settings.SESSION_COOKIE_NAME,
            "cookie",
            "keeps you signed in",
            f"until you sign out, at most {settings.SESSION_COOKIE_AGE // 86_400} days",
            sent=True,
        ),
        Kept(
            settings.CSRF_COOKIE_NAME,
            "cookie",
            "keeps other sites from sending forms in your name",
            f"{settings.CSRF_COOKIE_AGE // 604_800} weeks",
            sent=True,
        ),
        Kept("messages", "cookie", "carries a short notice to the next page", "until that page is shown", sent=True),
        Kept("theme", "cookie", "remembers light or dark, once you chose", "a year", sent=True),
        Kept("dock-width", "cookie", "remembers the width of the tools beside the editor", "a year", sent=True),
        *_WITHOUT_SENDING,
    )


_WITHOUT_SENDING: Final = (
    Kept("folded:*", "local storage", "remembers which messages of a prompt are folded", "until you unfold them"),
    Kept("tab:*", "session storage", "remembers which tab of a page was open", "until you close the tab"),
    Kept(
        "htmx-current-path-for-history",
        "session storage",
        "remembers which page “back” leads to",
        "until you close the tab",
    ),
    Kept("draft:*", "session storage", "holds what you typed until the server has it, encrypted", "until it is saved"),
    Kept(
        "promptassay:sealed:*",
        "IndexedDB",
        "holds results of the playground and of the panels, and chats, encrypted under a key of your session",
        "until you clear it or sign out; what an earlier session left cannot be opened and is deleted",
    ),
)
