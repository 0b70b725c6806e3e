"""What opens on pages and what is marked in them: axe-core has no complaint there either, in any width and colours."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import axe, workbench
from tests.browser.people import Account
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

# Two problems, two findings of the lint, a variable, right-to-left words.
TEXT = "Please try to be brief about {{topic}}.\nUse ${fragment:not-there} and {{1st}}.\nמרחבא {{topc}}"


@pytest.fixture
def page(warm_page: Page) -> Page:
    """All tests of this file share a browser profile."""
    return warm_page


@pytest.fixture(scope="module")
def prompt(profile: BrowserContext, account: Account) -> str:
    """The workbench's path of a prompt with two versions."""
    page = profile.new_page()
    path = workbench.create_prompt(page, account.workspace, "Greeting", "Greet {{person}}.")
    workbench.write(page, "Greet {{person}} in {{language|English}}.")
    workbench.save_version(page, 2)
    page.close()
    return path


@pytest.fixture
def bench(page: Page, prompt: str) -> Page:
    """That prompt's workbench."""
    page.goto(prompt)
    expect(workbench.editor(page)).to_be_visible()
    return page


def test_every_tab_of_the_dock(bench: Page) -> None:
    tabs = bench.locator(".dock .tabs [role=tab]")
    names = tabs.all_inner_texts()
    assert len(names) >= 4
    bad = []
    for name in names:
        bench.get_by_role("tab", name=name, exact=True).click()
        bench.wait_for_load_state("networkidle")
        bad += [f"{name}: {each}" for each in _complaints(bench, within=".dock")]
    assert not bad, "\n".join(bad)


def test_findings_problems_and_a_tooltip(bench: Page) -> None:
    workbench.write(bench, TEXT)
    mark = bench.locator("#messages .cm-lintRange").first
    expect(mark).to_be_visible()
    mark.hover()
    expect(bench.locator(".cm-tooltip")).to_be_visible()
    for summary in bench.locator(".dock details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()
    _has_none(bench)


def test_completion_and_search_in_the_editor(bench: Page) -> None:
    workbench.write(bench, "Greet {{person}}, ")
    bench.keyboard.type("{{per")
    expect(bench.locator(".cm-tooltip-autocomplete")).to_be_visible()
    _has_none(bench)
    bench.keyboard.press("Escape")
    bench.keyboard.press("Control+f")
    expect(bench.locator(".cm-search")).to_be_visible()
    _has_none(bench)


def test_an_answer_and_a_refused_save(bench: Page) -> None:
    workbench.write(bench, "Greet {{person}}.")
    workbench.fill(bench, person="Ada")
    workbench.run(bench)
    expect(workbench.outcome(bench)).to_contain_text("finished after")
    workbench.write(bench, "")
    bench.keyboard.press("Control+s")
    expect(bench.locator("#flash")).to_contain_text("All messages are empty")
    _has_none(bench)


def test_settings_dialogs_and_menus(bench: Page) -> None:
    bench.locator("summary", has_text="Settings").click()
    bench.get_by_label("temperature", exact=False).first.fill("hot")
    for summary in bench.locator(".rail details > summary:visible, .head details > summary:visible").all():
        summary.click()
    expect(bench.locator("#variables")).to_contain_text("Settings that cannot be used yet")
    _has_none(bench)
    bench.locator("h1").click()
    bench.keyboard.press("?")
    expect(bench.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    _has_none(bench)
    bench.keyboard.press("Escape")
    workbench.wait_for_draft(bench)
    bench.reload()
    bench.get_by_role("button", name="Discard draft").click()
    expect(bench.get_by_role("alertdialog")).to_be_visible()
    _has_none(bench)
    bench.get_by_role("button", name="Discard", exact=True).click()
    expect(bench.get_by_role("button", name="Discard draft")).to_have_count(0)


def test_the_rail_of_a_phone(bench: Page) -> None:
    bench.set_viewport_size({"width": 390, "height": 844})
    bench.locator(".rail-toggle summary").click()
    expect(bench.get_by_role("link", name="Settings")).to_be_visible()
    bad = axe.complaints(bench)
    assert not bad, "\n".join(bad)


def test_chosen_rows_of_the_library(page: Page, account: Account, prompt: str) -> None:
    page.goto(account.home)
    page.get_by_role("checkbox", name="Choose Greeting").check()
    expect(page.locator("[data-chosen]")).to_contain_text("1")
    _has_none(page)


def test_two_columns_of_the_playground_with_answers_and_its_dialogs(page: Page, account: Account) -> None:
    prompt = workbench.create_prompt(page, account.workspace, "Played with", "Greet {{person}}.")
    page.goto(f"{prompt}playground/")
    expect(page.get_by_role("button", name="Remove column A")).to_be_hidden()
    page.get_by_role("button", name="Column", exact=True).click()
    for letter in "AB":
        column = page.get_by_role("group", name=f"Column {letter}")
        column.get_by_label("Model").select_option(label="demo-small")
    page.locator("#var-person").fill("Ada")
    page.keyboard.press("Control+Enter")
    for letter in "AB":
        status = page.get_by_role("group", name=f"Column {letter}").locator("[data-play=status]")
        expect(status).to_have_text(re.compile("^finished after"))
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("[data-difference]")).to_contain_text("From A")
    _has_none(page)
    for button, name in (("^Keep", "Keep as a test case"), ("Copy as code", "Copy as code")):
        page.get_by_role("group", name="Column A").get_by_role("button", name=re.compile(button)).click()
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        page.wait_for_load_state("networkidle")
        _has_none(page)
        page.keyboard.press("Escape")


def test_pages_that_say_no(page: Page, account: Account, watch: Watch) -> None:
    page.goto(f"{account.workspace}prompts/00000000-0000-7000-8000-000000000000/")
    expect(page.locator("[data-error]")).to_be_visible()
    _has_none(page)
    page.goto(f"{account.workspace}prompts/new/")
    page.get_by_label("Title").fill("   ")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Title")
    _has_none(page)
    page = watch.context().new_page()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".errorlist, [role=alert]").first).to_be_visible()
    _has_none(page)


def _has_none(page: Page) -> None:
    bad = _complaints(page)
    assert not bad, "\n".join(bad)


def _complaints(page: Page, within: str = "") -> list[str]:
    """What axe-core says of the page as it is, wide and narrow, and of its colours in the dark."""
    bad = []
    page.emulate_media(color_scheme="light")
    for width, height, rules in ((390, 844, axe.OF_WIDTHS), (1440, 900, ())):
        page.set_viewport_size({"width": width, "height": height})
        bad += [f"{width}: {each}" for each in axe.complaints(page, rules=rules, within=within)]
    page.emulate_media(color_scheme="dark")
    bad += [f"dark: {each}" for each in axe.complaints(page, rules=axe.OF_COLOURS, within=within)]
    page.emulate_media(color_scheme="light")
    return bad


def test_the_tab_of_the_lint_its_dialogs_and_what_is_silent(bench: Page) -> None:
    workbench.write(bench, f"{TEXT} Name the tools of the house, etc.")
    bench.get_by_role("tab", name=re.compile("^Lint")).click()
    expect(bench.locator("[data-finding]").first).to_be_visible()
    _has_none(bench)
    bench.keyboard.press("F8")
    expect(bench.locator("#lint [aria-current]")).to_be_visible()
    _has_none(bench)
    bench.locator("[data-silence=vague-wording]").first.click()
    expect(bench.locator("#lint-silence")).to_be_visible()
    _has_none(bench)
    bench.get_by_label("Why it does not hold here").fill("Loose on purpose.")
    bench.keyboard.press("Enter")
    bench.locator("#silences summary").click()
    expect(bench.locator("#silences")).to_contain_text("Loose on purpose.")
    _has_none(bench)
    workbench.editor(bench).click()
    bench.keyboard.press("Control+Home")
    bench.keyboard.press("ArrowDown")
    bench.keyboard.press("End")
    for _ in range(4):
        bench.keyboard.press("ArrowLeft")
    bench.keyboard.press("Alt+Enter")
    expect(bench.get_by_role("dialog", name="Which fix?")).to_be_visible()
    _has_none(bench)
