"""Fixtures of the browser tests: one product for all of them, one Chromium for each file, a watch on every page."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import people, product
from tests.browser.product import Product
from tests.browser.watching import TIMEOUT_MS, Watch, open_context

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


expect.set_options(timeout=TIMEOUT_MS)


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product on an empty data directory, as a newcomer starts it, and the fake provider."""
    if not CHROMIUM.exists() and not os.environ.get("PROMPTASSAY_TEST_REQUIRE_ALL"):
        pytest.skip("Chromium is not installed")
    with product.running(tmp_path_factory.mktemp("product")) as started:
        yield started


@pytest.fixture(scope="session")
def newcomer(instance: Product) -> people.Newcomer:
    """The first account of the instance, and what the pages said while it was made."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        watch = Watch(browser, instance.address)
        made = people.make_first_account(watch)
        watch.finish()
        browser.close()
    return made


@pytest.fixture(scope="module")
def browser(instance: Product, newcomer: people.Newcomer) -> Iterator[Browser]:
    """Chromium. Not longer than a file: Playwright's event loop would be in the way of other tests."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def watch(browser: Browser, instance: Product) -> Iterator[Watch]:
    """Opens contexts; at the end no page of theirs may have had trouble."""
    watched = Watch(browser, instance.address)
    yield watched
    watched.finish()


@pytest.fixture(scope="module")
def account(browser: Browser, instance: Product, request: pytest.FixtureRequest) -> people.Account:
    """An account of this test file."""
    name = request.module.__name__.rpartition(".")[2].removeprefix("test_").replace("_", "-")
    return people.sign_up(browser, instance.address, f"{name}@example.com")


@pytest.fixture
def page(watch: Watch, account: people.Account) -> Page:
    """A wide page, signed in as the file's account, at the list of prompts."""
    opened = watch.context(storage_state=account.state).new_page()
    opened.goto(account.home)
    return opened


@pytest.fixture(scope="module")
def profile(browser: Browser, instance: Product, account: people.Account) -> Iterator[BrowserContext]:
    """A browser profile signed in as the file's account, for all its tests."""
    context = open_context(browser, instance.address, storage_state=account.state)
    yield context
    context.close()


@pytest.fixture
def warm_page(watch: Watch, profile: BrowserContext, account: people.Account) -> Page:
    """As `page`, with its scripts and fonts already loaded; for tests that leave cookies and network alone."""
    for name in ("theme", "dock-width"):
        profile.clear_cookies(name=name)
    opened = watch.page_in(profile)
    opened.goto(account.home)
    opened.evaluate("localStorage.clear()")
    return opened
