"""The sheet of shortcuts is complete and true: it lists what is registered, and each key it lists does something."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import workbench
from tests.browser.people import Account

pytestmark = pytest.mark.browser

# The keys that CodeMirror binds, by the maps that the editor uses.
REGISTERED = """async () => {
  const cm = await import("vendor/codemirror");
  const { plainKey } = await import("app/prompts/editor-keys");
  const maps = [...cm.searchKeymap, ...cm.historyKeymap, ...cm.completionKeymap, ...cm.closeBracketsKeymap];
  const keys = maps.flatMap(({ key, linux, shift }) => {
    const name = linux ?? key;
    return name ? [plainKey(name), ...(shift ? [plainKey(`Shift-${name}`)] : [])] : [];
  });
  const rest = cm.defaultKeymap.flatMap(({ key, linux }) => (linux ?? key ? [plainKey(linux ?? key)] : []));
  return { named: [...new Set(keys)], rest: [...new Set(rest)] };
}"""
# The caret, selecting and deleting go as in any text field.
CARET = {
    "arrowdown", "arrowup", "arrowleft", "arrowright", "pagedown", "pageup", "home", "end", "enter", "backspace",
    "delete",
    "mod+arrowleft", "mod+arrowright", "mod+home", "mod+end", "mod+backspace", "mod+delete", "mod+a",
    "alt+arrowleft", "alt+arrowright",
}  # fmt: skip
# Bound by CodeMirror and without use in prose, or taken by a key of the page.
UNLISTED = {
    "mod+enter": "the page runs", "mod+/": "the page's notes", "mod+i": "selects a Markdown node",
    "alt+a": "prose has no comments", "alt+shift+a": "prose has no comments",
    "mod+[": "indents less", "mod+]": "indents more", "mod+alt+\\": "indents", "shift+mod+\\": "matching bracket",
    "mod+shift+\\": "matching bracket", "alt+l": "selects the line", "mod+m": "Tab mode",
    "mod+alt+arrowup": "a caret above", "mod+alt+arrowdown": "a caret below",
}  # fmt: skip
WATCH = """() => {
  window.handled = [];
  addEventListener("keydown", (event) => handled.push(event.defaultPrevented));
  document.addEventListener("keydown", (event) => setTimeout(() => event.defaultPrevented && handled.push(true)), true);
}"""
NAMES = {"mod": "Control", "ctrl": "Control", "shift": "Shift", "alt": "Alt", "enter": "Enter", "escape": "Escape",
         "space": "Space", "arrowup": "ArrowUp", "arrowdown": "ArrowDown", "[": "BracketLeft"}  # fmt: skip


@pytest.fixture
def bench(warm_page: Page, account: Account) -> Page:
    """A workbench with two messages."""
    workbench.create_prompt(warm_page, account.workspace, "Keys", "one two one\nthree")
    warm_page.locator("[data-command=add-message]").click()
    expect(warm_page.locator("#messages .cm-content")).to_have_count(2)
    return warm_page


def _sheet(page: Page) -> dict[str, list[str]]:
    """The keys of the sheet by heading."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    found: dict[str, list[str]] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".sheet section")].map((part) => [
          part.querySelector("h3").textContent,
          [...part.querySelectorAll("[data-keys]")].map((key) => key.dataset.keys)]))"""
    )
    page.keyboard.press("Escape")
    return found


def test_every_key_of_the_page_is_listed(bench: Page) -> None:
    visible = bench.evaluate(
        """() => [...document.querySelectorAll("[data-key]")]
          .filter((each) => each.checkVisibility()).map((each) => each.dataset.key)"""
    )
    listed = _sheet(bench)["This page"]
    assert set(visible) | {"?"} == set(listed) and {"mod+k", "mod+s", "mod+enter"} <= set(listed)
    assert len(listed) == len(set(listed))


def test_every_key_of_the_editor_is_listed_or_a_caret(bench: Page) -> None:
    registered: dict[str, Any] = bench.evaluate(REGISTERED)
    listed = set(_sheet(bench)["In the text"])
    assert {"mod+f", "f3", "mod+shift+x", "mod+shift+enter", "mod+shift+["} <= listed
    for key in (*registered["named"], *registered["rest"]):
        assert key in listed | CARET | set(UNLISTED), f"{key} is bound and not in the sheet"
    own = {"mod+shift+x", "mod+shift+enter", "mod+shift+["}
    assert listed - own <= {*registered["named"], *registered["rest"]}, "the sheet lists what nothing is bound to"


def test_every_key_that_the_sheet_lists_does_something(bench: Page) -> None:
    listed = _sheet(bench)["In the text"]
    bench.evaluate(WATCH)
    for keys in listed:
        if keys == "escape":  # closes what is open: the search panel, below
            continue
        workbench.write(bench, "zero\none ${fragment:a} one\nthree {{b")
        bench.keyboard.press("Control+Home")
        bench.keyboard.press("ArrowDown")
        for _ in range(3 if keys != "mod+shift+enter" else 8):
            bench.keyboard.press("ArrowRight" if keys == "mod+shift+enter" else "Shift+ArrowRight")
        if keys == "space" or keys == "mod+space":
            bench.keyboard.press("Control+End")
        bench.evaluate("handled.length = 0")
        pressed = "+".join(NAMES.get(part, part.upper() if part.startswith("f") and len(part) > 1 else part)
                           for part in keys.split("+"))  # fmt: skip
        if keys == "mod+shift+enter":
            with bench.context.expect_page() as opened:
                bench.keyboard.press(pressed)
            opened.value.close()
        else:
            bench.keyboard.press(pressed)
        bench.wait_for_function("handled.length > 0")
        assert any(bench.evaluate("handled")), f"{keys} is listed and does nothing"
        bench.evaluate("document.querySelector('dialog[open]')?.close()")
        if bench.locator("#messages > .folded").count():
            bench.locator("[data-command=fold-all]").click()
        if bench.locator("#messages > .folded").count():
            bench.locator("[data-command=fold-all]").click()
        bench.keyboard.press("Escape")
        if bench.locator(".cm-panel").count():
            bench.locator(".cm-panel input").first.press("Escape")
    expect(bench.locator(".cm-panel")).to_have_count(0)


def test_the_sheet_opens_by_its_button_and_on_the_phone(bench: Page, account: Account) -> None:
    bench.get_by_role("button", name="Shortcuts").click()
    expect(bench.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Extract a fragment")
    bench.keyboard.press("Escape")
    bench.goto(f"{account.workspace}prompts/")
    assert "In the list" in _sheet(bench) and "In the text" not in _sheet(bench)
