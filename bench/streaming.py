"""What the workbench's Run adds to the time to the first token of a direct call to the provider."""

import asyncio
import time
from uuid import UUID

import aiohttp

from bench.pages import session_cookie
from bench.server import fake_provider, inside, running
from bench.table import Row, measured, percentile

TITLE = "streaming: time to first token through the workbench's Run, against the same call made directly"
LATENCY_MS, CALLS, AT_ONCE = 50, 60, 32


def run(repeats: int = 5) -> list[Row]:
    """Alternate direct and routed calls, alone and with 32 at once."""
    with running() as server, fake_provider(latency_ms=LATENCY_MS, token_interval_ms=2) as address, inside(server):
        account = server.bootstrap()
        workspace, user = UUID(account["workspace"]), UUID(account["user"])
        path, model = _prompt(workspace, user, f"{address}/openai/v1")
        cookie = session_cookie(user)
        return asyncio.run(_measure(server.address + path, f"{address}/openai/v1", model, cookie, repeats))


def _prompt(workspace: UUID, user: UUID, base_url: str) -> tuple[str, str]:
    from django.urls import reverse

    from promptassay.core.secret import Secret
    from promptassay.core.tenancy import with_workspace
    from promptassay.prompts.services.prompts import create_prompt
    from promptassay.providers.services import add_key
    from promptassay.workspaces.actor import Actor
    from promptassay.workspaces.permissions import Role

    actor = Actor(user, workspace, Role.OWNER, "bench")
    with with_workspace(workspace, person_id=user):
        secret = Secret("bench-0123456789abcdef")
        key = add_key(actor, provider="compatible", name="fake", secret=secret, base_url=base_url)
        prompt = create_prompt(actor, title="Streaming")
    return reverse("prompts:prompt-run", args=[workspace, prompt.id]), f"{key.id}/gpt-test"


async def _measure(url: str, direct: str, model: str, cookie: tuple[str, str], repeats: int) -> list[Row]:
    token = "a" * 32
    cookies = {cookie[0]: cookie[1], "promptassay_csrf": token}
    headers = {"X-CSRFToken": token, "X-Requested-With": "fetch", "Accept": "text/event-stream"}
    form = {"role-0": "user", "content-0": "What to do about {{ticket}}?", "var:ticket": "a refund", "model": model}
    form |= {"base": "0", "revision": "0", "tab": "", "output": "text"}
    body = {"model": "gpt-test", "stream": True, "messages": [{"role": "user", "content": "What about a refund?"}]}
    async with (
        aiohttp.ClientSession(cookies=cookies, headers=headers) as ours,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as theirs,
    ):

        async def routed() -> float:
            return await first_token(ours, url, b"event: delta", data=form)

        async def straight() -> float:
            return await first_token(theirs, f"{direct}/chat/completions", b'"content":"', json=body)

        for _ in range(5):
            await routed()
            await straight()
        alone = [(await routed(), await straight()) for _ in range(CALLS)]
        rows = added_rows("alone", [one for one, _ in alone], [other for _, other in alone], 5)
        many, plain = [], []
        for _ in range(repeats):
            many += await asyncio.gather(*(routed() for _ in range(AT_ONCE)))
            plain += await asyncio.gather(*(straight() for _ in range(AT_ONCE)))
        return rows + added_rows(f"{AT_ONCE} at once", many, plain, 20)


def added_rows(name: str, routed: list[float], straight: list[float], limit: int) -> list[Row]:
    """The direct call's time and what the routed one adds, in milliseconds, against the limit."""
    base = percentile(straight, 0.5)
    added = [each - base for each in routed]
    return [
        measured(f"direct call, {name}", straight, "ms", digits=1),
        measured(
            f"added by PromptAssay, {name}",
            added,
            "ms",
            target=f"<= {limit}",
            ratio=percentile(routed, 0.5) / base,
            against="routed / direct",
            digits=1,
        ),
    ]


async def first_token(session: aiohttp.ClientSession, url: str, mark: bytes, **request: object) -> float:
    """Milliseconds from sending to the chunk that holds the mark; the stream is then read to its end."""
    begun = time.perf_counter()
    seconds, seen = None, b""
    async with session.post(url, **request) as answer:  # type: ignore[arg-type]
        assert answer.status == 200, (answer.status, (await answer.text())[:500])
        async for chunk in answer.content.iter_any():
            seen += chunk
            if seconds is None and mark in seen:
                seconds = time.perf_counter() - begun
    assert seconds is not None, f"no first token in {seen[:600]!r}"
    return seconds * 1000
