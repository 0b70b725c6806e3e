"""The playground through its doors: columns, inputs, code, comparison; and of no answer anything is left."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest

from promptassay.core.threads import in_thread
from promptassay.prompts import services
from promptassay.prompts.calls import build_request
from promptassay.prompts.streams import stream_run
from promptassay.prompts.views.playground import DIFF_CHARACTERS
from promptassay.providers.fake import FakeProvider, run_in_thread
from promptassay.providers.process import gateway
from promptassay.providers.queries import describe
from promptassay.providers.services import open_target
from promptassay.usage.models import ModelCall
from tests import sinks
from tests.evals.questions import closed_to_anonymous, closed_to_others, only
from tests.events import events
from tests.people import Person
from tests.prompts.factories import content, leaked, make_blank_prompt, make_key, make_prompt, text_of, typed
from tests.prompts.views.test_runs import answer

ASK = {"headers": {"Accept": "text/event-stream"}}
FRAGMENT = {"HTTP_HX_REQUEST": "true"}
# Eight characters in a row of it would be found in any sink.
MARKER = "Qz7-Vw9Xk-Pt3Rm-Hy6Jn"


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with run_in_thread() as server:
        yield server


def run(person: Person, prompt: Any, **fields: str) -> Any:
    form = {"source": "draft", "model": "demo/demo-small", **fields}
    return person.post(person.url("prompts:playground-run", prompt.id), form, **ASK)


def save_draft(person: Person, prompt: Any, *texts: str, **fields: str) -> None:
    done = person.post(person.url("prompts:draft-save", prompt.id), {**typed(*texts), **fields}, **ASK)
    assert done.status_code == 200


# --- The page ---------------------------------------------------------------------------------------------------------


def test_the_page_offers_versions_models_and_the_variables_of_what_is_chosen(alice: Person) -> None:
    prompt = make_prompt(alice, "One {{first}}", "Two {{second|x}}")
    page = text_of(alice.get(alice.url("prompts:playground-show", prompt.id)))
    assert page.count("data-column=") == 4 and page.count(" hidden disabled>") == 3
    assert 'name="var:second"' in page and 'name="var:first"' not in page
    assert "my draft" not in page and "demo-large" in page
    assert "Running needs JavaScript" in page and "Kept in this browser only" in page
    both = text_of(alice.get(alice.url("prompts:playground-show", prompt.id) + "?versions=1&versions=2"))
    assert both.count(" hidden disabled>") == 2
    assert 'name="var:first"' in both and 'name="var:second"' in both
    assert alice.get(alice.url("prompts:playground-show", prompt.id) + "?versions=99").status_code == 404


def test_labels_stand_beside_their_versions(alice: Person) -> None:
    prompt = make_prompt(alice)
    with alice.inside():
        services.move_label(alice.actor, prompt, name="production", number=1)
    assert "● production" in text_of(alice.get(alice.url("prompts:playground-show", prompt.id)))


def test_a_blank_prompt_is_sent_to_the_workbench(alice: Person) -> None:
    page = text_of(alice.get(alice.url("prompts:playground-show", make_blank_prompt(alice).id)))
    assert "Nothing to run yet" in page and "data-column" not in page


def test_the_page_without_scripts_resolves_by_post(alice: Person) -> None:
    prompt = make_prompt(alice, "Sort <b> {{ticket}} for {{product|Northwind}}.")
    address = alice.url("prompts:playground-resolve", prompt.id)
    page = alice.post(address, {"source": "1", "var:ticket": "<i>T1</i>"})
    assert "Sort &lt;b&gt; &lt;i&gt;T1&lt;/i&gt; for Northwind." in page.content.decode()
    assert "&lt;i&gt;T1&lt;/i&gt;</textarea>" in page.content.decode()
    piece = alice.post(address, {"source": "1", "values_json": '{"ticket": "T2"}'}, **FRAGMENT)
    assert "Sort <b> T2 for Northwind." in text_of(piece) and "<html" not in text_of(piece)


def test_what_does_not_resolve_comes_back_as_typed(alice: Person) -> None:
    prompt = make_prompt(alice, "{{first}} {{second}}")
    page = alice.post(
        alice.url("prompts:playground-resolve", prompt.id), {"source": "1", "var:first": "kept", "values_json": ""}
    )
    assert page.status_code == 422
    assert "second" in text_of(page) and "kept</textarea>" in text_of(page)


def test_variables_of_several_sources_are_asked_once(alice: Person) -> None:
    prompt = make_prompt(alice, "{{a}} {{b|one}}", "{{b}} {{c}}", "{{ broken")
    address = alice.url("prompts:playground-variables", prompt.id)
    found = text_of(alice.get(f"{address}?source=1&source=2&source=3"))
    assert [found.count(f'name="var:{name}"') for name in "abc"] == [1, 1, 1]
    assert "optional" not in found  # v2 needs a value for b
    assert "v3 has 1 place that cannot be resolved." in found


# --- A run ------------------------------------------------------------------------------------------------------------


def test_a_column_runs_its_version_with_its_settings(committed: None, alice: Person, fake: FakeProvider) -> None:
    key = make_key(alice, provider="compatible", base_url=fake.openai_url)
    prompt = make_prompt(alice, "First {{x}}", "Second {{x}}")
    done = events(run(alice, prompt, source="1", model=f"{key.id}/test-model", temperature="0.25", **{"var:x": "V"}))
    assert answer(done) and done[-1][0] == "done"
    assert {"usage", "cost", "first_token_ms", "total_ms", "finish_reason", "refusal"} <= set(done[-1][1])
    sent = json.loads(bytes(fake.received[-1].body))
    assert sent["messages"][0]["content"] == "First V" and sent["temperature"] == 0.25
    with alice.inside():
        call = ModelCall.objects.get()
    assert (call.purpose, call.subject_id, call.status) == ("playground", prompt.id, "ok")


def test_the_draft_is_the_persons_own_and_an_override_leaves_the_rest(
    committed: None, alice: Person, fake: FakeProvider
) -> None:
    key = make_key(alice, provider="compatible", base_url=fake.openai_url)
    prompt = make_prompt(alice, "Saved")
    save_draft(alice, prompt, "Drafted", temperature="0.9", top_p="0.4")
    run(alice, prompt, model=f"{key.id}/test-model", temperature="0.1", max_output_tokens="77")
    sent = json.loads(bytes(fake.received[-1].body))
    assert sent["messages"][0]["content"] == "Drafted"
    assert (sent["temperature"], sent["top_p"], sent["max_tokens"]) == (0.1, 0.4, 77)


@pytest.mark.parametrize(
    ("fields", "status", "why"),
    [
        ({}, 422, "ticket"),
        ({"var:ticket": "x", "temperature": "hot"}, 422, "from 0 to 2"),
        ({"var:ticket": "x", "reasoning_effort": "vast"}, 422, "one of low"),
        ({"values_json": "["}, 422, "cannot be read"),
        ({"var:ticket": "x", "model": "nonsense"}, 422, "No model was chosen"),
        ({"var:ticket": "x", "source": "7"}, 404, ""),
        ({"var:ticket": "x", "source": "-1"}, 404, ""),
        ({"var:ticket": "x", "source": "9" * 40}, 404, ""),
    ],
)
def test_what_cannot_run_is_refused_before_the_call(
    alice: Person, fields: dict[str, str], status: int, why: str
) -> None:
    for view in ("prompts:playground-run", "prompts:playground-code"):
        form = {"source": "1", "model": "demo/demo-small", **fields}
        response = alice.post(alice.url(view, make_prompt(alice).id), form, **ASK)
        assert response.status_code == status
        assert why in json.dumps(response.json(), ensure_ascii=False)
    with alice.inside():
        assert not ModelCall.objects.exists()


def test_a_draft_with_unfinished_settings_says_which(alice: Person) -> None:
    prompt = make_prompt(alice, "x")
    save_draft(alice, prompt, "y", temperature="warm")
    response = run(alice, prompt)
    assert response.status_code == 422 and "Temperature" in response.json()["error"]["details"]["why"]


# --- Nothing is left of an answer -------------------------------------------------------------------------------------


def test_no_answer_is_left_in_the_database_or_a_log(committed: None, alice: Person, fake: FakeProvider) -> None:
    key = make_key(alice, provider="compatible", base_url=fake.openai_url)
    prompt = make_prompt(alice, "Say it.")
    fake.control({"text": f"{MARKER} and on it goes, {MARKER}.", "token_interval": 0.02})
    with sinks.watched() as watched:
        assert MARKER in answer(events(run(alice, prompt, model=f"{key.id}/test-model")))
        failed = events(run(alice, prompt, model=f"{key.id}/test-model!late-error"))
        assert failed[-1][0] == "error"
        asyncio.run(_left(alice, prompt, f"{key.id}/test-model", close=True))
        asyncio.run(_left(alice, prompt, f"{key.id}/test-model", close=False))
        alice.post(alice.url("prompts:diff-texts"), {"left": MARKER, "right": f"{MARKER} x"})
        too_long = {"left": MARKER * (DIFF_CHARACTERS // len(MARKER) + 1), "right": ""}
        assert alice.post(alice.url("prompts:diff-texts"), too_long).status_code == 422
    sinks.add_database(watched)
    assert watched.find([MARKER]) == []
    with alice.inside():
        statuses = sorted(ModelCall.objects.values_list("status", flat=True))
    assert len(statuses) == 4 and statuses.count("cancelled") == 2 and statuses.count("ok") == 1


async def _leave(person: Person, prompt: Any, reference: str, *, close: bool, together: int = 1) -> None:
    """Stop after the first words of each: by closing the stream, or by the cancellation of whoever reads it."""

    def opened() -> Any:
        with person.inside():
            return describe(reference), open_target(person.actor, reference, purpose="playground")

    choice, target = await in_thread(opened)
    call = build_request(content("Say it."), choice.model, {})
    heard = asyncio.Semaphore(0)

    async def read() -> None:
        async with aclosing(stream_run(person.actor, choice, target, call, prompt.id)) as stream:  # type: ignore[type-var]
            async for chunk in stream:
                if chunk.startswith(b"event: delta"):
                    heard.release()
                    if close:
                        return

    reading = [asyncio.create_task(read()) for _ in range(together)]
    for _ in reading:
        await heard.acquire()
    if not close:
        for each in reading:
            each.cancel()
    await asyncio.gather(*reading, return_exceptions=True)


async def _left(person: Person, prompt: Any, reference: str, *, close: bool) -> None:
    await _leave(person, prompt, reference, close=close)
    await gateway().close()


def test_four_columns_are_left_and_each_call_is_closed_upstream(
    committed: None, alice: Person, fake: FakeProvider
) -> None:
    key = make_key(alice, provider="compatible", base_url=fake.openai_url)
    prompt = make_prompt(alice, "Say it.")
    # Long enough that no answer ends by itself meanwhile.
    fake.control({"text": "word " * 200, "token_interval": 0.1})

    async def four() -> None:
        await _leave(alice, prompt, f"{key.id}/test-model", close=True, together=4)
        async with asyncio.timeout(1):
            while fake.active:
                await asyncio.sleep(0.01)
        await gateway().close()

    asyncio.run(four())
    assert fake.peak == 4
    with alice.inside():
        assert list(ModelCall.objects.values_list("status", flat=True)) == ["cancelled"] * 4


# --- Code and comparison ----------------------------------------------------------------------------------------------


def test_code_comes_without_the_key_and_notes_no_use_of_it(alice: Person, fake: FakeProvider) -> None:
    secret = "sk-proj-Zq7Xw2Vb9Nm4Kp1Lr8Ts"
    key = make_key(alice, provider="compatible", secret=secret, base_url=fake.openai_url)
    prompt = make_prompt(alice, "Say <b> {{x}}")
    form = {"source": "1", "model": f"{key.id}/test-model", "var:x": "it", "temperature": "0.5"}
    raw = alice.post(alice.url("prompts:playground-code", prompt.id), form)
    found = text_of(raw)
    assert "curl http://127.0.0.1" in found and "OpenAI(" in found and "process.env.API_KEY" in found
    assert '"content": "Say <b> it"' in found and "<b> it" not in raw.content.decode()
    assert '"temperature": 0.5' in found and not leaked(secret, found)
    assert not fake.received


def test_the_demo_has_no_code(alice: Person) -> None:
    form = {"source": "1", "model": "demo/demo-small", "var:ticket": "x"}
    response = alice.post(alice.url("prompts:playground-code", make_prompt(alice).id), form)
    assert response.status_code == 409 and "cannot be called from a program" in text_of(response)


def test_two_answers_are_compared_word_by_word(alice: Person) -> None:
    form = {
        "left": "The red fox ran.\nSame.",
        "right": "The <b>blue</b> fox ran.\nSame.",
        "left_label": "A",
        "view": "x",
    }
    raw = alice.post(alice.url("prompts:diff-texts"), form, **FRAGMENT).content.decode()
    assert "<del>red</del>" in raw and "&lt;b&gt;blue" in raw and "From A to right" in raw
    same = text_of(alice.post(alice.url("prompts:diff-texts"), {"left": "a", "right": "a"}))
    assert "Nothing differs." in same


def test_texts_too_long_to_compare_are_refused(alice: Person) -> None:
    form = {"left": "x" * (DIFF_CHARACTERS + 1), "right": ""}
    response = alice.post(alice.url("prompts:diff-texts"), form, **FRAGMENT)
    assert response.status_code == 422 and "500,001" in text_of(response)


# --- Whose, which method, signed in -----------------------------------------------------------------------------------

POSTS = ["prompts:playground-run", "prompts:playground-code", "prompts:playground-resolve"]
GETS = ["prompts:playground-show", "prompts:playground-variables"]


@pytest.mark.parametrize("name", POSTS + GETS)
def test_strangers_and_visitors_learn_nothing(alice: Person, bob: Person, anonymous: Person, name: str) -> None:
    prompt, post = make_prompt(alice), name in POSTS
    closed_to_others(name, (prompt.id,), alice, bob, post=post)
    closed_to_anonymous(alice.url(name, prompt.id), anonymous, post=post)
    only({"post" if post else "get"}, alice.url(name, prompt.id), alice)


def test_comparing_is_for_members(alice: Person, bob: Person, anonymous: Person) -> None:
    address = alice.url("prompts:diff-texts")
    closed_to_others("prompts:diff-texts", (), alice, bob, post=True)
    closed_to_anonymous(address, anonymous, post=True)
    only({"post"}, address, alice)


def test_another_workspaces_key_is_not_there(alice: Person, bob: Person, fake: FakeProvider) -> None:
    key = make_key(alice, provider="compatible", base_url=fake.openai_url)
    response = run(bob, make_prompt(bob, "x"), model=f"{key.id}/m")
    assert response.status_code == 409 and not fake.received
