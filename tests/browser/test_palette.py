"""The command palette: by keyboard, with a screen reader's eyes, on a phone, and what its commands do."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import looking, workbench
from tests.browser.people import Account
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser


@pytest.fixture
def bench(warm_page: Page, account: Account) -> Page:
    """A workbench on a fresh prompt with two versions."""
    workbench.create_prompt(warm_page, account.workspace, "Ticket triage", "Sort {{ticket}}.")
    workbench.write(warm_page, "Sort {{ticket}} quickly.")
    workbench.save_version(warm_page, 2)
    return warm_page


def _open(page: Page, text: str = "") -> Locator:
    # Both scripts of a page that was just opened: the one that opens it by click, and the one that clicks by key.
    expect(page.locator(".palette-open[aria-haspopup]")).to_be_visible()
    expect(page.get_by_role("button", name="Shortcuts").or_(page.locator(".rail-toggle:visible")).first).to_be_visible()
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="What to find or do")
    expect(box).to_be_focused()
    if text:
        page.keyboard.type(text)
    return box


def _options(page: Page) -> Locator:
    return page.locator("#palette [role=option]")


def _do(page: Page, text: str, title: str) -> None:
    """Type and press Enter once the command stands first."""
    _open(page, text)
    expect(_options(page).first).to_contain_text(title)
    page.keyboard.press("Enter")


def test_the_keyboard_moves_and_a_screen_reader_follows(bench: Page) -> None:
    box = _open(bench)
    expect(_options(bench).first).to_contain_text("Save a version")
    first = box.get_attribute("aria-activedescendant")
    assert first and bench.locator(f"#{first}").get_attribute("aria-selected") == "true"
    bench.keyboard.press("ArrowDown")
    expect(box).not_to_have_attribute("aria-activedescendant", first)
    assert bench.locator("#palette [aria-selected=true]").count() == 1
    bench.keyboard.press("ArrowUp")
    bench.keyboard.press("ArrowUp")
    last = box.get_attribute("aria-activedescendant")
    expect(_options(bench).last).to_have_id(last or "")
    expect(bench.locator("#palette [role=status]")).to_have_text(re.compile(r"\d+ results"))
    bench.keyboard.type("xyzzy nothing")
    expect(bench.locator(".palette-none")).to_be_visible()
    assert box.get_attribute("aria-activedescendant") is None
    bench.keyboard.press("Enter")
    expect(bench.locator("#palette")).to_be_visible()
    bench.keyboard.press("Escape")
    expect(bench.locator("#palette")).to_be_hidden()


def test_typed_and_entered_at_once_does_what_was_typed(bench: Page) -> None:
    _open(bench)
    bench.keyboard.type("compare 1 2")
    bench.keyboard.press("Enter")
    bench.wait_for_url("**/versions/compare/?from=1&to=2")


def test_a_prompt_is_found_and_opened_from_any_page(bench: Page, account: Account) -> None:
    path = workbench.path_of(bench)
    for place in ("usage/", "settings/", "runs/", "keys/", ""):
        bench.goto(account.workspace + place)
        _do(bench, "ticket tri", "Ticket triage")
        bench.wait_for_url("**/prompts/*-*-*/")
    assert path


def test_commands_act_on_the_page(bench: Page) -> None:
    workbench.write(bench, "Sort {{ticket}} at once.")
    _do(bench, "save", "Save a version")
    expect(bench.locator("#flash")).to_contain_text("Version 3 is saved.")
    _do(bench, "message 1", "Go to message 1, system")
    expect(workbench.editor(bench)).to_be_focused()
    _do(bench, "theme", "Change the theme")
    expect(bench.locator("html")).to_have_attribute("data-theme", "light")
    _do(bench, "shortcuts", "Keyboard shortcuts")
    expect(bench.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_a_label_is_moved_step_by_step(bench: Page) -> None:
    _open(bench, "move a label")
    bench.keyboard.press("Enter")
    expect(_options(bench).first).to_contain_text("Put label production on…")
    bench.keyboard.press("Enter")
    expect(_options(bench).first).to_contain_text("Put label production on v2")
    bench.keyboard.press("ArrowDown")
    bench.keyboard.press("Enter")
    bench.wait_for_url("**/labels/**")
    expect(bench.locator("main")).to_contain_text("production")
    expect(bench.locator("main")).to_contain_text("v1")


def test_a_branch_is_begun_by_name(bench: Page) -> None:
    _do(bench, "branch be brief", "Begin branch be-brief at v2")
    bench.wait_for_url("**/?branch=be-brief")
    _do(bench, "playground", "Open the playground")
    bench.wait_for_url("**/playground/?branch=be-brief")


def test_on_a_phone_it_opens_by_touch_and_fits(watch: Watch, account: Account, bench: Page) -> None:
    page = watch.context(storage_state=account.state, width=390, height=844, has_touch=True).new_page()
    page.goto(workbench.path_of(bench))
    page.locator(".palette-open[aria-haspopup]").tap()
    expect(_options(page).first).to_be_visible()
    assert looking.layout(page) == []
    for each in _options(page).all()[:5]:
        box = each.bounding_box()
        assert box and box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.keyboard.type("compare 1 2")
    expect(_options(page).first).to_contain_text("Compare v1 with v2")
    _options(page).first.tap()
    page.wait_for_url("**/versions/compare/**")


def test_it_has_names_in_both_themes(watch: Watch, account: Account, bench: Page) -> None:
    for scheme in ("light", "dark"):
        context = watch.context(storage_state=account.state, color_scheme=scheme)
        page = context.new_page()
        page.goto(workbench.path_of(bench))
        _open(page)
        expect(_options(page).first).to_be_visible()
        assert looking.nameless(page) == [] and looking.contrast(page) == []
