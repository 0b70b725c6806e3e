"""Hands on the workbench: what a person does there, and what they wait for."""

import re

from playwright.sync_api import Locator, Page, expect


def create_prompt(page: Page, workspace: str, title: str, text: str = "") -> str:
    """Create a prompt through its form, write its text and save v1; returns the workbench's path."""
    page.goto(f"{workspace}prompts/new/")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Create", exact=True).click()
    page.wait_for_url("**/prompts/*-*-*/")
    if text:
        write(page, text)
        save_version(page, 1)
    return path_of(page)


def path_of(page: Page) -> str:
    """The path of the open page."""
    return "/" + page.url.split("/", 3)[3].split("#")[0]


def editor(page: Page, number: int = 0) -> Locator:
    """The place to write in of a message, the first unless told otherwise."""
    return page.locator("#messages .cm-content").nth(number)


def write(page: Page, text: str, number: int = 0) -> None:
    """Replace a message's text, as somebody who selects all and pastes."""
    place = editor(page, number)
    place.click()
    page.keyboard.press("Control+a")
    if text:
        page.keyboard.insert_text(text)
    else:
        page.keyboard.press("Delete")


def add_text(page: Page, text: str) -> None:
    """Type at the end of the first message, key by key."""
    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def text_of(page: Page, number: int = 0) -> str:
    """What the form holds for a message, which is what is saved."""
    return page.locator("#messages textarea[name^=content-]").nth(number).input_value()


def wait_for_draft(page: Page) -> None:
    """Until the page says that the draft is saved."""
    expect(page.locator("[data-draft-state=saved]")).to_have_text("draft saved")


def save_version(page: Page, number: int, summary: str = "") -> None:
    """Write a summary, save with the keyboard, and wait for the number."""
    if summary:
        page.get_by_label("What changed, optional").fill(summary)
    page.keyboard.press("Control+s")
    expect(page.locator("#flash")).to_contain_text(f"Version {number} is saved.")
    expect(page.locator("#flash").get_by_role("button", name="Dismiss")).to_be_visible()


def choose_model(page: Page, name: str) -> None:
    """Choose a model by its name in the Run pane."""
    page.locator("#pane-run").get_by_label("Model").select_option(label=name)


def fill(page: Page, **values: str) -> None:
    """Fill the form of the prompt's variables."""
    for name, value in values.items():
        page.locator(f"#var-{name}").fill(value)


def run(page: Page) -> None:
    """Run with the keyboard."""
    expect(page.locator("[data-run=start]")).to_be_enabled()
    page.keyboard.press("Control+Enter")


def output(page: Page) -> Locator:
    """Where the answer appears."""
    return page.get_by_role("region", name="Answer")


def outcome(page: Page) -> Locator:
    """The word on how the run ended, and after how long."""
    return page.locator("[data-run=status]")


def problem(page: Page) -> Locator:
    """What the page says when a run fails."""
    return page.locator("[data-run=error]")


def wait_for_nothing_unsaved(page: Page) -> None:
    """Until neither a draft nor a version is on its way."""
    expect(page.locator("[data-draft-state]")).not_to_have_text(re.compile("unsaved|saving"))
