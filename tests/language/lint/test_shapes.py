"""Secrets: keys of each service that are made here, checksums, and what only resembles them."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.lint.shapes import (
    KEY_SHAPES,
    card_brand,
    find_cards,
    find_ibans,
    find_keys,
    iban_holds,
    is_placeholder,
    luhn,
)

_RANDOM = random.Random(7)
ALPHANUMERIC = string.ascii_letters + string.digits


def made(alphabet: str, length: int) -> str:
    return "".join(_RANDOM.choice(alphabet) for _ in range(length))


HEX, UPPER = "0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# Beginning, alphabet and length of the rest: made up here, so that no key stands in any file.
KEYS = {
    "an Anthropic key": ("sk-ant-", ALPHANUMERIC, 90),
    "an OpenAI key": ("sk-proj-", ALPHANUMERIC, 60),
    "an API key": ("sk-", ALPHANUMERIC, 48),
    "a Google API key": ("AIza", ALPHANUMERIC, 35),
    "a GitHub token": ("ghp_", ALPHANUMERIC, 36),
    "a GitLab token": ("glpat-", ALPHANUMERIC, 20),
    "a Slack token": ("xoxb-", ALPHANUMERIC, 40),
    "an AWS access key": ("AKIA", UPPER, 16),
    "a PromptAssay key": ("pa_live_", HEX, 64),
    "a Stripe secret key": ("sk_live_", ALPHANUMERIC, 24),
    "a Hugging Face token": ("hf_", ALPHANUMERIC, 34),
    "a Groq key": ("gsk_", ALPHANUMERIC, 52),
    "an npm token": ("npm_", ALPHANUMERIC, 36),
}


@pytest.mark.parametrize("what", KEYS)
def test_keys_are_known_by_their_shape(what: str) -> None:
    begin, alphabet, length = KEYS[what]
    for _ in range(20):
        key = begin + made(alphabet, length)
        if is_placeholder(key.removeprefix(begin)):  # a made-up key may spell a word
            continue
        text = f"Use {key}, please."
        assert [(text[hit.start : hit.end], hit.what, hit.grave) for hit in find_keys(text)] == [(key, what, True)]
        assert not list(find_keys(f"Use x{key}"))


def test_tokens_pems_and_passwords_in_addresses() -> None:
    token = ".".join(("eyJ" + made(ALPHANUMERIC, 20), "eyJ" + made(ALPHANUMERIC, 40), made(ALPHANUMERIC, 43)))
    assert [hit.name for hit in find_keys(f"Bearer {token}")] == ["token"]
    pem = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + made(ALPHANUMERIC, 200) + "\n-----END RSA PRIVATE KEY-----"
    assert [(hit.start, hit.end, hit.name) for hit in find_keys(pem)] == [(0, len(pem), "private_key")]
    address = "postgres://app:" + "q7W!fz" + "@db.lindenau.net/x"
    assert [(address[hit.start : hit.end], hit.name) for hit in find_keys(address)] == [("q7W!" + "fz", "password")]


@pytest.mark.parametrize(
    "text",
    [
        "sk-your-key-here",
        "sk-" + "x" * 40,
        "sk-proj-" + "0123456789" * 5,
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "a" * 36,
        "postgres://user:password@host/db",
        "https://example.com:8080/x@y",
        "risk-" + "abcDEF123ghiJKL456mnoPQR789",
        "-----BEGIN PUBLIC KEY-----",
    ],
)
def test_what_only_resembles_a_key_is_none(text: str) -> None:
    assert not list(find_keys(text))


@pytest.mark.parametrize("shape", KEY_SHAPES, ids=lambda shape: shape.hint)
def test_each_shape_begins_with_its_hint(shape: object) -> None:
    from promptassay.language.lint.shapes import KeyShape

    assert isinstance(shape, KeyShape)
    assert shape.pattern.groupindex.keys() == {"tail"}
    assert shape.pattern.match(shape.hint) is None


def with_check_digit(digits: str) -> str:
    return next(digits + last for last in string.digits if luhn(digits + last) or len(set(digits + last)) <= 2)


BRANDS = [("4", 16, "Visa"), ("51", 16, "Mastercard"), ("2221", 16, "Mastercard"), ("34", 15, "American Express"),
          ("6011", 16, "Discover"), ("36", 14, "Diners Club"), ("3528", 16, "JCB"), ("62", 17, "UnionPay")]  # fmt: skip


@pytest.mark.parametrize(("begin", "length", "brand"), BRANDS)
def test_cards_have_a_brand_a_length_and_a_check_digit(begin: str, length: int, brand: str) -> None:
    for _ in range(20):
        number = with_check_digit(begin + made("123456789", length - len(begin) - 1))
        assert card_brand(number) == brand
        spaced = " ".join(number[at : at + 4] for at in range(0, length, 4))
        for written in (number, spaced, spaced.replace(" ", "-")):
            text = f"Card {written}."
            assert [text[hit.start : hit.end] for hit in find_cards(text)] == [written]
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        assert not list(find_cards(f"Card {wrong}."))
        assert not list(find_cards(f"Order A{number}"))


@given(st.text(alphabet=string.digits, min_size=12, max_size=20))
def test_no_number_is_a_card_without_a_brand(number: str) -> None:
    for hit in find_cards(number):
        assert card_brand(number) and luhn(number) and hit.end - hit.start == len(number)


def test_test_cards_are_none() -> None:
    assert not list(find_cards("4242 4242 4242 4242, 4111111111111111, 378282246310005"))


def iban(country: str, rest: str) -> str:
    return next(made for check in range(2, 99) if iban_holds(made := f"{country}{check:02}{rest}"))


@pytest.mark.parametrize(("country", "rest"), [("DE", 18), ("NO", 11), ("CH", 17), ("NL", 14), ("MT", 27)])
def test_ibans_have_their_country_s_length_and_a_checksum(country: str, rest: int) -> None:
    number = iban(country, made("123456789", rest))
    spaced = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    for written in (number, spaced):
        text = f"Pay to {written} NOW or later"
        assert [text[hit.start : hit.end] for hit in find_ibans(text)] == [written]
    assert not list(find_ibans(f"Pay to {number[:-1]}X"))
    assert not list(find_ibans(f"Pay to {number}9"))


def test_ibans_of_textbooks_and_other_codes_are_none() -> None:
    assert not list(find_ibans("DE89 3704 0044 0532 0130 00, XX12 3456 7890 1234 5678, AB12CD34EF56"))
