"""From a panel's request to the text of its answer."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from promptassay.providers.demo.panels.asked import Asked, panel_of, read_asked
from promptassay.providers.demo.panels.brainstorm import brainstorm
from promptassay.providers.demo.panels.cases import propose
from promptassay.providers.demo.panels.compare import compare
from promptassay.providers.demo.panels.critique import critique
from promptassay.providers.demo.panels.explain import explain
from promptassay.providers.demo.panels.improve import improve
from promptassay.providers.demo.panels.reading import read
from promptassay.providers.demo.panels.rewrite import Wishes, rewrite
from promptassay.providers.wire import CallRequest

_CLOSING: Final = "That was the last block."

__all__ = ["answer_panel", "panel_of"]


def answer_panel(request: CallRequest) -> str:
    """The text of the answer: one JSON object, or plain text where the panel speaks plainly."""
    asked = read_asked(request)
    answer = _PANELS[asked.panel](asked)
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)


def _improve(asked: Asked) -> dict[str, Any]:
    return improve(read(asked.messages), asked.findings, asked.text("wish"))


def _rewrite(asked: Asked) -> dict[str, Any]:
    wishes = Wishes(
        goal=asked.text("goal"),
        tone=asked.text("tone"),
        audience=asked.text("audience"),
        for_model=asked.text("written-for"),
    )
    return rewrite(read(asked.messages), wishes)


def _brainstorm(asked: Asked) -> str:
    # Where the question shares a message with the blocks, the first paragraph behind them is the meta-prompt's.
    question = asked.last.partition("\n\n")[2] if asked.last.startswith(_CLOSING) else asked.last
    return brainstorm(read(asked.messages), question)


def _cases(asked: Asked) -> dict[str, Any]:
    return propose(read(asked.messages), asked.count, asked.text("wish"), asked.variables)


def _explain(asked: Asked) -> str:
    rule = asked.text("rule").partition(" ")[0]
    return explain(rule, asked.text("finding"), asked.text("quote"))


_PANELS: Final[Mapping[str, Callable[[Asked], dict[str, Any] | str]]] = {
    "critique": lambda asked: critique(read(asked.messages)),
    "improve": _improve,
    "rewrite": _rewrite,
    "brainstorm": _brainstorm,
    "compare": lambda asked: compare(asked.messages, asked.right),
    "cases": _cases,
    "explain": _explain,
}
