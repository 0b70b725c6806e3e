"""What a version holds, as one value: its messages, settings, response schema and tools, and the limits on
them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from promptassay.core.errors import ValidationFailed
from promptassay.language.hashing import content_hash
from promptassay.language.messages import ROLES, Message, as_messages
from promptassay.prompts.model_settings import setting_errors

CONTENT_BYTES: Final = 2 * 1024 * 1024
MESSAGES_MAX: Final = 100
JSON_BYTES: Final = 256 * 1024
JSON_DEPTH: Final = 60
TOOLS_MAX: Final = 64
TOOL_NAME_LENGTH: Final = 64


class HoldsContent(Protocol):
    """Anything with the four parts: a Version, a Draft, a PromptContent."""

    @property
    def messages(self) -> Any: ...
    @property
    def settings(self) -> Any: ...
    @property
    def response_schema(self) -> Any: ...
    @property
    def tools(self) -> Any: ...


@dataclass(frozen=True, repr=False)
class PromptContent:
    """Messages `[{role, content}]`, settings, a JSON schema of the answer or None, tools `[{name,
    description, parameters}]`.

    All of it is plain JSON. It prints as its length, so that no log holds a prompt.
    """

    messages: list[dict[str, str]]
    settings: dict[str, Any] = field(default_factory=dict)
    response_schema: dict[str, Any] | None = None
    tools: list[dict[str, Any]] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"PromptContent(<{len(self.messages)} messages, {length_of(self)} characters>)"

    @property
    def language_messages(self) -> tuple[Message, ...]:
        """The messages as the prompt language takes them."""
        return as_messages(self.messages)

    def to_json(self) -> dict[str, Any]:
        """The four parts as one JSON object; `content_of` of its values gives it back."""
        return {
            "messages": self.messages,
            "settings": self.settings,
            "response_schema": self.response_schema,
            "tools": self.tools,
        }


def content_of(source: HoldsContent) -> PromptContent:
    """The content of a version or a draft."""
    return PromptContent(list(source.messages), dict(source.settings), source.response_schema, list(source.tools))


def blank_content(role: str = "system") -> PromptContent:
    """What a new prompt starts from: one empty message."""
    return PromptContent([{"role": role, "content": ""}])


def hash_of(content: HoldsContent) -> str:
    """The content hash: equal exactly when messages, settings, schema and tools are."""
    return content_hash(as_messages(content.messages), content.settings, content.response_schema, content.tools)


def length_of(content: HoldsContent) -> int:
    """Characters (code points) of all messages together."""
    return sum(len(message["content"]) for message in content.messages)


def bytes_of(content: HoldsContent) -> int:
    """Bytes of all messages together, in UTF-8."""
    return sum(len(message["content"].encode("utf-8", "surrogatepass")) for message in content.messages)


def has_text(content: HoldsContent) -> bool:
    """Whether any message says anything."""
    return any(message["content"].strip() for message in content.messages)


def check_content(content: HoldsContent, *, complete: bool, to_run: bool = False) -> None:
    """Raise ValidationFailed, with a sentence for each part in `details`, unless the content can be stored.

    `complete` is what a version needs, and what runs; a draft may be empty. `to_run` says it in the words of a run.
    Malformed placeholders are no obstacle to being stored.
    """
    problems = dict(_message_problems(content.messages))
    if not problems:
        problems |= _whole_problems(content, complete=complete, to_run=to_run)
    problems |= setting_errors(content.settings)
    if content.response_schema is not None and (problem := schema_problem(content.response_schema)):
        problems["response_schema"] = problem
    if problem := tools_problem(content.tools):
        problems["tools"] = problem
    if not problems:
        return
    first = next(iter(problems.values()))
    raise ValidationFailed(
        f"The prompt cannot be {'run' if to_run else 'saved'} as it is.",
        why=first if len(problems) == 1 else f"{first} {len(problems) - 1} more below.",
        next_step=f"Nothing is lost: correct it and {'run' if to_run else 'save'} again.",
        details=problems,
    )


def _message_problems(messages: Any) -> Iterator[tuple[str, str]]:
    """Shapes first: what is wrong with them makes every other question moot."""
    if not isinstance(messages, list) or not messages:
        yield "messages", "A prompt has at least one message."
        return
    if len(messages) > MESSAGES_MAX:
        yield "messages", f"It has {len(messages)} messages; {MESSAGES_MAX} fit."
        return
    for number, message in enumerate(messages, start=1):
        if not isinstance(message, dict) or set(message) != {"role", "content"}:
            yield "messages", f"Message {number} is not an object with “role” and “content”."
            return
        if message["role"] not in ROLES:
            yield "messages", f"Message {number} has no role that is one of {', '.join(ROLES)}."
            return
        if not isinstance(message["content"], str):
            yield "messages", f"The content of message {number} is not a text."
            return


def _whole_problems(content: HoldsContent, *, complete: bool, to_run: bool) -> dict[str, str]:
    """What is wrong with well-shaped content as a whole."""
    size = bytes_of(content)
    if size > CONTENT_BYTES:
        return {"messages": f"The messages hold {megabytes(size)}; {megabytes(CONTENT_BYTES)} fit."}
    for number, message in enumerate(content.messages, start=1):
        if problem := text_problem(message["content"]):
            return {"messages": f"Message {number} {problem}"}
    if complete and not has_text(content):
        need = "there is nothing to send" if to_run else "a version needs at least one with text"
        return {"messages": f"All messages are empty; {need}."}
    return {}


def text_problem(text: str) -> str:
    """Why the database cannot hold a text, as the end of a sentence; empty when it can."""
    if "\x00" in text:
        return "holds a null character (U+0000), which cannot be stored."
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        return "holds half of a surrogate pair, which is no character."
    return ""


def schema_problem(schema: Any) -> str:
    """Why a value is no JSON schema (2020-12) of an answer; empty when it is one."""
    if not isinstance(schema, dict):
        return "A response schema is a JSON object."
    if problem := json_problem(schema):
        return problem
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        place = "/".join(str(part) for part in error.absolute_path)[:120]
        return f"It is not a JSON schema: {error.message[:200]}{f' (at {place})' if place else ''}."
    except RecursionError:
        return "It is nested too deep."
    return ""


def tools_problem(tools: Any) -> str:
    """Why a value is no list of tools; empty when it is one."""
    if not isinstance(tools, list):
        return "Tools are a JSON list."
    if len(tools) > TOOLS_MAX:
        return f"There are {len(tools)} tools; {TOOLS_MAX} fit."
    if problem := json_problem(tools):
        return problem
    names: set[str] = set()
    for number, tool in enumerate(tools, start=1):
        if problem := _tool_problem(tool):
            return f"Tool {number} {problem}"
        if tool["name"] in names:
            return f"Two tools are named “{tool['name']}”."
        names.add(tool["name"])
    return ""


def _tool_problem(tool: Any) -> str:
    if not isinstance(tool, dict) or set(tool) != {"name", "description", "parameters"}:
        return "is not an object with “name”, “description” and “parameters”."
    name = tool["name"]
    usable = isinstance(name, str) and 1 <= len(name) <= TOOL_NAME_LENGTH
    if not usable or not name.replace("_", "").replace("-", "").isalnum() or not name.isascii():
        return f"needs a name of 1 to {TOOL_NAME_LENGTH} letters, digits, “_” and “-”."
    if not isinstance(tool["description"], str):
        return "has a description that is not a text."
    problem = schema_problem(tool["parameters"])
    return f"has parameters that are no JSON schema. {problem}" if problem else ""


def json_problem(value: Any) -> str:
    """Why the database cannot hold a JSON value; empty when it can."""
    depth = 0
    level = [value]
    while level:
        depth += 1
        if depth > JSON_DEPTH:
            return f"It is nested deeper than {JSON_DEPTH} levels."
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below += [*each.keys(), *each.values()]
            elif isinstance(each, list):
                below += each
            elif isinstance(each, str) and (problem := text_problem(each)):
                return f"It {problem}"
        level = below
    try:
        size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
    except (TypeError, ValueError):
        return "It holds a number that is not finite."
    return f"It has {size:,} bytes; {JSON_BYTES:,} fit." if size > JSON_BYTES else ""


def megabytes(size: int) -> str:
    """A size for people, for example "5.0 MB"."""
    return f"{size / 1024**2:.1f} MB"
