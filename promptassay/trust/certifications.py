"""No word of certification without a dated record: which words, which records, and which sentences deny one."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True)
class Record:
    """A certificate or report that this product's makers hold: what is said of it, and from when until when."""

    words: str
    number: str
    issuer: str
    issued: date
    expires: date


# None is held. A record is a dated human fact: number, issuer and period stand in the document that it names.
RECORDS: Final[tuple[Record, ...]] = ()

# Sentences that say that there is none. Each stands here word for word.
DENIALS: Final = (
    "No formal certification yet.",
    "No formal certification yet: no SOC 2, no ISO 27001.",
    "No certification (SOC 2, ISO 27001), and no outside audit so far.",
)

_WORDS: Final = re.compile(
    r"\bSOC[\s-]*[123]\b|\bISO(?:/IEC)?[\s-]*(?:27\d{3}|9001|42001|22301)\b|\bHIPAA\b|\bPCI[\s-]*DSS\b|\bFedRAMP\b"
    r"|\bHITRUST\b|\bTISAX\b|\bC5[\s:-]*(?:20\d\d|attest\w*)\b|\bcertif(?:ied|ication|icate[sd]?)\b|\baccredit\w*"
    r"|\bcompliant\b|\b(?:GDPR|CCPA|DSGVO)[\s-]+(?:ready|approved|compliance)\b|\b(?:bank|military)[\s-]+grade\b"
    r"|\bpenetration[\s-]tested\b|\baudited by\b",
    re.IGNORECASE,
)


def unbacked_words(text: str, on: date, records: tuple[Record, ...] = RECORDS) -> list[str]:
    """Each word of certification in `text` that neither a denial nor a record in force on that day covers."""
    left = " ".join(text.split())
    covers = (*DENIALS, *(record.words for record in records if record.issued <= on < record.expires))
    for words in covers:
        left = left.replace(words, " ")
    return [found.group() for found in _WORDS.finditer(left)]
