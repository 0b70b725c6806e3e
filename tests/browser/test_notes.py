"""Notes in a browser: on a selection, with a mention; they follow the text or are orphaned, and reach others."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import axe, people, workbench
from tests.browser.people import Account
from tests.browser.product import Product
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

TEXT = "You sort tickets 🙂 for {{product}}.\nKeep the reason short.\nNever promise a refund."
SELECT = """
([text, quote]) => {
  const line = [...document.querySelectorAll("#messages .cm-line")].find((each) => each.textContent.includes(quote));
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  let node = walker.nextNode();
  while (!node.data.includes(quote)) node = walker.nextNode();
  const range = document.createRange();
  range.setStart(node, node.data.indexOf(quote));
  range.setEnd(node, node.data.indexOf(quote) + quote.length);
  line.closest(".cm-content").focus();
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}
"""


@pytest.fixture(scope="module")
def guest(browser: Browser, instance: Product, account: Account) -> Account:
    """A second member of the file's workspace."""
    made = people.sign_up(browser, instance.address, "notes-guest@example.com")
    instance.join(made.email, account.email)
    return made


@pytest.fixture
def bench(page: Page, account: Account) -> Page:
    """A workbench on a fresh prompt with one saved version."""
    workbench.create_prompt(page, account.workspace, "Triage", TEXT)
    return page


def select(page: Page, quote: str) -> None:
    """Select words of a message, as by dragging over them."""
    page.evaluate(SELECT, [TEXT, quote])
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))")
    assert page.evaluate("getSelection().toString()") == quote


def marks(page: Page) -> Locator:
    return page.locator("#messages .cm-note")


def threads(page: Page) -> Locator:
    return page.locator("#threads article:not([hidden])")


def comment(page: Page, quote: str, text: str) -> None:
    """Select, press the key, write, send: by keyboard from there on."""
    select(page, quote)
    page.keyboard.press("Control+/")
    expect(page.get_by_label("Your comment", exact=True).first).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-note-new]")).to_be_hidden()
    expect(threads(page).filter(has_text=quote).first).to_be_focused()


def filter_by(page: Page, state: str, count: int) -> None:
    page.locator(f"[data-note-show={state}]").click()
    expect(page.locator(f"[data-note-show={state}]")).to_have_text(f"{state.capitalize()} {count}")


def test_a_note_is_written_by_keyboard_with_a_mention(bench: Page, guest: Account) -> None:
    select(bench, "Keep the reason short")
    bench.keyboard.press("Control+/")
    expect(bench.locator("[data-note-quote]")).to_have_text("Keep the reason short")
    expect(bench.locator("#messages .cm-note.new")).to_have_text("Keep the reason short")
    bench.keyboard.type("How short, @notes-g")
    expect(bench.get_by_role("listbox", name="Members").get_by_role("option")).to_have_text([guest.email])
    assert axe.complaints(bench, within="#pane-notes") == []
    bench.keyboard.press("Enter")
    expect(bench.get_by_label("Your comment", exact=True).first).to_have_value(f"How short, @{guest.email} ")
    bench.keyboard.press("Control+Enter")
    expect(threads(bench)).to_have_count(1)
    expect(threads(bench).locator(".mention")).to_have_text(f"@{guest.email}")
    expect(marks(bench)).to_have_text("Keep the reason short")
    expect(bench.get_by_role("tab", name="Notes 1 open")).to_be_visible()
    assert axe.complaints(bench, within="#pane-notes") == []


def test_a_note_follows_its_text_and_is_orphaned_without_it(bench: Page) -> None:
    comment(bench, "Keep the reason short", "How short?")
    bench.keyboard.press("Escape")
    workbench.editor(bench).click()
    bench.keyboard.press("Control+Home")
    bench.keyboard.type("A line above.\nAnd 🙂 another.\n")
    expect(marks(bench)).to_have_text("Keep the reason short")
    expect(bench.locator("[data-note-line]")).to_have_text("4")
    workbench.wait_for_draft(bench)
    bench.reload()
    expect(marks(bench)).to_have_text("Keep the reason short")
    expect(bench.locator("[data-note-line]")).to_have_text("4")
    select(bench, "reason")
    bench.keyboard.type("summary")
    expect(threads(bench)).to_contain_text("its text has changed")
    expect(marks(bench)).to_have_text("Keep the summary short")
    workbench.save_version(bench, 2)
    expect(marks(bench)).to_have_text("Keep the summary short")
    workbench.write(bench, "Something else entirely.")
    filter_by(bench, "orphaned", 1)
    expect(threads(bench)).to_contain_text("its text is gone")
    expect(threads(bench).locator("del")).to_have_text("Keep the reason short")
    expect(marks(bench)).to_have_count(0)
    bench.keyboard.press("Escape")
    workbench.editor(bench).click()
    bench.keyboard.press("Control+z")
    expect(marks(bench)).to_have_text("Keep the summary short")
    filter_by(bench, "orphaned", 0)
    path = workbench.path_of(bench)
    bench.goto(f"{path}versions/1/")
    expect(marks(bench)).to_have_text("Keep the reason short")
    expect(bench.locator("#threads article")).to_contain_text("How short?")
    expect(bench.get_by_role("button", name="Resolve")).to_have_count(0)


def test_a_note_moves_with_its_message(bench: Page) -> None:
    comment(bench, "refund", "Not even once?")
    bench.get_by_role("button", name="Message", exact=True).click()
    expect(bench.locator("#messages .cm-editor")).to_have_count(2)
    expect(marks(bench)).to_have_text("refund")
    workbench.write(bench, "No refund, no promise, nothing at all in here.", 1)
    bench.get_by_role("button", name="Move message 2 up").click()
    expect(bench.locator("#threads .sec").first).to_contain_text("§2")
    expect(bench.locator("#messages .cm-editor").nth(1).locator(".cm-note")).to_have_text("refund")
    expect(marks(bench)).to_have_count(1)


def test_from_the_text_to_the_thread_and_back(bench: Page) -> None:
    comment(bench, "refund", "Not even once?")
    comment(bench, "tickets", "Which?")
    bench.get_by_role("tab", name="Run", exact=True).click()
    marks(bench).filter(has_text="refund").click()
    expect(threads(bench).filter(has_text="Not even once?")).to_be_focused()
    thread = threads(bench).filter(has_text="Which?")
    thread.get_by_role("button", name="Show in the text").click()
    expect(workbench.editor(bench)).to_be_focused()
    bench.keyboard.press("ArrowLeft")
    bench.keyboard.press("ArrowRight")
    bench.keyboard.press("Control+/")
    expect(thread).to_be_focused()
    bench.locator("#messages .cm-line").filter(has_text="Keep the reason").click()
    bench.keyboard.press("Control+/")
    expect(bench.locator("#toasts")).to_contain_text("Select the words")
    bench.locator("body").click(position={"x": 2, "y": 2})
    bench.keyboard.press("?")
    expect(bench.get_by_role("dialog")).to_contain_text("Comment on the selected text")


def test_a_thread_is_answered_edited_resolved_reopened_and_deleted(bench: Page) -> None:
    comment(bench, "Never promise a refund", "Really never?")
    thread = threads(bench)
    thread.locator("summary", has_text="Answer").click()
    thread.get_by_label("Your answer").fill("Half an answ")
    thread.get_by_label("Edit your comment").click()
    edited = thread.get_by_label("Your comment", exact=True)
    expect(edited).to_have_value("Really never?")
    edited.fill("Really, never ever?")
    thread.get_by_role("button", name="Keep").click()
    expect(thread).to_contain_text("Really, never ever?")
    expect(thread).to_contain_text("edited")
    expect(thread.get_by_label("Your answer")).to_have_value("Half an answ")
    thread.get_by_label("Your answer").fill("Never.")
    bench.keyboard.press("Control+Enter")
    expect(thread.locator(".comment")).to_have_count(2)
    expect(marks(bench)).to_have_count(1)
    thread.get_by_role("button", name="Resolve").click()
    expect(bench.locator("#threads")).to_contain_text("No open threads.")
    expect(bench.locator("[data-note-show=open]")).to_be_focused()
    expect(marks(bench)).to_have_count(0)
    filter_by(bench, "resolved", 1)
    thread.get_by_role("button", name="Reopen").click()
    filter_by(bench, "open", 1)
    expect(marks(bench)).to_have_count(1)
    for left in (1, 0):
        thread.get_by_role("button", name="Delete").first.click()
        bench.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        expect(thread.locator(".body")).to_have_count(left)
    expect(bench.locator("#threads")).to_contain_text("No notes yet")


def test_who_is_mentioned_sees_the_bell_and_is_led_to_the_thread(bench: Page, guest: Account, watch: Watch) -> None:
    comment(bench, "Keep the reason short", f"See here, @{guest.email} ")
    theirs = watch.context(storage_state=guest.state).new_page()
    workspace = workbench.path_of(bench).split("/prompts/")[0]
    theirs.goto(f"{workspace}/prompts/")
    bell = theirs.get_by_role("link", name=re.compile("Notifications, unread: [1-9]"))
    bell.click()
    expect(theirs.get_by_role("heading", name="Notifications")).to_be_visible()
    assert axe.complaints(theirs) == []
    row = theirs.get_by_role("listitem").filter(has_text="mentioned you in a note on").first
    with theirs.expect_response(lambda response: response.url.endswith("/read/")) as told:
        row.get_by_role("link", name="Triage").click()
    assert told.value.status == 204
    thread = threads(theirs).filter(has_text="See here")
    expect(thread).to_be_focused()
    thread.locator("summary", has_text="Answer").click()
    thread.get_by_label("Your answer").fill("Seen.")
    theirs.keyboard.press("Control+Enter")
    expect(thread.locator(".comment")).to_have_count(2)
    bench.goto(f"{workspace}/notifications/")
    expect(bench.get_by_role("listitem").first).to_contain_text(f"{guest.email} answered in a thread on Triage")
    bench.get_by_role("button", name="Mark all as read").click()
    expect(bench.get_by_role("link", name="Notifications, unread: 0")).to_be_visible()
    expect(bench.get_by_role("button", name=re.compile("Mark as read"))).to_have_count(0)


def test_without_scripts_notes_are_read_and_written(bench: Page, account: Account, watch: Watch) -> None:
    comment(bench, "tickets", "Which tickets?")
    page = watch.context(storage_state=account.state, java_script_enabled=False).new_page()
    page.goto(workbench.path_of(bench))
    thread = page.locator("#threads article")
    expect(thread).to_contain_text("Which tickets?")
    thread.locator("summary", has_text="Answer").click()
    thread.get_by_label("Your answer").fill("All of them.")
    thread.get_by_role("button", name="Send").click()
    expect(page.locator("#threads article")).to_contain_text("All of them.")
    page.get_by_role("link", name="New note").click()
    page.get_by_label("Words that it is about").fill("refund")
    page.get_by_label("Comment", exact=True).fill("None at all?")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator("#threads article")).to_have_count(2)
