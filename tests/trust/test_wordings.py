"""Each sentence of the ledger has its entry in the history of words, and no entry changes."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from promptassay.trust import wordings
from promptassay.trust.claims import CLAIMS, Claim


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_the_words_of_a_claim_are_its_latest_entry(claim: Claim) -> None:
    versions = wordings.versions(claim.id)
    assert versions and versions[0].words == claim.words, "run: python -m promptassay.trust.wordings"
    assert (versions[0].title, versions[0].statement, versions[0].hash) == (
        claim.title, claim.statement, claim.words_hash,
    )  # fmt: skip


@pytest.mark.parametrize("folder", sorted(wordings.FOLDER.iterdir()), ids=lambda path: path.name)
def test_entries_are_numbered_dated_and_unchanged(folder: Path) -> None:
    versions = wordings.versions(folder.name)  # raises for a file that is not what its name says
    assert [each.number for each in versions] == list(range(len(versions), 0, -1))
    assert all(older.since <= newer.since for newer, older in pairwise(versions))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(wordings, "FOLDER", tmp_path)
    monkeypatch.setattr(wordings, "versions", wordings.versions.__wrapped__)
    return tmp_path


def test_other_words_are_another_entry_with_a_visible_difference(folder: Path) -> None:
    claim = CLAIMS[0]
    assert wordings.add(claim, date(2026, 11, 24)) and wordings.add(claim, date(2026, 11, 25)) is None
    other = replace(claim, statement=f"{claim.statement} Always.")
    added = wordings.add(other, date(2026, 12, 1))
    assert added and added.name == f"002-2026-12-01-{other.words_hash[:12]}.md"
    newer, older = wordings.versions(claim.id)
    changed = wordings.compare(older, newer)
    assert [each.kind for each in changed.messages] == ["equal", "replace"]
    assert "Always." in "".join(part.text for part in changed.messages[1].rows[0].segments if part.kind == "insert")


def test_an_entry_that_was_edited_is_refused(folder: Path) -> None:
    path = wordings.add(CLAIMS[0], date(2026, 11, 24))
    assert path
    path.write_text("Other words.\nThan these.", "utf-8")
    with pytest.raises(ValueError, match="is not the wording that it was"):
        wordings.versions(CLAIMS[0].id)
