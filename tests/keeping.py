"""Every action that talks to a model, brought to every end, with a marker in all that the provider says.

What is looked for afterwards is in `tests/house/test_nothing_kept.py`. Whoever adds an action adds it to ACTIONS.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from django.test import Client
from django.urls import reverse

from promptassay.assist.panels import PANELS
from promptassay.assist.services import give_consent
from promptassay.config.asgi import Application
from promptassay.core.errors import AppError
from promptassay.core.http import LaterResponse, StreamResponse
from promptassay.core.threads import in_thread
from promptassay.evals.engine.drive import drive_run
from promptassay.evals.models import Run, Suite
from promptassay.evals.services import cancel_run, start_run
from promptassay.prompts.models import Prompt, Version
from promptassay.providers.fake import FakeProvider
from promptassay.providers.gateway import Gateway
from promptassay.providers.models import ProviderKey
from promptassay.providers.process import gateway
from promptassay.providers.refreshing import refresh
from promptassay.providers.wire import Event, TextDelta
from tests.assist.factories import ANSWERS, FIELDS, TEXT, WORDS, form_of
from tests.evals.factories import add_case, make_suite
from tests.people import Person
from tests.prompts.factories import make_key, make_prompt, typed

# What the provider says; what people save as a prompt; as a case; what they only type.
SAID, PROMPT, CASE, TYPED = (
    "Zq7Lm2Xv9Kt4Wd8Rb3Ny",
    "Gf5Pj1Us8Oe3Mi7Ta2Bk",
    "Dx6Yn4Qz1Lr8Ch5Fe2Jo",
    "Vt3Bw9Ka6Ip2Xd7Mu4Eq",
)
MARKERS: Final = {"said": SAID, "prompt": PROMPT, "case": CASE, "typed": TYPED}

# How the provider is told to behave, by the name of the outcome. The last three are brought about by the caller.
OUTCOMES: Final[dict[str, str]] = {
    "success": "",
    "reasoning": "reasoning",
    "tool call": "tool",
    "refusal": "refusal",
    "error 400": "400",
    "error 500": "500",
    "error in the middle": "late-error",
    "malformed answer": "malformed",
    "answer cut off": "disconnect",
    "time-out": "stall",
    "cancelled": "stall",
    "client gone": "stall",
    "defect": "",
}
# What the model says is no answer to the question: asked again, then shown as it came.
UNUSABLE: Final = "unusable answer"
LEAVES_AFTER: Final = 0.2  # seconds after which a caller leaves; the gateway waits longer for a silent provider


@dataclass
class Scene:
    """Alice with a key, a prompt of two versions and a suite; `seen` is what came back to her browser."""

    alice: Person
    fake: FakeProvider
    key: ProviderKey
    prompt: Prompt
    suite: Suite
    browser: Client
    application: Application
    seen: list[bytes] = field(default_factory=list)

    @property
    def model(self) -> str:
        """The reference of the model that everything asks."""
        return f"{self.key.id}/gpt-test"

    def post(self, name: str, *ids: object, **fields: str) -> Any:
        """Post a form as the page does, without running what comes after the view."""
        path = reverse(name, args=[self.alice.workspace.id, *ids])
        return self.browser.post(path, fields, headers={"Accept": "text/event-stream"})


def make_scene(alice: Person, fake: FakeProvider, application: Application) -> Scene:
    """Everything there is, with the markers of people in the places where people put them."""
    key = make_key(alice, provider="compatible", base_url=fake.openai_url)
    prompt = make_prompt(alice, f"Sort {{{{ticket}}}}. {PROMPT} one", f"Sort {{{{ticket}}}} quickly. {PROMPT} two")
    with alice.inside():
        give_consent(alice.actor, f"{key.id}/gpt-test")
        rubric = {"criteria": [{"name": "clarity", "description": "It is clear.", "weight": 1.0}], "threshold": 0.0}
        suite = make_suite(
            alice.actor, prompt, cases=0, checks=[{"kind": "contains", "values": ["touchstone"]}],
            rubric=rubric, judge=f"{key.id}/gpt-test", model_refs=[f"{key.id}/gpt-test"],
        )  # fmt: skip
        add_case(alice.actor, suite, {"ticket": f"T {CASE}"}, expected=f"E {CASE}")
    browser = Client(raise_request_exception=False)
    browser.cookies = alice.client.cookies
    fake.control({"mark": SAID})
    return Scene(alice, fake, key, prompt, suite, browser, application)


def behave(scene: Scene, outcome: str) -> None:
    """Tell the provider how to answer from now on."""
    unusable = {"text": f"This is no JSON: {SAID}"} if outcome == UNUSABLE else {"text": None}
    scene.fake.control({"fault": OUTCOMES.get(outcome, ""), "queue": [], **unusable})


# --- What comes after a view, and who is there to hear it -------------------------------------------------------------


def hear(scene: Scene, outcome: str, *responses: Any) -> None:
    """Run what the server runs after the views, all at once, until it ends or the caller leaves."""
    asyncio.run(_hear_all(scene, outcome, responses))


async def _hear_all(scene: Scene, outcome: str, responses: Iterable[Any]) -> None:
    try:
        await asyncio.gather(*(_hear(scene, outcome, each) for each in responses))
    finally:
        await gateway().close()


async def _hear(scene: Scene, outcome: str, response: Any) -> None:
    if isinstance(response, StreamResponse) and outcome in ("client gone", "defect"):
        await _serve(scene, response, LEAVES_AFTER if outcome == "client gone" else 10.0)
    elif isinstance(response, StreamResponse):
        await _listen(scene, response.stream(), patience=LEAVES_AFTER if outcome == "cancelled" else 10.0)
    elif isinstance(response, LaterResponse):
        patience = LEAVES_AFTER if outcome in ("cancelled", "client gone") else 10.0
        with suppress(TimeoutError, AppError, RuntimeError):
            scene.seen.append((await asyncio.wait_for(response.later(), patience)).encode())
    else:
        scene.seen.append(response.content)


async def _listen(scene: Scene, chunks: AsyncIterator[bytes], patience: float) -> None:
    """Read a stream for so many seconds; then it is cancelled, as Stop does."""
    with suppress(TimeoutError, RuntimeError):
        async with asyncio.timeout(patience), aclosing(chunks) as events:  # type: ignore[type-var]
            async for chunk in events:
                scene.seen.append(chunk)


async def _serve(scene: Scene, response: StreamResponse, patience: float) -> None:
    """The server's own way with a stream, whose client's connection ends after so many seconds."""

    async def send(message: Any) -> None:
        scene.seen.append(message.get("body", b""))

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(patience)
        return {"type": "http.disconnect"}

    await scene.application._stream(response, receive, send)


# --- The actions ------------------------------------------------------------------------------------------------------


def playground_run(scene: Scene, outcome: str) -> None:
    """The workbench's own run of the text on screen."""
    form = typed("Sort {{ticket}}.", f"Sort {{{{ticket}}}} too. {TYPED}")
    fields = {**form, "model": scene.model, "var:ticket": f"V {TYPED}"}
    hear(scene, outcome, scene.post("prompts:prompt-run", scene.prompt.id, **fields))


def playground_compare(scene: Scene, outcome: str) -> None:
    """Two versions side by side, and then the word by word comparison of what they answered."""
    fields = {"model": scene.model, "var:ticket": f"V {TYPED}"}
    columns = [scene.post("prompts:playground-run", scene.prompt.id, source=each, **fields) for each in ("1", "2")]
    hear(scene, outcome, *columns)
    texts = {"left": f"One answer {SAID}", "right": f"Another answer {SAID} {TYPED}"}
    hear(scene, outcome, scene.post("prompts:diff-texts", **texts))


def suite_run(scene: Scene, outcome: str) -> None:
    """A run with a judge, driven as a worker does; the caller's ends are those of a run: cancelled, worker gone."""
    alice = scene.alice
    with alice.inside():
        versions = list(Version.objects.filter(prompt_id=scene.prompt.id).order_by("number"))
        run = start_run(alice.actor, scene.suite, versions=versions, models=[scene.model])
    asyncio.run(_drive(scene, run, outcome))


async def _drive(scene: Scene, run: Run, outcome: str) -> None:
    workspace = scene.alice.workspace.id
    driving = asyncio.create_task(drive_run(workspace, run.id, gateway(), asyncio.Event()))
    try:
        if outcome in ("cancelled", "client gone"):
            await asyncio.sleep(LEAVES_AFTER)
            if outcome == "cancelled":
                await asyncio.to_thread(_cancel, scene.alice, run)
            else:
                driving.cancel()  # the worker dies: nothing is put in order
        with suppress(asyncio.CancelledError, RuntimeError):
            await asyncio.wait_for(driving, 30)
    finally:
        await gateway().close()


def _cancel(alice: Person, run: Run) -> None:
    from django.db import connection

    with alice.inside():
        cancel_run(alice.actor, run)
    connection.close()


def key_test(scene: Scene, outcome: str) -> None:
    """The button that tries a key."""
    hear(scene, outcome, scene.post("providers:key-test", scene.key.id))


def models_refresh(scene: Scene, outcome: str) -> None:
    """The list of models, by its button and by the job that comes once a day."""
    hear(scene, outcome, scene.post("providers:key-refresh", scene.key.id))
    asyncio.run(_refresh(scene))


async def _refresh(scene: Scene) -> None:
    try:
        with suppress(TimeoutError, RuntimeError):
            await asyncio.wait_for(refresh(scene.alice.workspace.id, scene.key.id, gateway()), 5)
    finally:
        await gateway().close()


def panel_run(panel: str) -> Callable[[Scene, str], None]:
    """One of the panels, first asked what it would send."""

    def run(scene: Scene, outcome: str) -> None:
        if outcome == "success" and panel in ANSWERS:
            scene.fake.control({"queue": [json.dumps(marked(ANSWERS[panel]))]})
        elif outcome == "success":
            scene.fake.control({"queue": [f"{SAID} {WORDS}"]})
        typed_in: dict[str, str] = {
            name: f"G {TYPED}" for name in ("wish", "goal", "says") if name in FIELDS.get(panel, {})
        }
        if panel == "brainstorm":
            turns = [("user", "One"), ("assistant", f"Two {SAID}"), ("user", f"Three {TYPED}")]
            typed_in["chat"] = json.dumps([{"role": role, "text": text} for role, text in turns])
        form = form_of(panel, f"{TEXT} {TYPED}", **typed_in)
        hear(scene, outcome, scene.post("assist:panel-request", panel, scene.prompt.id, **form, model=scene.model))
        response = scene.post("assist:panel-run", panel, scene.prompt.id, **form, model=scene.model)
        assert isinstance(response, StreamResponse), response.content
        hear(scene, outcome, response)

    return run


FREE_TEXT: Final = {"reason", "title", "detail", "summary", "why", "replace", "content", "what", "effect", "expected"}


def marked(answer: Any, name: str = "") -> Any:
    """A panel's answer with the marker in each text that a model words freely."""
    if isinstance(answer, dict):
        return {key: marked(value, key) for key, value in answer.items()}
    if isinstance(answer, list):
        return [marked(each, "what" if isinstance(each, str) else name) for each in answer]
    return f"{answer} {SAID}" if isinstance(answer, str) and name in FREE_TEXT else answer


Action = Callable[[Scene, str], None]
# The suite's run stands apart: it is the one action that keeps answers.
ACTIONS: Final[dict[str, Action]] = {
    "playground run": playground_run,
    "playground compare": playground_compare,
    "key test": key_test,
    "models refresh": models_refresh,
    **{f"panel {name}": panel_run(name) for name in PANELS},
}


# --- That a search can fail -------------------------------------------------------------------------------------------


def kept_by(keep: Callable[[str], None]) -> Callable[..., AsyncIterator[Event]]:
    """The gateway's stream, which hands what it hears to somebody who keeps it."""
    real = Gateway.stream

    async def stream(self: Gateway, *args: Any, **kwargs: Any) -> AsyncIterator[Event]:
        heard = ""
        async with aclosing(real(self, *args, **kwargs)) as events:
            async for event in events:
                heard += event.text if isinstance(event, TextDelta) else ""
                yield event
        await in_thread(keep, heard)

    return stream
