"""How e-mail addresses and phone numbers of people look, and which of them belong to nobody."""

import re
from collections.abc import Iterator

from promptassay.language.lint.lists import words
from promptassay.language.lint.shapes import Hit

_LOCAL = re.compile(r"(?<![\w.+%-])[A-Za-z0-9_](?:[\w.+%-]{0,62}[\w+%-])?\Z")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}(?![\w@-]|\.\w)")
_RESERVED_ENDINGS = ("example", "test", "invalid", "localhost", "local", "internal")
_EXAMPLE_DOMAINS = frozenset(words("example_domains"))
# Desks, not people: these addresses are meant to be published.
_DESKS = frozenset(words("desks"))
_NOBODY = re.compile(
    r"(?:your|my|some|first|last|user|test|example|sample|foo|bar|baz|name|email|someone|somebody|customer|client|recipient|"
    r"j(?:ohn|ane)?[._-]?(?:doe|smith)|max[._-]?mustermann|erika[._-]?mustermann)[\w.+-]*",
    re.IGNORECASE,
)


def find_emails(text: str) -> Iterator[Hit]:
    """Yield e-mail addresses of people: not those of desks, not those at domains kept for examples."""
    at = text.find("@")
    while at >= 0:
        domain = _DOMAIN.match(text, at + 1)
        local = _LOCAL.search(text, max(0, at - 64), at) if domain else None
        if domain and local and is_personal(local.group().lower(), domain.group().lower()):
            yield Hit(local.start(), domain.end(), "an e-mail address", "email", False)
        at = text.find("@", at + 1)


def is_personal(local: str, domain: str) -> bool:
    """Say whether `local`@`domain`, in lower case, looks like the address of a person."""
    labels = domain.split(".")
    return not (
        labels[-1] in _RESERVED_ENDINGS
        or ".".join(labels[-2:]) in _EXAMPLE_DOMAINS
        or labels[-2] in ("example", "placeholder", "yourcompany", "company")
        or local.partition("+")[0] in _DESKS
        or _NOBODY.fullmatch(local) is not None
    )


_INTERNATIONAL = re.compile(r"\+(?<![\w+.]\+)[1-9](?:[ .\-/]?\(?\d{1,4}\)?){2,7}+(?![\w-])")
_AMERICAN_END = re.compile(r"\d{3}[.-]\d{4}(?![\w-])")
_AMERICAN_START = re.compile(r"(?<![\w.\-/+])(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[.-])\Z")
_TOLL_FREE = frozenset(("800", "808", "844", "855", "866", "877", "888", "833", "900"))
# Blocks of numbers that regulators keep for films and books.
_FOR_FICTION = re.compile(
    r"44(?:1134960|1144960|1154960|1164960|1174960|1214960|1314960|1414960|1514960|1614960|2079460|1914980|2890180|2920180|"
    r"1632960|7700900|8081570|9098790|3069990)\d{3}"
    r"|1?\d{3}55501\d{2}|1?\d{3}555\d{4}|61(?:[2378]5550|[2378]7010|4915)\d{4,5}"
    r"|49(?:3023125|6990009|4066969|221471\d|8999998)\d{2,4}|33(?:19900|26191|35301|46571|53649|63998)\d{4}"
)


def find_phones(text: str) -> Iterator[Hit]:
    """Yield phone numbers with country code or in American shape: not those for fiction, of hotlines, made up."""
    for match in _INTERNATIONAL.finditer(text):
        if 8 <= len(digits := re.sub(r"\D", "", match.group())) <= 15 and not is_nobodys(digits):
            yield Hit(*match.span(), "a phone number", "phone", False)
    for end in _AMERICAN_END.finditer(text):
        start = _AMERICAN_START.search(text, max(0, end.start() - 9), end.start())
        if start and not is_nobodys(re.sub(r"\D", "", start.group() + end.group())):
            yield Hit(start.start(), end.end(), "a phone number", "phone", False)


def is_nobodys(digits: str) -> bool:
    """Say whether a number, with its country code or American, belongs to no person."""
    american = digits[-10:] if len(digits) == 10 or (len(digits) == 11 and digits[0] == "1") else ""
    return (
        len(set(digits)) <= 3
        or american[:3] in _TOLL_FREE
        or "1234567" in digits
        or american == "1234567890"
        or digits.endswith(("0000000", "9876543210"))
        or _FOR_FICTION.fullmatch(digits) is not None
    )
