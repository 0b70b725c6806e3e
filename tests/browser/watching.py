"""Browser contexts that are watched: what must never happen on any page fails the test it happened in."""

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request, Response

# Chromium's own line for each answer of 4xx or 5xx; refusals are tested by what the page says, failures below.
_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
_REPORT = """
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => {
  console.error(`policy violation: ${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`);
});
Object.defineProperty(window, "canary", { set() { console.error("the canary was set"); } });
"""
TIMEOUT_MS = 15_000


def open_context(
    browser: Browser, address: str, *, width: int = 1440, height: int = 900, **options: Any
) -> BrowserContext:
    """A browser profile on the product's address, which reports policy violations and a canary that was set."""
    options.setdefault("locale", "en-GB")
    context = browser.new_context(base_url=address, viewport={"width": width, "height": height}, **options)
    context.set_default_timeout(TIMEOUT_MS)
    context.add_init_script(_REPORT)
    return context


@dataclass
class Watch:
    """Opens contexts and pages, and remembers what went wrong in them."""

    browser: Browser
    address: str
    trouble: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)

    def context(self, **options: Any) -> BrowserContext:
        """A fresh browser profile, as `open_context` makes it."""
        context = open_context(self.browser, self.address, **options)
        context.on("page", self._attach)
        self.contexts.append(context)
        return context

    def page_in(self, context: BrowserContext) -> Page:
        """A page in a profile that several tests share: what it has loaded once it need not load again."""
        page = context.new_page()
        self._attach(page)
        self.pages.append(page)
        return page

    def expect_trouble(self, *patterns: str) -> None:
        """Let lines that match these patterns pass: the test brings them about."""
        self.expected += patterns

    def finish(self) -> None:
        """Close everything; raise AssertionError if anything went wrong that was not expected."""
        for each in (*self.pages, *self.contexts):
            each.close()
        self.pages.clear()
        self.contexts.clear()
        left = [line for line in self.trouble if not any(re.search(each, line) for each in self.expected)]
        assert not left, "\n".join(left)

    def _attach(self, page: Page) -> None:
        page.on("console", lambda message: self._console(page, message.type, message.text))
        page.on("pageerror", lambda error: self.trouble.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: self._dialog(page, dialog))
        page.on("request", lambda request: self._request(page, request))
        page.on("response", lambda response: self._response(page, response))

    def _console(self, page: Page, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not _REFUSED.search(text):
            self.trouble.append(f"{page.url}: {kind}: {text}")

    def _dialog(self, page: Page, dialog: Dialog) -> None:
        self.trouble.append(f"{page.url}: a dialog: {dialog.type} {dialog.message}")
        dialog.accept()

    def _request(self, page: Page, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((self.address, "data:", "blob:", "about:")):
            self.trouble.append(f"{page.url}: asks another origin: {request.url}")

    def _response(self, page: Page, response: Response) -> None:
        if response.status >= 500:
            self.trouble.append(f"{page.url}: {response.status} from {response.url}")
