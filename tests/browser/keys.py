"""Hands on the pages of provider keys."""

import re

from playwright.sync_api import Page, expect

from tests.browser.people import Account
from tests.browser.product import KEYS

LABELS = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "google": "Google Gemini",
    "compatible": "OpenAI-compatible server",
}


def add_key(page: Page, account: Account, kind: str, name: str, *, secret: str = "", base_url: str = "") -> str:
    """Add a key through its form; returns the path of its page."""
    page.goto(f"{account.workspace}keys/new/")
    page.get_by_role("radio", name=re.compile(f"^{LABELS[kind]} ")).check()
    if base_url:
        page.get_by_label("Base URL").fill(base_url)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Key", exact=True).fill(secret or KEYS[kind])
    page.get_by_role("button", name="Seal and save").click()
    page.wait_for_url("**/keys/*-*-*/")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return "/" + page.url.split("/", 3)[3]


def try_key(page: Page) -> str:
    """Test the key whose page is open; returns what is said about it."""
    page.get_by_role("button", name="Test the key").click()
    notice = page.locator("#tested .notice")
    expect(notice).to_be_visible()
    return notice.inner_text()
