"""Local secrets: made once, whoever asks first."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from promptassay.config.local_secrets import (
    SecretFileError,
    new_master_key,
    new_password,
    read_or_create_secret,
    read_secret,
)


def test_many_starters_agree_on_one_value(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: read_or_create_secret(path, new_password).reveal(), range(32)))
    assert len(found) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret"]  # nothing half-made is left


def test_made_secrets_differ() -> None:
    assert len({new_password() for _ in range(50)} | {new_master_key() for _ in range(50)}) == 100


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [(b"", 0o600, "empty"), (b" \n", 0o600, "empty"), (b"\xff\xfe", 0o600, "not text"), (b"x", 0o604, "every user")],
)
def test_an_unfit_file_is_refused(tmp_path: Path, content: bytes, mode: int, said: str) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(SecretFileError, match=said):
        read_secret(path)


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SecretFileError, match="not a plain file"):
        read_secret(tmp_path)
    with pytest.raises(SecretFileError, match="cannot be read"):
        read_secret(tmp_path / "absent", setting="PROMPTASSAY_MASTER_KEY_FILE")
