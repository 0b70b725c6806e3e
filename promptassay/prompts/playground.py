"""The playground's columns: which content, which model, and which settings instead of the content's own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from promptassay.core.errors import NotFound, ValidationFailed
from promptassay.language.variables import variables_of
from promptassay.prompts import queries
from promptassay.prompts.calls import build_request, inspect_content
from promptassay.prompts.content import PromptContent, check_content, content_of
from promptassay.prompts.forms import FIELDS_SHOWN, errors_in, raw_settings, read_values, read_workbench
from promptassay.prompts.models import Prompt
from promptassay.providers.queries import ModelChoice, describe
from promptassay.providers.wire import CallRequest
from promptassay.workspaces.actor import Actor

DRAFT: Final = queries.DRAFT
COLUMNS: Final = "ABCD"
OVERRIDES: Final = ("temperature", "max_output_tokens", "reasoning_effort")


@dataclass(frozen=True)
class Input:
    """A variable that at least one column has; `default` is None if one of them needs a value."""

    name: str
    default: str | None
    value: str = ""


@dataclass(frozen=True)
class Inputs:
    """The variables of all columns together, and sentences about contents that cannot run yet.

    `more` is the number of variables beyond those that a page has fields for.
    """

    variables: list[Input]
    notes: list[str]
    more: int = 0


def read_column(actor: Actor, prompt: Prompt, post: Mapping[str, str]) -> tuple[ModelChoice, CallRequest]:
    """The model and the call of one column's form.

    Raises NotFound for a version that is not there, ValidationFailed for what cannot be resolved,
    ProviderKeyMissing for a model whose key is gone.
    """
    content = overridden(content_from(actor, prompt, post.get("source", DRAFT)), post)
    check_content(content, complete=True, to_run=True)
    choice = describe(post.get("model", ""))
    return choice, build_request(content, choice.model, read_values(post))


def content_from(actor: Actor, prompt: Prompt, source: str) -> PromptContent:
    """A version by its number, or for `draft`, or `draft@` and a branch, what the actor works on there."""
    is_draft, branch = queries.draft_line(prompt, source)
    if not is_draft:
        if not source.isdecimal() or len(source) > 9:
            raise NotFound()
        return content_of(queries.get_version(prompt, int(source)))
    working = queries.get_draft_or_latest(actor, prompt, branch)
    if problems := errors_in(raw_settings(working.content, working.unfinished)):
        name, problem = next(iter(problems.items()))
        raise ValidationFailed(
            "The draft’s settings cannot be used as they are.",
            why=f"{name.replace('_', ' ').capitalize()}: {problem}",
            next_step="Correct them in the workbench, or choose a version.",
        )
    return working.content


def overridden(content: PromptContent, post: Mapping[str, str]) -> PromptContent:
    """The content with the settings of the column's form in place of its own; a field left empty changes none."""
    typed = read_workbench({name: post.get(name, "") for name in OVERRIDES})
    typed.require_readable()
    return replace(content, settings={**content.settings, **typed.content.settings})


def inputs_of(actor: Actor, prompt: Prompt, sources: Iterable[str], values: Mapping[str, str]) -> Inputs:
    """The variables of the given sources, each once, in order of first appearance."""
    found: dict[str, Input] = {}
    notes: list[str] = []
    for source in dict.fromkeys(sources):
        name = f"v{source}" if source.isdecimal() else "The draft"
        try:
            expansion = inspect_content(content_from(actor, prompt, source))
        except ValidationFailed as problem:
            notes.append(f"{name}: {problem}")
            continue
        if broken := expansion.problem_count + len(expansion.errors):
            notes.append(f"{name} has {broken} place{'s' if broken > 1 else ''} that cannot be resolved.")
        for each in variables_of(expansion.pieces):
            old = found.get(each.name)
            default = each.default if old is None or each.default is None else old.default
            found[each.name] = Input(each.name, default, values.get(each.name, ""))
    inputs = list(found.values())
    return Inputs(inputs[:FIELDS_SHOWN], notes, more=len(inputs[FIELDS_SHOWN:]))
