"""The stream of a panel: closing it closes the connection to the provider, and the call is counted all the same."""

import asyncio
from typing import Any

import pytest

from promptassay.assist.asking import Asked, ask
from promptassay.assist.panels import PANELS
from promptassay.assist.queries import meta_prompt
from promptassay.assist.streams import Opened, stream_panel
from promptassay.core.threads import in_thread
from promptassay.language.messages import Message
from promptassay.providers.fake import FakeProvider
from promptassay.providers.models import KeyUse
from promptassay.providers.process import gateway
from promptassay.providers.services import open_choice
from promptassay.usage.models import ModelCall
from tests.assist.factories import answer_of
from tests.events import leave
from tests.people import Person, sign_up
from tests.prompts.factories import content, make_key, make_prompt


def opened(person: Person, prompt_id: Any, panel: str, reference: str) -> Opened:
    asked = Asked(content("Be brief."), chat=(Message("user", "And?"),) if panel == "brainstorm" else ())
    with person.inside():
        choice, target = open_choice(person.actor, reference, purpose=panel, subject_id=prompt_id)
    question = ask(PANELS[panel], meta_prompt(PANELS[panel]), asked, choice.model)
    return Opened(person.actor, PANELS[panel], prompt_id, asked.content, question, choice, target)


@pytest.mark.parametrize(
    ("panel", "until", "answers"),
    [("critique", b"event: item", None), ("brainstorm", b"event: delta", None), ("critique", b"event: repair", "no")],
)
def test_whoever_leaves_ends_the_call_upstream(committed: None, panel: str, until: bytes, answers: str | None) -> None:
    alice = sign_up("alice@example.com")
    prompt = make_prompt(alice)

    async def course() -> float:
        text = answer_of(panel)
        async with FakeProvider(token_interval=0.02, queue=[*([answers] if answers else []), text]) as fake:
            key = await in_thread(make_key, alice, provider="compatible", base_url=fake.openai_url)
            stream = stream_panel(await in_thread(opened, alice, prompt.id, panel, f"{key.id}/m"))
            async for chunk in stream:
                if chunk.startswith(until):
                    break
            if answers:  # into the second call
                await anext(stream)
            return await leave(stream, fake)

    assert asyncio.run(course()) < 1
    with alice.inside():
        calls = [call.status for call in ModelCall.objects.order_by("at")]
        assert calls == (["ok", "cancelled"] if answers else ["cancelled"])
        assert KeyUse.objects.count() == len(calls)


def test_a_key_that_goes_meanwhile_ends_the_repair(committed: None) -> None:
    alice = sign_up("alice@example.com")
    prompt = make_prompt(alice)

    async def run() -> list[bytes]:
        async with FakeProvider(queue=["no", answer_of("critique")]) as fake:
            key = await in_thread(make_key, alice, provider="compatible", base_url=fake.openai_url)
            chunks = []
            async for chunk in stream_panel(await in_thread(opened, alice, prompt.id, "critique", f"{key.id}/m")):
                chunks.append(chunk)
                if chunk.startswith(b"event: repair"):
                    await in_thread(delete, key)
            await gateway().close()
            return chunks

    def delete(key: Any) -> None:
        with alice.inside():
            key.delete()

    names = [chunk.split(b"\n")[0] for chunk in asyncio.run(run())]
    assert names == [b"event: start", b"event: repair", b"event: raw", b"event: error"]


def test_what_is_opened_prints_as_nothing(committed: None) -> None:
    alice = sign_up("alice@example.com")
    assert "brief" not in repr(opened(alice, make_prompt(alice).id, "critique", "demo/demo-small"))
