"""What cannot be seen in a text, or turns it around, is shown: in the editor, in comparisons, in answers."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe, workbench
from tests.browser.people import Account

pytestmark = pytest.mark.browser

PLAIN = "Grant access to admin only.\nمرحبا {{name}}، می‌خواهم 👩‍👩‍👧."
# A zero-width space in a word, an override that turns an ending, tags that spell “hi”, a joiner between ASCII letters.
HIDDEN = {
    "ad\u200bmin": "U+200B",
    "\u202etxt.exe": "U+202E",
    "ok\U000e0068\U000e0069": "U+E0068 U+E0069",
    "on\u200dly": "U+200D",
}
TEXT = f"Grant access to {' '.join(HIDDEN)}.\nمرحبا {{{{name}}}}، می‌خواهم 👩‍👩‍👧."


@pytest.fixture
def page(warm_page: Page) -> Page:
    """All tests of this file share a browser profile."""
    return warm_page


@pytest.fixture
def bench(page: Page, account: Account) -> Page:
    """A workbench on a prompt whose second version hides something."""
    workbench.create_prompt(page, account.workspace, "Grants", PLAIN)
    expect(page.locator("#messages .unseen")).to_have_count(0)
    workbench.write(page, TEXT)
    workbench.save_version(page, 2)
    return page


def test_the_editor_shows_their_codes_and_changes_nothing(bench: Page) -> None:
    marks = bench.locator("#messages .unseen")
    expect(marks).to_have_text(["U+200B", "U+202E", "U+E0068", "U+E0069", "U+200D"])
    assert workbench.text_of(bench) == TEXT
    bad = axe.complaints(bench, within="#messages")
    assert not bad, "\n".join(bad)


@pytest.mark.parametrize("view", ["inline", "side"])
def test_a_comparison_shows_what_came_in_unseen(bench: Page, view: str) -> None:
    bench.goto(f"{workbench.path_of(bench)}versions/compare/?from=1&to=2&view={view}")
    marks = bench.locator(".diff ins .unseen, .diff .come .unseen")
    assert {each.get_attribute("data-code") for each in marks.all()} == set(HIDDEN.values())
    first = marks.first
    assert re.search(r"U\+200B", first.evaluate("(mark) => getComputedStyle(mark, '::before').content"))
    assert first.evaluate("(mark) => mark.getBoundingClientRect().width") > 20
    # An override ends with its mark: the words behind it keep their order.
    assert bench.locator(".diff .unseen[data-code='U+202E']").first.evaluate(
        "(mark) => getComputedStyle(mark).unicodeBidi"
    ) in ("isolate", "plaintext")
    expect(bench.locator(".diff")).to_contain_text("می‌خواهم")


def test_an_answer_that_was_kept_shows_them(bench: Page) -> None:
    bench.goto(f"{workbench.path_of(bench)}playground/")
    bench.locator("#var-name").fill("a\u200bb")
    bench.locator("summary", has_text="The resolved prompt").click()
    bench.get_by_role("button", name="Show").click()
    expect(bench.locator("pre .unseen[data-code='U+200B']")).to_have_count(2)
