"""Reading a pasted prompt: plain text, or the messages of an OpenAI or Anthropic request as JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from promptassay.core.errors import ValidationFailed
from promptassay.prompts.content import PromptContent
from promptassay.prompts.model_settings import setting_errors

Origin = Literal["text", "openai", "anthropic"]

# How text begins that was meant as a conversation, so that broken JSON is an error and not a prompt.
_MEANT_AS_JSON: Final = re.compile(r'\s*(\[\s*\{\s*"(role|content)"|\{\s*"(messages|model|system)"\s*:)')
_ROLES: Final = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "model": "assistant",
}
_TEXT_PARTS: Final = ("text", "input_text", "output_text")
_RENAMED: Final = {
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
    "stop_sequences": "stop",
}
_SAME: Final = (
    "temperature",
    "top_p",
    "seed",
    "reasoning_effort",
    "presence_penalty",
    "frequency_penalty",
    "stop",
)


@dataclass(frozen=True)
class Pasted:
    """What a pasted text holds; `left_out` names members that have no place in a prompt."""

    content: PromptContent
    origin: Origin
    left_out: tuple[str, ...] = ()


def read_pasted(text: str, *, role: str = "system") -> Pasted:
    """Read pasted text; anything that is no conversation in JSON is one message of `role`, exactly as it
    stands.

    Raises ValidationFailed for JSON that was meant as a conversation and cannot be read as one.
    """
    data = _decoded(text)
    if isinstance(data, list):
        return Pasted(PromptContent(_messages(data)), "openai")
    if isinstance(data, dict):
        return _from_request(data)
    return Pasted(PromptContent([{"role": role, "content": text.replace("\r\n", "\n")}]), "text")


def _decoded(text: str) -> Any:
    """The conversation in a text as JSON, None when it is plain text."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        if _MEANT_AS_JSON.match(text):
            raise _bad(
                "The pasted JSON cannot be read.",
                f"At line {error.lineno}, column {error.colno}: {error.msg.lower()}.",
            ) from None
        return None
    except (RecursionError, ValueError):
        return None
    return data if _is_conversation(data) else None


def _is_conversation(data: Any) -> bool:
    if isinstance(data, list):
        return bool(data) and all(isinstance(each, dict) and "role" in each for each in data)
    return isinstance(data, dict) and isinstance(data.get("messages"), list)


def _from_request(data: Mapping[str, Any]) -> Pasted:
    """A whole request body: its messages, and those settings that a prompt keeps."""
    is_anthropic = "system" in data or "stop_sequences" in data or _has_input_schema(data)
    messages = _messages(data["messages"])
    if data.get("system"):
        messages.insert(0, {"role": "system", "content": _text_of(data["system"], "The system prompt")})
    settings, schema = _settings(data)
    known = {"messages", "system", "model", "stream", "tools", "response_format", *_RENAMED, *_SAME}
    left_out = tuple(sorted(str(name)[:40] for name in data if name not in known))
    content = PromptContent(messages, settings, schema, read_tools(data.get("tools") or []))
    return Pasted(content, "anthropic" if is_anthropic else "openai", left_out[:20])


def _has_input_schema(data: Mapping[str, Any]) -> bool:
    tools = data.get("tools")
    return isinstance(tools, list) and any(isinstance(tool, dict) and "input_schema" in tool for tool in tools)


def _settings(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    settings = {name: data[name] for name in _SAME if data.get(name) is not None}
    for theirs, ours in _RENAMED.items():
        if data.get(theirs) is not None:
            settings[ours] = data[theirs]
    if isinstance(settings.get("stop"), str):
        settings["stop"] = [settings["stop"]]
    schema: dict[str, Any] | None = None
    wanted = data.get("response_format")
    if isinstance(wanted, dict) and wanted.get("type") == "json_object":
        settings["json_mode"] = True
    elif isinstance(wanted, dict) and isinstance(wanted.get("json_schema"), dict):
        found = wanted["json_schema"].get("schema")
        schema = found if isinstance(found, dict) else None
    if errors := setting_errors(settings):
        name, problem = next(iter(errors.items()))
        raise _bad("A setting in the pasted JSON cannot be used.", f"{name}: {problem}")
    return settings, schema


def _messages(items: list[Any]) -> list[dict[str, str]]:
    if not items:
        raise _bad("The pasted JSON has no messages.", "Its list of messages is empty.")
    messages: list[dict[str, str]] = []
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            raise _bad("The pasted JSON cannot be read as messages.", f"Message {number} is not an object.")
        role = item.get("role")
        if not isinstance(role, str) or role not in _ROLES:
            raise _bad(
                "The pasted JSON has a message that a prompt cannot hold.",
                f"Message {number} has the role {str(role)[:40]!r}; prompts hold system, user and assistant.",
            )
        messages.append({"role": _ROLES[role], "content": _text_of(item.get("content"), f"Message {number}")})
    return messages


def _text_of(content: Any, where: str) -> str:
    """The text of a message: a text, or the text parts of a list."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise _bad("The pasted JSON cannot be read as messages.", f"{where} has content that is not text.")
    texts: list[str] = []
    for part in content:
        if not isinstance(part, dict) or part.get("type") not in _TEXT_PARTS or not isinstance(part.get("text"), str):
            kind = part.get("type") if isinstance(part, dict) else type(part).__name__
            raise _bad(
                "The pasted JSON has content that a prompt cannot hold.",
                f"{where} has a part of type {str(kind)[:40]!r}; prompts hold text only.",
            )
        texts.append(part["text"])
    return "\n\n".join(texts)


def read_tools(items: Any) -> list[dict[str, Any]]:
    """Tools in our own, OpenAI's or Anthropic's shape, in ours. What cannot be read is left for the check
    to name.
    """
    if not isinstance(items, list):
        raise _bad("The tools cannot be read.", "They are not a JSON list.")
    return [_tool(item) for item in items]


def _tool(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    inner = item["function"] if isinstance(item.get("function"), dict) else item
    if "name" not in inner:
        return item
    parameters = inner.get("parameters") or inner.get("input_schema") or {"type": "object", "properties": {}}
    return {"name": inner["name"], "description": inner.get("description") or "", "parameters": parameters}


def _bad(message: str, why: str) -> ValidationFailed:
    return ValidationFailed(
        message,
        why=why,
        next_step="Correct it, or paste the text of the prompt alone.",
        details={"pasted": f"{message} {why}"},
    )
