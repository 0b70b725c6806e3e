"""Small makers of model calls to a fake provider, and what a stream brought."""

from contextlib import aclosing
from typing import Any

from promptassay.core.secret import Secret
from promptassay.providers.fake import FakeProvider
from promptassay.providers.gateway import Gateway, Retries
from promptassay.providers.transport import Timeouts
from promptassay.providers.wire import CallRequest, Event, Message, ProviderName, Target, TextDelta

LOOPBACK = frozenset({"127.0.0.1"})
QUICK = Timeouts(connect=1.0, first_byte=0.4, idle=0.4, total=5.0, whole_answer=0.4)
SOON = Retries(limit=2, base=0.01, cap=0.02)
SECRET = "sk-proj-Wm3Xk9Tz5Qh7Rb2Lv8Nc4Jd6"
FORMATS: tuple[ProviderName, ...] = ("openai", "anthropic", "google")


def target(fake: FakeProvider, provider: ProviderName = "openai", key_id: str = "key-1") -> Target:
    """The fake provider's face for `provider`, with a key."""
    urls = {"anthropic": fake.anthropic_url, "google": fake.google_url}
    return Target(provider, urls.get(provider, fake.openai_url), Secret(SECRET), key_id)


def ask(model: str = "test-model", text: str = "Weigh this.", **more: Any) -> CallRequest:
    """A request with a system and a user message."""
    return CallRequest(model, (Message("system", "You are an assayer."), Message("user", text)), **more)


async def collect(gateway: Gateway, where: Target, request: CallRequest, **more: Any) -> list[Event]:
    """All events of a stream."""
    async with aclosing(gateway.stream(where, request, **more)) as events:
        return [event async for event in events]


def text_of(events: list[Event]) -> str:
    """The text of a stream."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))
