"""Runs through the door: the answer streams in all formats, the count is kept, the text is not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from promptassay.providers.fake import FakeProvider, run_in_thread
from promptassay.providers.models import KeyUse
from promptassay.usage.models import ModelCall
from tests.events import events
from tests.people import Person
from tests.prompts.factories import (
    SECRET,
    leaked,
    make_key,
    make_prompt,
    same_page,
    text_of,
    typed,
    unknown_id,
)

SCRIPT = {"headers": {"Accept": "text/event-stream"}}


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with run_in_thread() as server:
        yield server


def run(person: Person, prompt: Any, model: str, *texts: str, **fields: str) -> Any:
    form = {**typed(*texts), **fields, "model": model}
    return person.post(person.url("prompts:prompt-run", prompt.id), form, **SCRIPT)


def answer(found: list[tuple[str, Any]]) -> str:
    return "".join(data["text"] for name, data in found if name == "delta")


def test_the_demo_answers_and_only_the_count_is_kept(committed: None, alice: Person) -> None:
    prompt = make_prompt(alice)
    found = events(run(alice, prompt, "demo/demo-small", "Echo {{word}}", **{"var:word": "zebra"}))
    assert found[0] == ("start", {"host": "inside PromptAssay", "key": "", "model": "demo-small"})
    assert answer(found)
    name, done = found[-1]
    assert name == "done" and done["cost"] == 0 and done["total_ms"] >= 0 and done["usage"]["input_tokens"] > 0
    with alice.inside():
        call = ModelCall.objects.get()
        assert (call.purpose, call.subject_id, call.status) == ("playground", prompt.id, "ok")
        assert call.output_tokens == done["usage"]["output_tokens"]
        assert not KeyUse.objects.exists()


@pytest.mark.parametrize("wire", ["openai", "anthropic", "google", "compatible"])
def test_each_wire_format_streams(committed: None, alice: Person, fake: FakeProvider, settings: Any, wire: str) -> None:
    base = {"openai": fake.openai_url, "anthropic": fake.anthropic_url, "google": fake.google_url}
    settings.PROVIDER_BASE_URLS = base
    secret = {"anthropic": "sk-ant-api03-Hj5Gd3Fs6Qw8Er2Ty", "google": "AIzaSyUv4Io9Pa1Mx6Nz3Bc7"}.get(wire, SECRET)
    key = make_key(alice, provider=wire, secret=secret, base_url=fake.openai_url if wire == "compatible" else "")
    prompt = make_prompt(alice)
    found = events(run(alice, prompt, f"{key.id}/test-model", "System {{who}}", "Say hello", **{"var:who": "Zoe"}))
    assert found[0][1]["key"] == "team" and found[0][1]["host"].startswith("127.0.0.1")
    assert answer(found) and found[-1][0] == "done"
    assert b"System Zoe" in bytes(fake.received[-1].body)
    with alice.inside():
        assert ModelCall.objects.get().key_id == key.id
        assert KeyUse.objects.get().purpose == "playground"


@pytest.mark.parametrize(("fault", "kind"), [("401", "wrong_key"), ("key-echo", None), ("500", "server_error")])
def test_a_provider_error_is_an_event_with_what_to_do(
    committed: None, alice: Person, fake: FakeProvider, fault: str, kind: str | None
) -> None:
    key = make_key(alice, provider="compatible", base_url=fake.openai_url)
    prompt = make_prompt(alice)
    response = run(alice, prompt, f"{key.id}/test-model!{fault}", "x")
    name, data = events(response)[-1]
    assert name == "error" and data["message"] and data["next_step"]
    assert not leaked(SECRET, response.content.decode())
    with alice.inside():
        status = ModelCall.objects.get().status
    assert status == kind if kind else status != "ok"


@pytest.mark.parametrize(
    ("texts", "fields", "why"),
    [
        (("{{a}} {{b}}",), {}, "a, b"),
        (("fine", "{{ bad"), {}, "message 2, line 1, column 1"),
        (("${fragment:tone}",), {}, "There is no fragment “tone”"),
        (("",), {}, "there is nothing to send"),
        (("x",), {"temperature": "hot"}, "from 0 to 2"),
        (("x",), {"values_json": "{"}, "cannot be read"),
        (("x" * 5 * 1024**2,), {}, "5.0 MB; 2.0 MB fit"),
    ],
)
def test_what_cannot_run_is_refused_before_the_call(
    alice: Person, texts: tuple[str, ...], fields: dict[str, str], why: str
) -> None:
    prompt = make_prompt(alice)
    response = run(alice, prompt, "demo/demo-small", *texts, **fields)
    assert response.status_code == 422
    assert why in json.dumps(response.json(), ensure_ascii=False)
    with alice.inside():
        assert not ModelCall.objects.exists()


@pytest.mark.parametrize("model", ["", "nonsense", "demo/none", "01890000-0000-7000-8000-000000000000/m"])
def test_a_model_that_is_not_there_is_refused(alice: Person, model: str) -> None:
    response = run(alice, make_prompt(alice), model, "x")
    assert response.status_code in (409, 422) and response.json()["error"]["details"]["next_step"]


def test_another_workspaces_key_is_not_there(alice: Person, bob: Person, fake: FakeProvider) -> None:
    key = make_key(alice, provider="compatible", base_url=fake.openai_url)
    response = run(bob, make_prompt(bob), f"{key.id}/m", "x")
    unknown = run(bob, make_prompt(bob), f"{unknown_id()}/m", "x")
    assert response.status_code == 409 and response.content == unknown.content
    assert not fake.received


def test_the_note_says_where_the_text_goes(alice: Person, bob: Person, anonymous: Person, fake: FakeProvider) -> None:
    key = make_key(alice, provider="compatible", base_url=fake.openai_url)
    address = alice.url("prompts:model-note")
    note = text_of(alice.get(f"{address}?model={key.id}/m"))
    assert "This text goes to <b>127.0.0.1" in note and "with key <b>team</b>" in note
    assert "not a language model" in text_of(alice.get(f"{address}?model=demo/demo-small"))
    assert alice.get(address, **SCRIPT).status_code == 422
    assert alice.post(address).status_code == 405
    assert bob.get(address).status_code == 404
    assert anonymous.get(address).status_code == 302


def test_who_may_not_run(alice: Person, bob: Person, anonymous: Person) -> None:
    prompt = make_prompt(alice)
    form = {**typed("x"), "model": "demo/demo-small"}
    foreign = bob.post(bob.url("prompts:prompt-run", prompt.id), form)
    assert foreign.status_code == 404
    assert same_page(foreign, bob.post(bob.url("prompts:prompt-run", unknown_id()), form))
    assert bob.post(alice.url("prompts:prompt-run", prompt.id), form).status_code == 404
    assert anonymous.post(alice.url("prompts:prompt-run", prompt.id), form, **SCRIPT).status_code == 401
    assert alice.get(alice.url("prompts:prompt-run", prompt.id)).status_code == 405
