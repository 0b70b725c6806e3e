"""Keys and calls in all three formats: tried, used, stopped, refused, broken, deleted."""

import re
from collections.abc import Iterator
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from promptassay.providers.fake import FakeProvider
from tests.browser import keys, workbench
from tests.browser.people import Account
from tests.browser.product import KEYS, Product, last_call
from tests.browser.waiting import eventually
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

LONG_ANSWER = " ".join(f"word{number}" for number in range(400))
# What the fake does, and what the page must say: our words, never the provider's.
FAILURES = [
    ("401", "OpenAI refused the key.", "Check the key under Settings"),
    ("403", "OpenAI does not let this key do that.", "choose another model"),
    ("404", "OpenAI does not have this model.", "Choose a model from the list"),
    ("429", "OpenAI asks to slow down.", "Wait and run again"),
    ("500", "OpenAI failed.", "Run it again"),
    ("529", "OpenAI is overloaded.", "Run it again"),
    ("no-credit", "The account at OpenAI has no credit left.", "Add credit"),
    ("context", "The prompt is longer than this model can read.", "Shorten the prompt"),
    ("html-502", "OpenAI failed.", "Run it again"),
    ("html-200", "OpenAI sent an answer that cannot be read.", "Check that the base URL"),
    ("malformed", "OpenAI sent an answer that cannot be read.", "Check that the base URL"),
    ("redirect", "127.0.0.1 sent the call elsewhere.", "final address"),
    ("late-error", "OpenAI failed.", "Run it again"),
    ("disconnect", "The answer of OpenAI ended too early.", "Run it again"),
    ("missing-end", "The answer of OpenAI ended too early.", "Run it again"),
    ("key-echo", "OpenAI refused the request", "Change the model settings"),
]


@pytest.fixture
def page(warm_page: Page) -> Page:
    """All tests of this file share a browser profile."""
    return warm_page


@pytest.fixture
def fake(instance: Product) -> Iterator[FakeProvider]:
    """The fake provider, on its best behaviour before and after."""
    yield instance.fake
    instance.fake.control(
        {"fault": "", "latency": 0, "token_interval": 0, "text": None, "mode": "seeded", "models": []}
    )
    instance.fake.reset()


@pytest.fixture(scope="module")
def shared() -> dict[str, str]:
    """Paths that several tests of this file come back to."""
    return {}


@pytest.fixture
def ready(page: Page, account: Account, fake: FakeProvider, shared: dict[str, str]) -> Page:
    """The workbench on a prompt without variables, with a tested OpenAI key and its first model chosen."""
    if not shared:
        keys.add_key(page, account, "openai", "Shared key")
        assert "The key works." in keys.try_key(page)
        shared["prompt"] = workbench.create_prompt(page, account.workspace, "Say something", "Say something.")
    page.goto(shared["prompt"])
    reference = page.locator("#model optgroup[label^='Shared key'] option").first.get_attribute("value")
    with page.expect_response(re.compile("model-note")):
        page.locator("#model").select_option(reference)
    return page


@pytest.mark.parametrize("kind", ["openai", "anthropic", "google", "compatible"])
def test_a_key_is_added_tested_and_used(page: Page, account: Account, fake: FakeProvider, kind: str) -> None:
    name = f"Own {kind} key"
    keys.add_key(page, account, kind, name, base_url=fake.openai_url if kind == "compatible" else "")
    assert KEYS[kind] not in page.content()
    said = keys.try_key(page)
    assert "The key works." in said
    expect(page.locator("#tested")).to_contain_text("works, ")
    workbench.create_prompt(page, account.workspace, f"A prompt for {kind}", "Greet {{person}}.")
    group = page.locator(f"#model optgroup[label^='{name}']")
    reference = group.locator("option").first.get_attribute("value")
    page.locator("#model").select_option(reference)
    expect(page.locator("#model-note")).to_contain_text(
        f"This text goes to {fake.address.split('//')[1]} with key {name}"
    )
    fake.control({"text": "Welcome, Ada Lovelace, to this café."})
    workbench.fill(page, person="Ada")
    workbench.run(page)
    expect(workbench.output(page)).to_have_text("Welcome, Ada Lovelace, to this café.")
    expect(workbench.outcome(page)).to_contain_text("finished after")
    expect(page.locator("[data-run=facts]")).to_contain_text(f"key “{name}”")
    assert "Greet Ada." in last_call(fake).body.decode()
    page.goto(f"{account.workspace}keys/ledger/")
    expect(page.locator("tbody tr").filter(has_text=name).first).to_contain_text("Playground")


def test_a_call_that_is_held_back_says_so_and_for_how_long(ready: Page, fake: FakeProvider) -> None:
    fake.control({"schedule": ["429-after-3"], "text": "Here at last."})
    workbench.run(ready)
    status = ready.locator("[data-run=status]")
    expect(status).to_contain_text(re.compile(r"asked to wait: [23] s left"))
    expect(workbench.output(ready)).to_have_text("Here at last.")
    expect(workbench.outcome(ready)).to_contain_text("finished after")


def test_a_list_is_read_anew_by_a_button(page: Page, account: Account, fake: FakeProvider) -> None:
    fake.control({"models": ["stays", "goes"]})
    keys.add_key(page, account, "openai", "Fresh key")
    keys.try_key(page)
    fake.control({"models": ["stays", "comes"]})
    page.get_by_role("button", name="Refresh").click()
    said = page.locator("#listed .notice")
    expect(said).to_contain_text("New: comes.")
    expect(said).to_contain_text("Gone: goes.")
    page.get_by_role("link", name="Context, prices and retirements").click()
    expect(page.get_by_role("row").filter(has_text="comes")).to_contain_text("new")
    expect(page.get_by_role("row").filter(has_text="goes")).to_have_count(0)
    page.get_by_label("Search models").fill("stay")
    expect(page.get_by_role("row").filter(has_text="comes")).to_have_count(0)
    assert "q=stay" in page.url


def test_a_wrong_key_is_told_from_a_right_one(page: Page, account: Account, fake: FakeProvider) -> None:
    for kind in ("openai", "anthropic", "google"):
        wrong = f"{KEYS[kind]}-but-wrong"
        keys.add_key(page, account, kind, f"Wrong {kind} key", secret=wrong)
        said = keys.try_key(page)
        assert "refused the key" in said
        assert "belongs to another provider" in said
        assert wrong not in page.content()
        expect(page.locator("#tested .facts")).to_contain_text("wrong key")


def test_a_key_is_rotated_and_renamed(page: Page, account: Account, fake: FakeProvider) -> None:
    keys.add_key(page, account, "openai", "Old name", secret="sk-revoked-long-ago")
    page.get_by_label("New key", exact=True).fill(KEYS["openai"])
    page.get_by_role("button", name="Seal and replace").click()
    expect(page.locator("#flash .notice")).to_be_visible()
    assert "The key works." in keys.try_key(page)
    page.get_by_label("Name", exact=True).fill("New name")
    page.get_by_role("button", name="Save the name").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New name")


def test_a_key_for_another_provider_is_refused_before_it_is_kept(page: Page, account: Account) -> None:
    page.goto(f"{account.workspace}keys/new/")
    page.get_by_label("Name", exact=True).fill("Mixed up")
    page.get_by_label("Key", exact=True).fill(KEYS["anthropic"])
    page.get_by_role("button", name="Seal and save").click()
    expect(page.get_by_role("alert")).to_contain_text("This looks like a key of Anthropic, not of OpenAI.")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Mixed up")
    expect(page.get_by_label("Key", exact=True)).to_have_value("")
    expect(page.locator("main")).to_contain_text("Paste the key again")


def test_an_unreachable_server_is_said_so(page: Page, account: Account) -> None:
    keys.add_key(page, account, "compatible", "Nobody there", base_url="http://127.0.0.1:9/v1")
    said = keys.try_key(page)
    assert "127.0.0.1 cannot be reached." in said
    assert "Check the address of the key" in said


def test_the_answer_streams_and_stop_closes_the_call(ready: Page, fake: FakeProvider) -> None:
    fake.control({"text": LONG_ANSWER, "token_interval": 0.02})
    workbench.run(ready)
    expect(workbench.output(ready)).to_contain_text("word3 ")
    call = last_call(fake)
    assert call.ended is None, "the provider is still sending while the page shows words"
    ready.get_by_role("button", name="Stop").click()
    clicked = monotonic()
    expect(workbench.outcome(ready)).to_contain_text("stopped after")
    eventually(lambda: call.closed_early is not None, within=1 - (monotonic() - clicked))
    assert "word399" not in workbench.output(ready).inner_text()
    expect(ready.get_by_role("button", name="Run")).to_be_enabled()


def test_a_provider_that_hangs_can_be_stopped(ready: Page, fake: FakeProvider) -> None:
    fake.control({"fault": "hang"})
    workbench.run(ready)
    expect(workbench.outcome(ready)).to_contain_text("running")
    eventually(lambda: any(each.body for each in fake.received))
    call = last_call(fake)
    ready.get_by_role("button", name="Stop").click()
    eventually(lambda: call.closed_early is not None, within=1)
    expect(workbench.outcome(ready)).to_contain_text("stopped after")
    expect(workbench.problem(ready)).to_be_hidden()


def test_leaving_the_page_closes_the_call(ready: Page, account: Account, fake: FakeProvider) -> None:
    fake.control({"text": LONG_ANSWER, "token_interval": 0.02})
    workbench.run(ready)
    expect(workbench.output(ready)).to_contain_text("word3 ")
    call = last_call(fake)
    ready.goto(account.home)
    eventually(lambda: call.closed_early is not None, within=1)


@pytest.mark.parametrize(("fault", "message", "next_step"), FAILURES, ids=[fault for fault, _, _ in FAILURES])
def test_a_failure_is_told_in_our_words(
    ready: Page, fake: FakeProvider, fault: str, message: str, next_step: str
) -> None:
    fake.control({"fault": fault, "text": "one two three four five six"})
    workbench.run(ready)
    said = workbench.problem(ready)
    expect(said).to_contain_text(message)
    expect(said).to_contain_text(next_step)
    assert KEYS["openai"] not in ready.content()
    expect(workbench.outcome(ready)).to_contain_text("failed after")
    if fault in ("disconnect", "late-error"):
        expect(workbench.output(ready)).to_contain_text("one two")
    fake.control({"fault": "", "text": "It works again."})
    workbench.run(ready)
    expect(workbench.output(ready)).to_have_text("It works again.")
    expect(said).to_be_hidden()


def test_endings_other_than_stop_are_shown(ready: Page, fake: FakeProvider) -> None:
    fake.control({"fault": "length", "text": "cut here"})
    workbench.run(ready)
    expect(ready.locator("[data-run=facts]")).to_contain_text("ended by: length")
    fake.control({"fault": "tool"})
    workbench.run(ready)
    expect(ready.locator("[data-run=tools]")).to_contain_text("(")
    fake.control({"fault": "refusal"})
    workbench.run(ready)
    expect(ready.locator("[data-run=facts]")).to_contain_text("refus")
    assert workbench.output(ready).inner_text().strip()


def test_a_deleted_key_is_named_and_what_to_do(page: Page, watch: Watch, account: Account, fake: FakeProvider) -> None:
    path = keys.add_key(page, account, "openai", "Short-lived")
    keys.try_key(page)
    workbench.create_prompt(page, account.workspace, "A prompt that loses its key", "Say something.")
    reference = page.locator("#model optgroup[label^='Short-lived'] option").first.get_attribute("value")
    page.locator("#model").select_option(reference)
    other = watch.page_in(page.context)
    other.goto(path)
    other.locator("summary", has_text="Delete this key").click()
    other.get_by_role("button", name="Delete “Short-lived”").click()
    expect(other.locator("#flash")).to_contain_text("The key was deleted.")
    workbench.run(page)
    expect(workbench.problem(page)).to_contain_text("is gone.")
    expect(workbench.problem(page)).to_contain_text("add a key under Settings, Provider keys")
