"""Panels through the door: what they find streams in every wire format, the count is kept, the text is not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from promptassay.assist.models import Consent
from promptassay.assist.panels import PANELS
from promptassay.assist.queries import has_consented
from promptassay.assist.services import give_consent
from promptassay.prompts.models import Prompt
from promptassay.providers.fake import FakeProvider, run_in_thread
from promptassay.providers.models import KeyUse, ProviderKey
from promptassay.usage.models import ModelCall
from tests.assist.factories import ANSWERS, CRITIQUE, TEXT, answer_of, form_of
from tests.events import events
from tests.people import Person
from tests.prompts.factories import SECRET, leaked, make_key, make_prompt, same_page, text_of, unknown_id

NAMES = list(PANELS)
JSON_NAMES = [name for name, panel in PANELS.items() if not panel.is_text]
EVENT_STREAM = {"headers": {"Accept": "text/event-stream"}}


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with run_in_thread() as server:
        yield server


@pytest.fixture
def prompt(alice: Person) -> Prompt:
    return make_prompt(alice, "Sort {{ticket}}.", TEXT)


@pytest.fixture
def key(alice: Person, fake: FakeProvider) -> ProviderKey:
    made = make_key(alice, provider="compatible", base_url=fake.openai_url)
    with alice.inside():
        give_consent(alice.actor, f"{made.id}/m")
    return made


def run(person: Person, panel: str, prompt: Prompt, model: str = "", /, *texts: str, **fields: str) -> Any:
    form = form_of(panel, *texts, **fields) | ({"model": model} if model else {})
    return person.post(person.url("assist:panel-run", panel, prompt.id), form, **EVENT_STREAM)


def items(found: list[tuple[str, Any]], name: str) -> list[Any]:
    return [data["value"] for kind, data in found if kind == "item" and data["list"] == name]


@pytest.mark.parametrize("wire", ["openai", "anthropic", "google", "compatible"])
@pytest.mark.parametrize("panel", NAMES)
def test_every_panel_streams_in_every_wire_format(
    committed: None, alice: Person, fake: FakeProvider, settings: Any, wire: str, panel: str
) -> None:
    settings.PROVIDER_BASE_URLS = {
        "openai": fake.openai_url, "anthropic": fake.anthropic_url, "google": fake.google_url
    }  # fmt: skip
    secret = {"anthropic": "sk-ant-api03-Hj5Gd3Fs6Qw8Er2Ty", "google": "AIzaSyUv4Io9Pa1Mx6Nz3Bc7"}.get(wire, SECRET)
    key = make_key(alice, provider=wire, secret=secret, base_url=fake.openai_url if wire == "compatible" else "")
    prompt = make_prompt(alice, "Sort {{ticket}}.")
    with alice.inside():
        give_consent(alice.actor, f"{key.id}/m")
    fake.control({"queue": [answer_of(panel)]})
    found = events(run(alice, panel, prompt, f"{key.id}/test-model"))
    name, start = found[0]
    assert name == "start" and (start["panel"], start["version"]) == (panel, f"{panel}-v1")
    assert (start["key"], start["model"]) == ("team", "test-model") and start["host"].startswith("127.0.0.1")
    assert found[-1][0] == "done" and "repair" not in dict(found)
    if panel in ANSWERS:
        for list_name, things in ANSWERS[panel].items():
            if isinstance(things, list):
                assert len(items(found, list_name)) == len(things)
            else:
                assert ("value", {"name": list_name, "value": things}) in found
    else:
        assert "".join(data["text"] for name, data in found if name == "delta") == answer_of(panel)
    sent = bytes(fake.received[-1].body).decode()
    assert f"You are the {panel} panel of a prompt workbench ({panel}-v1)." in sent
    assert "explain everything in detail" in sent or panel == "compare"
    with alice.inside():
        call = ModelCall.objects.get()
        assert (call.purpose, call.subject_id, call.status, call.key_id) == (panel, prompt.id, "ok", key.id)
        assert KeyUse.objects.get().purpose == panel


def test_findings_stand_where_their_words_stand(
    committed: None, alice: Person, prompt: Prompt, fake: FakeProvider, key: ProviderKey
) -> None:
    fake.control({"queue": [answer_of("critique")]})
    found = events(run(alice, "critique", prompt, f"{key.id}/m"))
    there, nowhere = items(found, "findings")
    start = TEXT.index("Be   brief")
    assert there["places"] == [{"message": 0, "start": start, "end": start + len("Be   brief, but explain")}]
    assert nowhere["places"] == []
    assert [each["score"] for each in items(found, "scores")] == [3, 4, 5, 6, 7, 8]


def test_words_are_found_in_a_large_text_too(
    committed: None, alice: Person, prompt: Prompt, fake: FakeProvider, key: ProviderKey
) -> None:
    fake.control({"queue": [answer_of("critique")]})
    found = events(run(alice, "critique", prompt, f"{key.id}/m", "x " * 150_000 + TEXT))
    assert items(found, "findings")[0]["places"][0]["start"] == 300_000 + TEXT.index("Be   brief")


def test_edits_know_their_one_place_and_their_words(
    committed: None, alice: Person, prompt: Prompt, fake: FakeProvider, key: ProviderKey
) -> None:
    answer = {
        "edits": [
            *ANSWERS["improve"]["edits"],
            {"message": 1, "find": "everything in", "replace": "all in", "why": "Overlaps the first."},
            {"message": 1, "find": "e", "replace": "E", "why": "Stands often."},
            {"message": 4, "find": "", "replace": "x", "why": "There is no such message."},
            {"message": 1, "find": "the ticket {{ticket}}", "replace": "it", "why": "Loses a variable."},
        ],
        "summary": "",
    }
    fake.control({"queue": [json.dumps(answer)]})
    edits = items(events(run(alice, "improve", prompt, f"{key.id}/m")), "edits")
    first, append, missing, overlap, often, no_message, loses = edits
    start = TEXT.index("explain everything")
    assert first["places"] == [{"message": 0, "start": start, "end": len(TEXT) - 1}]
    assert "".join(each["text"] for each in first["words"] if each["kind"] != "delete") == "give one reason"
    assert append["places"] == [{"message": 0, "start": len(TEXT), "end": len(TEXT)}] and "problem" not in append
    assert missing["problem"] == "Its words are not in the text." and missing["places"] == []
    assert overlap["problem"] == "It overlaps edit 1."
    assert "more than once" in often["problem"]
    assert no_message["problem"] == "There is no message 4."
    assert loses["lost"] == ["{{ticket}}"] and first["lost"] == []


def test_a_rewrite_grows_and_ends_with_what_is_different(
    committed: None, alice: Person, prompt: Prompt, fake: FakeProvider, key: ProviderKey
) -> None:
    fake.control({"queue": [answer_of("rewrite")]})
    found = events(run(alice, "rewrite", prompt, f"{key.id}/m"))
    parts = [data for name, data in found if name == "part"]
    assert len(parts) > 3 and {(each["index"], each["role"]) for each in parts} == {(0, "system")}
    assert "".join(each["text"] for each in parts) == ANSWERS["rewrite"]["messages"][0]["content"]
    told = dict(found)
    assert told["value"] == {"name": "placeholders", "value": {"lost": [], "added": []}}
    assert "<ins>" in told["diff"]["html"] and "<script" not in told["diff"]["html"]
    lossy = {**ANSWERS["rewrite"], "messages": [{"role": "system", "content": "Sort {{mail}} <b>well</b>."}]}
    fake.control({"queue": [json.dumps(lossy)]})
    told = dict(events(run(alice, "rewrite", prompt, f"{key.id}/m")))
    assert told["value"]["value"] == {"lost": ["{{ticket}}"], "added": ["{{mail}}"]}
    assert "<b>well" not in told["diff"]["html"]


@pytest.mark.parametrize("panel", JSON_NAMES)
def test_a_bad_answer_is_asked_for_once_more(
    committed: None, alice: Person, prompt: Prompt, fake: FakeProvider, key: ProviderKey, panel: str
) -> None:
    fake.control({"queue": ["I would rather talk about it.", f"Sure:\n```json\n{answer_of(panel)}\n```"]})
    found = events(run(alice, panel, prompt, f"{key.id}/m"))
    names = [name for name, _ in found]
    assert names.count("start") == 1 and names.count("repair") == 1 and names[-1] == "done" and "raw" not in names
    assert "no JSON object" in dict(found)["repair"]["reason"]
    asked_again = bytes(fake.received[-1].body).decode()
    assert "I would rather talk about it." in asked_again and "could not be used" in asked_again
    with alice.inside():
        calls = list(ModelCall.objects.all())
        assert [call.status for call in calls] == ["ok", "ok"]
        assert KeyUse.objects.count() == 2
        done = dict(found)["done"]
        assert done["usage"]["input_tokens"] == sum(call.input_tokens or 0 for call in calls)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (["no", "no again"], "no JSON object"),
        ([json.dumps({**CRITIQUE, "scores": CRITIQUE["scores"][:5]})] * 2, "no score of robustness"),
        ([json.dumps({**CRITIQUE, "scores": [*CRITIQUE["scores"], CRITIQUE["scores"][0]]})] * 2, "more than one score"),
        ([json.dumps({**CRITIQUE, "findings": [{"severity": "grave"}]})] * 2, "none of must, should, may"),
        ([json.dumps({**CRITIQUE, "scores": [{**CRITIQUE["scores"][0], "score": 11}]})] * 2, "outside 0 to 10"),
        ([json.dumps({"scores": [], "findings": []})] * 2, "has no “summary”"),
    ],
)
def test_what_stays_unusable_is_shown_raw_with_the_reason(
    committed: None,
    alice: Person,
    prompt: Prompt,
    fake: FakeProvider,
    key: ProviderKey,
    answers: list[str],
    reason: str,
) -> None:
    fake.control({"queue": answers})
    found = events(run(alice, "critique", prompt, f"{key.id}/m"))
    assert [name for name, _ in found if name in ("repair", "raw", "done")] == ["repair", "raw", "done"]
    raw = dict(found)["raw"]
    assert raw["text"] == answers[1] and reason in raw["reason"]


@pytest.mark.parametrize(("fault", "words"), [("length", "cut off"), ("refusal", "refused"), ("filtered", "refused")])
def test_what_asking_again_would_not_mend_is_not_asked_again(
    committed: None, alice: Person, prompt: Prompt, fake: FakeProvider, key: ProviderKey, fault: str, words: str
) -> None:
    fake.control({"text": "half an ans"})
    found = dict(events(run(alice, "critique", prompt, f"{key.id}/m!{fault}")))
    assert "repair" not in found and words in found["raw"]["reason"] and len(fake.received) == 1


def test_a_failing_repair_shows_the_first_answer_and_says_what_failed(
    committed: None, alice: Person, prompt: Prompt, fake: FakeProvider, key: ProviderKey
) -> None:
    fake.control({"queue": ["no"], "schedule": [None, "401"]})
    found = events(run(alice, "critique", prompt, f"{key.id}/m"))
    assert [name for name, _ in found][-3:] == ["repair", "raw", "error"]
    assert dict(found)["raw"]["text"] == "no"


def test_a_server_that_takes_no_schema_is_asked_without(
    committed: None, alice: Person, prompt: Prompt, fake: FakeProvider, key: ProviderKey
) -> None:
    fake.control({"queue": ["", "no", answer_of("critique")]})  # an answer is made for the refused request too
    found = events(run(alice, "critique", prompt, f"{key.id}/m!no-schema"))
    names = [name for name, _ in found]
    assert names[:3] == ["start", "waiting", "repair"] and names[-1] == "done" and names.count("start") == 1
    assert "takes no schema" in found[1][1]["text"]
    bodies = [json.loads(bytes(each.body)) for each in fake.received]
    assert ["response_format" in body for body in bodies] == [True, False, False]
    with alice.inside():
        assert [call.status for call in ModelCall.objects.order_by("at")] == ["bad_request", "ok", "ok"]
        assert KeyUse.objects.count() == 3
    assert dict(found)["done"]["usage"]["output_tokens"]


def test_anthropic_is_told_how_long_a_rewritten_text_may_be(
    committed: None, alice: Person, prompt: Prompt, fake: FakeProvider, settings: Any
) -> None:
    settings.PROVIDER_BASE_URLS = {"anthropic": fake.anthropic_url}
    key = make_key(alice, provider="anthropic", secret="sk-ant-api03-Hj5Gd3Fs6Qw8Er2Ty")
    with alice.inside():
        give_consent(alice.actor, f"{key.id}/m")
    fake.control({"text": answer_of("rewrite")})
    events(run(alice, "rewrite", prompt, f"{key.id}/claude-sonnet-4-5", "word " * 5000))
    assert json.loads(bytes(fake.received[-1].body))["max_tokens"] == 25_000 + 16_384


@pytest.mark.parametrize("panel", ["critique", "brainstorm"])
@pytest.mark.parametrize(("fault", "kind"), [("401", "wrong_key"), ("key-echo", None), ("500", "server_error")])
def test_a_provider_error_is_an_event_with_what_to_do(
    committed: None,
    alice: Person,
    prompt: Prompt,
    fake: FakeProvider,
    key: ProviderKey,
    panel: str,
    fault: str,
    kind: Any,
) -> None:
    response = run(alice, panel, prompt, f"{key.id}/m!{fault}")
    name, data = events(response)[-1]
    assert name == "error" and data["message"] and data["next_step"]
    assert not leaked(SECRET, response.content.decode())
    with alice.inside():
        status = ModelCall.objects.get().status
    assert status == kind if kind else status != "ok"


def test_nothing_goes_before_somebody_has_read_where_to(alice: Person, prompt: Prompt, fake: FakeProvider) -> None:
    key = make_key(alice, provider="compatible", base_url=fake.openai_url)
    refused = run(alice, "critique", prompt, f"{key.id}/m")
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (409, "CONSENT_NEEDED")
    assert error["details"]["key"] == "team" and error["details"]["host"].startswith("127.0.0.1")
    assert not fake.received
    with alice.inside():
        assert not KeyUse.objects.exists() and not ModelCall.objects.exists()


def test_a_consent_is_for_the_place_that_was_read_of(alice: Person, prompt: Prompt, fake: FakeProvider) -> None:
    key = make_key(alice, provider="compatible", base_url=fake.openai_url)
    with alice.inside():
        give_consent(alice.actor, f"{key.id}/m")
        Consent.objects.update(origin="https://elsewhere.example:443")
    assert run(alice, "critique", prompt, f"{key.id}/m").status_code == 409
    with alice.inside():
        give_consent(alice.actor, f"{key.id}/m")
        assert has_consented(alice.actor, f"{key.id}/m")


def test_another_address_asks_again(committed: None, alice: Person, prompt: Prompt, key: ProviderKey) -> None:
    with alice.inside():
        ProviderKey.objects.filter(pk=key.id).update(base_url="http://127.0.0.1:1/v1", origin="http://127.0.0.1:1")
    assert run(alice, "critique", prompt, f"{key.id}/m").status_code == 409
    with alice.inside():
        assert Consent.objects.count() == 1


def test_the_stored_model_and_effort_are_used(
    committed: None, alice: Person, prompt: Prompt, fake: FakeProvider, settings: Any
) -> None:
    settings.PROVIDER_BASE_URLS = {"openai": fake.openai_url}
    key = make_key(alice, provider="openai")
    chosen = {"model": f"{key.id}/gpt-5", "effort": "low", "for": "me"}
    assert alice.post(alice.url("assist:model-choose"), chosen).status_code == 302
    with alice.inside():
        give_consent(alice.actor, f"{key.id}/gpt-5")
    fake.control({"queue": [answer_of("critique")] * 4})
    for model, effort, sent in (
        ("", None, "low"),
        (f"{key.id}/gpt-5", None, "low"),
        ("", "high", "high"),
        ("", "", None),
    ):
        fields = {} if effort is None else {"effort": effort}
        assert events(run(alice, "critique", prompt, model, **fields))[0][1]["model"] == "gpt-5"
        assert json.loads(bytes(fake.received[-1].body)).get("reasoning_effort") == sent


@pytest.mark.parametrize(
    ("panel", "fields", "why"),
    [
        ("rewrite", {"goal": " "}, "Goal: It is empty."),
        ("rewrite", {"tone": "x" * 301}, "301 characters; 300 fit."),
        ("improve", {"findings": "{"}, "It is not JSON."),
        ("improve", {"findings": '[{"severity": "must"}]'}, "has no “title”"),
        ("improve", {"wish": "x" * 2001}, "2,000 fit."),
        ("brainstorm", {"chat": "[]"}, "The last turn is yours."),
        ("brainstorm", {"chat": '[{"role": "system", "text": "x"}]'}, "A turn has a role"),
        ("brainstorm", {"chat": json.dumps([{"role": "user", "text": "x"}] * 41)}, "at most 40"),
        ("brainstorm", {"chat": json.dumps([{"role": "user", "text": "x" * 210_000}])}, "more than 200 KB"),
        ("compare", {"left": "draft", "right": "draft"}, "Nothing differs"),
        ("cases", {"count": "11"}, "from 1 to 10"),
        ("explain", {"start": "4", "end": "999"}, "no such place"),
        ("explain", {"start": "x"}, "three numbers"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_the_call(
    alice: Person, prompt: Prompt, panel: str, fields: dict[str, str], why: str
) -> None:
    response = run(alice, panel, prompt, "demo/demo-small", **fields)
    assert response.status_code == 422
    assert why in json.dumps(response.json(), ensure_ascii=False)
    with alice.inside():
        assert not ModelCall.objects.exists()


def test_texts_that_cannot_be_asked_about(committed: None, alice: Person, prompt: Prompt) -> None:
    assert run(alice, "critique", prompt, "demo/demo-small", "").status_code == 422
    assert run(alice, "brainstorm", prompt, "demo/demo-small", "").status_code == 200
    assert "no variables" in run(alice, "cases", prompt, "demo/demo-small", "Sort.").json()["error"]["details"]["why"]
    assert run(alice, "critique", prompt, "demo/demo-small", "x" * 5 * 1024**2).status_code == 422
    for fields in ({"left": "9"}, {"left": "0"}, {"left": "x"}, {"right": "²"}):
        assert run(alice, "compare", prompt, "demo/demo-small", **fields).status_code == 404
    assert run(alice, "explain", prompt, "demo/demo-small", rule="no-such-rule").status_code == 404


@pytest.mark.parametrize("model", ["nonsense", "demo/none", "01890000-0000-7000-8000-000000000000/m"])
def test_a_model_that_is_not_there_is_refused(alice: Person, prompt: Prompt, model: str) -> None:
    response = run(alice, "critique", prompt, model)
    assert response.status_code in (409, 422) and response.json()["error"]["details"]["next_step"]


@pytest.mark.parametrize("name", ["assist:panel-run", "assist:panel-request"])
@pytest.mark.parametrize("panel", NAMES)
def test_who_may_not_ask(alice: Person, bob: Person, anonymous: Person, prompt: Prompt, name: str, panel: str) -> None:
    form = {**form_of(panel), "model": "demo/demo-small"}
    foreign = bob.post(bob.url(name, panel, prompt.id), form)
    assert foreign.status_code == 404
    assert same_page(foreign, bob.post(bob.url(name, panel, unknown_id()), form))
    assert bob.post(alice.url(name, panel, prompt.id), form).status_code == 404
    assert anonymous.post(alice.url(name, panel, prompt.id), form, **EVENT_STREAM).status_code == 401
    assert alice.get(alice.url(name, panel, prompt.id)).status_code == 405
    assert alice.post(alice.url(name, "gossip", prompt.id), form).status_code == 404


@pytest.mark.parametrize("panel", NAMES)
def test_what_is_sent_is_shown_before_it_goes(
    committed: None, alice: Person, prompt: Prompt, fake: FakeProvider, key: ProviderKey, panel: str
) -> None:
    form = {**form_of(panel), "model": f"{key.id}/m"}
    shown = text_of(alice.post(alice.url("assist:panel-request", panel, prompt.id), form))
    assert not fake.received
    with alice.inside():
        assert not KeyUse.objects.exists()
    fake.control({"queue": [answer_of(panel)]})
    run(alice, panel, prompt, f"{key.id}/m")
    sent = json.loads(bytes(fake.received[-1].body))
    for message in sent["messages"]:
        assert message["content"] in shown
    assert "with key <b>team</b>" in shown and "Highest cost" in shown
    if panel not in ("brainstorm", "explain"):
        assert sent["response_format"]["json_schema"]["strict"] is True
        assert '"additionalProperties": false' in shown


def test_the_request_shows_what_the_demo_would_get(alice: Person, prompt: Prompt) -> None:
    form = {**form_of("critique"), "model": "demo/demo-small"}
    shown = text_of(alice.post(alice.url("assist:panel-request", "critique", prompt.id), form))
    assert "Nothing is sent anywhere." in shown and "$0" in shown
