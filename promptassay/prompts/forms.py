"""What people type about a prompt, as forms and as the workbench's fields; every field comes back as it was typed."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms

from promptassay.core.errors import ValidationFailed
from promptassay.language.errors import BadValue
from promptassay.language.values import as_texts
from promptassay.prompts.content import PromptContent, schema_problem, tools_problem
from promptassay.prompts.importing import read_tools
from promptassay.prompts.lint_fixes import Step, read_steps
from promptassay.prompts.model_settings import setting_errors
from promptassay.prompts.models import PromptType
from promptassay.prompts.services.prompts import DESCRIPTION_LIMIT, INTENT_LIMIT, TITLE_LIMIT

VARIABLE_PREFIX: Final = "var:"
FIELDS_SHOWN: Final = 200  # a page shows no more fields for variables; the others are given as JSON
# The role's field gives the order: an editor may put its text at the end of what is sent.
_ROLE_FIELD: Final = re.compile(r"role-(\d{1,6})")
_STOP_ESCAPE: Final = re.compile(r"\\([nt\\])")
_STOP_MEANS: Final = {"n": "\n", "t": "\t", "\\": "\\"}
# Settings fields as they are named in the page, in the order shown.
RAW_FIELDS: Final = (
    "temperature", "max_output_tokens", "top_p", "seed", "presence_penalty", "frequency_penalty",
    "reasoning_effort", "stop", "output", "response_schema", "tools",
)  # fmt: skip


class CreateForm(forms.Form):
    """A new prompt, empty or pasted."""

    title = forms.CharField(max_length=TITLE_LIMIT, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    prompt_type = forms.ChoiceField(choices=PromptType.choices, initial=PromptType.SYSTEM, label="Type")
    description = forms.CharField(max_length=DESCRIPTION_LIMIT, required=False)
    pasted = forms.CharField(
        required=False,
        strip=False,
        label="Text",
        help_text="Plain text, or the messages of an OpenAI or Anthropic request as JSON. Leave it empty to start "
        "with a blank page.",
        widget=forms.Textarea(attrs={"rows": 12, "class": "mono", "spellcheck": "false"}),
    )


class DetailsForm(forms.Form):
    """What is said about a prompt."""

    title = forms.CharField(max_length=TITLE_LIMIT, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    description = forms.CharField(
        max_length=DESCRIPTION_LIMIT, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    prompt_type = forms.ChoiceField(choices=PromptType.choices, label="Type")
    intent = forms.CharField(
        max_length=INTENT_LIMIT,
        required=False,
        help_text="What a good answer achieves.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    target_model = forms.CharField(required=False, label="Target model", widget=forms.Select())


@dataclass(frozen=True)
class Typed:
    """The workbench's fields as they came: what can be used as content, the rest as typed, and what is wrong.

    `keys` are the messages' field numbers, in order. `raw` holds every settings field; `unfinished` those that
    cannot be read, with the reasons under the same names in `errors`. `branch` names the line, empty for the main one.
    `fixes` are the fixes of the lint that the page says it made.
    """

    content: PromptContent
    keys: list[int]
    base_version: int
    revision: int
    tab: str
    raw: dict[str, str]
    unfinished: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    branch: str = ""
    fixes: list[Step] = field(default_factory=list)

    def require_readable(self) -> None:
        """Raise ValidationFailed unless every settings field could be read."""
        if self.errors:
            name, problem = next(iter(self.errors.items()))
            raise ValidationFailed(
                "The settings cannot be used as they are.",
                why=f"{name.replace('_', ' ').capitalize()}: {problem}",
                next_step="Correct them; your text is still here.",
                details=self.errors,
            )


def read_workbench(post: Mapping[str, str]) -> Typed:
    """Read the workbench's fields; never fails: limits and shapes are checked when the content is stored."""
    keys: list[int] = []
    messages: list[dict[str, str]] = []
    for name in post:
        if found := _ROLE_FIELD.fullmatch(name):
            keys.append(int(found[1]))
            text = post.get(f"content-{found[1]}", "").replace("\r\n", "\n")
            messages.append({"role": post[name], "content": text})
    raw = {name: post.get(name, "").replace("\r\n", "\n") for name in RAW_FIELDS}
    settings, schema, tools, errors = _read_settings(raw)
    return Typed(
        content=PromptContent(messages, settings, schema, tools),
        keys=keys,
        base_version=_natural(post.get("base")),
        revision=_natural(post.get("revision")),
        tab=post.get("tab", "")[:32],
        raw=raw,
        unfinished={name: raw[name] for name in errors},
        errors=errors,
        branch=post.get("branch", ""),
        fixes=read_steps(post.get("fixes", "")),
    )


def raw_settings(content: PromptContent, unfinished: Mapping[str, str]) -> dict[str, str]:
    """The settings fields of stored content, ready for the page."""
    settings = content.settings
    raw = {name: _shown(settings.get(name)) for name in RAW_FIELDS}
    raw["stop"] = "\n".join(_escape_stop(each) for each in settings.get("stop", []))
    raw["output"] = "json" if settings.get("json_mode") else ""
    schema = content.response_schema
    raw["response_schema"] = "" if schema is None else json.dumps(schema, ensure_ascii=False, indent=2)
    raw["tools"] = json.dumps(content.tools, ensure_ascii=False, indent=2) if content.tools else ""
    return {**raw, **{name: text for name, text in unfinished.items() if name in raw}}


def errors_in(raw: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the settings fields, by name."""
    return _read_settings(raw)[3]


def read_values(post: Mapping[str, str]) -> dict[str, str]:
    """The variables' values: the fields that were filled in, and one JSON object over them.

    A field left empty is no value: its variable takes its default, or is missing.
    """
    values = {
        name.removeprefix(VARIABLE_PREFIX): text.replace("\r\n", "\n")
        for name, text in post.items()
        if name.startswith(VARIABLE_PREFIX) and text
    }
    pasted = post.get("values_json", "").strip()
    if not pasted:
        return values
    try:
        data = json.loads(pasted)
    except (ValueError, RecursionError) as error:
        where = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise _bad_values(f"The JSON cannot be read{where}.") from None
    if not isinstance(data, dict):
        raise _bad_values("It is not one JSON object.")
    try:
        return values | as_texts(data)
    except BadValue as error:
        raise _bad_values(f"{error.message} {error.why}") from None


def _bad_values(why: str) -> ValidationFailed:
    return ValidationFailed(
        "The values cannot be used.",
        why=why,
        next_step='Write one object, such as {"name": "text"}, or empty the field.',
        details={"values_json": why},
    )


def _read_settings(
    raw: Mapping[str, str],
) -> tuple[dict[str, Any], dict[str, Any] | None, list[dict[str, Any]], dict[str, str]]:
    """Settings, response schema, tools, and what is wrong by field. A field in error gives nothing."""
    settings: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, read in _READERS.items():
        text = raw[name].strip()
        if not text:
            continue
        value = read(text)
        if problem := setting_errors({name: value}).get(name):
            errors[name] = problem
        elif value not in ("", [], None):
            settings[name] = value
    if raw["output"] == "json":
        settings["json_mode"] = True
    schema, problem = _read_json(raw["response_schema"], None, schema_problem)
    if problem:
        errors["response_schema"] = problem
    tools, problem = _read_json(raw["tools"], [], _tools_as_typed_problem)
    if problem:
        errors["tools"] = problem
        tools = []
    return settings, schema, read_tools(tools), errors


def _read_json(text: str, empty: Any, check: Callable[[Any], str]) -> tuple[Any, str]:
    """A JSON field's value, or `empty` and what is wrong."""
    if not text.strip():
        return empty, ""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        return empty, f"No JSON: line {error.lineno}, column {error.colno}, {error.msg.lower()}."
    except (ValueError, RecursionError):
        return empty, "No JSON that can be stored: a number is too long or it is nested too deep."
    problem = check(value)
    return (empty, problem) if problem else (value, "")


def _tools_as_typed_problem(value: Any) -> str:
    return tools_problem(read_tools(value)) if isinstance(value, list) else "Tools are a JSON list."


def _float(text: str) -> Any:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def _int(text: str) -> Any:
    return int(text) if re.fullmatch(r"-?[0-9]{1,12}", text) else text


def _stops(text: str) -> list[str]:
    lines = [line for line in text.split("\n") if line]
    return [_STOP_ESCAPE.sub(lambda found: _STOP_MEANS[found[1]], line) for line in lines]


def _shown(value: Any) -> str:
    """A setting as one would type it: 1 rather than 1.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def _escape_stop(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def _natural(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else 0


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "temperature": _float,
    "max_output_tokens": _int,
    "top_p": _float,
    "seed": _int,
    "presence_penalty": _float,
    "frequency_penalty": _float,
    "reasoning_effort": str,
    "stop": _stops,
}
