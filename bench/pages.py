"""Server time of ordinary pages at size, bytes of a first load, and how soon the browser shows something."""

import http.client
import time
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from bench import trust
from bench.data import load
from bench.server import Server, inside, running
from bench.table import Row, measured, percentile

TITLE = "pages: 10,000 prompts in the workspace, 1,000,000 versions in the database"
REQUESTS = 60
LIMITS = {"library": 200, "workbench": 400, "run": 200, **trust.LIMITS}
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def run(repeats: int = 5) -> list[Row]:
    """Fill a server, then ask for its pages over one connection, and load two of them in a cold browser."""
    with running() as server, inside(server):
        account = server.bootstrap()
        workspace, user = UUID(account["workspace"]), UUID(account["user"])
        server.run("demo")
        load(server, workspace, user)
        trust.fill(server)
        cookie = session_cookie(user)
        paths = {**_paths(workspace), **trust.PATHS}
        rows = [server_time(server, name, path, cookie) for name, path in paths.items()]
        floor = server_time(server, "healthz", "/healthz", cookie)
        rows = [_against(row, floor) for row in rows]
        return [*rows, floor, *first_loads(server, paths, LIMITS, cookie, repeats)]


def session_cookie(user_id: UUID) -> tuple[str, str]:
    """A signed-in session's cookie, as the sign-in page would set it."""
    from django.conf import settings
    from django.test import Client

    from promptassay.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(pk=user_id), backend=settings.AUTHENTICATION_BACKENDS[0])
    return settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value


def _paths(workspace: UUID) -> dict[str, str]:
    from django.urls import reverse

    from promptassay.core.tenancy import with_workspace
    from promptassay.evals.models import Run, Suite
    from promptassay.prompts.models import Prompt

    with with_workspace(workspace):
        prompt = Prompt.objects.get(slug="support-triage")
        suite, run = Suite.objects.first(), Run.objects.order_by("-number").first()
    assert suite
    assert run

    def to(name: str, *ids: object) -> str:
        return reverse(name, args=[workspace, *ids])

    return {
        "library": to("prompts:prompt-list"),
        "library, search": to("prompts:prompt-list") + "?q=number+77",
        "palette, search": to("workspaces:palette-show") + "?q=number+77",
        "workbench": to("prompts:prompt-show", prompt.id),
        "suite": to("evals:suite-show", suite.id),
        "runs": to("evals:run-list"),
        "run": to("evals:run-show", run.id),
        "keys": to("providers:key-list"),
        "usage": to("usage:usage-show"),
    }


def server_time(
    server: Server, name: str, path: str, cookie: tuple[str, str] | None = None, *, target: str = "<= 30"
) -> Row:
    """The middle of many requests over one connection, in ms; its upper end is the 95th per cent."""
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc)
    headers = {"Accept": "text/html", "Accept-Encoding": "gzip"}
    if cookie:
        headers["Cookie"] = f"{cookie[0]}={cookie[1]}"
    times = []
    for number in range(REQUESTS + 5):
        begun = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status, body[:300])
        if number >= 5:
            times.append((time.perf_counter() - begun) * 1000)
    connection.close()
    row = measured(f"{name}: server time, p50", times, "ms", target=target, digits=1)
    return Row(row.name, row.value, row.unit, row.low, round(percentile(times, 0.95), 1), row.target)


def _against(row: Row, floor: Row) -> Row:
    ratio = round(row.value / floor.value, 1)
    return Row(row.name, row.value, row.unit, row.low, row.high, row.target, ratio, "healthz, no query")


_MEASURE = """() => new Promise(done => {
  let lcp = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) lcp = e.startTime; })
    .observe({type: 'largest-contentful-paint', buffered: true});
  setTimeout(() => {
    const all = [performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource')];
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    const outside = all.filter(e => e.name.startsWith('http') && new URL(e.name).origin !== location.origin).length;
    done({lcp, fcp: paint ? paint.startTime : 0, bytes: all.reduce((sum, e) => sum + e.transferSize, 0),
          requests: all.length, outside});
  }, 600);
})"""


def first_loads(
    server: Server, paths: dict[str, str], limits: dict[str, int], cookie: tuple[str, str] | None, repeats: int
) -> list[Row]:
    """What a cold browser transfers and when it shows something; `limits` are in KB, by the path's name."""
    from playwright.sync_api import sync_playwright

    rows = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, limit in limits.items():
            found: list[dict[str, Any]] = []
            for _ in range(repeats):
                context = browser.new_context(viewport={"width": 1440, "height": 900})
                if cookie:
                    context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": server.address}])
                page = context.new_page()
                page.goto(server.address + paths[name], wait_until="networkidle")
                found.append(page.evaluate(_MEASURE))
                context.close()
            kilobytes = [each["bytes"] / 1000 for each in found]
            rows += [
                measured(f"{name}: first load", kilobytes, "KB", target=f"<= {limit}", digits=0),
                measured(f"{name}: requests", [each["requests"] for each in found], "", digits=0),
                measured(f"{name}: outside hosts", [each["outside"] for each in found], "", target="<= 0", digits=0),
                measured(f"{name}: first paint", [each["fcp"] for each in found], "ms", digits=0),
                measured(f"{name}: LCP", [each["lcp"] for each in found], "ms", target="<= 400", digits=0),
            ]
        browser.close()
    return rows
