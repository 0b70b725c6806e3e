"""A newcomer writes a prompt with only what is on the screen: from a pasted text to `production` on the winner."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import workbench
from tests.browser.people import Account

pytestmark = pytest.mark.browser

SYSTEM = "You sort tickets for {{product}}. Be brief.\n\nTone: friendly, never sarcastic."
TICKET = "The ticket {{ticket}} came in. Sort it into billing, bug or question. Urgency: {{urgency level}}"
MESSAGES = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": TICKET}]


def test_from_a_pasted_prompt_to_production_on_the_winner(page: Page, account: Account) -> None:
    path = _import_by_paste(page, account)
    _see_and_fix_the_lint(page)
    _comment_on_a_span(page)
    _extract_a_fragment(page)
    _branch_and_merge(page, path)
    _compare_two_models_and_keep_both(page, path)
    _put_production_on_the_winner(page, path)


def _import_by_paste(page: Page, account: Account) -> str:
    page.goto(account.home)
    page.get_by_role("link", name="Create a prompt").first.click()
    page.get_by_label("Title").fill("Ticket sorter")
    page.get_by_label("Text").fill(json.dumps({"model": "gpt-5", "temperature": 0.2, "messages": MESSAGES}))
    page.get_by_role("button", name="Create", exact=True).click()
    page.wait_for_url("**/prompts/*-*-*/")
    expect(page.locator("#messages .cm-content")).to_have_count(2)
    return workbench.path_of(page)


def _see_and_fix_the_lint(page: Page) -> None:
    expect(page.locator("#version-chip")).to_have_text("v1")
    expect(page.locator("#messages .cm-lintRange").first).to_be_visible()
    page.get_by_role("tab", name=re.compile("^Lint")).click()
    page.wait_for_load_state("networkidle")  # the first look at the text renews the list once
    finding = page.locator("#lint [data-finding]").filter(has_text="urgency level")
    finding.get_by_role("button", name="Write {{urgency_level}}").click()
    expect(finding).to_have_count(0)
    assert workbench.text_of(page, 1).endswith("{{urgency_level}}")
    workbench.save_version(page, 2)
    page.get_by_role("tab", name="History").click()
    expect(page.locator("#history li").first).to_contain_text("Lint fix")


def _comment_on_a_span(page: Page) -> None:
    _select_the_first_line(page)
    page.keyboard.press("Control+/")
    expect(page.get_by_label("Your comment", exact=True).first).to_be_focused()
    page.keyboard.type("How brief?")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#threads article")).to_contain_text("How brief?")
    expect(page.locator("#messages .cm-note").first).to_be_visible()


def _extract_a_fragment(page: Page) -> None:
    """The closing line of the first message: where the tone is said."""
    workbench.editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Control+k")
    page.keyboard.type("extract")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Extract a fragment")
    dialog.get_by_label("Title", exact=True).fill("Tone")
    dialog.get_by_role("button", name="Make the fragment").click()
    expect(page.locator("#toasts")).to_contain_text("The fragment “Tone” is made.")
    expect(workbench.editor(page)).to_contain_text("${fragment:tone}")
    workbench.save_version(page, 3, "The tone is a fragment")


def _select_the_first_line(page: Page) -> None:
    workbench.editor(page).click()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Shift+End")


def _branch_and_merge(page: Page, path: str) -> None:
    page.goto(f"{path}branches/")
    page.get_by_label("Name").fill("shorter")
    page.get_by_role("button", name="Begin it").click()
    expect(page.locator("#flash")).to_contain_text("You write on the branch now.")
    workbench.write(page, workbench.text_of(page, 1).replace("came in. ", ""), 1)
    workbench.save_version(page, 4, "Fewer words")
    page.goto(f"{path}branches/")
    page.get_by_role("link", name="Compare shorter with the main line").click()
    expect(page.locator("main")).to_contain_text("came in.")
    page.goto(f"{path}branches/")
    page.get_by_role("link", name="Merge shorter").click()
    page.get_by_role("button", name="Merge into the main line").click()
    expect(page.locator("#flash")).to_contain_text("v5 is the newest version of the main line")


def _compare_two_models_and_keep_both(page: Page, path: str) -> None:
    page.goto(f"{path}playground/")
    expect(page.get_by_role("button", name="Remove column A")).to_be_hidden()
    _column(page, "A").get_by_label("Model").select_option(label="demo-small")
    page.get_by_role("button", name="Column", exact=True).click()
    _column(page, "B").get_by_label("Model").select_option(label="demo-large")
    for name, value in {"product": "Northwind", "ticket": "I was charged twice", "urgency_level": "high"}.items():
        page.locator(f"#var-{name}").fill(value)
    page.keyboard.press("Control+Enter")
    for letter, case in {"A": "Charged twice, small", "B": "Charged twice, large"}.items():
        expect(_column(page, letter).locator("[data-play=status]")).to_have_text(re.compile("^finished after"))
        _keep(page, letter, case)


def _keep(page: Page, letter: str, case: str) -> None:
    page.get_by_role("button", name=f"Keep as test case {letter}").click()
    dialog = page.get_by_role("dialog", name="Keep as a test case")
    expect(dialog.get_by_label("Name of the case")).to_be_visible()
    if dialog.get_by_label("Name of the new suite").is_visible():
        dialog.get_by_label("Name of the new suite").fill("From the playground")
    dialog.get_by_label("Name of the case").fill(case)
    dialog.get_by_label("Keep the answer too").check()
    dialog.get_by_role("button", name="Keep the case").click()
    expect(dialog.get_by_role("status")).to_contain_text(re.compile("now has [12] case"))
    dialog.get_by_role("button", name="Close").click()


def _put_production_on_the_winner(page: Page, path: str) -> None:
    page.goto(f"{path}labels/")
    page.get_by_label("Label", exact=True).fill("production")
    page.get_by_label("Version", exact=True).select_option(value="5")
    page.get_by_role("button", name="Put it there").click()
    expect(page.locator("#flash")).to_contain_text("The label is at v5 now.")
    page.goto(path)
    expect(page.locator("main")).to_contain_text("production")


def _column(page: Page, letter: str) -> Locator:
    return page.get_by_role("group", name=f"Column {letter}")
