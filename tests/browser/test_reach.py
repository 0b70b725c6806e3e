"""The workbench on a phone, and for people who want no motion: what matters is within reach and nothing moves."""

import pytest
from playwright.sync_api import expect

from tests.browser import workbench
from tests.browser.people import Account
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

MOVING = """() => [...document.querySelectorAll("*")].filter((each) => {
  const { transitionDuration, animationName } = getComputedStyle(each);
  return transitionDuration !== "0s" || animationName !== "none";
}).map((each) => each.outerHTML.slice(0, 80))"""


def test_save_and_run_stand_at_the_thumb(watch: Watch, account: Account) -> None:
    context = watch.context(storage_state=account.state, width=390, height=844, has_touch=True)
    page = context.new_page()
    page.goto(f"{account.workspace}prompts/new/")
    page.get_by_label("Title").fill("On the phone")
    page.get_by_role("button", name="Create", exact=True).click()
    page.wait_for_url("**/prompts/*-*-*/")
    workbench.write(page, "Echo the word.\n" * 40)
    bar = page.locator(".thumb-bar")
    for name in ("Save", "Run"):
        box = bar.get_by_role("button", name=name).bounding_box()
        assert box and box["y"] + box["height"] <= 844 and box["height"] >= 40
    bar.get_by_role("button", name="Save").tap()
    expect(page.locator("#flash")).to_contain_text("Version 1 is saved.")
    page.get_by_role("tab", name="History").click()
    bar.get_by_role("button", name="Run").tap()
    expect(workbench.outcome(page)).to_contain_text("finished")
    expect(workbench.output(page)).to_be_in_viewport()
    expect(bar.get_by_role("button", name="Run")).to_be_enabled()


def test_a_wide_page_has_no_second_pair_of_buttons(watch: Watch, account: Account) -> None:
    page = watch.context(storage_state=account.state).new_page()
    workbench.create_prompt(page, account.workspace, "Wide", "Say hello.")
    expect(page.locator(".thumb-bar")).to_be_hidden()


def test_without_motion_nothing_moves(watch: Watch, account: Account) -> None:
    page = watch.context(storage_state=account.state, reduced_motion="reduce").new_page()
    workbench.create_prompt(page, account.workspace, "Still", "Say {{word}}.")
    page.evaluate("document.body.append(Object.assign(document.createElement('i'), { className: 'spin' }))")
    assert page.evaluate(MOVING) == []


def test_running_an_empty_prompt_says_so_in_the_words_of_a_run(watch: Watch, account: Account) -> None:
    page = watch.context(storage_state=account.state).new_page()
    workbench.create_prompt(page, account.workspace, "Nothing in it")
    workbench.run(page)
    expect(workbench.problem(page)).to_contain_text("cannot be run as it is")
    expect(workbench.problem(page)).to_contain_text("there is nothing to send")
    expect(workbench.problem(page)).not_to_contain_text("saved")


def test_the_sections_of_the_playground_count_up(watch: Watch, account: Account) -> None:
    page = watch.context(storage_state=account.state).new_page()
    path = workbench.create_prompt(page, account.workspace, "Counted", "Say hello.")
    page.goto(f"{path}playground/")
    shown = [text for text in page.locator("h2 .sec").all_inner_texts() if text]
    assert shown == [f"§{number}" for number in range(1, len(shown) + 1)] and len(shown) == 3
