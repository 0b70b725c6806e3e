"""Legal pages in a browser: what is said of cookies and storage is what a browser holds; paper, and no scripts."""

import re

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, expect

from promptassay.trust.legal.storage import Kept, kept
from tests.browser import looking, people, workbench
from tests.browser.product import Product
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

# Tells each name under which a page keeps something, also what is gone a moment later.
_TELL = """
const set = Storage.prototype.setItem;
Storage.prototype.setItem = function (name, value) {
  console.debug(`kept in ${this === localStorage ? "local storage" : "session storage"}: ${name}`);
  return set.call(this, name, value);
};
const open = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (...words) {
  console.debug(`kept in IndexedDB: ${words[0]}`);
  return open.apply(this, words);
};
"""
_NOW = """
async () => [
  ...Object.keys(localStorage).map((name) => ["local storage", name]),
  ...Object.keys(sessionStorage).map((name) => ["session storage", name]),
  ...(await indexedDB.databases()).map(({ name }) => ["IndexedDB", name]),
]
"""
# htmx tries whether there is any storage at all, and takes the name away at once.
_TRIED = {("session storage", "htmx:sessionStorageTest"), ("local storage", "htmx:localStorageTest")}


@pytest.fixture
def found() -> set[tuple[str, str]]:
    """Place and name of everything that the browser was seen to hold."""
    return set()


@pytest.fixture
def profile(watch: Watch, found: set[tuple[str, str]]) -> BrowserContext:
    """A fresh browser that tells what is put into it."""
    context = watch.context()
    context.add_init_script(_TELL)

    def heard(message: ConsoleMessage) -> None:
        told = re.fullmatch(r"kept in ([a-zA-Z ]+): (.+)", message.text)
        if told:
            found.add((told[1], told[2]))

    def answered(response: Response) -> None:
        for header in response.headers_array():
            if header["name"].lower() == "set-cookie":
                found.add(("cookie", header["value"].partition("=")[0]))

    context.on("console", heard)
    context.on("response", answered)
    return context


def test_the_table_is_what_a_browser_holds(watch: Watch, profile: BrowserContext, found: set[tuple[str, str]]) -> None:
    watch.expect_trouble("a dialog: beforeunload")
    page = profile.new_page()
    page.goto("/legal/cookies")
    assert profile.cookies() == [], "reading a public page sets no cookie"
    page.goto("/accounts/signup/")
    page.get_by_label("E-mail").fill("everything@example.com")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_role("button", name="Make an account").click()
    page.wait_for_url("**/w/**")
    _use_everything(page)
    for name in profile.cookies():
        found.add(("cookie", str(name.get("name"))))
    found |= {(place, name) for place, name in page.evaluate(_NOW)}
    found -= _TRIED
    table = kept()
    unknown = [one for one in found if not any(_is(each, *one) for each in table)]
    assert not unknown, "the page about cookies does not know these"
    unseen = [each.name for each in table if not any(_is(each, *one) for one in found)]
    assert not unseen, "the page about cookies speaks of what is never kept"


def test_signing_out_leaves_choices_of_looks_and_nothing_else(profile: BrowserContext) -> None:
    page = profile.new_page()
    people.sign_in(page, "everything@example.com")
    _run_the_playground(page, page.url.split("/w/")[1].split("/")[0])
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert not [each for each in page.evaluate(_NOW) if each[0] == "IndexedDB"]
    assert "promptassay_session" not in {each.get("name") for each in profile.cookies()}


def _is(each: Kept, place: str, name: str) -> bool:
    return each.place == place and each.covers(name)


def _use_everything(page: Page) -> None:
    """Work as somebody does who tries it all: write, fold, widen, choose tabs and a theme, save, run."""
    workspace = page.url.split("/w/")[1].split("/")[0]
    workbench.create_prompt(page, f"/w/{workspace}/", "Triage", "Sort {{ticket}}.")
    workbench.add_text(page, " Be brief.")
    workbench.wait_for_draft(page)
    page.get_by_role("button", name="Message", exact=True).click()
    page.get_by_role("button", name="Message 1", exact=True).click()
    page.get_by_role("separator", name="Width of the dock").press("ArrowLeft")
    page.get_by_role("tab", name="Details").click()
    page.get_by_label("Description").fill("Sorts tickets.")
    page.get_by_role("button", name="Save details").click()
    page.get_by_role("button", name=re.compile("^Theme")).click()
    path = workbench.path_of(page)
    _run_the_playground(page, workspace)
    page.goto(path)
    page.get_by_role("button", name="Message 1", exact=True).click()  # unfolded again
    people.forget_session(page.context)
    workbench.add_text(page, " Typed after the session ended.")
    expect(page.locator("[data-draft-state]")).to_contain_text("your text is safe here")


def _run_the_playground(page: Page, workspace: str) -> None:
    page.goto(f"/w/{workspace}/prompts/")
    page.get_by_role("link", name="Triage").first.click()
    page.goto(f"{workbench.path_of(page)}playground/")
    expect(page.get_by_role("button", name="Remove column A")).to_be_hidden()
    page.get_by_role("group", name="Column A").get_by_label("Model").select_option(label="demo-small")
    page.get_by_label("ticket").fill("It does not work")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("group", name="Column A").locator("[data-play=status]")).to_have_text(
        re.compile("^finished after")
    )


def test_what_is_not_published_is_said_in_both_widths(watch: Watch) -> None:
    watch.expect_trouble("503")
    page = watch.context().new_page()
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/legal/disclosure")
        expect(page.get_by_role("heading", name="Reporting a weakness: not published yet")).to_be_visible()
        expect(page.get_by_text("PROMPTASSAY_SECURITY_CONTACT")).to_be_visible()
        assert not looking.layout(page)


def test_without_scripts_it_reads_and_leads_on(watch: Watch, instance: Product) -> None:
    page = watch.context(java_script_enabled=False).new_page()
    page.goto("/legal/dpa")
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Deletion and return").click()
    assert page.url.endswith("#g-deletion")
    expect(page.get_by_role("heading", name="Deletion and return: Article 28(3)(g)")).to_be_in_viewport()
    page.get_by_role("navigation", name="Product").get_by_role("link", name="Legal").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What binds whom")


def test_on_paper_there_is_the_text_alone(watch: Watch) -> None:
    page = watch.context().new_page()
    page.goto("/legal/privacy")
    page.emulate_media(media="print", color_scheme="dark")
    for gone in (".public-nav", ".public-you", ".public-foot", ".legal-contents", ".forms"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert paper == "rgb(248, 246, 241)", "paper is light, whatever the screen is"
