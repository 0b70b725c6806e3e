"""The command that checks a bundle offline: what it prints, and how it ends."""

from pathlib import Path

import orjson
import pytest

from promptassay.config.commands import EXIT_BAD_SETTING, main
from promptassay.trust.verifying import EXIT_BROKEN, EXIT_STALE
from tests.trust import vectors
from tests.trust.test_bundle import SIGNER, WHOLE, bundle, chain, checkpoints


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.json"
    path.write_bytes(WHOLE)
    return path


def test_a_whole_bundle_of_any_age(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trust", "verify", str(file), "--any-age"]) == 0
    assert capsys.readouterr().out == (
        "Whole: 6 entries, every hash, link and signature holds. Made 2026-11-24T12:00:00.000Z.\n"
        f"Signed by key {SIGNER.key_id}: compare it with the key on the instance's trust page.\n"
    )


def test_a_changed_byte_is_refused(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_bytes(WHOLE.replace(b'"rows":0', b'"rows":1', 1))
    assert main(["trust", "verify", str(file), "--any-age"]) == EXIT_BROKEN
    said = capsys.readouterr().out
    assert said.startswith("NOT as it was signed:\n") and "Entry 1 (custody, custody-probe): its contents" in said


def test_age_and_the_expected_key_count(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trust", "verify", str(file), "--json"]) in (0, EXIT_STALE)
    assert main(["trust", "verify", str(file), "--key", "0" * 16, "--json"]) == EXIT_BROKEN
    last = capsys.readouterr().out.split("}\n")[1] + "}"
    assert orjson.loads(last)["whole"] is False


def test_an_older_download_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evidence = chain(9)
    points = checkpoints(evidence, 2, 4, 7)
    for name, data in (
        ("old", bundle(evidence[:5], checkpoints=points[:2])),
        ("new", bundle(evidence[6:], checkpoints=points)),
        ("other", bundle(chain(9, found="rewritten")[:5])),
    ):
        (tmp_path / name).write_bytes(data)
    new = str(tmp_path / "new")
    assert main(["trust", "verify", new, "--any-age", "--after", str(tmp_path / "old")]) == 0
    assert main(["trust", "verify", new, "--any-age", "--after", str(tmp_path / "other")]) == EXIT_BROKEN
    assert "Entry 2 is another one than in the earlier bundle." in capsys.readouterr().out


def test_the_vectors_that_the_page_is_tested_with_are_what_this_verifier_says() -> None:
    assert vectors.FILE.read_bytes() == vectors.as_json(), "run: python -m tests.trust.vectors"
    names = [each.name for each in vectors.vectors()]
    assert len(names) == len(set(names)) >= 40


def test_what_cannot_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trust", "verify", str(tmp_path / "none.json")]) == EXIT_BAD_SETTING
    assert "cannot be read" in capsys.readouterr().err
