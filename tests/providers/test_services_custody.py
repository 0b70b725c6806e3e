"""The canary sweep: a key goes through everything that can happen to it, and then is looked for everywhere."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from promptassay.assist.panels import PANELS
from promptassay.core.jobs import enqueue
from promptassay.core.secret import Secret
from promptassay.prompts.views import runs as run_views
from promptassay.providers import services
from promptassay.providers.models import KeyUse, ProviderKey
from promptassay.providers.services import opening
from promptassay.providers.services.opening import opened, sealed_key
from promptassay.providers.transport import Transport
from promptassay.providers.views import keys as key_views
from promptassay.providers.wire import Target
from tests.people import Person
from tests.providers.canary import (
    FAULTS,
    FEW,
    PREFIXES,
    Scene,
    new_canary,
    run_everything,
    search,
    sink_name,
    staged,
)
from tests.sinks import Sinks

pytestmark = pytest.mark.usefixtures("committed")
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def scene(committed: None, alice: Person, tmp_path: Path) -> Iterator[Scene]:
    with staged(alice, tmp_path) as made:
        yield made


@pytest.mark.parametrize("provider", PREFIXES)
def test_the_key_is_nowhere_but_at_its_provider(scene: Scene, provider: str, capfd: Capture) -> None:
    key = run_everything(scene, provider, capfd)
    assert search(scene) == []

    # It did go where it should, in a header and nowhere else.
    plain = scene.plain(provider)
    received = list(scene.fake.received)
    assert len(received) > len(FAULTS)
    assert all(any(plain in value or scene.rotated in value for value in entry.headers.values()) for entry in received)
    assert not any(plain in entry.path or plain.encode() in entry.body for entry in received)
    assert not scene.elsewhere.received and not scene.untrusted.received
    assert {
        "application log at DEBUG", "answers", "headers", "exception", "traceback", "completion", "event", "statements",
        "database dump", "database log", "queue", "session", "cache", "output", "another host",
        "process arguments", "process environment",
    } <= {sink_name(sink) for sink, _ in scene.sinks.texts}  # fmt: skip
    assert len(scene.outcomes) >= 25 and len(scene.actions) >= 8 + len(PANELS)
    panels = {use.purpose for use in _uses(scene, key)} & set(PANELS)
    assert panels == set(PANELS), "every panel did call"
    assert len(_uses(scene, key)) >= len(FAULTS)


def _uses(scene: Scene, key: ProviderKey) -> list[KeyUse]:
    with scene.alice.inside():
        return list(KeyUse.objects.filter(key_id=key.id))


# --- The sweep can fail ---------------------------------------------------------------------------------------


def _log_a_header(patch: pytest.MonkeyPatch) -> None:
    real = Transport.open

    async def talkative(self: Transport, target: Target, wire: Any, limits: Any) -> Any:
        logging.getLogger("promptassay.providers").debug("sending %s", dict(wire.headers))
        return await real(self, target, wire, limits)

    patch.setattr(Transport, "open", talkative)


def _show_a_key_in_a_template(patch: pytest.MonkeyPatch) -> None:
    real = key_views._key_context

    def generous(request: Any, key: ProviderKey, more: Any) -> Any:
        sealed = sealed_key(key.id)
        assert sealed is not None
        return real(request, key, more) | {"added_by": opened(request.actor, sealed).reveal()}

    patch.setattr(key_views, "_key_context", generous)


def _give_a_key_to_a_serializer(patch: pytest.MonkeyPatch) -> None:
    """The events of a run in the page are JSON: the one that tells which key answers tells the key itself."""
    real = opening.open_choice

    def generous(*args: Any, **kwargs: Any) -> Any:
        choice, target = real(*args, **kwargs)
        assert target.secret is not None
        return replace(choice, key_name=target.secret.reveal()), target

    patch.setattr(run_views, "open_choice", generous)


def _leave_the_origin_out_of_the_seal(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ProviderKey, "seal_context", property(lambda key: ("provider-key", str(key.id), key.provider)))


def _let_a_secret_show_itself(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Secret, "__repr__", Secret.reveal)


def _put_the_key_into_the_queue(patch: pytest.MonkeyPatch) -> None:
    real = services.open_key

    def forgetful(actor: Any, key_id: UUID, **how: Any) -> Target:
        target = real(actor, key_id, **how)
        if target.secret is not None:
            enqueue("providers.refresh_key", workspace_id=actor.workspace_id, key_id=target.secret.reveal())
        return target

    patch.setattr(services, "open_key", forgetful)


# The break, and a sink in which the sweep finds what it lets out.
BREAKS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "a header is logged": (_log_a_header, "log promptassay.providers"),
    "a template shows a key": (_show_a_key_in_a_template, "body of 200"),
    "a serializer gives a key out": (_give_a_key_to_a_serializer, "body of 200"),
    "the origin is left out of the seal": (_leave_the_origin_out_of_the_seal, "another host"),
    "a Secret shows itself": (_let_a_secret_show_itself, "traceback"),
    "a job takes a key along": (_put_the_key_into_the_queue, "queue"),
}


@pytest.mark.parametrize(("broken", "sink"), BREAKS.values(), ids=BREAKS.keys())
def test_each_break_turns_the_sweep_red(
    scene: Scene, capfd: Capture, broken: Callable[[pytest.MonkeyPatch], None], sink: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        broken(patch)
        run_everything(scene, "openai", capfd, FEW)
        found = search(scene, counted=False)
    assert any(where.startswith(sink) for where in found), found


def test_a_key_stored_in_plain_is_found_in_the_dump_and_in_the_files(scene: Scene) -> None:
    plain = scene.plain("openai")
    with scene.alice.inside():
        key = services.add_key(scene.alice.actor, provider="openai", name=plain[-20:], secret=Secret(plain))
    found = search(scene, counted=False)
    assert any(where.startswith("database dump") for where in found)
    assert [where for where in found if ":" not in where], "the server's own files hold it too"
    assert key.last4 == plain[-4:]


@pytest.mark.parametrize("spelled", ["plain", "hex", "base64", "url", "in an object's variables"])
def test_each_spelling_is_found(spelled: str) -> None:
    from base64 import b64encode

    secret, other = new_canary(), new_canary()
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
    assert sinks.find([other]) == []
