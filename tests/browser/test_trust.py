"""A proof is watched while it runs, on the page and by keyboard; without scripts the same form says the same."""

import re

import pytest
from playwright.sync_api import Route, expect

from promptassay.core.sse import event
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser
_LINES = re.compile(r"custody-seal begins.*flipped bits: \d+ tried, 0 opened.*held: entry", re.DOTALL)


def test_a_visitor_proves_a_claim_and_sees_what_is_tried(watch: Watch) -> None:
    page = watch.context().new_page()
    page.goto("/trust")
    claim = page.locator("#custody")
    expect(claim.locator(".hallmarks")).to_be_visible()
    claim.get_by_role("link", name=re.compile("Prove now.*custody-seal")).click()
    page.wait_for_load_state("load")
    # Pressed before its script is there, the button posts the form, which shows no lines: see the next test.
    page.evaluate("import('app/trust/prove').then(() => undefined)")
    button = page.get_by_role("button", name="Prove now")
    button.focus()
    page.keyboard.press("Enter")
    result, lines = page.locator("#now .notice[role=status]"), page.get_by_role("log")
    expect(result).to_contain_text("It held.")
    if "This is the last run" not in result.inner_text():  # else the worker's own round came a moment before
        expect(lines).to_contain_text(_LINES)
    button.click()
    expect(result).to_contain_text("This is the last run")
    expect(page.locator("#now tbody tr").first).to_contain_text("held")


def test_lines_are_written_as_they_come_and_stay_when_the_result_is_there(watch: Watch) -> None:
    """Whether or not a round has just been made, so that the proof itself says nothing: two lines come before."""

    def say_more(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=event("line", "first <b>") + event("line", "second") + answer.body())

    page = watch.context().new_page()
    page.goto("/trust/proofs/custody-seal")
    page.evaluate("import('app/trust/prove').then(() => undefined)")
    page.route("**/trust/proofs/custody-seal", say_more)
    page.get_by_role("button", name="Prove now").click()
    expect(page.locator("#now .notice[role=status]")).to_contain_text("It held.")
    expect(page.get_by_role("log")).to_contain_text("first <b>\nsecond\n")


def test_without_scripts_the_form_posts_and_the_pages_read(watch: Watch) -> None:
    page = watch.context(java_script_enabled=False).new_page()
    page.goto("/trust/proofs/custody-seal")
    page.get_by_role("button", name="Prove now").click()
    expect(page.locator("#now .notice[role=status]")).to_contain_text("It held.")
    page.goto("/trust/claims/custody")
    expect(page.locator("#wording-1")).to_contain_text("SHA-256")
    page.get_by_role("link", name="how it works").first.click()
    expect(page).to_have_url(re.compile(r"/trust/manual/keys#the-mechanism$"))
    expect(page.locator("#the-mechanism")).to_be_in_viewport()
