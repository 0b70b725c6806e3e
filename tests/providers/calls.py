"""Small makers of model calls to a fake provider, and what a stream brought."""

from contextlib import aclosing
from typing import Any

from promptassay.core.secret import Secret
from promptassay.providers.fake import FakeProvider
from promptassay.providers.gateway import Gateway, Retries
from promptassay.providers.transport import Timeouts
from promptassay.providers.wire import CallRequest, Event, Message, ProviderName, Target, TextDelta

LOOPBACK = frozenset({"127.0.0.1"})
QUICK = Timeouts(connect=2.0, first_byte=3.0, idle=3.0, total=8.0, whole_answer=3.0)
IMPATIENT = Timeouts(connect=2.0, first_byte=0.3, idle=0.3, total=8.0, whole_answer=0.3)
SILENT = frozenset({"hang", "stall"})

SOON = Retries(limit=2, base=0.01, cap=0.02)
SECRET = "sk-proj-Wm3Xk9Tz5Qh7Rb2Lv8Nc4Jd6"
FORMATS: tuple[ProviderName, ...] = ("openai", "anthropic", "google")


def caller(spec: str = "", **more: Any) -> Gateway:
    """A gateway with nearly no waits, and no patience for a fault that is silence."""
    limits = IMPATIENT if spec in SILENT else QUICK
    return Gateway(**{"allowed": LOOPBACK, "timeouts": limits, "retries": SOON, **more})


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
