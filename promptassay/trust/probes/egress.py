"""Probe of where content goes: a marked text reaches the canary provider alone, with the wish not to store it."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Final

from django.conf import settings

from promptassay.core.secret import Secret
from promptassay.core.threads import in_thread
from promptassay.providers.connector import origin_of
from promptassay.providers.departures import pending, told
from promptassay.providers.private_hosts import LOOPBACK
from promptassay.providers.process import gateway
from promptassay.providers.wire import CallRequest, Message, ProviderName, Target
from promptassay.trust.probes import Canaries, Outcome, progress
from promptassay.trust.probes.acts import drive, every_stream, start
from promptassay.trust.probes.stage import MODEL, Stage, round_of
from promptassay.usage.queries import egress

# The field of a request's body in which a wire format says that the provider shall not store it. Anthropic's has none.
_NOT_STORED: Final = {"openai": "store", "google": "store"}
_PATHS: Final[Mapping[ProviderName, str]] = {"openai": "/openai/v1", "google": "/google", "anthropic": "/anthropic"}


def one_origin(canaries: Canaries) -> Outcome:
    """Every connection of a round leads to the canary provider, which gets the marked text, and each wire format says
    there that it shall not be stored where it can say so; the instance's own ledger has no host that is not allowed.
    """
    return round_of(_tried, canaries)


async def _tried(stage: Stage) -> Outcome:
    with told() as departed:
        run_id, _ = await asyncio.gather(start(stage, ""), every_stream(stage))
        await drive(stage, run_id)
        by_people = len(stage.provider.received)
        for provider in _PATHS:
            await _call(stage, provider)
    progress.tell(f"{len(stage.provider.received)} calls, {len(stage.seen.connected)} connections")
    unknown = await in_thread(_unknown_hosts)
    progress.tell(f"the egress ledger of two days: {unknown} hosts that no setting names")
    return _judged(stage, list(departed), by_people, unknown)


async def _call(stage: Stage, provider: ProviderName) -> None:
    """The marked text in this wire format, streamed and whole."""
    base_url = f"{stage.provider.address}{_PATHS[provider]}"
    target = Target(provider, base_url, Secret("canary"), key_id=f"canary-{provider}", private_allowed=True)
    request = CallRequest(MODEL, (Message("user", f"Sing {stage.typed}."),))
    await gateway().complete(target, request)
    async with aclosing(gateway().stream(target, request)) as events:
        async for _ in events:
            pass


def _unknown_hosts() -> int:
    """Lines of the egress ledger of yesterday and today, written or not yet, that no setting accounts for."""
    allowed = {(name, origin_of(url)) for name, url in settings.PROVIDER_BASE_URLS.items()} | {("compatible", "")}
    lines = {(each.kind, each.origin) for each in egress(days=2)}
    return len((lines | {(kind, origin) for _, kind, origin in pending()}) - allowed)


def _judged(stage: Stage, departed: Sequence[str], by_people: int, unknown: int) -> Outcome:
    received = list(stage.provider.received)
    own = f"{LOOPBACK}:{stage.provider.port}"
    strays = [address for address in stage.seen.connected if address != own]
    marked = sum(stage.typed.encode() in each.body for each in received)
    asked = Counter(name for name in _NOT_STORED for each in received[by_people:] if each.path.startswith(f"/{name}/"))
    flagged = Counter(
        name
        for name, field in _NOT_STORED.items()
        for each in received[by_people:]
        if each.path.startswith(f"/{name}/") and each.json.get(field) is False
    )
    counts = {
        "calls seen": len(received),
        "calls with the marked text": marked,
        "connections": len(stage.seen.connected),
        "calls that may not be stored": asked.total(),
        "calls counted where they leave": len(departed),
        "came through": len(strays) + len(stage.elsewhere.received) + len(stage.seen.programs) + unknown,
    }
    found = [f"{len(strays)} connections led to another place"] if strays else []
    if stage.seen.programs:
        found.append("another program was started")
    if stage.elsewhere.received:
        found.append("another server was called")
    found += [f"{name} is not told to store nothing" for name in asked if flagged[name] != asked[name]]
    if departed != [origin_of(stage.provider.address)] * len(received):
        found.append(f"{len(departed)} calls were counted where they leave, the canary provider saw {len(received)}")
    if unknown:
        found.append(f"the egress ledger has {unknown} hosts that no setting names")
    if found:
        return Outcome("failed", counts, "; ".join(found))
    if not marked or not stage.seen.connected or set(asked) != set(_NOT_STORED):
        return Outcome("error", counts, "The marked text did not reach the canary provider.")
    return Outcome("held", counts)
