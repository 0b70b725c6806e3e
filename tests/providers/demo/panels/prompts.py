"""Prompts for the panels' tests: good ones from the lint's corpus, and worse ones made from them."""

import re
from collections.abc import Sequence

from promptassay.language.messages import Message
from promptassay.providers.demo.panels.critique import critique
from promptassay.providers.demo.panels.reading import read
from tests.language.lint.corpus_reader import corpus

POOR = (
    Message(
        "user",
        "Please look at the {{ticket}} and maybe sort it somehow, as needed. Be brief. Answer in great detail. "
        "Return JSON. My mail is joe.ray@mail-firm.de",
    ),
)
FAIR = (
    Message("system", "You sort tickets for our shop. Category: bug, billing, other. Answer with one word only."),
    Message("user", "{{ticket}}"),
)


def prompts() -> list[tuple[str, tuple[Message, ...]]]:
    """Every prompt of the corpus with its name."""
    return [(prompt.name, prompt.context.messages) for prompt in corpus()]


def total(messages: Sequence[Message]) -> float:
    """The sum of the six scores."""
    return float(sum(each["score"] for each in critique(read(messages))["scores"]))


def worsened(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The same task told carelessly: no delimiters, no headings, hedges, and nothing on what to do in doubt."""
    result = []
    for message in messages:
        text = re.sub(r"</?[A-Za-z][\w-]*>|^#+ .*$|\"\"\"|```", "", message.content, flags=re.MULTILINE)
        text = re.sub(r"[^.\n]*\b(?:if|when|never|do not|otherwise)\b[^.\n]*\.?", "", text, flags=re.IGNORECASE)
        result.append(Message(message.role, f"{text} Do it properly, as needed, etc. and somehow nicely."))
    return tuple(result)
