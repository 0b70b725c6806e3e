"""Code to copy: what is printed is what the adapter sends, and the fake provider takes it with the key put in."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from promptassay.core.errors import Conflict
from promptassay.core.secret import Secret
from promptassay.prompts.snippets import ENVIRONMENT, Snippet, snippets
from promptassay.providers.adapters import ADAPTERS
from promptassay.providers.fake import FakeProvider, run_in_thread
from promptassay.providers.queries import ModelChoice
from promptassay.providers.wire import CallRequest, Message, ModelSettings, Target, ToolDefinition

KEY = "sk-Kx82mQp0vTz5"
HOSTILE = "It's `$HOME` \"$(id)\" \\ JSON\nJSON\n'; echo é 🙂   </pre>"
CALL = CallRequest(
    model="test-model",
    messages=(Message("system", "Be brief."), Message("user", HOSTILE)),
    settings=ModelSettings(temperature=0.3, max_output_tokens=120, stop=("END",)),
    tools=(ToolDefinition("look_up", "Looks it up.", {"type": "object", "properties": {"q": {"type": "string"}}}),),
)
SCHEMA = {"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"], "additionalProperties": False}
CALLS = {
    "everything": CALL,
    "json": CallRequest("test-model", (Message("user", "x"),), json_mode=True),
    "schema": CallRequest("test-model", (Message("user", "x"),), response_schema=SCHEMA),
    "effort": replace(CALL, settings=ModelSettings(reasoning_effort="high"), tools=()),
}
WIRES = ["openai", "anthropic", "google", "compatible"]


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with run_in_thread(keys=frozenset({KEY})) as server:
        yield server


def choice_of(fake: FakeProvider, wire: str) -> ModelChoice:
    base = {"anthropic": fake.anthropic_url, "google": fake.google_url}.get(wire, fake.openai_url)
    return ModelChoice("key/test-model", "test-model", "team", wire, "127.0.0.1", base)


def code(found: list[Snippet], name: str) -> str:
    return next(each.code for each in found if each.name == name)


def execute(command: list[str], text: str, wire: str) -> str:
    variables = {"PATH": os.environ["PATH"], ENVIRONMENT[wire]: KEY, "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(command, input=text, env=variables, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sent_by_us(choice: ModelChoice, call: CallRequest) -> Any:
    target = Target(choice.provider, choice.base_url, Secret(KEY))  # type: ignore[arg-type]
    return orjson.loads(ADAPTERS[choice.provider].build(call, target, stream=False).body or b"")


@pytest.mark.parametrize("case", CALLS)
@pytest.mark.parametrize("wire", WIRES)
def test_the_printed_curl_is_taken_and_sends_what_we_send(fake: FakeProvider, wire: str, case: str) -> None:
    choice = choice_of(fake, wire)
    answer = execute(["sh"], code(snippets(choice, CALLS[case]), "curl").replace("curl ", "curl -sS --fail "), wire)
    assert orjson.loads(answer)
    received = fake.received[-1]
    assert orjson.loads(bytes(received.body)) == sent_by_us(choice, CALLS[case])


@pytest.mark.parametrize("case", CALLS)
@pytest.mark.parametrize("wire", WIRES)
def test_the_printed_python_runs_with_the_official_package(fake: FakeProvider, wire: str, case: str) -> None:
    choice = choice_of(fake, wire)
    execute([sys.executable, "-"], code(snippets(choice, CALLS[case]), "python"), wire)
    received = orjson.loads(bytes(fake.received[-1].body))
    ours = sent_by_us(choice, CALLS[case])
    assert HOSTILE not in str(ours) or HOSTILE in str(received)
    if wire != "google":  # its package writes some fields in another way that means the same
        assert received == ours
    else:
        assert received["contents"] == ours["contents"] and received["store"] is False


@pytest.mark.parametrize("wire", WIRES)
def test_no_snippet_holds_a_key_and_each_names_its_variable(fake: FakeProvider, wire: str) -> None:
    for each in snippets(choice_of(fake, wire), CALL):
        assert KEY not in each.code
        assert ENVIRONMENT[wire] in each.code
    assert [each.title for each in snippets(choice_of(fake, wire), CALL)] == ["curl", "Python", "TypeScript"]


@pytest.mark.parametrize(("wire", "call"), [("openai", "completions"), ("anthropic", "messages"), ("google", "models")])
def test_the_typescript_holds_the_same_body(fake: FakeProvider, wire: str, call: str) -> None:
    choice = choice_of(fake, wire)
    text = code(snippets(choice, CALL), "typescript")
    assert f".{call}." in text and choice.base_url in text
    body = orjson.loads(text[text.index("await client") :].split("(", 1)[1].rsplit(");\nconsole", 1)[0])
    ours = sent_by_us(choice, CALL)
    assert body == ours if wire != "google" else body["contents"] == ours["contents"]


def test_a_providers_own_address_is_left_to_its_package() -> None:
    choice = ModelChoice("key/gpt-4.1", "gpt-4.1", "team", "openai", "api.openai.com", "https://api.openai.com/v1")
    found = snippets(choice, replace(CALL, model="gpt-4.1"))
    assert "https://api.openai.com/v1/chat/completions" in code(found, "curl")
    assert "base_url" not in code(found, "python") and "baseURL" not in code(found, "typescript")


def test_a_base_url_that_ends_in_a_version_keeps_it_once(fake: FakeProvider) -> None:
    choice = replace(choice_of(fake, "anthropic"), base_url=f"{fake.anthropic_url}/v1")
    assert f'base_url="{fake.anthropic_url}"' in code(snippets(choice, CALL), "python")
    choice = replace(choice_of(fake, "google"), base_url=f"{fake.google_url}/v1")
    assert '"api_version": "v1"' in code(snippets(choice, CALL), "python")


def test_the_demo_has_nothing_to_copy() -> None:
    demo = ModelChoice("demo/demo-small", "demo-small", "Demo", "demo", "inside PromptAssay")
    with pytest.raises(Conflict, match="cannot be called"):
        snippets(demo, CALL)
