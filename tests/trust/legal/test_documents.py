"""The texts in the repository: versions that never change, anchors that stay, details that exist."""

import hashlib
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from promptassay.core.errors import NotFound
from promptassay.trust.legal import documents, markup, tables
from promptassay.trust.legal.documents import KINDS, TEXTS, Kind
from promptassay.trust.legal.operator import BY_KEY

IDS = [kind.id for kind in KINDS]


def test_published_versions_are_never_edited() -> None:
    """A change of words is a new file: who agreed to a version must find it as it was."""
    lines = (TEXTS / "SHA256SUMS").read_text("utf-8").splitlines()
    recorded = {name: digest for digest, name in (line.split("  ") for line in lines)}
    found = {str(path.relative_to(TEXTS)): hashlib.sha256(path.read_bytes()).hexdigest() for path in documents.files()}
    assert found == recorded


def test_every_folder_of_texts_is_a_document() -> None:
    assert {path.name for path in TEXTS.iterdir() if path.is_dir()} == set(IDS)


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_every_version_can_be_read_and_names_only_what_exists(kind: Kind) -> None:
    for version in documents.versions(kind, date.max):
        text = documents.source(kind, version)
        assert len(text.sections) >= 3
        assert markup.placeholders(text) <= BY_KEY.keys() | {"instance"}
        for section in text.sections:
            assert all(block.name in tables.TABLES for block in section.blocks if isinstance(block, markup.Made))
        assert "effective" in documents.needs(kind, version)


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_anchors_stay_from_version_to_version(kind: Kind) -> None:
    dates = documents.versions(kind, date.max)
    for newer, older in pairwise(dates):
        kept = {section.anchor for section in documents.source(kind, newer).sections}
        assert {section.anchor for section in documents.source(kind, older).sections} <= kept


def test_the_agreement_goes_through_article_28_point_by_point() -> None:
    """Each of (a) to (h) is a section of its own and names a feature, or says that a person does it by hand."""
    text = documents.source(documents.kind_named("dpa"), date(2026, 11, 24))
    points = {
        section.title[-3:]: markup.plain(section.blocks) for section in text.sections if "28(3)(" in section.title
    }
    assert list(points) == [f"({letter})" for letter in "abcdefgh"]
    assert all("In the product: " in words for words in points.values())
    assert sum(words.count("(/") for words in points.values()) >= 10


def test_a_version_dated_ahead_waits_for_its_day(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(documents, "TEXTS", tmp_path)
    (tmp_path / "privacy").mkdir()
    for day in ("2026-01-01", "2026-06-01"):
        (tmp_path / "privacy" / f"{day}.md").write_text("# P\n\n## A {#a}\n\nx", "utf-8")
    kind = documents.kind_named("privacy")
    assert documents.versions(kind, date(2026, 5, 31)) == [date(2026, 1, 1)]
    assert documents.versions(kind, date(2026, 6, 1)) == [date(2026, 6, 1), date(2026, 1, 1)]


def test_unknown_names_lead_nowhere() -> None:
    with pytest.raises(NotFound):
        documents.kind_named("../privacy")
    with pytest.raises(NotFound):
        documents.version_named(KINDS[0], "2020-01-01")
