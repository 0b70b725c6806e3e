"""How often the lint is wrong about good prompts, and how long it takes."""

import time

from bench.table import Row, measured
from promptassay.language.lint import LintContext, lint
from promptassay.language.messages import Message
from promptassay.language.parse import parse
from tests.language.lint.corpus_reader import corpus, judge

TITLE = "lint: false findings in the corpus of good prompts, time for 50 KB and for hostile megabytes"
LENGTH, MEGABYTE = 50 * 1024, 1024 * 1024
# Texts that would make a careless search look at everything again and again.
HOSTILE = {
    "openers": "{{",
    "variables": "{{text}} ",
    "references": "${fragment:a} ",
    "fences": "```\n",
    "tags": "<a>",
    "labels": "a: b\nc: d\n",
    "hedges": "as needed ",
    "contradictions": "the and of you with. Be brief. Be detailed. Always use it. Never use it. ",
    "addresses": "joe.ray@mail-firm.de ",
    "digits": "1 ",
    "private keys": "-----BEGIN PRIVATE KEY-----",
    "line feeds": "\n",
    "near names": "",
}


def run(repeats: int = 5) -> list[Row]:
    """Judge the corpus once, then measure."""
    verdicts = [judge(prompt) for prompt in corpus()]
    true = sum(len(verdict.true) for verdict in verdicts)
    false = sum(len(verdict.false) for verdict in verdicts)
    missed = sum(len(verdict.missed) for verdict in verdicts)
    return [
        Row("good prompts", len(verdicts), "", target=">= 60"),
        Row("findings", true + false, ""),
        Row("  true", true, ""),
        Row("  false", false, ""),
        Row("  expected and missed", missed, "", target="<= 0"),
        Row("false findings per prompt", round(false / len(verdicts), 3), "", target="<= 0.2"),
        *_times(repeats),
    ]


def _times(repeats: int) -> list[Row]:
    text = "\n\n".join(message.content for prompt in corpus() for message in prompt.context.messages)[:LENGTH]
    linted = [_seconds(text) for _ in range(repeats)]
    parsed = [_parse_seconds(text) for _ in range(repeats)]
    rows = [
        measured(
            "50 KB of prompts",
            [1_000 * value for value in linted],
            "ms",
            target="<= 40",
            ratio=min(linted) / min(parsed),
            against="parsing the same text",
            digits=1,
        )
    ]
    worst = {name: [_seconds(_megabyte(name, unit)) for _ in range(2)] for name, unit in HOSTILE.items()}
    slowest = max(worst, key=lambda name: min(worst[name]))
    rows.append(measured(f"slowest hostile 1 MB ({slowest})", worst[slowest], "s", target="<= 1.5"))
    return rows


def _megabyte(name: str, unit: str) -> str:
    if name == "near names":
        return "".join(f"{{{{customer{number:05}}}}}" for number in range(MEGABYTE // 17))
    return (unit * (MEGABYTE // len(unit) + 1))[:MEGABYTE]


def _seconds(text: str) -> float:
    context = LintContext((Message("system", text),))
    start = time.perf_counter()
    lint(context)
    return time.perf_counter() - start


def _parse_seconds(text: str) -> float:
    start = time.perf_counter()
    parse(text)
    return time.perf_counter() - start
