"""The canary sweep: a key goes through everything that can happen to it, and then is looked for everywhere."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from promptassay.core.errors import AppError, ProviderFailure, ProviderKeyMissing
from promptassay.core.secret import Secret
from promptassay.providers import queries, services
from promptassay.providers.fake import FakeProvider, run_in_thread
from promptassay.providers.models import KeyUse, ProviderKey
from promptassay.providers.transport import Transport
from promptassay.providers.wire import Target
from tests import environment
from tests.people import Person
from tests.providers.calls import ask, caller
from tests.sinks import Sinks, add_database, files_with, server_directory, watched

# What every key of a provider begins with tells nothing; the rest is the canary.
PREFIXES = {"openai": "sk-proj-", "anthropic": "sk-ant-api03-", "google": "AIzaSy", "compatible": "gsk_"}
CANARIES = {
    "openai": "Zq7Lm2Xv9Kt4Wd8Rb3Ny6Hc",
    "anthropic": "Gf5Pj1Us8Oe3Mi7Ta2Bk9Vw",
    "google": "Dx6Yn4Qz1Lr8Ch5Fe2Jo7Sg",
    "compatible": "Vt3Bw9Ka6Ip2Xd7Mu4Eq8Zh",
}
ROTATED = "Nr8Tc5Wj2Gy6Ol9Hb3Ds7Xf"
PLAIN = [*CANARIES.values(), ROTATED]
FAULTS = (
    "", "400", "401", "403", "404", "429-after-0", "500", "529", "key-echo", "no-credit", "html-502", "malformed",
    "bad-utf8", "redirect", "reset", "disconnect", "hang", "stall", "huge-line", "late-error", "missing-end",
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("committed")


@dataclass
class Scene:
    """Alice, the fake provider, and everything that came out so far."""

    alice: Person
    fake: FakeProvider
    sinks: Sinks


@pytest.fixture
def scene(committed: None, alice: Person, settings: Settings) -> Iterator[Scene]:
    with run_in_thread() as fake, watched() as sinks:
        settings.PROVIDER_BASE_URLS = {
            "openai": fake.openai_url,
            "anthropic": fake.anthropic_url,
            "google": fake.google_url,
        }
        alice.client.raise_request_exception = False
        yield Scene(alice, fake, sinks)


def _page(scene: Scene, name: str, *ids: object, data: dict[str, Any] | None = None, **headers: Any) -> Any:
    path = scene.alice.url(name, *ids)
    response = scene.alice.get(path, **headers) if data is None else scene.alice.post(path, data, **headers)
    scene.sinks.add_response(response)
    return response


def _add(scene: Scene, provider: str) -> ProviderKey:
    """A key added as people do it, through the form."""
    data = {
        "provider": provider,
        "name": f"canary {provider}",
        "base_url": scene.fake.openai_url if provider == "compatible" else "",
        "secret": PREFIXES[provider] + CANARIES[provider],
    }
    assert _page(scene, "providers:key-create", data=data).status_code == 302
    with scene.alice.inside():
        return ProviderKey.objects.get(name=data["name"])


def _target(scene: Scene, key: ProviderKey) -> Target:
    with scene.alice.inside():
        return services.open_target(scene.alice.actor, f"{key.id}/gpt-test", purpose="playground")


async def _call(target: Target, fault: str, sinks: Sinks) -> str:
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


async def _unreachable(target: Target, sinks: Sinks) -> None:
    closed = Target(target.provider, "http://127.0.0.1:9", target.secret, target.key_id)
    refused = Target(target.provider, "http://10.255.255.1", target.secret, target.key_id)
    for where in (closed, refused):
        async with caller() as gateway:
            try:
                await gateway.complete(where, ask())
            except ProviderFailure as failure:
                sinks.add_error(failure)


def _ways_of_calling(scene: Scene, key: ProviderKey) -> list[str]:
    """Every fault once; returns how each call ended. Counted as the product counts."""
    ended = []
    for fault in FAULTS:
        target = _target(scene, key)
        scene.sinks.add("target", repr(target))
        ended.append(asyncio.run(_call(target, fault, scene.sinks), debug=True))
        with scene.alice.inside():
            choice = queries.describe(f"{key.id}/gpt-test")
            services.count_call(scene.alice.actor, choice, purpose="playground", outcome=ended[-1])
    asyncio.run(_cancel(_target(scene, key), scene.sinks), debug=True)
    asyncio.run(_unreachable(_target(scene, key), scene.sinks), debug=True)
    return ended


def _pages(scene: Scene, key: ProviderKey) -> None:
    for name, ids in (("key-list", ()), ("key-show", (key.id,)), ("ledger-show", ()), ("key-create", ())):
        _page(scene, f"providers:{name}", *ids)
    _page(scene, "usage:usage-show")
    _page(scene, "workspaces:audit-show")
    for spec in ("", "401", "500"):
        scene.fake.options.fault = spec
        _page(scene, "providers:key-test", key.id, data={})
        _page(scene, "providers:key-test", key.id, data={}, HTTP_HX_REQUEST="true")
    scene.fake.options.fault = ""


def _refusals(scene: Scene, provider: str, key: ProviderKey) -> None:
    """Posts that are refused, with the key in the right and in the wrong field."""
    plain = PREFIXES[provider] + CANARIES[provider]
    for data in (
        {"provider": "anthropic" if provider == "openai" else "openai", "name": "x", "secret": plain + " y"},
        {"provider": provider, "name": "", "secret": plain, "base_url": ""},
        {"provider": provider, "name": f"canary {provider}", "secret": plain, "base_url": "https://10.0.0.1"},
        {"provider": "nobody", "name": "x", "secret": plain},
        {"provider": provider, "name": plain, "secret": plain, "base_url": plain},
    ):
        assert _page(scene, "providers:key-create", data=data).status_code == 422
    _page(scene, "providers:key-rotate", key.id, data={"secret": plain + " "})
    _page(scene, "providers:key-rotate", key.id, data={"secret": f"{plain}\n{plain}"})
    _page(scene, "providers:key-rename", key.id, data={"name": plain})
    _page(scene, "providers:key-rotate", key.id, data={"secret": plain}, HTTP_ACCEPT="application/json")
    with scene.alice.inside():
        foreign, broken = Secret("sk-ant-" + CANARIES[provider]), Secret(f"{plain} two words")
        with pytest.raises(AppError) as caught:
            services.add_key(scene.alice.actor, provider="google", name="x", secret=foreign)
        scene.sinks.add_error(caught.value)
        with pytest.raises(AppError) as caught:
            services.rotate_key(scene.alice.actor, key.id, secret=broken)
        scene.sinks.add_error(caught.value)


def _crashes(
    scene: Scene, provider: str, key: ProviderKey, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """An exception of ours in the middle of a view that holds the key, with error pages that tell and that do not."""
    plain = PREFIXES[provider] + CANARIES[provider]

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            held = real(*args, **kwargs)
            raise RuntimeError(f"a defect while holding {held!r}")

        return wrapped

    for debug in (False, True):
        settings.DEBUG = debug
        with monkeypatch.context() as patch:
            for name in ("add_key", "rotate_key", "open_key"):
                patch.setattr(services, name, failing(getattr(services, name)))
            data = {"provider": provider, "name": "crash", "secret": plain}
            data["base_url"] = scene.fake.openai_url if provider == "compatible" else ""
            assert _page(scene, "providers:key-create", data=data).status_code == 500
            assert _page(scene, "providers:key-rotate", key.id, data={"secret": plain}).status_code == 500
            assert _page(scene, "providers:key-test", key.id, data={}).status_code == 500
    settings.DEBUG = False


def _run_everything(
    scene: Scene, provider: str, monkeypatch: pytest.MonkeyPatch, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> ProviderKey:
    key = _add(scene, provider)
    ended = _ways_of_calling(scene, key)
    assert ended[0] == "ok" and len(set(ended)) >= 8, ended
    _pages(scene, key)
    _refusals(scene, provider, key)
    _crashes(scene, provider, key, monkeypatch, settings)
    _page(scene, "providers:key-rotate", key.id, data={"secret": PREFIXES[provider] + ROTATED})
    asyncio.run(_call(_target(scene, key), "401", scene.sinks))
    scene.sinks.add("output", "".join(capfd.readouterr()))
    return key


def _search(scene: Scene) -> list[str]:
    scene.sinks.add("statements", connection.queries)
    add_database(scene.sinks)
    directories = (server_directory(), Path(os.environ["PROMPTASSAY_DATA_DIR"]))
    return scene.sinks.find(PLAIN) + files_with(PLAIN, *directories)


@pytest.mark.parametrize("provider", PREFIXES)
def test_the_key_is_nowhere_but_at_its_provider(
    scene: Scene,
    provider: str,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    capfd: pytest.CaptureFixture[str],
) -> None:
    key = _run_everything(scene, provider, monkeypatch, settings, capfd)
    assert _search(scene) == []

    # It did go where it should, in a header and nowhere else.
    plain = PREFIXES[provider] + CANARIES[provider]
    received = list(scene.fake.received)
    assert len(received) > len(FAULTS)
    assert all(any(plain in value or ROTATED in value for value in entry.headers.values()) for entry in received)
    assert not any(plain in entry.path or plain.encode() in entry.body for entry in received)
    sinks = {sink.split()[0] for sink, _ in scene.sinks.texts}
    assert {
        "log",
        "body",
        "headers",
        "exception",
        "traceback",
        "completion",
        "event",
        "database",
        "statements",
    } <= sinks
    with scene.alice.inside():
        assert KeyUse.objects.filter(key_id=key.id).count() >= len(FAULTS)


# --- The sweep can fail ---------------------------------------------------------------------------------------


def test_a_logged_header_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    import logging

    real = Transport.open

    async def talkative(self: Transport, target: Target, wire: Any, limits: Any) -> Any:
        logging.getLogger("promptassay.providers").debug("sending %s", dict(wire.headers))
        return await real(self, target, wire, limits)

    monkeypatch.setattr(Transport, "open", talkative)
    key = _add(scene, "openai")
    asyncio.run(_call(_target(scene, key), "", scene.sinks))
    found = scene.sinks.find(PLAIN)
    assert found and all(where.startswith("log promptassay.providers") for where in found)


def test_a_key_shown_on_a_page_is_found(scene: Scene) -> None:
    key = _add(scene, "openai")
    with scene.alice.inside():
        services.rename_key(scene.alice.actor, key.id, name=CANARIES["openai"][-20:])
    _page(scene, "providers:key-list")
    assert any(where.startswith("body of 200") for where in scene.sinks.find(PLAIN))


def test_a_key_stored_in_plain_is_found_in_the_dump_and_in_the_files(scene: Scene) -> None:
    plain = PREFIXES["openai"] + CANARIES["openai"]
    with scene.alice.inside():
        key = services.add_key(scene.alice.actor, provider="openai", name=plain[-20:], secret=Secret(plain))
    found = _search(scene)
    assert any(where.startswith("database dump") for where in found)
    assert [where for where in found if ":" not in where], "the server's own files hold it too"
    assert key.last4 == plain[-4:]


@pytest.mark.parametrize("spelled", ["plain", "hex", "base64", "url", "in an object's variables"])
def test_each_spelling_is_found(spelled: str) -> None:
    from base64 import b64encode

    secret = CANARIES["openai"]
    sinks = Sinks()
    if spelled == "in an object's variables":
        frame: dict[str, Any] = {}
        exec(compile("def send(headers): raise ValueError(len(headers))", "promptassay/defect.py", "exec"), frame)
        with pytest.raises(ValueError, match="1") as caught:
            frame["send"]({"Authorization": f"Bearer {secret}"})
        sinks.add_error(caught.value)
    else:
        text = {
            "plain": f"x{secret[3:12]}y",
            "hex": f"key={secret.encode().hex().upper()}",
            "base64": b64encode(f"user:{secret}".encode()).decode(),
            "url": "".join(f"%{byte:02X}" for byte in secret.encode()),
        }[spelled]
        sinks.add("log", text)
    assert sinks.find([secret])
    assert sinks.find([ROTATED]) == []


def _moved_key_stays_shut(alice: Person, key_id: UUID) -> None:
    """The check of origin binding: whoever can write to the database leads the key to a host of theirs."""
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        superuser.execute(
            "UPDATE providers_key SET base_url = 'https://evil.example/v1', origin = 'https://evil.example:443' "
            "WHERE id = %s",
            [key_id],
        )
    with alice.inside(), pytest.raises(ProviderKeyMissing):
        services.open_key(alice.actor, key_id, purpose="run")


def test_a_key_led_elsewhere_stays_shut(scene: Scene) -> None:
    _moved_key_stays_shut(scene.alice, _add(scene, "openai").id)


def test_without_the_origin_in_the_seal_that_check_turns_red(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    without = property(lambda key: ("provider-key", str(key.id), key.provider))
    monkeypatch.setattr(ProviderKey, "seal_context", without)
    key = _add(scene, "openai")
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        _moved_key_stays_shut(scene.alice, key.id)
