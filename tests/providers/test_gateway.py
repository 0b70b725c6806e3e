"""Calls come back whole or as our own error, are tried again only while nothing came, and end when told to."""

import asyncio
from contextlib import aclosing
from time import monotonic
from typing import Any

import pytest

from promptassay.core.errors import ProviderFailure
from promptassay.providers.fake import FakeProvider, run_in_thread
from promptassay.providers.gateway import Gateway, Retries
from promptassay.providers.transport import Timeouts
from promptassay.providers.wire import (
    Finished,
    ProviderName,
    ReasoningDelta,
    Target,
    TextDelta,
    ToolCall,
    ToolDefinition,
    Waiting,
)
from tests.providers.calls import FORMATS, LOOPBACK, ask, caller, collect, target, text_of

TOOL = ToolDefinition("look_up", "Looks a word up.", {"type": "object", "properties": {"query": {"type": "string"}}})


async def fails(gateway: Gateway, where: Target, model: str, *, stream: bool, **more: Any) -> ProviderFailure:
    """The failure of one call."""
    call = collect(gateway, where, ask(model), **more) if stream else gateway.complete(where, ask(model), **more)
    with pytest.raises(ProviderFailure) as caught:
        await call
    return caught.value


async def until(condition: Any, seconds: float = 1.0) -> None:
    """Waits for the other side of a socket to notice."""
    ends = monotonic() + seconds
    while not condition():
        assert monotonic() < ends
        await asyncio.sleep(0.002)


@pytest.mark.parametrize("provider", [*FORMATS, "compatible"])
async def test_streamed_and_whole_answers_are_the_same(
    fake: FakeProvider, gateway: Gateway, provider: ProviderName
) -> None:
    where = target(fake, provider)
    whole = await gateway.complete(where, ask())
    events = await collect(gateway, where, ask())
    last = events[-1]
    assert isinstance(last, Finished)
    assert text_of(events) == whole.text != ""
    assert len([event for event in events if isinstance(event, TextDelta)]) > 3
    assert last.usage == whole.usage
    assert whole.usage.input_tokens
    assert whole.usage.output_tokens
    assert whole.finish_reason == last.finish_reason == "stop"
    assert whole.attempts == 1
    assert 0 < whole.first_token_s <= whole.total_s < 1


@pytest.mark.parametrize("provider", FORMATS)
@pytest.mark.parametrize("stream", [True, False])
async def test_tool_calls(fake: FakeProvider, gateway: Gateway, provider: ProviderName, *, stream: bool) -> None:
    request = ask("test-model!tool", tools=(TOOL,))
    if stream:
        events = await collect(gateway, target(fake, provider), request)
        (call,) = (event for event in events if isinstance(event, ToolCall))
        last = events[-1]
        assert isinstance(last, Finished)
        assert last.finish_reason == "tool_calls"
    else:
        whole = await gateway.complete(target(fake, provider), request)
        (call,) = whole.tool_calls
        assert whole.finish_reason == "tool_calls"
    assert (call.name, call.arguments.replace(" ", "")) == ("look_up", '{"query":"touchstone"}')


@pytest.mark.parametrize("provider", FORMATS)
async def test_reasoning_is_told_apart_from_the_answer(
    fake: FakeProvider, gateway: Gateway, provider: ProviderName
) -> None:
    events = await collect(gateway, target(fake, provider), ask("test-model!reasoning"))
    assert any(isinstance(event, ReasoningDelta) and "weigh" in event.text for event in events)
    assert "First weigh" not in text_of(events)
    whole = await gateway.complete(target(fake, provider), ask("test-model!reasoning"))
    assert whole.text == text_of(events)


async def test_list_of_models(fake: FakeProvider, gateway: Gateway) -> None:
    assert "gpt-test" in [model.id for model in await gateway.list_models(target(fake))]
    models = await gateway.list_models(target(fake, "google"))
    assert [model.id for model in models] == ["gemini-test", "gemini-3-test"]
    assert models[0].context_tokens == 1_000_000
    assert (await gateway.list_models(target(fake, "anthropic")))[0].max_output_tokens == 32_000
    assert {model.id for model in await gateway.list_models(Target("demo"))} == {"demo-small", "demo-large"}


async def test_list_of_models_at_an_address_that_is_no_api(fake: FakeProvider, gateway: Gateway) -> None:
    with pytest.raises(ProviderFailure) as caught:
        await gateway.list_models(Target("compatible", fake.address + "/nothing/v1", None, "k"))
    assert caught.value.kind == "malformed"
    assert "base URL" in caught.value.next_step


async def test_a_wrong_key_when_listing_models(fake: FakeProvider, gateway: Gateway) -> None:
    fake.control({"keys": ["another"]})
    for provider in FORMATS:
        with pytest.raises(ProviderFailure) as caught:
            await gateway.list_models(target(fake, provider))
        assert caught.value.kind == "wrong_key"


async def test_the_demo_provider_needs_no_network(gateway: Gateway) -> None:
    quick = Gateway(demo_token_s=0)
    whole = await gateway.complete(Target("demo"), ask("demo-small", "Say this again."))
    events = await collect(quick, Target("demo"), ask("demo-small", "Say this again."))
    assert text_of(events) == whole.text
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 529])
async def test_tried_again_until_it_works(fake: FakeProvider, gateway: Gateway, status: int, *, stream: bool) -> None:
    model = f"test-model!{status}x2"
    if stream:
        assert text_of(await collect(gateway, target(fake), ask(model)))
    else:
        whole = await gateway.complete(target(fake), ask(model))
        assert whole.attempts == 3
    assert [entry.status for entry in fake.received] == [status, status, 200]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("spec", ["500", "reset", "503", "429"])
async def test_tried_at_most_three_times(fake: FakeProvider, gateway: Gateway, spec: str, *, stream: bool) -> None:
    await fails(gateway, target(fake), f"test-model!{spec}", stream=stream)
    assert len(fake.received) == 3


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("spec", ["400", "401", "403", "404", "408", "no-credit", "context", "redirect", "hang"])
async def test_what_cannot_get_better_is_tried_once(fake: FakeProvider, spec: str, *, stream: bool) -> None:
    async with caller(spec) as gateway:
        await fails(gateway, target(fake), f"test-model!{spec}", stream=stream)
    assert len(fake.received) == 1


@pytest.mark.parametrize("spec", ["disconnect", "late-error", "malformed", "missing-end", "stall"])
async def test_never_tried_again_after_the_first_byte_and_what_came_is_kept(fake: FakeProvider, spec: str) -> None:
    came = []

    async def listen(gateway: Gateway) -> None:
        async with aclosing(gateway.stream(target(fake), ask(f"test-model!{spec}"))) as events:
            async for event in events:
                came.append(event)  # noqa: PERF401 - the failure comes in the middle

    async with caller(spec) as gateway:
        with pytest.raises(ProviderFailure):
            await listen(gateway)
    assert text_of(came)
    assert not any(isinstance(event, Finished) for event in came)
    assert len(fake.received) == 1


async def test_a_lost_connection_is_made_again(fake: FakeProvider, gateway: Gateway) -> None:
    """A server that closed the kept connection in the meantime costs an attempt, not the call."""
    assert (await gateway.complete(target(fake), ask("test-model!resetx1"))).attempts == 2


@pytest.mark.parametrize(("spec", "least"), [("429-after-1x1", 1.0), ("503-date-1x1", 0.9), ("429-after-0.3x1", 0.3)])
async def test_retry_after_is_kept(fake: FakeProvider, gateway: Gateway, spec: str, least: float) -> None:
    whole = await gateway.complete(target(fake), ask(f"test-model!{spec}"))
    assert whole.attempts == 2
    assert least <= whole.total_s < least + 1.6


async def test_a_wait_longer_than_the_limit_ends_the_call_at_once(fake: FakeProvider, gateway: Gateway) -> None:
    failure = await fails(gateway, target(fake), "test-model!429-after-90", stream=False)
    assert (failure.kind, failure.retry_after) == ("rate_limited", 90.0)
    assert "90 seconds" in failure.next_step
    assert len(fake.received) == 1


async def test_a_wait_longer_than_the_deadline_ends_the_call_at_once(fake: FakeProvider, gateway: Gateway) -> None:
    started = monotonic()
    failure = await fails(gateway, target(fake), "test-model!503-after-5", stream=True, deadline=2.0)
    assert failure.kind == "overloaded"
    assert monotonic() - started < 1.0


@pytest.mark.parametrize("stream", [True, False])
async def test_the_deadline_ends_a_call(fake: FakeProvider, gateway: Gateway, *, stream: bool) -> None:
    failure = await fails(gateway, target(fake), "test-model!hang", stream=stream, deadline=0.1)
    assert failure.kind == "timeout_total"
    await until(lambda: fake.received[0].closed_early)


async def test_a_stream_that_drips_ends_at_the_total_limit(fake: FakeProvider) -> None:
    fake.control({"slow_interval": 0.01})
    limits = Timeouts(connect=1, first_byte=0.3, idle=0.3, total=0.4)
    async with Gateway(allowed=LOOPBACK, timeouts=limits) as gateway:
        failure = await fails(gateway, target(fake), "test-model!slow", stream=True)
    assert failure.kind == "timeout_total"


async def test_an_address_where_nobody_listens(fake: FakeProvider, gateway: Gateway) -> None:
    where = target(fake)
    await fake.stop()
    failure = await fails(gateway, where, "test-model", stream=False)
    assert failure.kind == "unreachable"
    assert "127.0.0.1" in failure.why


async def test_a_host_that_does_not_exist() -> None:
    async with caller(allowed=frozenset({"no-such-host.invalid"})) as gateway:
        where = Target("compatible", "http://no-such-host.invalid/v1", None, "k")
        failure = await fails(gateway, where, "test-model", stream=True)
    assert failure.kind in ("unreachable", "timeout_connect")


@pytest.mark.parametrize("provider", FORMATS)
async def test_closing_the_stream_closes_the_connection(
    fake: FakeProvider, gateway: Gateway, provider: ProviderName
) -> None:
    fake.control({"token_interval": 0.02})
    async with aclosing(gateway.stream(target(fake, provider), ask())) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    left = monotonic()
    await until(lambda: fake.received[0].closed_early)
    assert fake.received[0].closed_early - left < 1.0  # type: ignore[operator]


@pytest.mark.parametrize("spec", ["hang", "stall"])
@pytest.mark.parametrize("stream", [True, False])
async def test_cancelling_the_task_closes_the_connection(fake: FakeProvider, spec: str, *, stream: bool) -> None:
    async with Gateway(allowed=LOOPBACK) as gateway:
        request = ask(f"test-model!{spec}")
        call = collect(gateway, target(fake), request) if stream else gateway.complete(target(fake), request)
        task = asyncio.ensure_future(call)
        await until(lambda: fake.active)
        task.cancel()
        left = monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: fake.received[0].closed_early)
        assert monotonic() - left < 1.0


async def test_many_streams_left_early_all_close(fake: FakeProvider) -> None:
    fake.control({"token_interval": 0.05})

    async def leave(gateway: Gateway) -> None:
        async with aclosing(gateway.stream(target(fake), ask())) as events:
            async for event in events:
                if not isinstance(event, Waiting):
                    return

    async with Gateway(allowed=LOOPBACK) as gateway:
        await asyncio.gather(*(leave(gateway) for _ in range(100)))
        await until(lambda: all(entry.closed_early for entry in fake.received) and len(fake.received) == 100)
    assert fake.active == 0


async def test_a_key_slows_down_and_others_do_not(fake: FakeProvider) -> None:
    fake.control({"latency": 0.02})
    async with caller(initial=16, most=16) as gateway:
        slow, other = target(fake, key_id="slow"), target(fake, key_id="other")
        await asyncio.gather(*(gateway.complete(slow, ask("test-model!429x4")) for _ in range(8)))
        assert gateway.limit("slow") in (8, 9)
        assert gateway.limit("other") == 16
        fake.reset()
        await asyncio.gather(*(gateway.complete(slow, ask()) for _ in range(32)))
        assert fake.peak <= 12
        fake.reset()
        await asyncio.gather(*(gateway.complete(other, ask()) for _ in range(32)))
        assert fake.peak == 16


async def test_a_stream_tells_at_once_that_it_waits_and_for_how_long(fake: FakeProvider) -> None:
    async with caller() as gateway:
        where = target(fake)
        events = await collect(gateway, where, ask("test-model!429-after-1x1"))
        assert [each for each in events if isinstance(each, Waiting)] == [Waiting("asked", 1.0)]
        assert text_of(events)
        await fails(gateway, where, "other!429-after-90", stream=True)
        async with aclosing(gateway.stream(where, ask())) as later:
            first = await asyncio.wait_for(anext(later), 0.5)
        assert isinstance(first, Waiting) and first.reason == "asked"
        assert first.seconds is not None and 55 < first.seconds <= 60
        heard: list[Waiting] = []
        with pytest.raises(ProviderFailure):
            await gateway.complete(where, ask(), deadline=0.05, waiting=heard.append)
        assert [each.reason for each in heard] == ["asked"]


async def test_a_stream_that_comes_behind_others_of_its_key_says_so(fake: FakeProvider) -> None:
    fake.control({"latency": 0.2})
    async with caller(initial=1, most=1) as gateway:
        first = asyncio.create_task(collect(gateway, target(fake), ask()))
        await asyncio.sleep(0.05)
        second = await collect(gateway, target(fake), ask())
        assert second[0] == Waiting("busy") and text_of(second)
        assert not [each for each in await first if isinstance(each, Waiting)]


async def test_calls_waiting_on_a_key_keep_its_retry_after(fake: FakeProvider) -> None:
    async with Gateway(allowed=LOOPBACK, retries=Retries(limit=1), initial=1, most=1) as gateway:
        models = ["test-model!429-after-0.4x1", "later", "later"]
        await asyncio.gather(*(gateway.complete(target(fake), ask(model)) for model in models))
        first, *rest = fake.received
        assert len(rest) == 3
        assert all(entry.started - first.started >= 0.39 for entry in rest)


async def test_a_slot_comes_free_whatever_happens(fake: FakeProvider) -> None:
    async with caller("stall", initial=1, most=1) as narrow:
        for spec in ("401", "stall", "hang", "disconnect", "malformed", "reset"):
            for stream in (True, False):
                await fails(narrow, target(fake), f"test-model!{spec}", stream=stream)
        async with aclosing(narrow.stream(target(fake), ask())) as events:
            async for _ in events:
                break
        assert (await narrow.complete(target(fake), ask(), deadline=1.0)).text


async def test_connections_are_used_again(fake: FakeProvider, gateway: Gateway) -> None:
    ports = set()
    for _ in range(5):
        await gateway.complete(target(fake), ask())
        await collect(gateway, target(fake), ask())
        server = fake._runner.server if fake._runner else None
        assert server is not None
        ports |= {id(connection) for connection in server.connections}
    assert len(ports) <= 2


def test_one_gateway_in_two_event_loops() -> None:
    with run_in_thread() as fake:
        gateway = Gateway(allowed=LOOPBACK)

        async def once() -> str:
            try:
                return (await gateway.complete(target(fake), ask())).text
            finally:
                await gateway.close()

        assert asyncio.run(once()) == asyncio.run(once()) != ""


async def test_cookies_are_not_kept_and_the_environment_is_not_trusted(
    fake: FakeProvider, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert (await gateway.complete(target(fake), ask())).text
    assert "Cookie" not in fake.received[0].headers
    assert fake.received[0].headers["User-Agent"] == "PromptAssay"
