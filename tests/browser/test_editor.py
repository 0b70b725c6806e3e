"""The editor's help: completing, folding, finding, going to fragments, and making a fragment of what is selected."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import workbench
from tests.browser.people import Account

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def slugs() -> dict[str, bool]:
    """Which fragments the file's account has."""
    return {}


@pytest.fixture
def bench(warm_page: Page, account: Account, slugs: dict[str, bool]) -> Page:
    """A workbench on a fresh prompt; the workspace has the fragment house-style in two versions, with a slot."""
    page = warm_page
    if not slugs:
        page.goto(f"{account.workspace}fragments/new/")
        page.get_by_label("Title").fill("House style")
        page.locator(".cm-content").click()
        page.keyboard.insert_text("Write plainly.")
        page.get_by_role("button", name="Create", exact=True).click()
        page.wait_for_url("**/fragments/*-*-*/")
        page.locator(".cm-content").click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text("Write plainly for {{audience}}.")
        page.get_by_label("What changed, optional").fill("Names the audience")
        page.keyboard.press("Control+s")
        expect(page.locator(".head-actions .chip")).to_have_text("v2")
        slugs["house-style"] = True
    workbench.create_prompt(page, account.workspace, "Edited", "Sort {{ticket}}.")
    return page


def _offered(page: Page) -> Locator:
    return page.locator(".cm-tooltip-autocomplete li")


def _at_end(page: Page, text: str, number: int = 0) -> None:
    workbench.editor(page, number).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def _accept(page: Page, words: str) -> None:
    """Take the chosen completion; CodeMirror lets a moment pass before it takes Enter for one."""
    expect(page.locator(".cm-tooltip-autocomplete li[aria-selected]")).to_contain_text(words)
    page.wait_for_function("(from) => performance.now() - from > 120", arg=page.evaluate("performance.now()"))
    page.keyboard.press("Enter")
    expect(page.locator(".cm-tooltip-autocomplete")).to_have_count(0)


def test_a_variable_of_any_message_is_completed(bench: Page) -> None:
    bench.locator("[data-command=add-message]").click()
    expect(bench.locator("#messages .cm-content")).to_have_count(2)
    _at_end(bench, "About {{t", 1)
    expect(_offered(bench)).to_have_count(1)
    expect(_offered(bench)).to_contain_text("in another message")
    _accept(bench, "ticket")
    bench.keyboard.type("!")
    expect(workbench.editor(bench, 1)).to_have_text("About {{ticket}}!")


def test_a_reference_is_completed_with_pin_and_slot(bench: Page) -> None:
    _at_end(bench, " ${fr")
    _accept(bench, "house-style")
    bench.keyboard.type("@")
    expect(_offered(bench)).to_have_count(2)
    expect(_offered(bench).first).to_contain_text("newest · Names the audience")
    _accept(bench, "@2")
    bench.keyboard.type(" ")
    bench.keyboard.press("Control+Space")
    _accept(bench, "audience")
    bench.keyboard.type("engineers")
    expect(workbench.editor(bench)).to_have_text('Sort {{ticket}}. ${fragment:house-style@2 audience="engineers"}')
    workbench.wait_for_draft(bench)
    expect(bench.locator("#variables")).to_contain_text("house-style v2")


def test_nothing_is_offered_in_literal_braces(bench: Page) -> None:
    _at_end(bench, r" \{{t")
    bench.keyboard.press("Control+Space")
    expect(_offered(bench)).to_have_count(0)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("house-style", "Write plainly for {{audience}}."),
        ("house-style@1", "newest is v2"),
        ("house-style@9", "has a version 9"),
        ("nobody", "No fragment “nobody” exists."),
    ],
)
def test_hovering_shows_the_fragment(bench: Page, reference: str, said: str) -> None:
    workbench.write(bench, f"${{fragment:{reference}}}")
    bench.locator("#messages .cm-line").first.hover(position={"x": 60, "y": 10})
    expect(bench.locator(".frag-card")).to_contain_text(said)


def test_a_fragment_is_opened_by_click_and_by_key(bench: Page) -> None:
    workbench.write(bench, "${fragment:house-style} first")
    with bench.context.expect_page() as opened:
        bench.locator("#messages .cm-frag").first.click(modifiers=["Control"])
    opened.value.wait_for_url("**/fragments/*-*-*/")
    opened.value.close()
    workbench.editor(bench).focus()
    bench.keyboard.press("Control+Home")
    with bench.context.expect_page() as opened:
        bench.keyboard.press("Control+Shift+Enter")
    opened.value.wait_for_url("**/fragments/*-*-*/")
    opened.value.close()


def test_messages_fold_to_their_first_line_and_stay_folded(bench: Page) -> None:
    assert bench.get_by_role("button", name="Message 1", exact=True).count() == 0
    bench.locator("[data-command=add-message]").click()
    fold = bench.get_by_role("button", name="Message 1", exact=True)
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "false")
    first = bench.locator("#messages > .msg").first
    expect(first.locator(".cm-editor")).to_be_hidden()
    expect(first.locator("[data-fold-line]")).to_have_text("Sort {{ticket}}.")
    _at_end(bench, "Second.", 1)
    workbench.wait_for_draft(bench)
    bench.reload()
    expect(first.locator(".cm-editor")).to_be_hidden()
    bench.locator("[aria-label='Move message 1 down']").click()
    expect(bench.locator("#messages > .msg").nth(1).locator("[data-fold-line]")).to_have_text("Sort {{ticket}}.")
    workbench.editor(bench).click()
    bench.keyboard.press("Control+Shift+BracketLeft")
    expect(bench.locator("#messages > .folded")).to_have_count(2)
    bench.keyboard.press("Control+k")
    bench.keyboard.type("message 2")
    expect(bench.locator("#palette [role=option]").first).to_contain_text("Go to message 2")
    bench.keyboard.press("Enter")
    expect(workbench.editor(bench, 1)).to_be_focused()
    bench.locator("[data-command=fold-all]").click()
    expect(bench.locator("#messages > .folded")).to_have_count(2)
    bench.locator("[data-command=fold-all]").click()
    expect(bench.locator("#messages > .folded")).to_have_count(0)
    assert workbench.text_of(bench, 1) == "Sort {{ticket}}."


def test_text_is_found_and_replaced(bench: Page) -> None:
    workbench.write(bench, "one two one\nand one more")
    bench.locator("[data-command=find]").click()
    panel = bench.locator(".cm-search")
    panel.get_by_label("Find").fill("one")
    panel.get_by_label("Replace").fill("a")
    panel.get_by_role("button", name="replace all").click()
    expect(workbench.editor(bench)).to_have_text("a two aand a more")
    bench.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_long_lines_wrap_and_editors_have_names(bench: Page, account: Account) -> None:
    workbench.write(bench, "word " * 400)
    scroller = bench.locator("#messages .cm-scroller").first
    assert scroller.evaluate("(each) => each.scrollWidth <= each.clientWidth")
    bench.locator("[data-command=add-message]").click()
    expect(bench.get_by_role("textbox", name="Text of message 1, system")).to_be_visible()
    expect(bench.get_by_role("textbox", name="Text of message 2, user")).to_be_visible()
    bench.goto(f"{account.workspace}fragments/new/")
    expect(bench.get_by_role("textbox", name="Text")).to_be_visible()


# --- extracting a fragment --------------------------------------------------------------------------------------


def _select_all(page: Page, number: int = 0) -> None:
    workbench.editor(page, number).click()
    page.keyboard.press("Control+a")


def test_a_selection_becomes_a_fragment_and_one_undo_takes_it_back(bench: Page) -> None:
    text = "Answer for engineers in a {{tone|dry}} tone.\nAbout {{ticket}}."
    workbench.write(bench, text)
    bench.keyboard.press("Control+Home")
    bench.keyboard.press("Shift+End")
    bench.keyboard.press("Control+Shift+x")
    dialog = bench.get_by_role("dialog", name="Extract a fragment")
    expect(dialog.get_by_label("Title", exact=True)).to_be_focused()
    dialog.get_by_label("Title", exact=True).fill("Voice")
    dialog.get_by_label("Text", exact=True).fill("Answer for {{audience}} in a {{tone|dry}} tone.")
    dialog.get_by_label("audience").fill("engineers")
    dialog.get_by_role("button", name="Make the fragment").click()
    expect(dialog).to_be_hidden()
    expect(workbench.editor(bench)).to_have_text('${fragment:voice audience="engineers"}About {{ticket}}.')
    expect(workbench.editor(bench)).to_be_focused()
    expect(bench.locator("#toasts")).to_contain_text("The fragment “Voice” is made.")
    expect(bench.locator("#variables")).to_contain_text("voice v1")
    expect(bench.locator("#var-tone")).to_be_visible()
    expect(bench.locator("#var-audience")).to_have_count(0)
    workbench.run(bench)
    bench.keyboard.press("Control+z")
    expect(workbench.editor(bench)).to_have_text(text.replace("\n", ""))


def test_a_taken_slug_is_told_and_nothing_is_lost(bench: Page) -> None:
    workbench.write(bench, "Say it kindly.")
    _select_all(bench)
    bench.locator("[data-command=extract]").click()
    dialog = bench.get_by_role("dialog", name="Extract a fragment")
    dialog.get_by_label("Title", exact=True).fill("House style again")
    dialog.locator("#extract-slug").fill("house-style")
    dialog.get_by_role("button", name="Make the fragment").click()
    expect(dialog).to_contain_text("The fragment “House style” has this slug.")
    expect(dialog.locator("#extract-slug")).to_be_focused()
    assert dialog.get_by_label("Text", exact=True).input_value() == "Say it kindly."
    dialog.get_by_role("button", name="Cancel").click()
    expect(workbench.editor(bench)).to_have_text("Say it kindly.")


def test_a_selection_never_cuts_a_placeholder(bench: Page) -> None:
    workbench.write(bench, "Hello {{first_name}} there")
    bench.keyboard.press("Control+Home")
    for _ in range(9):
        bench.keyboard.press("Shift+ArrowRight")
    bench.keyboard.press("Control+Shift+x")
    expect(bench.get_by_label("Text", exact=True).and_(bench.locator("#extract-text"))).to_have_value(
        "Hello {{first_name}}"
    )
    bench.keyboard.press("Escape")
    expect(workbench.editor(bench)).to_be_focused()


def test_without_a_selection_it_says_what_to_do(bench: Page) -> None:
    workbench.editor(bench).click()
    bench.keyboard.press("Control+Shift+x")
    expect(bench.locator("#toasts")).to_contain_text("Select the text that becomes the fragment")
