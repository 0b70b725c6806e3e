"""A suite of 1,000 cases against the fake provider at 50 ms, one check each, stored durably."""

import asyncio
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import aiohttp
import orjson

from bench.server import Server, cpu_seconds, fake_provider, inside, processes, proportional_megabytes, running
from bench.table import Row, measured

TITLE = "evals: 1,000 cases, one variable, one check, the provider answers after 50 ms, 50 at once"
CASES, LATENCY_MS, CONCURRENCY = 1000, 50, 50
IDEAL = CASES / CONCURRENCY * LATENCY_MS / 1000


def run(repeats: int = 5) -> list[Row]:
    """Start the product and the fake provider, and time whole runs from start to finished."""
    with running() as server, fake_provider(latency_ms=LATENCY_MS) as address, inside(server):
        return _measure(server, address, repeats)


def _measure(server: Server, address: str, repeats: int) -> list[Row]:
    start = _prepare(server, f"{address}/openai/v1")
    worker = processes(server)["worker"]
    walls, cpus, bare = [], [], []
    start()  # the first run loads the price list and opens the connections
    for _ in range(repeats):
        before = cpu_seconds(worker)
        walls.append(start())
        cpus.append((cpu_seconds(worker) - before) * 1000 / CASES)
        bare.append(asyncio.run(_bare_loop(f"{address}/openai/v1/chat/completions")))
    wall, loop = sorted(walls)[repeats // 2], sorted(bare)[repeats // 2]
    return [
        measured("start to finished", walls, "s", target="<= 2.0", ratio=wall / loop, against="bare aiohttp loop"),
        measured("ideal / wall", [IDEAL / each for each in walls], "", ratio=IDEAL / wall, against="ideal 1.0 s"),
        measured("bare aiohttp loop", bare, "s"),
        measured("processor time per cell", cpus, "ms"),
        measured("memory of the worker", [proportional_megabytes(worker)], "MB", digits=1),
    ]


def _prepare(server: Server, base_url: str) -> Callable[[], float]:
    """Make a suite; returns a function that runs it once and gives the seconds from start to finished."""
    from promptassay.core.secret import Secret
    from promptassay.core.tenancy import with_workspace
    from promptassay.evals.case_files import CaseRow
    from promptassay.evals.models import Run
    from promptassay.evals.services import start_run
    from promptassay.evals.services.cases import import_cases
    from promptassay.evals.services.suites import change_settings, create_suite, set_checks
    from promptassay.prompts import queries as prompts
    from promptassay.prompts.content import PromptContent
    from promptassay.prompts.services.prompts import create_prompt
    from promptassay.providers.services import add_key
    from promptassay.workspaces.actor import Actor
    from promptassay.workspaces.permissions import Role

    account = server.bootstrap()
    actor = Actor(UUID(account["user"]), UUID(account["workspace"]), Role.OWNER, account["email"])
    with with_workspace(actor.workspace_id, person_id=actor.user_id):
        secret = Secret("bench-0123456789abcdef")
        key = add_key(actor, provider="compatible", name="fake", secret=secret, base_url=base_url)
        content = PromptContent([{"role": "user", "content": "What to do about {{ticket}}?"}])
        prompt = create_prompt(actor, title="Bench", content=content)
        model = f"{key.id}/gpt-test"
        suite = create_suite(actor, prompt, name="Bench", model_refs=[model])
        suite = set_checks(actor, suite, checks=[{"kind": "contains", "values": ["refund"]}], was=[])
        suite = change_settings(
            actor, suite, name="Bench", threshold=0.9, repeats=1, concurrency=CONCURRENCY, model_refs=[model]
        )
        import_cases(actor, suite, [CaseRow(f"case {n}", {"ticket": f"ticket {n}"}, "") for n in range(CASES)])
        version = prompts.list_versions(prompt)[0]

    def once() -> float:
        begun = time.perf_counter()
        with with_workspace(actor.workspace_id, person_id=actor.user_id):
            made = start_run(actor, suite, versions=[version], models=[model])
        while True:
            with with_workspace(actor.workspace_id, person_id=actor.user_id):
                now = Run.objects.only("status", "done", "passed", "errors").get(pk=made.pk)
            if now.is_over:
                break
            time.sleep(0.01)
        wall = time.perf_counter() - begun
        assert (now.status, now.done, now.passed, now.errors) == ("finished", CASES, CASES, 0), vars(now)
        return wall

    return once


async def _bare_loop(url: str) -> float:
    """The same calls with aiohttp alone, nothing checked and nothing stored."""
    gate = asyncio.Semaphore(CONCURRENCY)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def call(number: int) -> Any:
            text = f"What to do about ticket {number}?"
            body = orjson.dumps({"model": "gpt-test", "messages": [{"role": "user", "content": text}]})
            async with gate, session.post(url, data=body, headers={"content-type": "application/json"}) as answer:
                return orjson.loads(await answer.read())

        begun = time.perf_counter()
        await asyncio.gather(*(call(number) for number in range(CASES)))
        return time.perf_counter() - begun
