"""The stream of a run: closing it closes the connection to the provider, and the call is counted all the same."""

import asyncio

from promptassay.core.threads import in_thread
from promptassay.prompts.calls import build_request
from promptassay.prompts.streams import stream_run
from promptassay.providers.fake import FakeProvider
from promptassay.providers.process import gateway
from promptassay.providers.queries import describe
from promptassay.providers.services import open_target
from promptassay.usage.models import ModelCall
from tests.events import leave
from tests.people import sign_up
from tests.prompts.factories import content, make_key, make_prompt


def test_a_client_that_leaves_ends_the_call_upstream(committed: None) -> None:
    alice = sign_up("alice@example.com")
    prompt = make_prompt(alice)

    async def course() -> float:
        async with FakeProvider(token_interval=0.2) as fake:
            key = await in_thread(make_key, alice, provider="compatible", base_url=fake.openai_url)

            def opened() -> tuple[object, object]:
                with alice.inside():
                    reference = f"{key.id}/test-model"
                    return describe(reference), open_target(alice.actor, reference, purpose="playground")

            choice, target = await in_thread(opened)
            call = build_request(content("Write a long answer."), "test-model", {})
            stream = stream_run(alice.actor, choice, target, call, prompt.id)  # type: ignore[arg-type]
            async for chunk in stream:
                if chunk.startswith(b"event: delta"):
                    break
            return await leave(stream, fake)

    assert asyncio.run(course()) < 1
    with alice.inside():
        assert ModelCall.objects.get().status == "cancelled"


def test_the_stream_tells_of_a_wait_before_the_answer(committed: None) -> None:
    alice = sign_up("alice@example.com")
    prompt = make_prompt(alice)

    async def run() -> list[bytes]:
        async with FakeProvider() as fake:
            key = await in_thread(make_key, alice, provider="compatible", base_url=fake.openai_url)

            def opened() -> tuple[object, object]:
                with alice.inside():
                    reference = f"{key.id}/gpt!429-after-1x1"
                    return describe(reference), open_target(alice.actor, reference, purpose="playground")

            choice, target = await in_thread(opened)
            call = build_request(content("Weigh."), "gpt!429-after-1x1", {})
            chunks = [each async for each in stream_run(alice.actor, choice, target, call, prompt.id)]  # type: ignore[arg-type]
            await gateway().close()
            return chunks

    names = [chunk.split(b"\n")[0] for chunk in asyncio.run(run())]
    assert names[:3] == [b"event: start", b"event: waiting", b"event: delta"] and names[-1] == b"event: done"
