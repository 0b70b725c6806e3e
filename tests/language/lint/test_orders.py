"""Orders and prohibitions: the same verb and object meet, exceptions and narrower ones do not."""

import pytest

from promptassay.language.lint.orders import contradict, demands, prohibitions
from promptassay.language.lint.prose import read_prose
from promptassay.language.parse import parse


def clash(text: str) -> bool:
    prose = read_prose(text, parse(text))
    forbidden = prohibitions(prose, 0)
    wanted = demands(prose, 0, frozenset(order.verb for order in forbidden))
    return any(contradict(demand, order) for demand in wanted for order in forbidden)


@pytest.mark.parametrize(
    "text",
    [
        "Always use bullet points. Never use bullet points.",
        "You should use emojis. Do not use any emojis.",
        "- Use emojis in the title\n- Don't use emojis",
        "Never mention the price. Make sure to mention prices, please.",
        "Always cite sources in the summary. Never cite sources in the summary.",
    ],
)
def test_contradictions(text: str) -> None:
    assert clash(text)


@pytest.mark.parametrize(
    "text",
    [
        "Always use bullet points. Never use tables.",
        "Never use emojis in the title. Always use emojis in the text.",
        "Never reveal the solution before the third attempt. Reveal the solution.",
        "If asked, always use emojis. Never use emojis.",
        "Always use emojis unless it is sad. Never use emojis.",
        "Never use. Always use.",
        "Never ask for names. Always ask for the order number.",
        "Use short sentences. Do not use long sentences.",
    ],
)
def test_no_contradictions(text: str) -> None:
    assert not clash(text)
