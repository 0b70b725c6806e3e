"""What a round does with the canary provider: the actions of people that call a model, each brought to an end."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing, suppress
from typing import Any, Final
from uuid import UUID

from promptassay.assist.opening import open_panel
from promptassay.assist.panels import PANELS, get_panel
from promptassay.assist.streams import stream_panel
from promptassay.evals.case_files import CaseRow
from promptassay.evals.engine.drive import drive_run
from promptassay.evals.services import start_run
from promptassay.evals.services.cases import import_cases
from promptassay.evals.services.suites import create_suite, set_checks, set_rubric
from promptassay.prompts import queries as prompts
from promptassay.prompts.calls import build_request
from promptassay.prompts.content import PromptContent
from promptassay.prompts.streams import PURPOSE, stream_run
from promptassay.providers.process import gateway
from promptassay.providers.services import open_choice
from promptassay.trust.probes.stage import MODEL, Stage

Stream = Callable[[], AsyncIterator[bytes]]
_PATIENCE_S: Final = 10.0
# What the pane of a panel sends besides the workbench's fields.
_FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "rewrite": {"goal": "For a canary"},
    "brainstorm": {"chat": json.dumps([{"role": "user", "text": "How do I begin?"}])},
    "compare": {"left": "1", "right": "draft"},
    "cases": {"count": "1"},
    "explain": {"rule": "vague-wording", "message": "1", "start": "0", "end": "4", "says": "It says little."},
}


async def playground(stage: Stage, fault: str = "") -> bytes:
    """Run a text in the workbench; what the page is told, to the end."""

    def opened() -> Stream:
        call = build_request(_content(stage), f"{MODEL}{fault and f'!{fault}'}", {"bird": f"a canary {stage.typed}"})
        choice, target = open_choice(stage.actor, stage.model(fault), purpose=PURPOSE, subject_id=stage.prompt_id)
        return lambda: stream_run(stage.actor, choice, target, call, stage.prompt_id)

    return await _heard(await stage.inside(opened))


async def panel(stage: Stage, name: str, fault: str = "") -> bytes:
    """Ask a panel about the same text; what the page is told, to the end."""
    post = {**_form(stage), **_FIELDS.get(name, {})}

    def opened() -> Stream:
        reference = stage.model(fault)
        found = open_panel(stage.actor, get_panel(name), stage.prompt_id, post, reference=reference, effort="")
        return lambda: stream_panel(found)

    return await _heard(await stage.inside(opened))


async def every_stream(stage: Stage, fault: str = "") -> list[bytes]:
    """The workbench's run and each panel, all at once."""
    return await asyncio.gather(playground(stage, fault), *(panel(stage, name, fault) for name in PANELS))


async def start(stage: Stage, *faults: str) -> UUID:
    """A run of a suite with a check and a judge: one case, on one model for each fault; not driven yet."""

    def begin() -> UUID:
        prompt = prompts.get_prompt(stage.prompt_id)
        suite = create_suite(stage.actor, prompt, name=f"Canary {' '.join(faults)}")
        suite = set_checks(stage.actor, suite, checks=[{"kind": "contains", "values": ["sing"]}], was=[])
        rubric = {"criteria": [{"name": "tune", "description": "It sings.", "weight": 1.0}], "threshold": 0.0}
        suite = set_rubric(stage.actor, suite, rubric=rubric, judge=stage.model())
        import_cases(stage.actor, suite, [CaseRow(name="canary", variables={"bird": "a canary"}, expected="")])
        versions = prompts.list_versions(prompt)
        return start_run(stage.actor, suite, versions=versions, models=[stage.model(fault) for fault in faults]).id

    return await stage.inside(begin)


async def drive(stage: Stage, run_id: UUID) -> None:
    """Work a run off, as a worker does."""
    await drive_run(stage.workspace_id, run_id, gateway(), asyncio.Event())


async def until_heard(stage: Stage, calls: int) -> None:
    """Wait until so many calls hang in the middle of their answers. Raises TimeoutError."""
    async with asyncio.timeout(_PATIENCE_S):
        while stage.provider.active < calls:  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)  # what was sent by then arrives


async def until_left(stage: Stage, calls: int) -> int:
    """How many calls the provider saw hang up, once these have or patience is over: it notices a little later."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            while _left(stage) < calls:  # noqa: ASYNC110 - it has no event to wait for
                await asyncio.sleep(0.01)
    return _left(stage)


def _left(stage: Stage) -> int:
    return sum(each.closed_early is not None for each in stage.provider.received)


def _content(stage: Stage) -> PromptContent:
    return PromptContent([{"role": "user", "content": f"Sing {{{{bird}}}} {stage.typed}, or something nice."}], {})


def _form(stage: Stage) -> dict[str, str]:
    """The workbench's fields with the text on screen."""
    form = {"base": "1", "revision": "0", "tab": "canary"}
    for number, message in enumerate(_content(stage).messages):
        form |= {f"role-{number}": message["role"], f"content-{number}": message["content"]}
    return form


async def _heard(stream: Stream) -> bytes:
    heard = b""
    events: Any = stream()
    async with aclosing(events):
        async for chunk in events:
            heard += chunk
    return heard
