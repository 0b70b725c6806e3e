"""What happens around the page: the session ends, the network goes, a second tab edits, scripts are off."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import people, workbench
from tests.browser.people import Account
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

STATE = "[data-draft-state]"


@pytest.fixture
def bench(page: Page, account: Account) -> Page:
    """A workbench on a fresh prompt with one saved version."""
    workbench.create_prompt(page, account.workspace, "A prompt", "The first text.")
    return page


# --- The session ends -----------------------------------------------------------------------------------------


def test_the_draft_survives_an_expired_session(bench: Page, account: Account) -> None:
    people.forget_session(bench.context)
    workbench.add_text(bench, " Typed after the session ended.")
    expect(bench.locator(STATE)).to_contain_text("you are signed out; your text is safe here")
    other = bench.context.new_page()
    people.sign_in(other, account.email)
    # Coming back to the tab is enough; nobody has to type again.
    bench.bring_to_front()
    bench.evaluate("dispatchEvent(new Event('focus'))")
    workbench.wait_for_draft(bench)
    workbench.save_version(bench, 2)
    bench.reload()
    assert workbench.text_of(bench) == "The first text. Typed after the session ended."


def test_text_of_an_expired_session_comes_back_after_signing_in_here(
    bench: Page, watch: Watch, account: Account
) -> None:
    watch.expect_trouble("a dialog: beforeunload")
    people.forget_session(bench.context)
    workbench.add_text(bench, " Typed after the session ended.")
    expect(bench.locator(STATE)).to_contain_text("you are signed out")
    path = workbench.path_of(bench)
    bench.goto("about:blank")
    bench.goto(path)
    expect(bench.get_by_role("heading", name="Sign in")).to_be_visible()
    people.sign_in(bench, account.email)
    bench.wait_for_url(f"**{path}")
    bench.get_by_role("button", name="Recover text kept in this tab").click()
    workbench.wait_for_draft(bench)
    assert workbench.text_of(bench) == "The first text. Typed after the session ended."


def test_a_session_ended_elsewhere_refuses_to_run_and_save(bench: Page, watch: Watch, account: Account) -> None:
    elsewhere = watch.context().new_page()
    people.sign_in(elsewhere, account.email)
    elsewhere.goto("/accounts/sessions/")
    elsewhere.get_by_role("button", name="End all others").click()
    elsewhere.get_by_role("alertdialog").get_by_role("button", name="End the others").click()
    expect(elsewhere.locator(".sessions li")).to_have_count(1)
    workbench.run(bench)
    expect(workbench.problem(bench)).to_contain_text("You are signed out.")
    expect(workbench.problem(bench)).to_contain_text("Sign in in another tab")
    bench.keyboard.press("Control+s")
    expect(bench.locator("#flash")).to_contain_text("You are signed out.")
    assert workbench.text_of(bench) == "The first text."
    account.state.clear()
    account.state.update(elsewhere.context.storage_state())


def test_a_form_from_before_the_sign_in_is_taken(bench: Page, account: Account) -> None:
    people.forget_session(bench.context)
    people.sign_in(bench.context.new_page(), account.email)
    bench.get_by_role("tab", name="Details").click()
    bench.get_by_label("Description").fill("Sent with the newer token")
    bench.get_by_role("button", name="Save details").click()
    expect(bench.locator("#flash")).to_contain_text("saved")


# --- The network goes -----------------------------------------------------------------------------------------


def test_typing_goes_on_without_a_network(bench: Page, watch: Watch) -> None:
    watch.expect_trouble("ERR_INTERNET_DISCONNECTED", "htmx:")
    bench.context.set_offline(True)
    workbench.add_text(bench, " Typed without a network.")
    expect(bench.locator(STATE)).to_contain_text("offline: draft kept in this page, will retry")
    workbench.run(bench)
    expect(workbench.problem(bench)).to_contain_text("The connection to the server broke off.")
    bench.keyboard.press("Control+s")
    expect(bench.locator("#toasts")).to_contain_text("The server cannot be reached.")
    bench.context.set_offline(False)
    workbench.wait_for_draft(bench)
    workbench.save_version(bench, 2)
    assert workbench.text_of(bench) == "The first text. Typed without a network."


def test_losing_the_network_is_said_at_once_and_the_text_survives_a_reload(bench: Page, watch: Watch) -> None:
    watch.expect_trouble("ERR_FAILED", "a dialog: beforeunload")
    workbench.wait_for_nothing_unsaved(bench)
    bench.route("**/draft/", lambda route: route.abort())
    workbench.add_text(bench, " Only in this tab.")
    expect(bench.locator(STATE)).to_contain_text("offline: draft kept in this page")
    bench.reload()
    bench.unroute("**/draft/")
    expect(workbench.editor(bench)).to_have_text("The first text.")
    bench.get_by_role("button", name="Recover text kept in this tab").click()
    expect(workbench.editor(bench)).to_have_text("The first text. Only in this tab.")
    workbench.wait_for_draft(bench)


# --- Two tabs -------------------------------------------------------------------------------------------------


def test_two_tabs_of_one_person_do_not_overwrite_each_other(bench: Page) -> None:
    other = bench.context.new_page()
    other.goto(workbench.path_of(bench))
    workbench.add_text(bench, " Written here.")
    workbench.wait_for_draft(bench)
    workbench.add_text(other, " Written there.")
    conflict = other.locator("[data-draft-conflict]")
    expect(conflict).to_contain_text("A newer draft of this prompt was saved in another tab of yours.")
    expect(conflict.locator("pre", has_text="Written here.")).to_be_visible()
    expect(conflict.locator("pre", has_text="Written there.")).to_be_visible()
    conflict.get_by_role("button", name="Keep what is on this page").click()
    other.wait_for_url("**/prompts/*/")
    assert workbench.text_of(other) == "The first text. Written there."
    workbench.add_text(bench, " More here.")
    expect(bench.locator("[data-draft-conflict]")).to_contain_text("A newer draft")
    bench.locator("[data-draft-conflict]").get_by_role("link", name="Load the newer draft").click()
    expect(workbench.editor(bench)).to_have_text("The first text. Written there.")
    expect(bench.get_by_role("button", name="Recover text kept in this tab")).to_be_visible()


def test_saving_right_after_typing_leaves_nothing_unsaved(bench: Page, account: Account) -> None:
    workbench.add_text(bench, " More.")
    bench.keyboard.press("Control+s")
    expect(bench.locator("#flash")).to_contain_text("Version 2 is saved.")
    # A draft after the save, or the browser's question before leaving, would mean that something was left.
    bench.goto(account.home)
    bench.go_back()
    assert workbench.text_of(bench) == "The first text. More."
    expect(bench.get_by_role("button", name="Discard draft")).to_have_count(0)


def test_messages_are_added_moved_and_removed_while_typing(bench: Page) -> None:
    bench.get_by_role("button", name="Message", exact=True).click()
    expect(bench.locator("#messages .msg")).to_have_count(2)
    workbench.write(bench, "The second {{topic}}.", 1)
    bench.get_by_role("button", name="Move message 2 up").click()
    expect(workbench.editor(bench)).to_have_text("The second {{topic}}.")
    expect(bench.locator("#variables label")).to_have_text(["topic"])
    bench.get_by_role("button", name="Remove message 2").click()
    expect(bench.locator("#messages .msg")).to_have_count(1)
    workbench.save_version(bench, 2)
    bench.reload()
    assert workbench.text_of(bench) == "The second {{topic}}."


# --- Keyboard -------------------------------------------------------------------------------------------------


def test_the_question_mark_lists_the_shortcuts(bench: Page) -> None:
    bench.locator("h1").click()
    bench.keyboard.press("?")
    dialog = bench.get_by_role("dialog", name="Keyboard shortcuts")
    for words in ("Save a version", "Run the prompt", "Show this list"):
        expect(dialog).to_contain_text(words)
    bench.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    workbench.editor(bench).click()
    bench.keyboard.type("?")
    expect(bench.get_by_role("dialog")).to_have_count(0)


def test_the_editor_is_left_by_tab(bench: Page) -> None:
    workbench.editor(bench).click()
    bench.keyboard.press("Tab")
    assert not bench.evaluate("document.activeElement.matches('.cm-content')")
    bench.keyboard.press("Shift+Tab")
    assert bench.evaluate("document.activeElement.matches('.cm-content')")


# --- No scripts -----------------------------------------------------------------------------------------------


@pytest.fixture
def plain(watch: Watch) -> BrowserContext:
    """A browser without JavaScript."""
    return watch.context(java_script_enabled=False)


def test_the_job_is_done_without_scripts(plain: BrowserContext) -> None:
    page = plain.new_page()
    page.goto("/accounts/signup/")
    page.get_by_label("E-mail").fill("plain@example.com")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.locator("main").get_by_role("button").click()
    page.wait_for_url("**/w/**")
    page.locator("nav[aria-label=Workspace]").get_by_role("link", name=re.compile("^Prompts")).click()
    expect(page.get_by_role("heading", name="No prompts yet")).to_be_visible()
    page.locator("main").get_by_role("link", name="Create a prompt").click()
    page.get_by_label("Title").fill("Plain")
    page.get_by_role("button", name="Create", exact=True).click()
    _save_twice(page)
    _make_suite(page)
    _run_and_wait(page)


def _save_twice(page: Page) -> None:
    text = page.get_by_label("Text of message 1", exact=False)
    text.fill("Answer with the word {{word}}.")
    page.get_by_role("button", name=re.compile("^Save version")).click()
    expect(page.locator("#flash")).to_contain_text("Version 1 is saved.")
    text.fill("Answer with the one word {{word}}.")
    page.get_by_label("What changed, optional").fill("Only one word")
    page.get_by_role("button", name=re.compile("^Save version")).click()
    expect(page.locator("#flash")).to_contain_text("Version 2 is saved.")
    page.get_by_role("link", name="Compare: what v2 changed").click()
    expect(page.locator(".diff ins")).to_have_text(["one "])
    page.go_back()


def _make_suite(page: Page) -> None:
    page.get_by_role("link", name="Suites", exact=False).first.click()
    page.get_by_role("link", name="Make a suite").click()
    page.get_by_label("Prompt").select_option(label="Plain (v2)")
    page.get_by_label("Name").fill("Plain cases")
    page.get_by_role("button", name="Make the suite").click()
    row = page.locator("#cases [data-row]").first.locator("textarea")
    row.nth(0).fill("a case")
    row.nth(1).fill("copper")
    row.nth(2).fill("copper")
    page.get_by_role("button", name="Save the cases").click()
    expect(page.locator("#flash")).to_contain_text("Cases saved: 1 added.")
    page.locator("#checks").get_by_role("link", name="contains", exact=True).click()
    page.get_by_label("Value").first.fill("{{expected}}")
    page.get_by_role("button", name="Save the check").click()


def _run_and_wait(page: Page) -> None:
    page.locator(".head-actions").get_by_role("link", name="Run").click()
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url("**/runs/*/")
    export = page.get_by_role("link", name="Export CSV")
    for _ in range(40):
        if export.count():
            break
        page.reload()
    expect(export).to_be_visible()
    expect(page.locator("#cases tbody tr")).to_have_count(1)


def test_two_tabs_keep_both_changes(bench: Page) -> None:
    workbench.write(bench, "First line.\n\nMiddle.\n\nLast line.")
    workbench.save_version(bench, 2)
    other = bench.context.new_page()
    other.goto(workbench.path_of(bench))
    workbench.write(bench, "First line, from here.\n\nMiddle.\n\nLast line.")
    workbench.wait_for_draft(bench)
    workbench.write(other, "First line.\n\nMiddle.\n\nLast line, from there.")
    conflict = other.locator("[data-draft-conflict]")
    expect(conflict).to_contain_text("The two fit together.")
    conflict.get_by_role("button", name="Keep both changes").click()
    other.wait_for_url("**/prompts/*/")
    assert workbench.text_of(other) == "First line, from here.\n\nMiddle.\n\nLast line, from there."
