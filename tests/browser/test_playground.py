"""The playground in a browser: columns stream in parallel, stop one by one, and are remembered here only."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import keys, people, workbench
from tests.browser.people import Account
from tests.browser.product import Product
from tests.browser.waiting import eventually
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

TEXT = "Sort the ticket {{ticket}} for {{product|Northwind}}."
KEPT = """
async () => (await indexedDB.databases()).map(({ name }) => name).filter((name) => name.startsWith("promptassay:"))
"""


@pytest.fixture
def playground(page: Page, account: Account) -> Page:
    """The playground of a fresh prompt with two versions."""
    path = workbench.create_prompt(page, account.workspace, "Triage", TEXT)
    workbench.write(page, "Briefly: sort {{ticket}}, {{tone}}.")
    workbench.save_version(page, 2)
    page.goto(f"{path}playground/")
    # Its script is there once the button says what the script decides.
    expect(page.get_by_role("button", name="Remove column A")).to_be_hidden()
    column(page, "A").get_by_label("Model").select_option(label="demo-small")
    return page


def column(page: Page, letter: str) -> Locator:
    return page.get_by_role("group", name=f"Column {letter}")


def answer(page: Page, letter: str) -> Locator:
    return page.get_by_role("region", name=f"Answer {letter}")


def add_column(page: Page, version: str = "", model: str = "") -> None:
    letter = "ABCD"[page.locator("[data-column]:not([hidden])").count()]
    page.get_by_role("button", name="Column", exact=True).click()
    if version:
        column(page, letter).get_by_label("Version").select_option(label=version)
    if model:
        column(page, letter).get_by_label("Model").select_option(label=model)


def wait_for(page: Page, letter: str, word: str) -> None:
    expect(column(page, letter).locator("[data-play=status]")).to_have_text(re.compile(f"^{word} after"))


def names_kept(page: Page) -> list[str]:
    names: list[str] = page.evaluate(KEPT)
    return names


@pytest.fixture
def slow(page: Page, account: Account, instance: Product) -> Any:
    """The fake provider, slowly, behind a key of this account."""
    fake = instance.fake
    if "slow fake" not in page.request.get(f"{account.workspace}keys/").text():
        keys.add_key(page, account, "compatible", "slow fake", base_url=fake.openai_url)
        page.get_by_role("button", name="Test the key").click()
        expect(page.locator("#tested .notice")).to_be_visible()
        page.goto(account.home)
    fake.control({"text": "word " * 400, "token_interval": 0.05})
    yield fake
    fake.control({"text": None, "token_interval": 0.0})


def test_two_columns_stream_in_parallel_and_one_is_stopped(slow: Any, playground: Page) -> None:
    page = playground
    model = column(page, "A").get_by_label("Model").locator("optgroup[label^='slow fake'] option").first.inner_text()
    column(page, "A").get_by_label("Model").select_option(label=model)
    expect(page.locator("#note-A")).to_contain_text("with key slow fake")
    add_column(page, model=model)
    page.locator("#var-ticket").fill("T1")
    page.locator("#var-tone").fill("kindly")
    page.keyboard.press("Control+Enter")
    for letter in "AB":
        expect(answer(page, letter)).to_contain_text("word word")
    assert slow.active == 2
    column(page, "A").get_by_role("button", name="Stop A").click()
    wait_for(page, "A", "stopped")
    assert eventually(lambda: slow.active == 1) < 1
    before = len(answer(page, "B").inner_text())
    expect(answer(page, "B")).to_have_text(re.compile(f"^.{{{before + 20},}}"))
    # Escape stops the others, from inside a field too.
    page.locator("#var-ticket").focus()
    page.keyboard.press("Escape")
    wait_for(page, "B", "stopped")
    assert eventually(lambda: slow.active == 0) < 1
    expect(page.get_by_role("button", name="Stop all")).to_be_hidden()
    expect(column(page, "A").get_by_role("button", name="Retry A")).to_be_visible()


def test_four_columns_run_and_leaving_the_page_ends_all_calls(slow: Any, playground: Page) -> None:
    page = playground
    model = column(page, "A").get_by_label("Model").locator("optgroup[label^='slow fake'] option").first.inner_text()
    column(page, "A").get_by_label("Model").select_option(label=model)
    for _ in range(3):
        add_column(page, model=model)
    expect(page.get_by_role("button", name="Column", exact=True)).to_be_hidden()
    page.locator("#values summary", has_text="All values as JSON").click()
    page.get_by_label("Values as one JSON object").fill('{"ticket": "T1", "tone": "kindly"}')
    page.get_by_role("button", name=re.compile("^Run all")).click()
    assert eventually(lambda: slow.active == 4)
    page.goto("about:blank")
    assert eventually(lambda: slow.active == 0) < 2


def test_versions_side_by_side_with_what_each_cost_and_their_difference(playground: Page) -> None:
    page = playground
    add_column(page, version="v1", model="demo-small")
    expect(page.locator("#var-product")).to_be_visible()
    page.locator("#var-ticket").fill("My parcel is late")
    page.locator("#var-tone").fill("kindly")
    page.keyboard.press("Control+Enter")
    for letter in "AB":
        wait_for(page, letter, "finished")
        facts = column(page, letter).locator("[data-play=facts]")
        for said in ("tokens in", "$0", "first token", "total"):
            expect(facts).to_contain_text(said)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("[data-difference]")).to_contain_text("From A: v2 · latest, demo-small to B: v1, demo-small")


def test_a_refusal_before_the_call_stands_in_its_column(playground: Page) -> None:
    column(playground, "A").get_by_role("button", name="Run A").click()
    wait_for(playground, "A", "failed")
    expect(column(playground, "A").get_by_role("alert")).to_contain_text("ticket")


def test_a_run_is_kept_as_a_case_and_a_case_fills_the_inputs(playground: Page) -> None:
    page = playground
    page.locator("#var-ticket").fill("The first ticket")
    page.locator("#var-tone").fill("kindly")
    page.keyboard.press("Control+Enter")
    wait_for(page, "A", "finished")
    answer(page, "A").focus()
    page.keyboard.press("k")
    dialog = page.get_by_role("dialog", name="Keep as a test case")
    dialog.get_by_label("Name of the new suite").fill("From the playground")
    dialog.get_by_label("Name of the case").fill("Kept")
    dialog.get_by_label("Keep the answer too").check()
    dialog.get_by_role("button", name="Keep the case").click()
    expect(dialog.get_by_role("status")).to_contain_text("now has 1 case")
    dialog.get_by_role("button", name="Close").click()
    page.locator("#var-ticket").fill("Something else")
    page.locator("#values summary", has_text="Fill from a test case").click()
    page.locator("#fill-case").select_option(label="Kept")
    expect(page.locator("#var-ticket")).to_have_value("The first ticket")


def test_code_is_shown_to_copy(slow: Any, playground: Page) -> None:
    page = playground
    model = column(page, "A").get_by_label("Model").locator("optgroup[label^='slow fake'] option").first.inner_text()
    column(page, "A").get_by_label("Model").select_option(label=model)
    page.locator("#var-ticket").fill("T1")
    page.locator("#var-tone").fill("kindly")
    column(page, "A").get_by_role("button", name="Copy as code").click()
    dialog = page.get_by_role("dialog", name="Copy as code")
    expect(dialog.locator("#text-curl")).to_contain_text("sort T1, kindly")
    dialog.get_by_role("tab", name="Python").click()
    expect(dialog.locator("#text-python")).to_contain_text('os.environ["API_KEY"]')
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_history_survives_a_reload_and_is_gone_after_signing_out(
    playground: Page, account: Account, tmp_path: Path
) -> None:
    page = playground
    page.locator("#var-ticket").fill("Remember this ticket")
    page.locator("#var-tone").fill("kindly")
    page.keyboard.press("Control+Enter")
    wait_for(page, "A", "finished")
    said = answer(page, "A").inner_text()
    page.reload()
    lines = page.locator("[data-history=list] > li")
    expect(lines).to_have_count(1)
    expect(page.get_by_text("Kept in this browser only")).to_be_visible()
    lines.first.get_by_role("button", name="Reopen").click()
    expect(answer(page, "A")).to_have_text(said, use_inner_text=True)
    expect(page.locator("#var-ticket")).to_have_value("Remember this ticket")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export JSON").click()
    waiting.value.save_as(tmp_path / "history.json")
    exported = json.loads((tmp_path / "history.json").read_text())
    assert [entry["output"] for entry in exported] == [said]
    (name,) = names_kept(page)
    assert account.workspace.split("/")[2] in name
    path = workbench.path_of(page)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")
    assert names_kept(page) == []
    people.sign_in(page, account.email)
    account.state.clear()
    account.state.update(page.context.storage_state())
    page.goto(path)
    expect(page.get_by_text("No runs yet.")).to_be_visible()


def test_clear_empties_the_history(playground: Page) -> None:
    page = playground
    page.locator("#var-ticket").fill("x")
    page.locator("#var-tone").fill("y")
    page.keyboard.press("Control+Enter")
    wait_for(page, "A", "finished")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("No runs yet.")).to_be_visible()


def test_what_another_person_left_in_this_browser_is_deleted(playground: Page) -> None:
    playground.evaluate(
        "async () => new Promise((done) => { const open = indexedDB.open('promptassay:someone-else:w:playground');"
        " open.onsuccess = () => { open.result.close(); done(); }; })"
    )
    assert any("someone-else" in name for name in names_kept(playground))
    playground.reload()
    eventually(lambda: not any("someone-else" in name for name in names_kept(playground)))


def test_without_scripts_the_resolved_prompt_still_shows(playground: Page, account: Account, watch: Watch) -> None:
    path = workbench.path_of(playground)
    page = watch.context(java_script_enabled=False, storage_state=account.state).new_page()
    page.goto(path)
    expect(page.get_by_text("Running needs JavaScript")).to_be_visible()
    page.locator("#var-ticket").fill("<b>T1</b>")
    page.locator("#var-tone").fill("kindly")
    page.locator("summary", has_text="The resolved prompt").click()
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_label("Resolved message 1")).to_contain_text("Briefly: sort <b>T1</b>, kindly.")
