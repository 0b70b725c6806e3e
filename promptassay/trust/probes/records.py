"""Checks of dated facts: the records behind legal texts, and that no badge stands without one."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from promptassay.core.errors import AppError
from promptassay.trust import certifications, egress, records
from promptassay.trust.legal import documents, publishing
from promptassay.trust.probes import Canaries, Outcome, progress

_POINTS: Final = tuple(f"28(3)({letter})" for letter in "abcdefgh")
_PACKAGE: Final = Path(__file__).resolve().parents[2]
_COMMENT: Final = re.compile(r"{#.*?#}", re.DOTALL)


def agreement(canaries: Canaries) -> Outcome:
    """The record of the data processing agreement, and the published text: each point of Article 28(3) in it."""
    return _of_text("record-dpa", "points of Article 28(3)", list(_POINTS))


def subprocessors(canaries: Canaries) -> Outcome:
    """The record of the list of sub-processors, and the published list: each receiver of the settings in it."""
    wanted = [each.host if each.is_public else each.title for each in egress.destinations()]
    return _of_text("record-subprocessors", "receivers", wanted)


def _of_text(record_id: str, kind: str, wanted: list[str]) -> Outcome:
    """A record that does not count is a failure at once; a text that is not published here proves nothing yet."""
    today = datetime.now(UTC).date()
    found = records.problems(record_id, today)
    record = records.record(record_id)
    if found or record is None:
        return Outcome("failed", {"records": 1}, "; ".join(found))
    try:
        text = publishing.publish(documents.kind_named(record.document)).text
    except AppError as error:
        return Outcome("unset", {"records": 1}, error.message)
    progress.tell(f"record of {record.made}, until {record.expires}: {record.words}")
    for each in wanted:
        progress.tell(f"{each}: {'in the text' if each in text else 'missing'}")
    missing = [each for each in wanted if each not in text]
    counts = {"records": 1, kind: len(wanted), "days left": (record.expires - today).days}
    return Outcome("failed" if missing else "held", counts, "; ".join(f"{each} is not in the text" for each in missing))


def badges(canaries: Canaries) -> Outcome:
    """Every text of this installation that anybody can read, searched for badges without a record."""
    today, texts, found = datetime.now(UTC).date(), 0, []
    for path, text in _public_texts():
        texts += 1
        found += [f"“{word}” in {path}" for word in certifications.unbacked_words(text, today)]
    progress.tell(f"{texts:,} texts read, {len(found)} words without a record")
    counts = {"texts": texts, "badges held": len(certifications.RECORDS)}
    return Outcome("failed" if found else "held", counts, "; ".join(found[:5]))


def _public_texts() -> Iterator[tuple[str, str]]:
    """Templates of public pages, sentences of the ledger and of what stands behind those pages, and legal texts."""
    templates = _PACKAGE / "templates"
    for path in sorted(
        each for folder in ("trust", "base", "account") for each in (templates / folder).rglob("*.html")
    ):
        yield path.name, _COMMENT.sub(" ", path.read_text("utf-8"))
    for path in sorted((_PACKAGE / "trust").rglob("*.py")):
        if path.name != "certifications.py":
            for sentence in _sentences(path.read_text("utf-8")):
                yield path.name, sentence
    for path in documents.files():
        yield f"{path.parent.name}/{path.name}", path.read_text("utf-8")


def _sentences(source: str) -> Iterator[str]:
    """The texts in a module that are more than one word: ids are not shown to anybody."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.value
