"""A call as code to copy: curl, Python and TypeScript, made of the very request that the adapter would send.

The key is not in it: a variable of the environment stands in its place.
"""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from promptassay.core.errors import Conflict
from promptassay.core.secret import Secret
from promptassay.providers.adapters import ADAPTERS
from promptassay.providers.queries import ModelChoice
from promptassay.providers.wire import DEFAULT_BASE_URLS, CallRequest, Target, WireRequest

ENVIRONMENT: Final[Mapping[str, str]] = {
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "google": "GEMINI_API_KEY",
    "compatible": "API_KEY",
}
# What the Python SDK's `messages.create` has as arguments of its own; the rest of the body goes as `extra_body`.
_ANTHROPIC_ARGUMENTS: Final = frozenset(
    {"model", "messages", "max_tokens", "system", "temperature", "top_p", "stop_sequences", "tools", "tool_choice",
     "thinking"}
)  # fmt: skip


@dataclass(frozen=True, repr=False)
class Snippet:
    """One piece of code, for example title `curl`; `name` is fit for an id."""

    name: str
    title: str
    code: str


@dataclass(frozen=True, repr=False)
class _Call:
    """What every language needs: the address, the variable of the key, and the body."""

    target: Target
    variable: str
    wire: WireRequest
    body: dict[str, Any]
    model: str

    @property
    def own_base(self) -> str:
        """The base URL where it is not the provider's own, else nothing."""
        return "" if self.target.url == DEFAULT_BASE_URLS.get(self.target.provider) else self.target.url


def snippets(choice: ModelChoice, call: CallRequest) -> list[Snippet]:
    """The call as curl, Python and TypeScript. Raises Conflict for the demo, which has no address to call."""
    if choice.is_demo:
        raise Conflict(
            "The demo cannot be called from a program.",
            why="It answers by template, inside this server.",
            next_step="Choose a model of a provider key, then copy again.",
        )
    variable = ENVIRONMENT[choice.provider]
    target = Target(choice.provider, choice.base_url, Secret(f"${variable}"))  # type: ignore[arg-type]
    wire = ADAPTERS[choice.provider].build(call, target, stream=False)
    made = _Call(target, variable, wire, json.loads(wire.body or b"{}"), call.model)
    python, typescript = _WRITERS[choice.provider]
    return [
        Snippet("curl", "curl", _curl(made)),
        Snippet("python", "Python", python(made)),
        Snippet("typescript", "TypeScript", typescript(made)),
    ]


def _curl(call: _Call) -> str:
    """The body comes through a quoted here-document, in which a shell changes nothing."""
    lines = [f"curl {shlex.quote(call.target.url + call.wire.path)} \\"]
    for name, value in call.wire.headers.items():
        # The shell fills the key in, so this one header has double quotes; nothing else in it is special.
        holds_key = f"${call.variable}" in value
        header = f"{name}: {value}"
        quoted = f'"{header}"' if holds_key else shlex.quote(header)
        lines.append(f"  -H {quoted} \\")
    return "\n".join([*lines, "  --data-binary @- <<'JSON'", _json(call.body), "JSON"])


def _openai_python(call: _Call) -> str:
    client = [f'api_key=os.environ["{call.variable}"]']
    if call.own_base:
        client.append(f"base_url={_python(call.own_base)}")
    return "\n".join(
        [
            "import os",
            "",
            "from openai import OpenAI",
            "",
            f"client = OpenAI({', '.join(client)})",
            f"response = client.chat.completions.create({_arguments(call.body)})",
            "print(response.choices[0].message.content)",
        ]
    )


def _anthropic_python(call: _Call) -> str:
    client = [f'api_key=os.environ["{call.variable}"]']
    if base := _anthropic_base(call):
        client.append(f"base_url={_python(base)}")
    client.append(f"default_headers={_python({'anthropic-version': call.wire.headers['anthropic-version']})}")
    own = {name: value for name, value in call.body.items() if name in _ANTHROPIC_ARGUMENTS}
    if extra := {name: value for name, value in call.body.items() if name not in own}:
        own["extra_body"] = extra
    return "\n".join(
        [
            "import os",
            "",
            "from anthropic import Anthropic",
            "",
            f"client = Anthropic({', '.join(client)})",
            f"response = client.messages.create({_arguments(own)})",
            'print("".join(block.text for block in response.content if block.type == "text"))',
        ]
    )


def _google_python(call: _Call) -> str:
    client = [f'api_key=os.environ["{call.variable}"]']
    if options := _google_options(call, "base_url", "api_version"):
        client.append(f"http_options={_python(options)}")
    contents, config = _google_parts(call, "system_instruction", ("http_options", "extra_body"))
    whole = {"model": call.model, "contents": contents, "config": config}
    return "\n".join(
        [
            "import os",
            "",
            "from google import genai",
            "",
            f"client = genai.Client({', '.join(client)})",
            f"response = client.models.generate_content({_arguments(whole)})",
            "print(response.text)",
        ]
    )


def _openai_typescript(call: _Call) -> str:
    client: dict[str, Any] = {"baseURL": call.own_base} if call.own_base else {}
    return "\n".join(
        [
            'import OpenAI from "openai";',
            "",
            f"const client = new OpenAI({_options(call, client)});",
            f"const response = await client.chat.completions.create({_json(call.body)});",
            "console.log(response.choices[0].message.content);",
        ]
    )


def _anthropic_typescript(call: _Call) -> str:
    base = _anthropic_base(call)
    client: dict[str, Any] = {"baseURL": base} if base else {}
    client["defaultHeaders"] = {"anthropic-version": call.wire.headers["anthropic-version"]}
    return "\n".join(
        [
            'import Anthropic from "@anthropic-ai/sdk";',
            "",
            f"const client = new Anthropic({_options(call, client)});",
            f"const response = await client.messages.create({_json(call.body)});",
            'console.log(response.content.map((block) => (block.type === "text" ? block.text : "")).join(""));',
        ]
    )


def _google_typescript(call: _Call) -> str:
    options = _google_options(call, "baseUrl", "apiVersion")
    contents, config = _google_parts(call, "systemInstruction", ("httpOptions", "extraBody"))
    whole = {"model": call.model, "contents": contents, "config": config}
    return "\n".join(
        [
            'import { GoogleGenAI } from "@google/genai";',
            "",
            f"const client = new GoogleGenAI({_options(call, {'httpOptions': options} if options else {})});",
            f"const response = await client.models.generateContent({_json(whole)});",
            "console.log(response.text);",
        ]
    )


def _anthropic_base(call: _Call) -> str:
    """The SDK writes `/v1/messages` behind the base URL, so a base that ends in the version loses it."""
    base = call.own_base
    return base.rpartition("/")[0] if base and call.wire.path == "/messages" else base


def _google_options(call: _Call, base_url: str, api_version: str) -> dict[str, Any]:
    """The SDK keeps the version of the address apart."""
    base = call.own_base
    if not base:
        return {}
    if call.wire.path.startswith("/v1beta/"):
        return {base_url: base}
    base, _, version = base.rpartition("/")
    return {base_url: base, api_version: version}


def _google_parts(call: _Call, system: str, extra: tuple[str, str]) -> tuple[Any, dict[str, Any]]:
    """Contents and config; what the SDK's config has no name for travels in the extra body."""
    body = dict(call.body)
    config: dict[str, Any] = {}
    if "systemInstruction" in body:
        config[system] = body.pop("systemInstruction")
    config |= body.pop("generationConfig", {})
    if "tools" in body:
        config["tools"] = body.pop("tools")
    contents = body.pop("contents")
    if body:
        config[extra[0]] = {extra[1]: body}
    return contents, config


def _options(call: _Call, more: Mapping[str, Any]) -> str:
    rest = "".join(f", {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in more.items())
    return f"{{ apiKey: process.env.{call.variable}{rest} }}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _arguments(values: Mapping[str, Any]) -> str:
    """Keyword arguments of a Python call, one a line."""
    return "".join(["\n", *(f"    {name}={_python(value, 4)},\n" for name, value in values.items())])


def _python(value: Any, indent: int = 0) -> str:
    """A JSON value as Python source; JSON's strings are Python's."""
    inner, outer = " " * (indent + 4), " " * indent
    if isinstance(value, dict) and value:
        items = (f"{inner}{_python(name)}: {_python(each, indent + 4)},\n" for name, each in value.items())
        return f"{{\n{''.join(items)}{outer}}}"
    if isinstance(value, list) and value:
        return f"[\n{''.join(f'{inner}{_python(each, indent + 4)},{chr(10)}' for each in value)}{outer}]"
    return repr(value) if isinstance(value, bool) or value is None else json.dumps(value, ensure_ascii=False)


_WRITERS: Final = {
    "openai": (_openai_python, _openai_typescript),
    "compatible": (_openai_python, _openai_typescript),
    "anthropic": (_anthropic_python, _anthropic_typescript),
    "google": (_google_python, _google_typescript),
}
