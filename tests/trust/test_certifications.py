"""No page and no legal text claims a certificate without a record; the tripwires put one there."""

import ast
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from promptassay.trust.certifications import DENIALS, RECORDS, Record, unbacked_words
from promptassay.trust.legal import documents
from tests.house.source import PACKAGE, ROOT, named

TODAY = date(2026, 11, 24)
TEMPLATES = PACKAGE / "templates"
# What anybody can read: templates of public pages, legal texts, and what the repository says of itself.
PUBLIC = sorted(
    [
        *(TEMPLATES / "trust").glob("*.html"),
        *(TEMPLATES / "account").rglob("*.html"),
        *(TEMPLATES / "base").glob("*.html"),
        *(TEMPLATES / "components").glob("*.html"),
        *(path for path in (PACKAGE / "trust").rglob("*.py") if path.name != "certifications.py"),
        *documents.files(),
        *(ROOT / name for name in ("README.md", "SECURITY.md")),
        ROOT / "docs" / "disclosure.md",
    ]
)


@pytest.mark.parametrize("path", PUBLIC, ids=named)
def test_no_word_without_a_record(path: Path) -> None:
    text = path.read_text("utf-8")
    shown = _sentences(text) if path.suffix == ".py" else [re.sub(r"{#.*?#}", "", text)]
    assert not [word for each in shown for word in unbacked_words(each, datetime.now(UTC).date())]


def _sentences(source: str) -> list[str]:
    """The texts in a module that are more than one word: ids are not shown to anybody."""
    texts = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    return [each for each in texts if isinstance(each, str) and " " in each]


@pytest.mark.parametrize(
    "badge",
    [
        "SOC 2 Type II",
        "We are SOC2 audited.",
        "ISO/IEC 27001:2022",
        "ISO-27001",
        "HIPAA",
        "PCI-DSS level 1",
        "fully GDPR compliant",
        "GDPR-ready",
        "a certified product",
        "our certification",
        "FedRAMP",
        "bank-grade encryption",
        "accredited",
    ],
)
def test_a_badge_without_a_record_is_found(badge: str) -> None:
    template = (TEMPLATES / "trust" / "document_list.html").read_text("utf-8")
    assert unbacked_words(template.replace("</ul>", f"</ul><p>{badge}</p>"), TODAY)


def test_a_record_backs_its_own_words_while_it_is_in_force() -> None:
    record = Record("ISO/IEC 27001:2022, certificate 4711", "4711", "A body", date(2026, 1, 1), date(2027, 1, 1))
    page = f"We hold {record.words}."
    assert not unbacked_words(page, TODAY, (record,))
    assert unbacked_words(page, date(2027, 1, 1), (record,)) and unbacked_words(page, date(2025, 12, 31), (record,))
    assert unbacked_words("ISO/IEC 27001:2022", TODAY, (record,))


def test_a_denial_may_be_said_and_nothing_more() -> None:
    assert not any(unbacked_words(sentence, TODAY) for sentence in DENIALS)
    assert unbacked_words("No formal certification yet: no ISO 27001. But SOC 2.", TODAY)
    assert RECORDS == ()


def test_ordinary_words_are_left_alone() -> None:
    assert not unbacked_words(
        "Associate, society, isolated rows, compliance with the obligations of Article 28.", TODAY
    )
