"""What the workbench says of a text before it runs: tokens, share of the context, cost, and the lint's findings."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from promptassay.core.errors import AppError
from promptassay.fragments import queries as fragments
from promptassay.language.lint import Finding, LintContext, lint
from promptassay.language.tokens import count, count_messages
from promptassay.prompts.content import PromptContent
from promptassay.prompts.models import Prompt
from promptassay.providers.catalogue import ModelFacts, cost_per_1000_calls
from promptassay.providers.queries import describe, facts_of


@dataclass(frozen=True)
class Meter:
    """`share` is of the model's context, from 0; `cost` is US dollars for the input of 1,000 calls; None: not known.

    The text is counted as it stands, with its variables unfilled.
    """

    model: str
    tokens: int
    exact: bool
    share: float | None
    cost: Decimal | None


@dataclass(frozen=True)
class Inspection:
    """The measure of a text, and the lint's findings: advice, with spans in code points of the content's messages."""

    meter: Meter
    findings: list[Finding]


# What is malformed or leads nowhere is shown as an error already, whether or not a rule is silenced.
_SHOWN_AS_ERRORS = frozenset({"malformed-placeholder", "unknown-fragment"})


def inspect(prompt: Prompt, content: PromptContent) -> Inspection:
    """Look at a text for the prompt's target model, or in general where it has none."""
    known = _target(prompt)
    return Inspection(_meter(content, known), _findings(content, known))


def _meter(content: PromptContent, known: ModelFacts | None) -> Meter:
    counted = count_messages(content.language_messages, known.name if known else "")
    context = known.context_tokens if known else None
    return Meter(
        model=known.name if known else "",
        tokens=counted.tokens,
        exact=counted.exact,
        share=counted.tokens / context if context else None,
        cost=cost_per_1000_calls(known, counted.tokens, 0) if known else None,
    )


def _findings(content: PromptContent, known: ModelFacts | None) -> list[Finding]:
    messages = content.language_messages
    name = known.name if known else ""
    context = LintContext(
        messages=messages,
        fragments=fragments.source([message.content for message in messages]),
        settings=content.settings,
        has_schema=content.response_schema is not None,
        has_tools=bool(content.tools),
        model=known,
        token_counts=tuple(count(message.content, name).tokens for message in messages),
        today=datetime.now(UTC).date(),
    )
    return lint(context, silenced=_SHOWN_AS_ERRORS)


def _target(prompt: Prompt) -> ModelFacts | None:
    if not prompt.target_model:
        return None
    try:
        choice = describe(prompt.target_model)
    except AppError:  # its key is gone: the text is still worth counting
        return None
    return None if choice.is_demo else facts_of(choice)
