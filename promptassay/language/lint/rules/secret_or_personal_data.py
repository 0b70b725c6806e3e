"""The rule `secret-or-personal-data`: keys, cards, accounts, addresses and phone numbers in the prompt's text."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain

from promptassay.language.lint.base import Bad, Edit, Finding, Fix, Guide, Rule, RuleKind, Span
from promptassay.language.lint.contacts import find_emails, find_phones
from promptassay.language.lint.context import LintContext, prompt
from promptassay.language.lint.shapes import Hit, find_cards, find_ibans, find_keys
from promptassay.language.nodes import Node, Text

RULE = Rule(
    id="secret-or-personal-data",
    severity="error",
    summary="A key, a card or account number, an e-mail address or a phone number stands in the text.",
    why="Prompts are stored in every version, exported, shown to all members and sent to the provider: a secret in one "
    "is a leak, and a person's data in one cannot be erased by deleting the person.",
    mend="Make it a variable and give the value at run time. A key that stood here is to be revoked. For examples, use "
    "example.com and numbers that are kept for fiction.",
)

MAX_HITS = 200


def find(context: LintContext) -> Iterator[Finding]:
    """Find them anywhere in a message: in code, examples and defaults too."""
    for index, message in enumerate(context.messages):
        source, nodes = message.content, context.nodes[index]
        starts = [node.start for node in nodes]
        for hit in _hits(source):
            again = " It is part of each stored version: revoke it." if hit.name in _REVOCABLE else ""
            yield RULE.finding(
                Span(index, hit.start, hit.end),
                f"This looks like {hit.what}.{again}",
                fixes=_fixes(context, index, hit, nodes, starts),
                severity="error" if hit.grave else "warning",
            )


_REVOCABLE = frozenset(("api_key", "token", "private_key", "password"))


def _hits(source: str) -> Iterator[Hit]:
    """All hits in order; of two that overlap the one that begins first, then the graver one."""
    found = chain(find_keys(source), find_cards(source), find_ibans(source), find_emails(source), find_phones(source))
    end = count = 0
    for hit in sorted(found, key=lambda each: (each.start, not each.grave, -each.end)):
        if hit.start >= end and count < MAX_HITS:
            end = hit.end
            count += 1
            yield hit


def _fixes(context: LintContext, index: int, hit: Hit, nodes: Sequence[Node], starts: list[int]) -> tuple[Fix, ...]:
    """A variable in its place, where it stands in plain text."""
    node = nodes[bisect_right(starts, hit.start) - 1]
    source = context.messages[index].content
    if not isinstance(node, Text) or hit.end > node.end or source[hit.start - 1 : hit.start] in ("\\", "{", "$"):
        return ()
    name, number = hit.name, 1
    while name in context.variables:
        number += 1
        name = f"{hit.name}_{number}"
    return (Fix(f"Make it the variable {{{{{name}}}}}", (Edit(index, hit.start, hit.end, f"{{{{{name}}}}}"),)),)


def _made(*parts: str) -> str:
    """Join a sample, so that no whole key stands in this file for scanners to find."""
    return "".join(parts)


_KEY = _made("sk", "-proj-", "Zk3vQ8wLr2", "TnY7hBc5Xd", "M9fGa4")
_CARD = _made("4539 ", "1488 ", "0343 ", "6467")
_ACCOUNT = _made("DE02 ", "1203 0000 ", "0000 2020 51")
_ADDRESS = _made("maren.holt", "@", "lindenau-werke.de")
_PHONE = _made("+49 ", "341 ", "5582 ", "917")

GOOD = (
    prompt("Write to {{email}} or support@example.com, or call 555-0142."),
    prompt("Keys look like sk-..., sk-proj-your-key-here-your-key-here or AKIAIOSFODNN7EXAMPLE."),
    prompt("The test card is 4242 4242 4242 4242, the order 4539148803436468, the date 2026-03-04."),
    prompt("The IBAN of the textbook is DE89 3704 0044 0532 0130 00."),
    prompt("Use jane.doe@company.com, jo@shop.example, info@lindenau-werke.de, user@host."),
    prompt("Call +44 20 7946 0991, 1-800-356-9377 or 123-456-7890."),
)
BAD = (
    Bad(prompt(f"Call the API with {_KEY}."), _KEY, "an OpenAI key"),
    Bad(prompt(f"Her card is {_CARD}."), _CARD, "a Visa card number"),
    Bad(prompt(f"Pay to {_ACCOUNT} today."), _ACCOUNT, "an IBAN"),
    Bad(prompt(f"Ask {_ADDRESS}."), _ADDRESS, "an e-mail address"),
    Bad(prompt(("system", f"Transfer to {_PHONE}."), "Hi"), _PHONE, "a phone number"),
)

GUIDE = Guide(
    instead=(("an address of a colleague", "`{{email}}`, or `jo@example.com` in an example"),),
    keys=(
        (
            "Make it the variable",
            "puts one in its place, such as `{{api_key}}`. The value is not kept anywhere: note it before.",
        ),
    ),
    looks_at="Searched are whole messages, code, examples and defaults included: keys and tokens in the shapes of some "
    "forty services, private keys, passwords in addresses; card numbers with a brand’s prefix and length and a"
    " right check digit; IBANs with their country’s length and a right checksum; e-mail addresses of people; "
    "phone numbers with country code or in American shape. Keys, cards and accounts are errors, addresses and "
    "phone numbers warnings. Quiet stay: example.com and the like, addresses of desks (`support@`, `info@`), "
    "test cards, the IBANs of textbooks, numbers kept for fiction, hotlines, and keys that are plainly made up"
    " (`sk-your-key-here`).",
)

KIND = RuleKind(RULE, find, GOOD, BAD, GUIDE)
