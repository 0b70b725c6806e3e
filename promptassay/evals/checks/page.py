"""Writes docs/checks.md from the checks themselves: `python -m promptassay.evals.checks.page > docs/checks.md`."""

import json
import sys
from typing import Any

from promptassay.evals.checks import CHECKS, CheckKind, Observation, Parameter, Sample, parse_check, run_check
from promptassay.evals.checks.base import MAX_TEXT_BYTES, MAX_TEXTS

_TYPE_WORDS = {
    "text": "text",
    "texts": "list of texts",
    "pattern": "pattern",
    "schema": "JSON object, or its text",
    "integer": "whole number",
    "flag": "true or false",
    "choice": "one of the choices",
}
_SHOWN = {"passed": "passes", "failed": "fails", "error": "gives an error"}

_INTRODUCTION = f"""# Checks

<!-- Written by `python -m promptassay.evals.checks.page`. Change the checks, not this file. -->

A check is a deterministic test of an output. A case passes when all its checks pass and, where the suite has a rubric,
its score reaches the rubric's threshold. Checks of the suite apply to every case; a case can have more of its own.

Each result is one of three, always with a sentence that explains it:

- **passed** or **failed**: a verdict on the output.
- **error**: no verdict was reached, because the check cannot be applied to this case or output. An error counts neither
  as passed nor as failed.

Whatever a model answers, a check ends: its time grows in step with the length of the output, and it never runs
code, asks a model or opens a connection.

## Placeholders

Where a parameter says so, `{{{{name}}}}` in its value stands for the case's variable of that name, and
`{{{{expected}}}}` for the case's expected output, also where the prompt has a variable called `expected`.
`{{{{name|text}}}}` gives a default. Write `\\{{{{` for two braces that are meant as such. Everything else in a value
is taken as it stands.

One value may be up to {MAX_TEXT_BYTES // 1024} KB long; a list may have up to {MAX_TEXTS} entries.
"""


def checks_page() -> str:
    """The page about all checks, in Markdown, with a line break at the end."""
    return "\n".join([_INTRODUCTION, *(_section(kind) for kind in CHECKS.values())])


def _section(kind: CheckKind) -> str:
    lines = [f"## {kind.name}", "", kind.summary, ""]
    lines += ["| parameter | type | default | meaning |", "|---|---|---|---|"]
    lines += [_row(parameter) for parameter in kind.parameters]
    for note in kind.notes:
        lines += ["", note]
    for sample in kind.samples:
        lines += ["", *_example(kind, sample)]
    return "\n".join([*lines, ""])


def _row(parameter: Parameter) -> str:
    type_words = _TYPE_WORDS[parameter.type]
    if parameter.choices:
        type_words = " or ".join(f"`{choice}`" for choice in parameter.choices)
    if parameter.required:
        default = "required"
    else:
        default = "none" if parameter.default is None else f"`{_plain(parameter.default)}`"
    filled = " Placeholders are filled." if parameter.fillable else ""
    return f"| `{parameter.name}` | {type_words} | {default} | {parameter.help}{filled} |"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _example(kind: CheckKind, sample: Sample) -> list[str]:
    check = json.dumps({"kind": kind.name, **sample.params}, ensure_ascii=False)
    result = run_check(parse_check({"kind": kind.name, **sample.params}), sample.observation)
    given = _given(sample.observation)
    return ["```json", check, "```", "", f"{given} {_SHOWN[result.outcome]}: {result.explanation}"]


def _given(observation: Observation) -> str:
    output = json.dumps(observation.text, ensure_ascii=False)
    parts = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in observation.variables.items()]
    if observation.expected:
        parts.append(f"expected output {json.dumps(observation.expected, ensure_ascii=False)}")
    case = f" (case: {', '.join(parts)})" if parts else ""
    return f"The output <code>{_html(output)}</code>{_html(case)}"


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("`", "&#96;").replace("|", "&#124;")


if __name__ == "__main__":
    sys.stdout.write(checks_page())
