"""What people get wrong: each mistake is answered with what, why and what next, and nothing typed is lost."""

import os
import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from promptassay.providers.fake import FakeProvider
from tests.browser import keys, people, workbench
from tests.browser.people import Account
from tests.browser.product import Product
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

SET_TEXT = "(area, text) => area.dispatchEvent(new CustomEvent('editor:set', { detail: text }))"
MEGABYTE = 1_000_000
MALFORMED = [
    ("Hello {{name", "“{{” is not closed by “}}”"),
    ("Hello {{1st}}", "does not begin with a digit"),
    ("Hello {{}}", "line 1, column 7"),
    ("Hello ${fragment:tone", "line 1, column 7"),
    ("Hello ${fragment:tone@0}", "a pin is “@” and a version number"),
]
ADDRESSES = [
    ("http://192.168.0.1/v1", "leads into a private network"),
    ("http://169.254.169.254/latest", "leads into a private network"),
    ("https://10.0.0.1/v1", "leads into a private network"),
    ("http://localhost:8000/v1", "PROMPTASSAY_PRIVATE_PROVIDER_HOSTS"),
    ("ftp://example.com", "must start with https://"),
    ("https://user:secret@example.com/v1", "must not hold a user name or password"),
    ("https://example.com/v1?key=1", "must end with its path"),
    ("", "The base URL is missing."),
]
FILES = [
    ("cases.csv", b"", "The file is empty."),
    ("cases.csv", b"person\n", "has a header and no rows"),
    ("cases.csv", b"who,name\nAda,first\n", "is not known"),
    ("cases.csv", b"name,expected\nfirst,hello\n", "person is missing"),
    ("cases.csv", b"person,person\nAda,Bob\n", "stands more than once"),
    ("cases.csv", "person\nZoë\n".encode("latin-1"), "is not UTF-8"),
    ("cases.csv", b"person\nAd\0a\n", "NUL byte"),
    ("cases.csv", b'person\n"Ada\n', "line"),
    ("cases.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)), "cannot be read as text"),
    ("cases.csv", b"person\n" + b"Ada\n" * 100_000, "limit is"),
    ("cases.jsonl", b'[{"person": "Ada"}]', "Put each case on a line of its own."),
    ("cases.jsonl", b'{"person": "Ada"}\n{"person": ', "Line 2 is not JSON"),
    ("cases.jsonl", b'"Ada"\n', "is not an object"),
]
CHECKS = [
    ("regex", "Pattern", "(unclosed", re.compile("missing|paren", re.IGNORECASE)),
    ("regex", "Pattern", r"(?<name>a)\1", re.compile("does not have back-references")),
    ("json-schema", "Schema", "{not json", re.compile("JSON")),
    ("json-schema", "Schema", '{"type": "nonsense"}', re.compile("nonsense|schema", re.IGNORECASE)),
    ("json-schema", "Schema", '{"$ref": "https://example.com/x"}', re.compile("inside|reference|fetched|\\$ref")),
]


@pytest.fixture
def page(warm_page: Page) -> Page:
    """All tests of this file share a browser profile."""
    return warm_page


@pytest.fixture
def bench(page: Page, account: Account) -> Page:
    """A workbench on a fresh prompt with one saved version."""
    workbench.create_prompt(page, account.workspace, "A prompt", "Greet {{person}}.")
    return page


@pytest.fixture(scope="module")
def paths() -> dict[str, str]:
    """The suite that the tests of cases and checks share."""
    return {}


@pytest.fixture
def suite(page: Page, account: Account, paths: dict[str, str]) -> Page:
    """The page of a suite with no cases, of a prompt with one variable."""
    if not paths:
        paths["prompt"] = workbench.create_prompt(page, account.workspace, "Tested prompt", "Greet {{person}}.")
        page.goto(f"{account.workspace}suites/new/")
        page.get_by_label("Prompt").select_option(label="Tested prompt (v1)")
        page.get_by_label("Name").fill("Bad tables")
        page.get_by_role("button", name="Make the suite").click()
        page.wait_for_url("**/suites/*-*-*/**")
        paths["suite"] = workbench.path_of(page)
    page.goto(paths["suite"])
    return page


def _alert(page: Page) -> Locator:
    return page.get_by_role("alert")


# --- Prompts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "reason"), MALFORMED, ids=[text for text, _ in MALFORMED])
def test_a_malformed_template_is_marked_and_does_not_run(bench: Page, text: str, reason: str) -> None:
    bench.locator("#messages textarea").first.evaluate(SET_TEXT, text)
    expect(bench.locator("#variables")).to_contain_text("cannot be resolved")
    expect(bench.locator("#variables")).to_contain_text(reason)
    expect(bench.locator("#messages .cm-lintRange-error").first).to_be_visible()
    workbench.run(bench)
    expect(workbench.problem(bench)).to_contain_text("malformed placeholder")
    expect(workbench.problem(bench)).to_contain_text("Mend the placeholder")
    assert workbench.text_of(bench) == text
    workbench.wait_for_draft(bench)


def test_a_fragment_that_does_not_exist_is_named(bench: Page) -> None:
    workbench.write(bench, "Use ${fragment:tone-of-voice}.")
    expect(bench.locator("#variables")).to_contain_text("There is no fragment “tone-of-voice”.")
    workbench.run(bench)
    expect(workbench.problem(bench)).to_contain_text("There is no fragment “tone-of-voice”.")
    workbench.save_version(bench, 2)
    expect(bench.locator("#flash")).to_contain_text("It cannot run yet.")


def test_missing_variables_are_listed_together(bench: Page) -> None:
    workbench.write(bench, "{{one}} {{two}} {{three|with a default}}")
    expect(bench.locator("#variables label")).to_have_count(3)
    workbench.run(bench)
    expect(workbench.problem(bench)).to_contain_text("No value was given for the variables one, two.")
    expect(workbench.problem(bench)).to_contain_text("{{name|text}}")


def test_values_as_json_must_be_one_object(bench: Page) -> None:
    bench.get_by_text("All values as JSON").click()
    bench.get_by_label("Values as one JSON object").fill('{"person": ')
    workbench.run(bench)
    expect(workbench.problem(bench)).to_contain_text("JSON")
    bench.get_by_label("Values as one JSON object").fill('{"person": "Ada"}')
    workbench.run(bench)
    expect(workbench.outcome(bench)).to_contain_text("finished after")


def test_an_empty_prompt_is_not_saved(bench: Page) -> None:
    workbench.write(bench, "")
    bench.keyboard.press("Control+s")
    expect(bench.locator("#flash")).to_contain_text("All messages are empty")


def test_five_megabytes_are_refused_with_the_figures_and_kept_in_the_page(bench: Page) -> None:
    text = f"{'word ' * 20}\n" * (MEGABYTE // 20)
    bench.locator("#messages textarea").first.evaluate(SET_TEXT, text)
    expect(bench.locator("[data-draft-state=refused]")).to_contain_text("2.0 MB fit", timeout=20_000)
    expect(bench.locator("#variables")).to_contain_text("The messages hold 4.8 MB; 2.0 MB fit.")
    bench.keyboard.press("Control+s")
    expect(bench.locator("#flash")).to_contain_text("Nothing is lost", timeout=20_000)
    assert len(workbench.text_of(bench)) == len(text)
    bench.locator("#messages textarea").first.evaluate(SET_TEXT, "short again")
    workbench.wait_for_draft(bench)


def test_more_than_a_request_may_hold_is_said_so(bench: Page, watch: Watch) -> None:
    watch.expect_trouble("Response Status Error Code 413")
    bench.locator("#messages textarea").first.evaluate(SET_TEXT, f"{'word ' * 20}\n" * (MEGABYTE * 14 // 100))
    expect(bench.locator("[data-draft-state=refused]")).to_contain_text("larger than the server takes", timeout=30_000)
    bench.keyboard.press("Control+s")
    expect(bench.locator("#toasts")).to_contain_text("more than the server takes at once", timeout=30_000)
    bench.locator("#messages textarea").first.evaluate(SET_TEXT, "short again")
    workbench.wait_for_draft(bench)


def test_a_title_that_is_missing_or_too_long(page: Page, account: Account) -> None:
    page.goto(f"{account.workspace}prompts/new/")
    page.get_by_label("Text").fill("kept while the title is wrong")
    page.get_by_label("Title").fill("   ")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(_alert(page)).to_contain_text("Title")
    expect(page.get_by_label("Text")).to_have_value("kept while the title is wrong")
    assert int(page.get_by_label("Title").get_attribute("maxlength") or 0) > 0


def test_settings_that_cannot_be_read_are_named_and_kept(bench: Page) -> None:
    bench.locator("summary", has_text="Settings").click()
    bench.get_by_label("temperature", exact=False).first.fill("hot")
    bench.keyboard.press("Control+s")
    expect(bench.locator("#flash")).to_contain_text("Temperature: It is a number from 0 to 2.")
    expect(bench.get_by_label("temperature", exact=False).first).to_have_value("hot")
    workbench.wait_for_draft(bench)
    bench.reload()
    expect(bench.get_by_label("temperature", exact=False).first).to_have_value("hot")


# --- Keys -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("url", "reason"), ADDRESSES, ids=[url or "none" for url, _ in ADDRESSES])
def test_addresses_that_may_not_be_called(page: Page, account: Account, url: str, reason: str) -> None:
    page.goto(f"{account.workspace}keys/new/")
    page.get_by_role("radio", name=re.compile("^OpenAI-compatible")).check()
    page.get_by_label("Base URL").fill(url)
    page.get_by_label("Name", exact=True).fill("A server")
    page.get_by_label("Key", exact=True).fill("some-key-or-other")
    page.get_by_role("button", name="Seal and save").click()
    expect(_alert(page)).to_contain_text(reason)
    expect(page.get_by_label("Base URL")).to_have_value(url)
    expect(page.get_by_label("Name", exact=True)).to_have_value("A server")
    assert "some-key-or-other" not in page.content()


def test_names_of_keys_and_suites_are_unique(page: Page, account: Account, suite: Page) -> None:
    keys.add_key(page, account, "openai", "Twice")
    page.goto(f"{account.workspace}keys/new/")
    page.get_by_label("Name", exact=True).fill("Twice")
    page.get_by_label("Key", exact=True).fill("sk-fake-0123456789")
    page.get_by_role("button", name="Seal and save").click()
    expect(_alert(page)).to_contain_text("Twice")
    page.goto(f"{account.workspace}suites/new/")
    page.get_by_label("Prompt").select_option(label="Tested prompt (v1)")
    page.get_by_label("Name").fill("Bad tables")
    page.get_by_role("button", name="Make the suite").click()
    expect(_alert(page)).to_contain_text("Bad tables")
    expect(page.get_by_label("Name")).to_have_value("Bad tables")


def test_a_model_that_does_not_exist(bench: Page, account: Account, instance: Product) -> None:
    fake: FakeProvider = instance.fake
    path = workbench.path_of(bench)
    keys.add_key(bench, account, "compatible", "Local", base_url=fake.openai_url)
    keys.try_key(bench)
    bench.goto(path)
    reference = bench.locator("#model optgroup[label^='Local'] option").first.get_attribute("value")
    bench.locator("#model").select_option(reference)
    workbench.fill(bench, person="Ada")
    fake.control({"fault": "404"})
    try:
        workbench.run(bench)
        expect(workbench.problem(bench)).to_contain_text("does not have this model")
        expect(workbench.problem(bench)).to_contain_text("test the key to refresh the list")
    finally:
        fake.control({"fault": ""})


# --- Cases and checks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "data", "reason"), FILES, ids=[f"{name}: {reason}" for name, _, reason in FILES])
def test_tables_that_cannot_be_read(suite: Page, tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    _open(suite, "Bring in a table")
    suite.get_by_label("CSV or JSONL file").set_input_files(path)
    suite.get_by_role("button", name="Bring in").click()
    expect(suite.locator("#cases").get_by_role("alert")).to_contain_text(reason)
    expect(suite.locator("#cases [data-row] [name$=-ref][value*=':']")).to_have_count(0)


def test_formulas_come_in_as_text_and_go_out_harmless(suite: Page, tmp_path: Path) -> None:
    path = tmp_path / "formulas.csv"
    path.write_text('name,person,expected\nformula,"=HYPERLINK(""http://example.com"")",+1\n', encoding="utf-8")
    _open(suite, "Bring in a table")
    suite.get_by_label("Replace the cases that are there").check()
    suite.get_by_label("CSV or JSONL file").set_input_files(path)
    suite.get_by_role("button", name="Bring in").click()
    expect(suite.locator("#flash")).to_contain_text("1 case came in.")
    with suite.expect_download() as download:
        suite.get_by_role("link", name="Download CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "HYPERLINK" in text
    assert not re.search(r'(^|,)"?[=+]', text, re.MULTILINE)


def test_a_row_that_cannot_be_saved_is_marked_and_all_rows_come_back(suite: Page) -> None:
    rows = suite.locator("#cases [data-row]")
    for name, person in (("n" * 201, "the first"), ("good", "the second")):
        suite.get_by_role("button", name="Add a row").click()
        rows.last.locator("textarea").nth(0).fill(name)
        rows.last.locator("textarea").nth(1).fill(person)
    suite.get_by_role("button", name="Save the cases").click()
    expect(suite.locator("#cases tr[aria-invalid=true]")).to_have_count(1)
    expect(suite.locator("#cases tr[aria-invalid=true]")).to_contain_text("The name has 201 characters; 200 fit.")
    typed = [each.input_value() for each in suite.locator("#cases [data-row] textarea").all()]
    assert {"n" * 201, "the first", "good", "the second"} <= set(typed)


@pytest.mark.parametrize(("kind", "field", "value", "reason"), CHECKS, ids=[value for _, _, value, _ in CHECKS])
def test_checks_that_cannot_work(suite: Page, kind: str, field: str, value: str, reason: re.Pattern[str]) -> None:
    suite.goto(f"{workbench.path_of(suite)}checks/new/?kind={kind}")
    suite.get_by_role("textbox", name=field).fill(value)
    suite.get_by_role("button", name="Save the check").click()
    expect(_alert(suite).first).to_contain_text(reason)
    expect(suite.get_by_role("textbox", name=field)).to_have_value(value)


def _open(page: Page, summary: str) -> None:
    details = page.locator("details", has=page.locator("summary", has_text=summary))
    if details.get_attribute("open") is None:
        details.locator("summary").click()


# --- Two people, no database ----------------------------------------------------------------------------------


def test_two_people_saving_at_once_see_both_changes(
    page: Page, watch: Watch, account: Account, instance: Product
) -> None:
    path = workbench.create_prompt(page, account.workspace, "Edited by two", "One line.\n\nAnother line.")
    guest = people.sign_up(watch.browser, watch.address, "second-writer@example.com")
    instance.join(guest.email, account.email)
    other = watch.context(storage_state=guest.state).new_page()
    for each in (page, other):
        each.goto(path)
    workbench.write(page, "One line, by the first.\n\nAnother line.")
    workbench.write(other, "One line.\n\nAnother line, by the second.")
    workbench.save_version(page, 2, "The first was quicker")
    other.keyboard.press("Control+s")
    expect(other.locator("#flash")).to_contain_text("Your text is kept as your draft; nothing was overwritten.")
    other.get_by_role("link", name="See both changes").click()
    expect(other.get_by_role("heading", name="Somebody saved meanwhile")).to_be_visible()
    main = other.locator("main")
    expect(main).to_contain_text(f"{account.email} saved v2")
    expect(main).to_contain_text("The first was quicker")
    expect(main.locator("ins", has_text="by the first").first).to_be_visible()
    expect(main.locator("ins", has_text="by the second").first).to_be_visible()
    other.get_by_role("button", name="Save both as a version").click()
    expect(other.locator("#version-chip")).to_have_text("v3")
    assert workbench.text_of(other) == "One line, by the first.\n\nAnother line, by the second."


def test_the_same_line_changed_by_two_is_chosen_by_hand(
    page: Page, watch: Watch, account: Account, instance: Product
) -> None:
    path = workbench.create_prompt(page, account.workspace, "Chosen by hand", "Say hello.")
    other = watch.context(storage_state=account.state).new_page()
    other.goto(path)
    workbench.write(page, "Say hello loudly.")
    workbench.save_version(page, 2)
    other.goto(path)
    page.goto(path)
    workbench.write(other, "Whisper hello.")
    workbench.wait_for_draft(other)
    page.evaluate(
        """async (path) => {
          const form = new FormData();
          const fields = { "role-0": "system", "content-0": "Shout hello.", base: "2", tab: "x" };
          for (const [name, value] of Object.entries(fields)) form.set(name, value);
          form.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
          await fetch(`${path}versions/save/`, { method: "POST", body: form });
        }""",
        path,
    )
    other.goto(f"{path}versions/conflict/")
    conflict = other.get_by_role("group", name="Both changed these lines")
    expect(conflict).to_contain_text("Say hello loudly.")
    other.get_by_role("button", name="Save both as a version").click()
    expect(other.get_by_role("alert")).to_contain_text("1 conflict is not settled yet.")
    conflict.get_by_role("radio", name="My own text").check()
    conflict.get_by_label("My own text for this place").fill("Hum hello.")
    other.get_by_role("button", name="Put both into my draft").click()
    expect(other.locator("#flash")).to_contain_text("Both changes are in your draft.")
    assert workbench.text_of(other) == "Hum hello."
    expect(other.locator("#version-chip")).to_have_text("v3")


@pytest.fixture
def postmaster(instance: Product) -> int:
    """The process id of the server's PostgreSQL."""
    found = next(instance.server.data_dir.rglob("postmaster.pid"))
    return int(found.read_text().split()[0])


def test_the_database_goes_away_and_comes_back(bench: Page, watch: Watch, postmaster: int) -> None:
    watch.expect_trouble("503", "500 ")
    workbench.wait_for_nothing_unsaved(bench)
    os.kill(postmaster, signal.SIGKILL)
    workbench.write(bench, "Written while the database was away.")
    expect(bench.locator("[data-draft-state=saved]")).to_have_text("draft saved", timeout=60_000)
    bench.reload()
    assert workbench.text_of(bench) == "Written while the database was away."
