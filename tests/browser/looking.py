"""What can be seen to be wrong on any page, found by looking at the page itself: each returns a list of complaints."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_SCRIPT = (Path(__file__).parent / "looking.js").read_text()
# Roles of Chromium's accessibility tree that a person acts on or is shown as a picture.
_NAMED = {
    "button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "spinbutton", "slider", "switch",
    "tab", "menuitem", "img", "image", "meter", "progressbar", "dialog", "radiogroup",
}  # fmt: skip


def layout(page: Page) -> list[str]:
    """Sideways scrolling, a missing or second heading or main part, repeated ids, pictures without a name."""
    return list(page.evaluate(f"{_SCRIPT}; layout()"))


def contrast(page: Page) -> list[str]:
    """Words that are too faint against what is behind them: below 4.5, or 3 when large."""
    return list(page.evaluate(f"{_SCRIPT}; contrast()"))


def nameless(page: Page) -> list[str]:
    """Controls and pictures without a name, in the accessibility tree that Chromium makes."""
    session = page.context.new_cdp_session(page)
    tree: list[dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    bad = []
    for node in tree:
        role = node.get("role", {}).get("value")
        if not node.get("ignored") and role in _NAMED and not node.get("name", {}).get("value"):
            bad.append(f"a {role} without a name, {node.get('description', {}).get('value', '')}")
    return bad


def focus(page: Page, stops: int = 25) -> list[str]:
    """Tab through the page: every stop has to be visible, and has to show that it has the focus."""
    page.evaluate("document.activeElement?.blur?.(); scrollTo(0, 0)")
    bad = []
    for _ in range(stops):
        page.keyboard.press("Tab")
        bad += page.evaluate(f"{_SCRIPT}; focusShown()")
    return bad
