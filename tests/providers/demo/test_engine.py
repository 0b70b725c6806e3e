"""The demo provider does what a prompt says, literally, so a prompt that says more gets more, by mechanism."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptassay.providers import demo
from promptassay.providers.demo.shapes import fill_schema
from promptassay.providers.wire import CallRequest, Message, ModelSettings, Target, TextDelta
from tests.providers.calls import caller, collect, text_of

VAGUE = "You help our support team. Please look at the ticket and help sort it properly."
LISTED = """You sort support tickets for a software company.
Categories: billing, bug, how-to, feature request, account, outage.
Priority: low, normal, high, urgent.
Name the category and the priority of the ticket."""
EXACT = """You sort support tickets for a software company.

Choose exactly one category:
- billing: invoices, charges, refunds, plans
- bug: something gives an error or a wrong result
- how-to: a question about how to use the product
- feature request: a wish for something new
- account: login, password, access
- outage: the service is down for everybody

Priority is one of: low, normal, high, urgent.
If the service is down for several people, use urgent.
If the customer is charged wrongly, use high.
If it is a wish or a question, use low.

Answer with a JSON object and nothing else: {"category": "...", "priority": "...", "reply": "..."}
The reply has at most 12 words."""
TICKETS = [
    ("Our whole team sees error 503 since 9:00. Nothing loads and we are losing customers!", "outage", "urgent"),
    ("I was charged twice for the May invoice. Please refund one of them.", "billing", "high"),
    ("How do I export a report as PDF?", "how-to", "low"),
    ("It would be great if you added a dark mode.", "feature request", "low"),
    ("I cannot log in, the password reset link never arrives.", "account", "normal"),
    ("The chart shows wrong totals since the last update.", "bug", "normal"),
    ("Where can I find my invoices? No hurry.", "billing", "low"),
    ("URGENT: production API returns 502 for all our users", "outage", "urgent"),
]


def ask(system: str, user: str = "", model: str = "demo-large", **more: Any) -> str:
    """The demo provider's answer."""
    messages = [Message("system", system)] if system else []
    messages += [Message("user", user)] if user else []
    return demo.answer(CallRequest(model, tuple(messages), **more)).text


def quality(prompt: str, model: str) -> float:
    """Fields right over fields asked for, as a JSON check would count them."""
    right = 0
    for ticket, category, priority in TICKETS:
        try:
            value = json.loads(ask(prompt, ticket, model))
        except ValueError:
            continue
        right += (value.get("category") == category) + (value.get("priority") == priority)
    return right / (2 * len(TICKETS))


def named(prompt: str, model: str) -> float:
    """Tickets whose right category stands somewhere in the answer."""
    hits = [category in ask(prompt, ticket, model) for ticket, category, _ in TICKETS]
    return sum(hits) / len(hits)


@pytest.mark.parametrize("model", ["demo-small", "demo-large"])
def test_a_prompt_that_says_more_gets_more(model: str) -> None:
    assert named(VAGUE, model) == 0.0, "without a list it invents names"
    assert named(LISTED, model) >= 0.8
    assert quality(LISTED, model) == 0.0, "without a form it answers in prose"
    assert quality(EXACT, model) >= 0.6


def test_the_large_model_follows_rules_and_the_small_one_does_not() -> None:
    assert quality(EXACT, "demo-large") > quality(EXACT, "demo-small")
    ticket = "How do I export a report as PDF?"
    assert json.loads(ask(EXACT, ticket, "demo-large"))["priority"] == "low"
    assert json.loads(ask(EXACT, ticket, "demo-small"))["priority"] == "normal"


def test_the_same_request_gets_the_same_answer() -> None:
    for ticket, _, _ in TICKETS:
        assert len({ask(EXACT, ticket) for _ in range(5)}) == 1


def test_a_word_limit_is_kept() -> None:
    for ticket, _, _ in TICKETS:
        assert len(json.loads(ask(EXACT, ticket))["reply"].split()) <= 12


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Categories: billing, bug.\nAnswer with the category only.", "billing"),
        ("Choose one of: billing, bug, other. Reply with one word only.", "billing"),
        ("Category: <billing|bug>\nPriority: <low|high>", "Category: billing\nPriority: high"),
        (
            'Return JSON {"category": "billing|bug", "email": "..."}',
            '{"category": "billing", "email": "eve@example.com"}',
        ),
        ("Answer with a JSON object: category, email, amount. Category (billing, bug)", None),
        ("Summarise the ticket in at most 4 words.", "My invoice shows $12.50…"),
        ("Extract the email and every amount.", "email: eve@example.com\namount: $12.50"),
        ("Repeat the text.", "My invoice shows $12.50 twice. Write to eve@example.com, please."),
    ],
)
def test_forms(prompt: str, expected: str | None) -> None:
    found = ask(prompt, "My invoice shows $12.50 twice. Write to eve@example.com, please.")
    if expected is None:
        value = json.loads(found)
        assert value == {"category": "billing", "email": "eve@example.com", "amount": "$12.50"}
    else:
        assert found == expected


def test_what_it_cannot_do_it_says() -> None:
    assert "not a language model" in ask("Compose a sonnet.", "About copper.")


@pytest.mark.parametrize(
    "text",
    [
        "Sort it. Categories: billing, bug. Only the category.\n<ticket>\nMy invoice is wrong\n</ticket>",
        "Sort it. Categories: billing, bug. Answer with the category only.\n\nTicket: My invoice is wrong",
        'Answer only with the category. Categories: billing, bug.\n"""My invoice is wrong"""',
    ],
)
def test_input_is_found_inside_one_message(text: str) -> None:
    assert ask(text) == ask("", text) == "billing"


def test_examples_teach_the_large_model() -> None:
    plain = "Categories: alpha, beta.\nAnswer with the category only."
    taught = plain + '\n"The kettle sings at dawn" -> beta\n"The ledger is closed" -> alpha'
    assert ask(plain, "A kettle sings here") == "alpha"
    assert ask(taught, "A kettle sings here") == "beta"


SHAPE = {
    "type": "object",
    "properties": {
        "category": {"type": "string", "enum": ["bug", "billing"]},
        "urgent": {"type": "boolean"},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "order_number": {"type": ["string", "null"]},
        "emails": {"type": "array", "items": {"type": "string"}},
        "people": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "count": {"type": "integer", "minimum": 1},
    },
}


def test_a_schema_is_filled_by_the_names_of_its_fields() -> None:
    text = "Hello, I am Eve. Please refund invoice #A-77 asap, write to eve@example.com."
    value = json.loads(ask("Read the ticket.", text, response_schema=SHAPE))
    assert value["category"] == "billing"
    assert value["urgent"] is True
    assert 0 < value["confidence"] <= 1
    assert (value["order_number"], value["emails"], value["people"]) == (
        "#A-77",
        ["eve@example.com"],
        [{"name": "Eve"}],
    )
    assert isinstance(value["count"], int)
    calm = json.loads(ask("Read the ticket.", "Hello there.", response_schema=SHAPE))
    assert (calm["order_number"], calm["emails"], calm["urgent"]) == (None, [], False)


def test_stop_limits_and_usage() -> None:
    request = CallRequest("demo-small", (Message("user", "Repeat the text.\n\none two END three"),))
    whole = demo.answer(request)
    assert whole.text == "one two END three"
    assert whole.finished.usage.input_tokens
    assert whole.finished.usage.output_tokens == 4
    cut = demo.answer(CallRequest("demo-small", request.messages, ModelSettings(stop=("END",))))
    assert cut.text == "one two "
    short = demo.answer(CallRequest("demo-small", request.messages, ModelSettings(max_output_tokens=2)))
    assert (short.text, short.finished.finish_reason) == ("one two", "length")


async def test_streamed_word_by_word_the_same_as_whole() -> None:
    request = CallRequest("demo-large", (Message("system", EXACT), Message("user", TICKETS[0][0])))
    async with caller(demo_token_s=0.0) as gateway:
        events = await collect(gateway, Target("demo"), request)
    assert text_of(events) == demo.answer(request).text
    assert len([event for event in events if isinstance(event, TextDelta)]) > 5


@settings(max_examples=120)
@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["demo-small", "demo-large"]), st.booleans())
def test_any_text_gets_an_answer(system: str, user: str, model: str, json_mode: bool) -> None:
    found = ask(system, user, model, json_mode=json_mode)
    if json_mode:
        assert isinstance(json.loads(found), dict)
    assert ask(system, user, model, json_mode=json_mode) == found


SCHEMAS = st.recursive(
    st.sampled_from([{"type": kind} for kind in ("string", "integer", "number", "boolean", "null")])
    | st.just({"enum": ["a", 1]})
    | st.just({"type": ["string", "null"]}),
    lambda inner: (
        st.builds(lambda items: {"type": "array", "items": items}, inner)
        | st.builds(
            lambda names: {"type": "object", "properties": names},
            st.dictionaries(st.sampled_from(["category", "x", "reply", "tags"]), inner, max_size=3),
        )
    ),
    max_leaves=6,
)


@settings(max_examples=80)
@given(SCHEMAS, st.text(max_size=80))
def test_any_schema_is_met(schema: dict[str, Any], text: str) -> None:
    from jsonschema import Draft202012Validator

    value = json.loads(ask("Read it.", text, response_schema=schema))
    Draft202012Validator(schema).validate(value)


NONSENSE: list[Any] = [None, 1, "x", [], {}, True, float("nan"), 1e400]


@pytest.mark.parametrize("nonsense", NONSENSE, ids=repr)
def test_a_schema_of_nonsense_breaks_nothing(nonsense: Any) -> None:
    names = ("type", "properties", "items", "enum", "anyOf", "minimum", "maximum", "minItems")
    for kind in ("object", "array", "string", "integer", "number"):
        for name in names:
            schema = {"type": kind, name: nonsense}
            json.loads(ask("Read it.", "Text 7.", response_schema=schema))
            json.dumps(fill_schema(schema, "text"))
            json.loads(ask("Read it.", "Text.", response_schema={"type": "object", "properties": {"a": schema}}))


def test_long_hostile_text_is_read_quickly() -> None:
    for part in (
        "<a>",
        "a",
        "if ",
        '"',
        "one of ",
        "{'a':",
        "JSON ",
        "- a: b\n",
        "“",
        " ",
        "(a",
        "@",
        "1",
        "\n",
        " \n",
        "\u2003",
    ):
        text = part * (100_000 // len(part))
        found = ask("Extract every email, phone, url, date, amount, number and quote.\n" + text, text)
        assert len(found) < 100_000


def test_words_are_not_read_in_the_middle_of_others() -> None:
    assert re.search("account", ask("Categories: bug, account.\nAnswer with the category only.", "Debugging my login"))
