"""What the workbench says of a text before it runs: tokens, share of the context, cost, and the lint's findings."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice

from promptassay.core.errors import AppError
from promptassay.fragments import queries as fragments
from promptassay.language.fragments import FragmentSource
from promptassay.language.lint import MAX_FINDINGS, RULES, Finding, LintContext, lint
from promptassay.language.tokens import count, count_messages
from promptassay.prompts.content import PromptContent
from promptassay.prompts.feeding import fed_variables
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
    """The measure of a text, and the lint's findings: advice, with spans in code points of the content's messages.

    `unheard` counts what silenced rules would have found, by rule; those that find nothing are missing.
    """

    meter: Meter
    findings: list[Finding]
    unheard: Mapping[str, int]


_REFERENCE = "${fragment:"


def inspect(prompt: Prompt, content: PromptContent, silenced: AbstractSet[str] = frozenset()) -> Inspection:
    """Look at a text for the prompt's target model, or in general where it has none."""
    known = target_facts(prompt)
    context = lint_context(prompt, content, known, counted=True)
    counts = {rule: len(list(islice(RULES[rule].find(context), MAX_FINDINGS))) for rule in silenced & RULES.keys()}
    return Inspection(
        meter=_meter(content, known),
        findings=lint(context, silenced=silenced),
        unheard={rule: number for rule, number in counts.items() if number},
    )


def lint_context(
    prompt: Prompt,
    content: PromptContent,
    known: ModelFacts | None = None,
    *,
    counted: bool = False,
    source: FragmentSource | None = None,
) -> LintContext:
    """A text as the lint takes it: for a model, with the workspace's fragments and what test cases feed.

    Token counts, which only `over-budget` reads, are left out unless `counted`.
    """
    messages = content.language_messages
    texts = [message.content for message in messages]
    name = known.name if known else ""
    return LintContext(
        messages=messages,
        declared=fed_variables(prompt.id),
        fragments=source or fragments.source(texts),
        fragment_slugs=tuple(fragments.slugs().split()) if any(_REFERENCE in text for text in texts) else (),
        settings=content.settings,
        has_schema=content.response_schema is not None,
        has_tools=bool(content.tools),
        model=known,
        token_counts=tuple(count(text, name).tokens for text in texts) if counted and known else (),
        today=datetime.now(UTC).date(),
    )


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


def target_facts(prompt: Prompt) -> ModelFacts | None:
    """What is known of the prompt's target model; None without one, and for one whose key is gone."""
    if not prompt.target_model:
        return None
    try:
        choice = describe(prompt.target_model)
    except AppError:  # its key is gone: the text is still worth counting
        return None
    return None if choice.is_demo else facts_of(choice)
