"""Who operates this instance, and what the legal documents still wait for. Knows no Django: the settings import it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

# What people leave in a form that they mean to fill in later.
_PLACEHOLDER: Final = re.compile(
    r"^\s*[<\[{].*[>\]}]\s*$|\b(?:todo|tbd|fixme|xxx+|placeholder|lorem ipsum)\b"
    r"|\.example\b|\bexample\.(?:com|org|net)\b|\byour (?:company|name|address|organi[sz]ation)\b",
    re.IGNORECASE,
)
NONE: Final = "none"


@dataclass(frozen=True)
class Operator:
    """The operator's details as the settings give them; empty where they say nothing."""

    name: str = ""
    address: str = ""
    email: str = ""
    representative: str = ""
    dpo: str = ""
    law: str = ""
    hosting: str = ""
    effective: date | None = None
    reviewed: str = ""
    security_contact: str = ""

    @property
    def security_uri(self) -> str:
        """The security contact as a URI, for security.txt and links; empty when there is none."""
        contact = "" if is_placeholder(self.security_contact) else self.security_contact
        return f"mailto:{contact}" if "@" in contact and not contact.startswith(("mailto:", "https://")) else contact


@dataclass(frozen=True)
class Field:
    """One detail that texts name as `{key}`: the setting it comes from, what it is, and its words in a text."""

    key: str
    setting: str
    what: str
    words: Callable[[str], str] = str


def _representative(given: str) -> str:
    if given.lower() == NONE:
        return "The operator has named no representative in the European Union, because it says that it needs none."
    return f"The operator’s representative in the European Union (Article 27 GDPR) is {given}."


def _officer(given: str) -> str:
    if given.lower() == NONE:
        return "The operator has named no data protection officer, because it says that it needs none."
    return f"The operator’s data protection officer is {given}."


FIELDS: Final = (
    Field("name", "PROMPTASSAY_OPERATOR_NAME", "who operates this instance"),
    Field("address", "PROMPTASSAY_OPERATOR_ADDRESS", "the operator’s postal address"),
    Field("email", "PROMPTASSAY_OPERATOR_EMAIL", "the operator’s address for privacy and contracts"),
    Field("representative", "PROMPTASSAY_OPERATOR_REPRESENTATIVE", "the representative in the EU", _representative),
    Field("dpo", "PROMPTASSAY_OPERATOR_DPO", "the data protection officer", _officer),
    Field("law", "PROMPTASSAY_OPERATOR_LAW", "the law that governs the contract"),
    Field("hosting", "PROMPTASSAY_OPERATOR_HOSTING", "who hosts server and database, and where"),
    Field("effective", "PROMPTASSAY_LEGAL_EFFECTIVE", "since when the documents apply here"),
    Field("security_contact", "PROMPTASSAY_SECURITY_CONTACT", "where to report a weakness"),
)  # fmt: skip
BY_KEY: Final = {each.key: each for each in FIELDS}


def is_placeholder(value: str) -> bool:
    """Whether somebody left a stand-in such as `<your name>`, `TODO` or `you@example.com`."""
    return bool(_PLACEHOLDER.search(value))


def value_of(operator: Operator, field: Field) -> str:
    """The words for a text; empty when the setting says nothing, or nothing but a placeholder."""
    given = operator.security_uri if field.key == "security_contact" else getattr(operator, field.key)
    text = given.isoformat() if isinstance(given, date) else str(given or "")
    return "" if not text or is_placeholder(text) else field.words(text)


def missing(operator: Operator, keys: frozenset[str]) -> list[Field]:
    """Those of the named details that are not given, in the order of the list above."""
    return [field for field in FIELDS if field.key in keys and not value_of(operator, field)]


def is_reviewed(operator: Operator) -> bool:
    """Whether the operator says who reviewed the texts."""
    return bool(operator.reviewed) and not is_placeholder(operator.reviewed)


def review_words(operator: Operator) -> str:
    """What a document says of its own standing."""
    if is_reviewed(operator):
        return f"A text that comes with PromptAssay. Reviewed for the operator: {operator.reviewed}."
    return "A template that comes with PromptAssay and is no legal advice: the operator’s counsel must review it."
