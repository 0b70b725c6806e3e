"""How secrets look: keys of services, cards and account numbers, and what only resembles them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from promptassay.language.lint.lists import entries, words


class Hit(NamedTuple):
    """A range in a text that looks like `what`; `name` is the variable that could take its place."""

    start: int
    end: int
    what: str
    name: str
    grave: bool


class KeyShape(NamedTuple):
    """The keys of one service. They begin with `hint`; the group `tail` is what must look random."""

    what: str
    hint: str
    pattern: re.Pattern[str]
    name: str = "api_key"


def _shape(what: str, hint: str, tail: str, name: str = "api_key") -> KeyShape:
    return KeyShape(
        what, hint, re.compile(rf"(?<![A-Za-z0-9_]){re.escape(hint)}(?P<tail>{tail})(?![A-Za-z0-9_-])"), name
    )


KEY_SHAPES = (
    _shape("an Anthropic key", "sk-ant-", r"[\w-]{24,200}+"),
    _shape("an OpenAI key", "sk-proj-", r"[\w-]{24,300}+"),
    _shape("an OpenAI service key", "sk-svcacct-", r"[\w-]{24,300}+"),
    _shape("an OpenRouter key", "sk-or-", r"[\w-]{24,200}+"),
    _shape("an API key", "sk-", r"[A-Za-z0-9]{24,200}+"),
    _shape("a Google API key", "AIza", r"[\w-]{35}"),
    _shape("a Google OAuth secret", "GOCSPX-", r"[\w-]{24,40}+"),
    _shape("a GitHub token", "ghp_", r"[A-Za-z0-9]{30,255}+"),
    _shape("a GitHub token", "gho_", r"[A-Za-z0-9]{30,255}+"),
    _shape("a GitHub token", "ghs_", r"[A-Za-z0-9]{30,255}+"),
    _shape("a GitHub token", "ghu_", r"[A-Za-z0-9]{30,255}+"),
    _shape("a GitHub token", "github_pat_", r"\w{50,255}+"),
    _shape("a GitLab token", "glpat-", r"[\w-]{20,80}+"),
    _shape("a Slack token", "xoxb-", r"[A-Za-z0-9-]{20,200}+"),
    _shape("a Slack token", "xoxp-", r"[A-Za-z0-9-]{20,200}+"),
    _shape("a Slack token", "xapp-", r"[A-Za-z0-9-]{20,200}+"),
    _shape("an AWS access key", "AKIA", r"[A-Z2-7]{16}"),
    _shape("an AWS session key", "ASIA", r"[A-Z2-7]{16}"),
    _shape("a PromptAssay key", "pa_live_", r"[0-9a-f]{64}"),
    _shape("a Stripe secret key", "sk_live_", r"[A-Za-z0-9]{20,250}+"),
    _shape("a Stripe restricted key", "rk_live_", r"[A-Za-z0-9]{20,250}+"),
    _shape("a Stripe webhook secret", "whsec_", r"[A-Za-z0-9+/=]{24,100}+"),
    _shape("a SendGrid key", "SG.", r"[\w-]{20,24}\.[\w-]{39,50}+"),
    _shape("a Hugging Face token", "hf_", r"[A-Za-z0-9]{30,60}+"),
    _shape("a Groq key", "gsk_", r"[A-Za-z0-9]{40,80}+"),
    _shape("an xAI key", "xai-", r"[A-Za-z0-9]{60,100}+"),
    _shape("a Replicate token", "r8_", r"[A-Za-z0-9]{30,60}+"),
    _shape("a Perplexity key", "pplx-", r"[A-Za-z0-9]{40,80}+"),
    _shape("an npm token", "npm_", r"[A-Za-z0-9]{36}"),
    _shape("a PyPI token", "pypi-", r"[\w-]{60,255}+"),
    _shape("a DigitalOcean token", "dop_v1_", r"[0-9a-f]{64}"),
    _shape("a Shopify token", "shpat_", r"[0-9a-fA-F]{32}"),
    _shape("a Linear key", "lin_api_", r"[A-Za-z0-9]{32,60}+"),
    _shape("a Notion token", "ntn_", r"[A-Za-z0-9]{40,60}+"),
    _shape("a Databricks token", "dapi", r"[0-9a-f]{32}"),
    _shape("an Airtable token", "pat", r"[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    _shape("a JSON web token", "eyJ", r"[\w-]{10,2000}+\.eyJ[\w-]{10,4000}+\.[\w-]{16,1000}+", "token"),
    KeyShape(
        "a private key",
        "-----BEGIN ",
        re.compile(
            r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
            r"(?P<tail>(?:[A-Za-z0-9+/=\s:,.]|-(?!-)){40,9000}+)-----END [A-Z0-9 ]{1,40}-----"
        ),
        "private_key",
    ),
    KeyShape(
        "a password in an address",
        "://",
        re.compile(r"://[\w.+-]{1,64}:(?P<tail>[^\s:@/{}<>$*]{6,100})(?=@[\w.-]{3,100})"),
        "password",
    ),
)

_PLACEHOLDERS = words("key_placeholders")
# Different characters that a random key, and a password that somebody made up, have at least.
_MIN_RANDOM, _MIN_TYPED = 8, 5


def find_keys(text: str) -> Iterator[Hit]:
    """Yield strings in the shape of a service's keys, those left out that are plainly made up for show."""
    for shape in KEY_SHAPES:
        at = text.find(shape.hint)
        while at >= 0:
            match = shape.pattern.match(text, at)
            in_address = shape.name == "password"
            if match is not None and not is_placeholder(match["tail"], _MIN_TYPED if in_address else _MIN_RANDOM):
                yield Hit(*match.span("tail" if in_address else 0), shape.what, shape.name, True)
            at = text.find(shape.hint, at + 1 if match is None else match.end())


def is_placeholder(tail: str, distinct: int = _MIN_RANDOM) -> bool:
    """Say whether a key is made up for show: it says so, counts up, or has next to no variety."""
    lower = tail.lower()
    return len(set(tail)) < distinct or any(word in lower for word in _PLACEHOLDERS)


# What may not stand before is asked after the first character, which the search can then jump to.
_DIGITS = re.compile(r"\d(?<![\w.+-]\d)(?:[ -]?\d)++(?![\w-])")
# Numbers that payment companies publish for tests.
_TEST_CARDS = frozenset("".join(parts) for parts in entries("test_cards"))


def find_cards(text: str) -> Iterator[Hit]:
    """Yield numbers of payment cards: a brand's prefix and length, and the check digit of Luhn."""
    for match in _DIGITS.finditer(text):
        number = re.sub(r"[ -]", "", match.group()[:40])
        if 13 <= len(number) <= 19 and card_brand(number) and luhn(number) and number not in _TEST_CARDS:
            yield Hit(*match.span(), f"a {card_brand(number)} card number", "card_number", True)


def card_brand(number: str) -> str:
    """Return whose card has this prefix and length; empty if nobody's. `number` is digits."""
    two, three, four, length = int(number[:2]), int(number[:3]), int(number[:4]), len(number)
    if number[0] == "4" and length in (13, 16, 19):
        return "Visa"
    if (51 <= two <= 55 or 2221 <= four <= 2720) and length == 16:
        return "Mastercard"
    if two in (34, 37) and length == 15:
        return "American Express"
    if (four == 6011 or two == 65 or 644 <= three <= 649) and 16 <= length <= 19:
        return "Discover"
    if (two in (36, 38) or 300 <= three <= 305) and 14 <= length <= 19:
        return "Diners Club"
    if 3528 <= four <= 3589 and 16 <= length <= 19:
        return "JCB"
    return "UnionPay" if two == 62 and 16 <= length <= 19 else ""


def luhn(number: str) -> bool:
    """Say whether the check digit of `number` is right and not all its digits are the same."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and len(set(number)) > 2


_IBAN = re.compile(r"[A-Z](?<![A-Za-z0-9][A-Z])[A-Z]\d{2}(?: ?[A-Z0-9]){11,30}+")
_IBAN_LENGTHS = {country: int(length) for country, length in entries("iban_lengths")}
# Those that textbooks and standards print.
_BOOK_IBANS = frozenset("".join(parts) for parts in entries("textbook_ibans"))


def find_ibans(text: str) -> Iterator[Hit]:
    """Yield bank account numbers: a country, its length, and the checksum of ISO 13616."""
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(match.group()[:2])
        if length is None:
            continue
        number, end = _taken(match.group(), length)
        if text[match.start() + end : match.start() + end + 1].isalnum():
            continue
        if len(number) == length and number not in _BOOK_IBANS and iban_holds(number):
            yield Hit(match.start(), match.start() + end, "an IBAN", "iban", True)


def _taken(raw: str, length: int) -> tuple[str, int]:
    """Take `length` characters that are no blanks; return them and where they end in `raw`."""
    number = ""
    for at, character in enumerate(raw):
        if character == " ":
            continue
        number += character
        if len(number) == length:
            whole = at + 1 == len(raw) or raw[at + 1] == " "
            return (number if whole else "", at + 1)
    return "", len(raw)


def iban_holds(number: str) -> bool:
    """Say whether the checksum of an IBAN without blanks is right."""
    moved = number[4:] + number[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1
