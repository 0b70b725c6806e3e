"""What the status line says of a text before it runs: tokens, share of the model's context, and cost."""

from dataclasses import dataclass
from decimal import Decimal

from promptassay.core.errors import AppError
from promptassay.language.tokens import count_messages
from promptassay.prompts.content import PromptContent
from promptassay.prompts.models import Prompt
from promptassay.providers.catalogue import ModelFacts, cost_per_1000_calls, facts
from promptassay.providers.queries import describe


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


def meter(prompt: Prompt, content: PromptContent) -> Meter:
    """Measure a text for the prompt's target model, or in general where it has none."""
    known = _target(prompt)
    counted = count_messages(content.language_messages, known.name if known else "")
    context = known.context_tokens if known else None
    return Meter(
        model=known.name if known else "",
        tokens=counted.tokens,
        exact=counted.exact,
        share=counted.tokens / context if context else None,
        cost=cost_per_1000_calls(known, counted.tokens, 0) if known else None,
    )


def _target(prompt: Prompt) -> ModelFacts | None:
    if not prompt.target_model:
        return None
    try:
        choice = describe(prompt.target_model)
    except AppError:  # its key is gone: the text is still worth counting
        return None
    return None if choice.is_demo else facts(choice.provider, choice.model, base_url=choice.base_url)
