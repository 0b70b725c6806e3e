"""People in browser tests: they sign up and in like anybody, through the pages."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.watching import Watch

PASSWORD = "a long enough password"


@dataclass(frozen=True)
class Account:
    """An account made through the pages: its workspace's list of prompts, and a browser profile signed in as it."""

    email: str
    home: str
    state: Any

    @property
    def workspace(self) -> str:
        """The path of its workspace, with a closing slash."""
        return self.home.removesuffix("prompts/")


@dataclass(frozen=True)
class Newcomer:
    """The first account, and what was said to whoever made it."""

    account: Account
    first_path: str
    said: str
    title: str


def make_first_account(watch: Watch) -> Newcomer:
    """Open the address that the server printed, on an empty instance, and do what the page says."""
    context = watch.context()
    page = context.new_page()
    page.goto("/")
    first_path = page.url.removeprefix(watch.address)
    said, title = page.inner_text("main"), page.inner_text("h1")
    account = _sign_up(page, watch.address, "newcomer@example.com")
    return Newcomer(account, first_path, said, title)


def sign_up(browser: Browser, address: str, email: str) -> Account:
    """A new account, made in a browser profile of its own."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/accounts/signup/")
    account = _sign_up(page, address, email)
    context.close()
    return account


def _sign_up(page: Page, address: str, email: str) -> Account:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button").click()
    page.wait_for_url("**/w/**")
    workspace = page.url.removeprefix(address).split("/")[2]
    return Account(email, f"/w/{workspace}/prompts/", page.context.storage_state())


def sign_in(page: Page, email: str) -> None:
    """Sign in on the sign-in page that is open, or on a freshly opened one."""
    if "/accounts/login/" not in page.url:
        page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/w/**")


def forget_session(context: BrowserContext) -> None:
    """What the browser has after the session ended elsewhere, or its time was up."""
    context.clear_cookies(name="promptassay_session")
