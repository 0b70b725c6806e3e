"""What a person who writes waits for: the key on the screen, the findings, a comparison, a search as one types."""

import difflib
import http.client
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from bench.data import load
from bench.pages import CHROMIUM, FLAGS, session_cookie
from bench.server import Server, inside, running
from bench.table import Row, measured, percentile

TITLE = "editor: keystroke to paint, findings after a pause, comparison of 100 KB, search as you type in 10,000 prompts"
KEYS, PAUSES, REQUESTS = 200, 12, 30
KEY_INTERVAL_MS = 60  # 200 words a minute: quicker than anybody, so that no pause hides work
PROMPT, DIFF = 50 * 1024, 100 * 1024  # bytes
WORDS = "number 77"
# Headers of the browser's request that its repetition needs.
_KEPT = ("content-type", "cookie", "origin", "referer", "x-csrftoken", "x-requested-with", "hx-request")
_SCRIPT = (Path(__file__).parent / "editor.js").read_text("utf-8")
_SECTION = """## {number}. What to do with a ticket about {topic}

Read the ticket of {{{{customer_{person}|a customer}}}} and answer in {{{{language}}}}. If the ticket asks for {topic},
name the amount, the date and the **order number**; never promise what `policy {number}` does not allow.

- Be polite, be brief, and keep to the facts in the ticket.
- When the customer writes twice, answer the later message only; please try to avoid repeating yourself.

"""
_TOPICS = ("a refund", "an invoice", "a broken parcel", "a password", "an outage", "a new seat", "a late delivery")


def run(repeats: int = 5) -> list[Row]:
    """Fill a server, then type into its workbench, and ask for what the workbench asks for."""
    with running() as server, inside(server):
        account = server.bootstrap()
        workspace, user = UUID(account["workspace"]), UUID(account["user"])
        load(server, workspace, user, others=0)
        cookie = session_cookie(user)
        paths = _make_prompts(workspace, user)
        rows, inspect = _type(server, paths["workbench"], cookie)
        client = Client(server, cookie)
        floor = client.times("/healthz")
        rows += [
            _row("inspector, 50 KB: server time, p50", client.times(*inspect), "<= 100", floor, "healthz"),
            _row(
                "comparison of two 100 KB: server time, p50",
                client.times(paths["diff"]),
                "<= 200",
                _difflib(repeats),
                "difflib, lines only",
            ),
            *_search(client, paths["list"], workspace),
            measured("healthz: server time, p50", floor, "ms", digits=1),
        ]
        return rows


def text(size: int, offset: int = 0) -> str:
    """A long prompt in sections, each with findings of the lint, 13 variables in all; `offset` changes every fifth."""
    sections, length, number = [], 0, 0
    while length < size:
        number += 1
        topic = _TOPICS[(number + (offset if number % 5 == 0 else 0)) % len(_TOPICS)]
        sections.append(_SECTION.format(number=number, topic=topic, person=number % 12))
        length += len(sections[-1])
    return "".join(sections)


def _make_prompts(workspace: UUID, user: UUID) -> dict[str, str]:
    from django.urls import reverse

    from promptassay.core.tenancy import with_workspace
    from promptassay.prompts.content import PromptContent
    from promptassay.prompts.services import create_prompt, save_version
    from promptassay.workspaces.actor import Actor
    from promptassay.workspaces.permissions import Role

    def content(words: str) -> PromptContent:
        return PromptContent([{"role": "system", "content": words}])

    actor = Actor(user, workspace, Role.OWNER)
    with with_workspace(workspace, person_id=user):
        long = create_prompt(actor, title="Fifty kilobytes", content=content(text(PROMPT)))
        pair = create_prompt(actor, title="Twice a hundred", content=content(text(DIFF)))
        save_version(actor, pair, content=content(text(DIFF, 1)), base_version=1)
    return {
        "workbench": reverse("prompts:prompt-show", args=[workspace, long.id]),
        "diff": reverse("prompts:version-diff", args=[workspace, pair.id]) + "?from=1&to=2",
        "list": reverse("prompts:prompt-list", args=[workspace]),
    }


class Client:
    """Asks the server over one connection, signed in."""

    def __init__(self, server: Server, cookie: tuple[str, str]) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(server.address).netloc)
        self.cookie = f"{cookie[0]}={cookie[1]}"

    def times(self, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> list[float]:
        """Milliseconds of each of some requests, the first ones left out; a GET without a body."""
        return [self.time(path, headers, body) for _ in range(REQUESTS + 5)][5:]

    def time(self, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> float:
        """Milliseconds of one request."""
        sent = {"cookie": self.cookie, "accept": "text/html", "accept-encoding": "gzip", **(headers or {})}
        begun = time.perf_counter()
        self.connection.request("POST" if body else "GET", path, body=body, headers=sent)
        answer = self.connection.getresponse()
        read = answer.read()
        assert answer.status == 200, (path, answer.status, read[:300])
        return (time.perf_counter() - begun) * 1000


def _type(server: Server, path: str, cookie: tuple[str, str]) -> tuple[list[Row], tuple[str, dict[str, str], bytes]]:
    """The rows of a person who types; and the request by which the workbench asks about the text."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": server.address}])
        bare = _keys(context.new_page(), lambda page: page.set_content(f"<textarea rows=40 cols=100>{text(PROMPT)}"))
        page = context.new_page()
        with page.expect_request("**/draft/inspect/") as asked:
            keys = _keys(page, lambda page: page.goto(server.address + path, wait_until="networkidle"))
        marks = _marks(page)
        request = asked.value
        wanted = {name: value for name, value in request.all_headers().items() if name in _KEPT}
        inspect = (urlsplit(request.url).path, wanted, request.post_data_buffer or b"")
        browser.close()
    return [
        _row("keystroke to paint, 50 KB, p50", keys, "<= 16", bare, "a bare textarea, p50"),
        Row("keystroke to paint, 50 KB, p95", round(percentile(keys, 0.95), 1), "ms"),
        _row("last key to its findings on the screen, p50", marks, "<= 300", keys, "a keystroke, p50"),
    ], inspect


def _keys(page: Any, open_page: Callable[[Any], object]) -> list[float]:
    """Type in the middle of the text that the page holds; milliseconds from each key to its frame."""
    open_page(page)
    page.evaluate(f"{_SCRIPT}; watchKeys()")
    page.locator(".cm-content, textarea:visible").first.click()
    page.keyboard.press("Control+Home")
    for _ in range(40):
        page.keyboard.press("ArrowDown")
    page.evaluate("keyTimes.length = 0")
    page.keyboard.type(("These words are written while somebody looks at them. " * KEYS)[:KEYS], delay=KEY_INTERVAL_MS)
    return _collected(page, "keyTimes", KEYS)


def _marks(page: Any) -> list[float]:
    """Pause after a word, again and again; milliseconds from the last key to the frame with what was found."""
    page.evaluate(f"{_SCRIPT}; watchMarks()")
    for number in range(PAUSES):
        page.wait_for_load_state("networkidle")
        page.keyboard.type(" word", delay=KEY_INTERVAL_MS)
        _collected(page, "markTimes", number + 1)
    return list(page.evaluate("markTimes"))


def _collected(page: Any, name: str, count: int) -> list[float]:
    """What the page's script measured, once there is so much of it; the page's policy forbids it to be told to wait."""
    for _ in range(500):
        found: list[float] = page.evaluate(name)
        if len(found) >= count:
            return found
        page.wait_for_timeout(20)
    raise SystemExit(f"the page measured {len(found)} of {count}")


def _difflib(repeats: int) -> list[float]:
    """Milliseconds of the standard library's comparison of the same two texts, by lines, words not marked."""
    left, right = text(DIFF).splitlines(), text(DIFF, 1).splitlines()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        list(difflib.unified_diff(left, right))
        times.append((time.perf_counter() - begun) * 1000)
    return times


def _search(client: Client, path: str, workspace: UUID) -> list[Row]:
    """Each letter of a search asks once, as the page does; and a look for the whole of it by the database alone."""
    from django.db import connection

    from promptassay.core.tenancy import with_workspace

    times = []
    for _ in range(5):
        for end in range(1, len(WORDS) + 1):
            asked = f"{path}?q={WORDS[:end].replace(' ', '+')}"
            times.append(client.time(asked, {"HX-Request": "true", "HX-Target": "results"}))
    raw = []
    for _ in range(REQUESTS):
        with with_workspace(workspace), connection.cursor() as cursor:
            begun = time.perf_counter()
            cursor.execute("SELECT count(*) FROM prompts_prompt WHERE search_text LIKE %s", [f"%{WORDS}%"])
            cursor.fetchone()
            raw.append((time.perf_counter() - begun) * 1000)
    return [
        _row("search as you type, 10,000 prompts, p50", times, "<= 100", raw, "one LIKE by the database"),
        Row("search as you type, 10,000 prompts, p95", round(percentile(times, 0.95), 1), "ms"),
    ]


def _row(name: str, values: list[float], target: str, floor: list[float], against: str) -> Row:
    ratio = statistics.median(values) / statistics.median(floor)
    return measured(name, values, "ms", target=target, ratio=ratio, against=against, digits=1)
