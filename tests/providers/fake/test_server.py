"""The fake provider answers the same each time, keeps a record, takes orders while it runs, and is light."""

import asyncio
import json
import sys
from typing import Any

import aiohttp
import orjson
import pytest

from promptassay.core.errors import ProviderFailure
from promptassay.providers.fake import FakeProvider, run_in_thread
from promptassay.providers.gateway import Gateway
from promptassay.providers.wire import ProviderName, Target
from tests.providers.calls import FORMATS, LOOPBACK, SECRET, ask, collect, target, text_of


async def test_the_same_question_gets_the_same_answer(gateway: Gateway) -> None:
    answers = []
    for seed in (0, 0, 1):
        async with FakeProvider(seed=seed) as fake:
            answers.append((await gateway.complete(target(fake), ask(text="A"))).text)
            answers.append((await gateway.complete(target(fake), ask(text="B"))).text)
    assert answers[:2] == answers[2:4]
    assert len({*answers[:2], *answers[4:]}) == 4


@pytest.mark.parametrize("provider", FORMATS)
async def test_scripts_before_rules_before_text_before_mode(
    fake: FakeProvider, gateway: Gateway, provider: ProviderName
) -> None:
    async def answer(text: str) -> str:
        return (await gateway.complete(target(fake, provider), ask(text=text))).text

    fake.control({"mode": "echo"})
    assert await answer("Say it.") == "Say it."
    fake.control({"text": "Always."})
    assert await answer("Say it.") == "Always."
    fake.control({"rules": [["(?i)invoice", "billing"], ["crash", "bug"]]})
    assert [await answer("It crashed"), await answer("My Invoice"), await answer("x")] == ["bug", "billing", "Always."]
    fake.control({"queue": ["first", "second"]})
    assert [await answer("crash"), await answer("crash"), await answer("crash")] == ["first", "second", "bug"]


@pytest.mark.parametrize("provider", FORMATS)
async def test_demo_mode_answers_as_the_demo_provider(
    fake: FakeProvider, gateway: Gateway, provider: ProviderName
) -> None:
    fake.control({"mode": "demo"})
    request = ask(
        "demo-small", "Categories: billing, bug.\nAnswer with the category only.\n\nTicket: My invoice is wrong"
    )
    here = await gateway.complete(Target("demo"), request)
    there = await gateway.complete(target(fake, provider), request)
    assert here.text == there.text == "billing"


@pytest.mark.parametrize("provider", FORMATS)
async def test_a_schema_is_filled(fake: FakeProvider, gateway: Gateway, provider: ProviderName) -> None:
    schema = {
        "type": "object",
        "properties": {"label": {"type": "string", "enum": ["a", "b"]}, "score": {"type": "number"}},
        "required": ["label", "score"],
        "additionalProperties": False,
    }
    whole = await gateway.complete(target(fake, provider), ask(response_schema=schema))
    assert json.loads(whole.text) == {"label": "a", "score": 0}


async def test_a_schedule_of_faults(fake: FakeProvider, gateway: Gateway) -> None:
    fake.control({"schedule": ["401", None, "404"]})
    assert [await kind(gateway, fake) for _ in range(4)] == ["wrong_key", "ok", "model_not_found", "ok"]
    fake.control({"fault": "403"})
    assert await kind(gateway, fake) == "forbidden"


async def kind(gateway: Gateway, fake: FakeProvider) -> str:
    """How a call ends."""
    try:
        await gateway.complete(target(fake), ask())
    except ProviderFailure as failure:
        return failure.kind
    return "ok"


@pytest.mark.parametrize("spec", ["", "nonsense", "200", "429-after", "hang-later", "500x"])
def test_an_unknown_fault_is_refused(spec: str) -> None:
    fake = FakeProvider()
    with pytest.raises(ValueError, match="there is no fault"):
        fake.control({"schedule": [spec]})


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(ValueError, match="no option"):
        FakeProvider(colour="copper")


async def test_control_record_and_reset_over_http(fake: FakeProvider, gateway: Gateway) -> None:
    async with aiohttp.ClientSession(fake.address) as session:

        async def send(path: str, body: Any = None) -> tuple[int, Any]:
            method = "GET" if body is None else "POST"
            async with session.request(method, path, data=None if body is None else orjson.dumps(body)) as response:
                return response.status, await response.json()

        assert await send("/healthz") == (200, {"status": "ok"})
        assert (await send("/_control", {"text": "Ordered.", "keys": [SECRET], "latency": 0.01}))[0] == 200
        assert (await gateway.complete(target(fake), ask())).text == "Ordered."
        status, record = await send("/_record")
        (entry,) = record["received"]
        assert status == 200
        assert (entry["path"], entry["status"], entry["closed_early"]) == ("/openai/v1/chat/completions", 200, None)
        assert json.loads(entry["body"])["model"] == "test-model"
        assert entry["ended"] - entry["started"] >= 0.01
        assert (await send("/_control", {"latency": "soon"}))[0] == 400
        assert (await send("/_control", [1]))[0] == 400
        assert (await send("/_reset", {}))[0] == 200
        assert (await send("/_record"))[1]["received"] == []
        assert (await send("/_nothing"))[0] == 404
        assert (await send("/elsewhere/v1/chat/completions", {}))[0] == 404


async def test_a_broken_request_is_a_bad_request(fake: FakeProvider) -> None:
    async with aiohttp.ClientSession(fake.address) as session:
        for path in (
            "/openai/v1/chat/completions",
            "/anthropic/v1/messages",
            "/google/v1beta/models/m:generateContent",
        ):
            for body in (b"", b"{", b"[]", b"{}", b'{"model":1}', b'{"model":"m","messages":4,"max_tokens":1}'):
                async with session.post(path, data=body) as response:
                    assert response.status == 400
                    assert "error" in await response.json()


async def test_a_prompt_of_five_megabytes(fake: FakeProvider, gateway: Gateway) -> None:
    fake.control({"text": "Long."})
    assert (await gateway.complete(target(fake), ask(text="grain " * 900_000))).text == "Long."
    assert len(fake.received[0].body) > 5_000_000


async def test_tokens_come_at_their_interval(fake: FakeProvider, gateway: Gateway) -> None:
    fake.control({"text": "one two three four", "token_interval": 0.05, "latency": 0.05})
    loop = asyncio.get_running_loop()
    started = loop.time()
    assert text_of(await collect(gateway, target(fake), ask())) == "one two three four"
    assert 0.24 <= loop.time() - started < 1.5


def test_in_a_thread_for_synchronous_tests() -> None:
    with run_in_thread(text="Threaded.") as fake:

        async def once() -> str:
            async with Gateway(allowed=LOOPBACK) as gateway:
                return (await gateway.complete(target(fake), ask())).text

        assert asyncio.run(once()) == "Threaded."
        assert fake.received[0].json["model"] == "test-model"


async def test_the_command_prints_its_addresses_and_stops_when_told() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "promptassay.providers.fake", "--port", "0", "--text", "From afar.", "--key", SECRET),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        urls = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        async with Gateway(allowed=LOOPBACK) as gateway:
            for provider in FORMATS:
                where = Target(provider, urls[provider], target(FakeProvider()).secret, "k")
                assert (await gateway.complete(where, ask())).text == "From afar."
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_a_taken_port_is_a_sentence(fake: FakeProvider) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "promptassay.providers.fake", "--port", str(fake.port)),
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 1
    assert said.decode().startswith(f"The fake provider cannot listen on port {fake.port}: ")
