"""What a panel's call would take: tokens as an estimate, and the most that it could cost."""

import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Final

from promptassay.assist.asking import Question
from promptassay.language.blocks import MAX_REPEATED
from promptassay.language.tokens import count_messages
from promptassay.prompts.content import PromptContent, length_of
from promptassay.providers.prices import cost_usd
from promptassay.providers.queries import ModelChoice, facts_of
from promptassay.providers.wire import CallRequest, Usage

# An answer that cannot be used goes back with a reminder; no character takes more than three tokens.
_ANSWER_TOKENS: Final = 16_384
_THINKING_TOKENS: Final = 16_384  # the adapter adds as many for thinking, and both have to fit
_REPAIR_TOKENS: Final = 3 * MAX_REPEATED + 500


@dataclass(frozen=True)
class Measure:
    """Tokens of one call; `exact` as for every count. `longest` is the longest answer in tokens that the model gives.

    `highest` is US dollars for an answer as long as that, asked for twice where a bad answer is; None: not known.
    """

    tokens: int
    exact: bool
    longest: int | None
    highest: Decimal | None
    calls: int


def room_for(content: PromptContent, choice: ModelChoice, effort: str | None) -> int | None:
    """The most tokens that an answer about this text may take, for the format that must be told; None elsewhere.

    Anthropic's format needs a number, and the usual one is too small for a long text written anew.
    """
    known = facts_of(choice).max_output_tokens if choice.provider == "anthropic" else None
    if known is None:
        return None
    fits = max(known - (_THINKING_TOKENS if effort else 0), known // 2)
    return min(fits, length_of(content) + _ANSWER_TOKENS)


def measure(question: Question, choice: ModelChoice) -> Measure:
    """The measure of a question to a model."""
    counted = count_messages(question.messages, "" if choice.is_demo else choice.model)
    longest = question.longest or facts_of(choice).max_output_tokens
    calls = 1 if question.shape is None else 2
    costs = [
        cost_usd(
            choice.provider,
            choice.model,
            Usage(input_tokens=counted.tokens + call * _REPAIR_TOKENS, output_tokens=longest or 0),
            base_url=choice.base_url,
        )
        for call in range(calls)
    ]
    is_known = None not in costs and (longest is not None or choice.is_demo)
    highest = sum(filter(None, costs), Decimal(0)) if is_known else None
    return Measure(counted.tokens, counted.exact, longest, highest, calls)


def shown_settings(call: CallRequest) -> dict[str, str]:
    """The settings of a call that are not left to the model, and the schema of its answer, as text."""
    found = {name.replace("_", " "): str(value) for name, value in asdict(call.settings).items() if value}
    if call.response_schema is not None:
        found["answer"] = json.dumps(call.response_schema, ensure_ascii=False, indent=2)
    elif call.json_mode:
        found["answer"] = "one JSON object"
    return found
