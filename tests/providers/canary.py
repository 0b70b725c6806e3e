"""The canary sweep: a key goes through everything that can happen to it, and then is looked for everywhere.

What is done here and how it ends is counted by name, so that the end of a test run can tell how much was tried.
"""

import asyncio
import os
import secrets
import string
from collections.abc import Callable, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from promptassay.assist.panels import PANELS
from promptassay.core.errors import AppError, ProviderFailure
from promptassay.core.secret import Secret
from promptassay.prompts.models import Prompt
from promptassay.providers import queries, services
from promptassay.providers.connector import origin_of
from promptassay.providers.fake import FakeProvider, run_in_thread
from promptassay.providers.models import ProviderKey
from promptassay.providers.wire import Target
from tests import environment, sweeps
from tests.assist.factories import form_of
from tests.fakes.certificates import self_signed
from tests.people import Person
from tests.prompts.factories import make_prompt, typed
from tests.providers.calls import ask, caller
from tests.sinks import (
    Sinks,
    add_database,
    add_memory,
    database_log,
    files_below,
    files_with,
    loud_database,
    server_directory,
    watched,
)

# What every key of a provider begins with tells nothing; the rest is the canary, another one in each scene: what a
# test lets out on purpose stays in the server's files.
PREFIXES = {"openai": "sk-proj-", "anthropic": "sk-ant-api03-", "google": "AIzaSy", "compatible": "gsk_"}
FAULTS = (
    "", "400", "401", "403", "404", "429-after-0", "500", "529", "key-echo", "no-credit", "html-502", "malformed",
    "bad-utf8", "redirect", "reset", "disconnect", "hang", "stall", "huge-line", "late-error", "missing-end",
)  # fmt: skip
FEW = ("", "401", "key-echo")
SWEEP = "canary sweep"
TIME_OUTS = {"hang": "time-out before the first byte", "stall": "time-out in the middle"}


def new_canary() -> str:
    """A word that nothing else holds eight characters of."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(23))


@dataclass
class Scene:
    """Alice, her provider, a host that no key of hers belongs to, and everything that came out so far."""

    alice: Person
    fake: FakeProvider
    elsewhere: FakeProvider
    untrusted: FakeProvider
    prompt: Prompt
    sinks: Sinks
    canary: str = field(default_factory=lambda: new_canary())
    rotated: str = field(default_factory=lambda: new_canary())
    actions: set[str] = field(default_factory=set)
    outcomes: set[str] = field(default_factory=set)

    def plain(self, provider: str) -> str:
        """The key as its provider would have issued it."""
        return PREFIXES[provider] + self.canary

    def did(self, action: str, *outcomes: str) -> None:
        """Count what was done, and how it ended."""
        self.actions.add(action)
        self.outcomes |= set(outcomes)


@contextmanager
def staged(alice: Person, directory: Path) -> Iterator[Scene]:
    """The scene, with every log as loud as it gets."""
    kept = settings.PROVIDER_BASE_URLS
    prompt = make_prompt(alice, "Weigh this.")
    with ExitStack() as stack:
        fake, elsewhere = (stack.enter_context(run_in_thread()) for _ in range(2))
        untrusted = stack.enter_context(run_in_thread(tls=self_signed(directory)))
        stack.enter_context(loud_database())
        sinks = stack.enter_context(watched())
        settings.PROVIDER_BASE_URLS = {
            "openai": fake.openai_url,
            "anthropic": fake.anthropic_url,
            "google": fake.google_url,
        }
        stack.callback(setattr, settings, "PROVIDER_BASE_URLS", kept)
        alice.client.raise_request_exception = False
        yield Scene(alice, fake, elsewhere, untrusted, prompt, sinks)


def page(scene: Scene, name: str, *ids: object, data: dict[str, Any] | None = None, **headers: Any) -> Any:
    """Ask for a page, or post its form; the answer is one of the sinks."""
    path = scene.alice.url(name, *ids)
    response = scene.alice.get(path, **headers) if data is None else scene.alice.post(path, data, **headers)
    scene.sinks.add_response(response)
    return response


def add(scene: Scene, provider: str) -> ProviderKey:
    """A key added as people do it, through the form."""
    data = {
        "provider": provider,
        "name": f"canary {provider}",
        "base_url": scene.fake.openai_url if provider == "compatible" else "",
        "secret": scene.plain(provider),
    }
    assert page(scene, "providers:key-create", data=data).status_code == 302
    scene.did("add a key", "good answer")
    with scene.alice.inside():
        return ProviderKey.objects.get(name=data["name"])


def target_of(scene: Scene, key: ProviderKey) -> Target:
    """The key opened for a call, as a run opens it."""
    with scene.alice.inside():
        return services.open_target(scene.alice.actor, f"{key.id}/gpt-test", purpose="playground")


async def call(target: Target, fault: str, sinks: Sinks) -> str:
    """One call, streamed or not by turns; everything that comes back goes into the sinks."""
    model = f"gpt-test!{fault}" if fault else "gpt-test"
    ended = "ok"
    async with caller(fault) as gateway:
        try:
            sinks.add("completion", repr(await gateway.complete(target, ask(model))))
        except ProviderFailure as failure:
            sinks.add_error(failure)
            ended = failure.kind
        try:
            async with aclosing(gateway.stream(target, ask(model))) as events:
                async for event in events:
                    sinks.add("event", f"{event!r} {getattr(event, 'text', '')}")
        except ProviderFailure as failure:
            sinks.add_error(failure)
    return ended


async def _cancel(target: Target, sinks: Sinks) -> None:
    """Somebody leaves while the provider is silent."""
    async with caller() as gateway:
        waiting = asyncio.create_task(gateway.complete(target, ask("gpt-test!hang")))
        await asyncio.sleep(0.1)
        waiting.cancel()
        try:
            await waiting
        except asyncio.CancelledError as error:
            sinks.add("cancelled", f"{error!r} {error.args}")


async def _unreachable(target: Target, sinks: Sinks, untrusted: str) -> None:
    """A closed port, a private address, a certificate that nobody vouches for."""
    for url in ("http://127.0.0.1:9", "http://10.255.255.1", untrusted):
        where = Target(target.provider, url, target.secret, target.key_id)
        async with caller() as gateway:
            try:
                await gateway.complete(where, ask())
            except ProviderFailure as failure:
                sinks.add_error(failure)


def _ways_of_calling(scene: Scene, key: ProviderKey, faults: tuple[str, ...]) -> list[str]:
    """Every fault once; returns how each call ended. Counted as the product counts."""
    ended = []
    for fault in faults:
        target = target_of(scene, key)
        scene.sinks.add("target", repr(target))
        ended.append(asyncio.run(call(target, fault, scene.sinks), debug=True))
        with scene.alice.inside():
            choice = queries.describe(f"{key.id}/gpt-test")
            services.count_call(scene.alice.actor, choice, purpose="playground", outcome=ended[-1])
        scene.did("call a model, streamed and whole", TIME_OUTS.get(fault, fault or "good answer"))
    asyncio.run(_cancel(target_of(scene, key), scene.sinks), debug=True)
    asyncio.run(_unreachable(target_of(scene, key), scene.sinks, scene.untrusted.openai_url), debug=True)
    scene.did("call a model, streamed and whole", "cancelled", "unreachable", "private address", "TLS error")
    return ended


def _runs_in_the_page(scene: Scene, key: ProviderKey) -> None:
    """The workbench's run and the playground's, through their doors, as events in the page."""
    for fault in ("", "401", "key-echo", "redirect", "late-error"):
        model = f"{key.id}/gpt-test!{fault}" if fault else f"{key.id}/gpt-test"
        page(scene, "prompts:prompt-run", scene.prompt.id, data={**typed("Weigh this."), "model": model})
        page(scene, "prompts:playground-run", scene.prompt.id, data={"source": "draft", "model": model})
        for action in ("workbench run", "playground run"):
            scene.did(action, fault or "good answer")


def _panels(scene: Scene, key: ProviderKey) -> None:
    """Every panel beside the editor, the request that is shown before it goes included."""
    page(scene, "assist:consent", data={"model": f"{key.id}/gpt-test", "panel": "critique"})
    for panel in PANELS:
        for fault in ("", "401", "key-echo", "late-error"):
            model = f"{key.id}/gpt-test!{fault}" if fault else f"{key.id}/gpt-test"
            data = {**form_of(panel), "model": model}
            for door in ("assist:panel-request", "assist:panel-run"):
                page(scene, door, panel, scene.prompt.id, data=data)
            scene.did(f"panel {panel}", fault or "good answer")


def _led_elsewhere(scene: Scene, key: ProviderKey) -> None:
    """Whoever can write to the database leads the key to a host of theirs: what arrives there is a sink."""
    urls = {"anthropic": scene.elsewhere.anthropic_url, "google": scene.elsewhere.google_url}
    url = urls.get(key.provider, scene.elsewhere.openai_url)
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        for base_url, origin in ((url, key.origin), (url, origin_of(url))):
            place = "UPDATE providers_key SET base_url = %s, origin = %s WHERE id = %s"
            superuser.execute(place, [base_url, origin, key.id])
            page(scene, "providers:key-test", key.id, data={})
            model = f"{key.id}/gpt-test"
            page(scene, "prompts:prompt-run", scene.prompt.id, data={**typed("Weigh this."), "model": model})
        superuser.execute(place, [key.base_url, key.origin, key.id])
    for entry in scene.elsewhere.received:
        scene.sinks.add("another host", f"{entry.path} {entry.headers!r} {entry.body!r}")
    scene.sinks.add("another host", "listened to")
    scene.did("test a key", "changed base URL")


def _pages(scene: Scene, key: ProviderKey) -> None:
    for name, ids in (("key-list", ()), ("key-show", (key.id,)), ("ledger-show", ()), ("key-create", ())):
        page(scene, f"providers:{name}", *ids)
    page(scene, "usage:usage-show")
    page(scene, "workspaces:audit-show")
    for spec in ("", "401", "500", "key-echo"):
        scene.fake.options.fault = spec
        page(scene, "providers:key-test", key.id, data={})
        page(scene, "providers:key-test", key.id, data={}, HTTP_HX_REQUEST="true")
        page(scene, "providers:key-refresh", key.id, data={})
        scene.did("test a key", spec or "good answer")
        scene.did("look for new models", spec or "good answer")
    scene.fake.options.fault = ""


def _refusals(scene: Scene, provider: str, key: ProviderKey) -> None:
    """Posts that are refused, with the key in the right and in the wrong field."""
    plain = scene.plain(provider)
    for data in (
        {"provider": "anthropic" if provider == "openai" else "openai", "name": "x", "secret": plain + " y"},
        {"provider": provider, "name": "", "secret": plain, "base_url": ""},
        {"provider": provider, "name": f"canary {provider}", "secret": plain, "base_url": "https://10.0.0.1"},
        {"provider": "nobody", "name": "x", "secret": plain},
        {"provider": provider, "name": plain, "secret": plain, "base_url": plain},
    ):
        assert page(scene, "providers:key-create", data=data).status_code == 422
    page(scene, "providers:key-rotate", key.id, data={"secret": plain + " "})
    page(scene, "providers:key-rotate", key.id, data={"secret": f"{plain}\n{plain}"})
    page(scene, "providers:key-rename", key.id, data={"name": plain})
    page(scene, "providers:key-rotate", key.id, data={"secret": plain}, HTTP_ACCEPT="application/json")
    with scene.alice.inside():
        foreign, broken = Secret("sk-ant-" + scene.canary), Secret(f"{plain} two words")
        with pytest.raises(AppError) as caught:
            services.add_key(scene.alice.actor, provider="google", name="x", secret=foreign)
        scene.sinks.add_error(caught.value)
        with pytest.raises(AppError) as caught:
            services.rotate_key(scene.alice.actor, key.id, secret=broken)
        scene.sinks.add_error(caught.value)
    for action in ("add a key", "rotate a key", "rename a key"):
        scene.did(action, "refused form")


def _crashes(scene: Scene, provider: str, key: ProviderKey) -> None:
    """An exception of ours in the middle of a view that holds the key, with error pages that tell and that do not."""
    plain = scene.plain(provider)

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            held = real(*args, **kwargs)
            raise RuntimeError(f"a defect while holding {held!r}")

        return wrapped

    for debug in (False, True):
        settings.DEBUG = debug
        with pytest.MonkeyPatch.context() as patch:
            for name in ("add_key", "rotate_key", "open_key"):
                patch.setattr(services, name, failing(getattr(services, name)))
            data = {"provider": provider, "name": "crash", "secret": plain}
            data["base_url"] = scene.fake.openai_url if provider == "compatible" else ""
            assert page(scene, "providers:key-create", data=data).status_code == 500
            assert page(scene, "providers:key-rotate", key.id, data={"secret": plain}).status_code == 500
            assert page(scene, "providers:key-test", key.id, data={}).status_code == 500
        for action in ("add a key", "rotate a key", "test a key"):
            scene.did(action, f"crash of ours, debug {'on' if debug else 'off'}")
    settings.DEBUG = False


def run_everything(
    scene: Scene, provider: str, capfd: pytest.CaptureFixture[str], faults: tuple[str, ...] = FAULTS
) -> ProviderKey:
    """All that can happen to a key of this provider."""
    key = add(scene, provider)
    ended = _ways_of_calling(scene, key, faults)
    assert ended[0] == "ok" and len(set(ended)) >= min(8, len(faults)), ended
    _runs_in_the_page(scene, key)
    _panels(scene, key)
    _pages(scene, key)
    _refusals(scene, provider, key)
    _crashes(scene, provider, key)
    _led_elsewhere(scene, key)
    page(scene, "providers:key-rotate", key.id, data={"secret": PREFIXES[provider] + scene.rotated})
    asyncio.run(call(target_of(scene, key), "401", scene.sinks))
    scene.did("rotate a key", "401")
    scene.sinks.add("output", "".join(capfd.readouterr()))
    return key


def search(scene: Scene, *, counted: bool = True) -> list[str]:
    """Every place with a piece of a key. `counted` adds what was done to the counts of the test run."""
    scene.sinks.add("statements", connection.queries)
    add_database(scene.sinks)
    add_memory(scene.sinks)
    directories = (server_directory(), Path(os.environ["PROMPTASSAY_DATA_DIR"]))
    files = files_below(*directories)
    logs = database_log()
    assert b"INSERT INTO providers_key" in logs and b"parameters:" in logs.lower(), "the database tells all"
    scene.sinks.add("database log", logs)
    canaries = [scene.canary, scene.rotated]
    found = scene.sinks.find(canaries) + files_with(canaries, *directories)
    if counted:
        sinks = {sink_name(sink) for sink, _ in scene.sinks.texts} | {"files"}
        places = len(scene.sinks.texts) + len(files)
        sweeps.record(
            SWEEP, actions=scene.actions, outcomes=scene.outcomes, sinks=sinks, places=places, hits=len(found)
        )
    return found


def sink_name(sink: str) -> str:
    """A sink without the number or the logger that makes it one of many."""
    first = sink.split()[0]
    return {"log": "application log at DEBUG", "body": "answers"}.get(first, sink)
