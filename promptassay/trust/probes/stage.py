"""The canary provider: the product's own fake provider on a free loopback port, for the length of a round.

It is called as any provider is, over HTTP, through the gateway, on a key that is sealed for it in canary workspace A.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from promptassay.assist.services import give_consent
from promptassay.core.secret import Secret
from promptassay.core.tenancy import with_workspace
from promptassay.core.threads import in_thread
from promptassay.prompts.content import PromptContent
from promptassay.prompts.services.prompts import create_prompt
from promptassay.providers.fake import FakeProvider
from promptassay.providers.private_hosts import own_provider
from promptassay.providers.process import gateway
from promptassay.providers.services import add_key
from promptassay.trust.canaries import LABEL, people
from promptassay.trust.probes import Canaries, Outcome
from promptassay.trust.probes.markers import new_marker
from promptassay.trust.probes.undone import undone
from promptassay.trust.probes.watching import Seen, watching
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.permissions import Role

P = ParamSpec("P")
T = TypeVar("T")

MODEL = "canary-1"


@dataclass
class Stage:
    """What a round acts with. `elsewhere` is a second server, which nothing may ever be sent to."""

    actor: Actor
    provider: FakeProvider
    elsewhere: FakeProvider
    secret: Secret
    key_id: UUID
    prompt_id: UUID
    seen: Seen
    said: str = field(default_factory=new_marker)
    typed: str = field(default_factory=new_marker)

    @property
    def workspace_id(self) -> UUID:
        """Canary workspace A."""
        return self.actor.workspace_id

    def model(self, fault: str = "") -> str:
        """The reference of the canary provider's model, which misbehaves in this way."""
        return f"{self.key_id}/{MODEL}{fault and f'!{fault}'}"

    async def inside(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run database work in the workspace."""

        def work() -> T:
            with with_workspace(self.workspace_id, person_id=self.actor.user_id):
                return function(*args, **kwargs)

        return await in_thread(work)


def round_of(act: Callable[[Stage], Coroutine[Any, Any, Outcome]], canaries: Canaries) -> Outcome:
    """What `act` finds out with the canary provider. When it ends, all of it is undone and both servers are gone."""

    async def run() -> Outcome:
        async with _staged(canaries) as stage:
            return await act(stage)

    return asyncio.run(run())


@asynccontextmanager
async def _staged(canaries: Canaries) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        provider = await stack.enter_async_context(FakeProvider())
        elsewhere = await stack.enter_async_context(FakeProvider())
        provider.control({"redirect": f"{elsewhere.openai_url}/chat/completions"})
        stack.enter_context(own_provider(provider.port))
        await stack.enter_async_context(undone())
        seen = stack.enter_context(watching())
        # A gateway keeps its connections by event loop, and this loop ends with the round.
        stack.push_async_callback(gateway().close)
        owner, secret = (await in_thread(people)).owner_a, Secret(new_marker(32))
        actor = Actor(user_id=owner.id, workspace_id=canaries.a, role=Role.OWNER, label=LABEL)
        key_id, prompt_id = await in_thread(_furnish, actor, secret, provider.openai_url)
        stage = Stage(actor, provider, elsewhere, secret, key_id, prompt_id, seen)
        provider.control({"mark": stage.said})
        yield stage


def _furnish(actor: Actor, secret: Secret, base_url: str) -> tuple[UUID, UUID]:
    """A key for the canary provider, and a prompt to run on it."""
    with with_workspace(actor.workspace_id, person_id=actor.user_id):
        key = add_key(actor, provider="compatible", name="Canary provider", secret=secret, base_url=base_url)
        give_consent(actor, f"{key.id}/{MODEL}")
        content = PromptContent([{"role": "user", "content": "Sing what {{bird}} sings."}], {})
        return key.id, create_prompt(actor, title="Canary of a round", content=content).id
