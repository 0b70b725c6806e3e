"""The worked example: a support-triage prompt in three versions, a suite of 24 cases, and two runs that differ."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from promptassay.evals.case_files import CaseRow
from promptassay.evals.models import Run, Suite
from promptassay.evals.queries import cases_of
from promptassay.evals.services import start_run
from promptassay.evals.services.cases import import_cases
from promptassay.evals.services.suites import create_suite, set_case_checks, set_checks
from promptassay.prompts import queries as prompts
from promptassay.prompts.content import PromptContent
from promptassay.prompts.models import Prompt, PromptType
from promptassay.prompts.services.prompts import create_prompt
from promptassay.prompts.services.versions import save_version
from promptassay.workspaces.actor import Actor
from promptassay.workspaces.events import DemoRequested

TITLE = "Support triage"
SUITE = "Golden tickets"
PRODUCT = "Northwind Desk"
MODELS = ("demo/demo-large", "demo/demo-small")
SUMMARIES = (
    "First attempt",
    "Names the categories and the shape of the answer",
    "Explains them, adds rules and an example",
)
CATEGORIES = ("outage", "billing", "bug", "how-to", "feature request", "account")
SHAPE = {
    "type": "object",
    "required": ["category", "priority", "reason"],
    "properties": {"category": {"enum": list(CATEGORIES)}, "priority": {"enum": ["low", "normal", "high", "urgent"]}},
}
CHECKS: list[dict[str, Any]] = [
    {"kind": "is-json"},
    {"kind": "json-schema", "schema": json.dumps(SHAPE)},
    {"kind": "contains", "values": ['"category": "{{expected}}"']},
]
# What the priority must be, by category: only the third version says so, and only demo-large follows its rules.
PRIORITIES = {"outage": "urgent", "feature request": "low"}


def load_demo(actor: Actor) -> tuple[Prompt, list[Run]]:
    """Make the example in the actor's workspace; returns the prompt and its two runs, which the worker works off.

    Every call makes another copy under a free slug, so that nothing of the person's own is ever touched.
    """
    prompt = create_prompt(
        actor,
        title=TITLE,
        description="Sorts tickets by category and priority. An example that comes with PromptAssay.",
        intent="Route each ticket to the right team within a minute.",
        prompt_type=PromptType.TEMPLATE,
        target_model=MODELS[0],
        content=_content(1),
        summary=SUMMARIES[0],
    )
    for number in (2, 3):
        save_version(actor, prompt, content=_content(number), base_version=number - 1, summary=SUMMARIES[number - 1])
    suite = _suite(actor, prompt)
    versions = list(reversed(prompts.list_versions(prompt)))
    first = start_run(actor, suite, versions=versions[:2], models=MODELS[:1])
    second = start_run(actor, suite, versions=versions[1:], models=MODELS)
    return prompt, [first, second]


def _suite(actor: Actor, prompt: Prompt) -> Suite:
    suite = create_suite(actor, prompt, name=SUITE, model_refs=MODELS)
    suite = set_checks(actor, suite, checks=CHECKS, was=[])
    cases = json.loads(_text("cases.json"))
    rows = [
        CaseRow(
            name=case["name"],
            variables={"product": PRODUCT, "ticket": case["ticket"]},
            expected=case["category"],
        )
        for case in cases
    ]
    import_cases(actor, suite, rows)
    for case in cases_of(suite.id):
        if priority := PRIORITIES.get(case.expected):
            check = {"kind": "contains", "values": [f'"priority": "{priority}"']}
            set_case_checks(actor, case, checks=[check], was=[])
    return suite


def on_demo_requested(event: DemoRequested) -> None:
    """The page's button asked for the example."""
    load_demo(event.actor)


@cache
def _text(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8").rstrip("\n")


def _content(number: int) -> PromptContent:
    return PromptContent([{"role": "user", "content": _text(f"v{number}.md")}], {"temperature": 0})
