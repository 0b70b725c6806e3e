"""Every page, narrow and wide, light and dark: nothing overflows, axe-core has no complaint, words can be read."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import axe, looking, pages, people, workbench
from tests.browser.people import Account
from tests.browser.product import Product
from tests.browser.watching import Watch, open_context

pytestmark = pytest.mark.browser

SCREENS = Path(__file__).parent.parent / ".artifacts" / "screens"
WIDTHS = {390: 844, 1440: 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LONG = "unbroken" * 15
_TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
IN_WORKSPACE = [pattern for each in pages.PAGES.values() for pattern in each]
OF_ACCOUNT = [path for each in pages.ACCOUNT.values() for path in each]
OF_NOBODY = [path for each in pages.NOBODY.values() for path in each]


@pytest.fixture(scope="module")
def example(profile: BrowserContext, account: Account) -> pages.Example:
    """A workspace with the worked example and a key."""
    page = profile.new_page()
    made = pages.make_example(page, account)
    page.close()
    return made


@pytest.fixture(scope="module")
def empty(browser: Browser, instance: Product) -> Account:
    """An account that has nothing yet."""
    return people.sign_up(browser, instance.address, "look-empty@example.com")


@pytest.fixture(scope="module")
def profile_of_empty(browser: Browser, instance: Product, empty: Account) -> Iterator[BrowserContext]:
    """A browser profile signed in as the account that has nothing."""
    context = open_context(browser, instance.address, storage_state=empty.state)
    yield context
    context.close()


@pytest.fixture(scope="module")
def profile_of_nobody(browser: Browser, instance: Product) -> Iterator[BrowserContext]:
    """A browser profile that is not signed in."""
    context = open_context(browser, instance.address)
    yield context
    context.close()


def test_every_page_is_looked_at() -> None:
    looked_at = {*pages.PAGES, *pages.ACCOUNT, *pages.NOBODY}
    assert set(pages.names_of_pages()) - looked_at == set(pages.NO_PAGE)


@pytest.mark.parametrize("pattern", IN_WORKSPACE)
def test_pages_with_content(watch: Watch, profile: BrowserContext, example: pages.Example, pattern: str) -> None:
    _look_at(watch, profile, example.path(pattern), pattern)


@pytest.mark.parametrize("pattern", pages.EMPTY)
def test_pages_without_content(watch: Watch, profile_of_empty: BrowserContext, empty: Account, pattern: str) -> None:
    _look_at(watch, profile_of_empty, empty.workspace + pattern, f"empty {pattern}")


@pytest.mark.parametrize("path", OF_ACCOUNT)
def test_pages_of_an_account(watch: Watch, profile_of_empty: BrowserContext, path: str) -> None:
    _look_at(watch, profile_of_empty, path, path)


@pytest.mark.parametrize("path", OF_NOBODY)
def test_pages_of_nobody(watch: Watch, profile_of_nobody: BrowserContext, path: str) -> None:
    _look_at(watch, profile_of_nobody, path, path)


def test_long_words_right_to_left_text_and_200_variables(watch: Watch, empty: Account) -> None:
    text = f"{LONG}{LONG}\nمرحبا {{{{name}}}} بالعالم\n" + " ".join(f"{{{{variable_{each}}}}}" for each in range(199))
    page = watch.context(storage_state=empty.state).new_page()
    path = workbench.create_prompt(page, empty.workspace, LONG, text)
    expect(page.locator("#variables textarea")).to_have_count(200)
    page.get_by_role("tab", name="Details").click()
    page.get_by_label("Description").fill(f"{LONG} {LONG}")
    page.get_by_role("button", name="Save details").click()
    page.goto(f"{empty.workspace}suites/new/")
    page.get_by_label("Prompt").select_option(index=1)
    page.get_by_label("Name").fill(LONG)
    page.get_by_role("button", name="Make the suite").click()
    page.wait_for_url("**/suites/*-*-*/**")
    suite = workbench.path_of(page)
    paths = {
        "workbench": path,
        "history": f"{path}versions/",
        "version": f"{path}versions/1/",
        "comparison": f"{path}versions/compare/?from=0&to=1",
        "comparison side by side": f"{path}versions/compare/?from=0&to=1&view=side",
        "suite": suite,
        "prompts": f"{empty.workspace}prompts/",
        "suites": f"{empty.workspace}suites/",
        "suite new": f"{empty.workspace}suites/new/",
    }
    bad = []
    for name, at in paths.items():
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.goto(at)
            _settle(page)
            _keep(page, f"long-{_file_name(name)}-{width}.png")
            bad += [f"{name} {width}: {each}" for each in looking.layout(page)]
    assert not bad, "\n".join(bad)


def test_results_print_without_the_frame(watch: Watch, example: pages.Example) -> None:
    page = watch.context(storage_state=example.account.state).new_page()
    page.goto(example.path("runs/{run}/"))
    page.emulate_media(media="print")
    for part in (".rail", ".head-actions", ".status", ".pagination"):
        for each in page.locator(part).all():
            expect(each).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("#compare .big")).to_be_visible()
    _keep(page, "print.png", full_page=True)


def _look_at(watch: Watch, profile: BrowserContext, path: str, title: str) -> None:
    """Open the page narrow and wide, look at it in both schemes, and walk through it by keyboard."""
    bad: list[str] = []
    page = watch.page_in(profile)
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.goto(path)
        _settle(page)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.evaluate(_TWO_FRAMES)
            bad += [f"{width} {scheme}: {each}" for each in looking.contrast(page)]
            rules = axe.OF_COLOURS if scheme == "dark" else axe.OF_WIDTHS if width == 390 else ()
            bad += [f"{width} {scheme}: {each}" for each in axe.complaints(page, rules=rules)]
            _keep(page, f"{_file_name(title)}-{width}-{scheme}.png")
        bad += [f"{width}: {each}" for each in looking.layout(page) + looking.nameless(page)]
        if width == 1440:
            bad += looking.focus(page)
        page.goto("about:blank")
    assert not bad, "\n".join(dict.fromkeys(bad))


def _keep(page: Page, name: str, *, full_page: bool = False) -> None:
    """A picture for whoever wants to look for themselves: with PROMPTASSAY_TEST_SCREENS=1."""
    if os.environ.get("PROMPTASSAY_TEST_SCREENS"):
        SCREENS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENS / name, full_page=full_page)


def _settle(page: Page) -> None:
    """Until the page's islands are in place and its fonts are there."""
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready.then(() => undefined)")
    for area in page.locator("textarea[data-island='prompts/editor']").all():
        expect(area).to_be_hidden()


def _file_name(title: str) -> str:
    return "".join(char if char.isalnum() else "-" for char in title).strip("-")
