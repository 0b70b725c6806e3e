"""Settings: documented, checked, with clear refusals."""

import base64
import os
from pathlib import Path
from typing import Any

import pytest

from promptassay.config.environment import SETTINGS, Environment, read
from promptassay.config.keys_from_environment import EXAMPLE_MASTER_KEY, EXAMPLE_SECRET_KEY
from promptassay.config.local_secrets import new_master_key, new_password
from promptassay.config.setting_values import SettingError

DATABASE = "postgresql://app:pw@db.example.com/promptassay"


class Recorder(dict[str, str]):
    """An environment that remembers which variables were asked for."""

    def __init__(self, **values: str) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


def own_database(**extra: str) -> dict[str, str]:
    """A complete environment with a PostgreSQL of the operator's own."""
    keys = {"PROMPTASSAY_MASTER_KEY": new_master_key(), "PROMPTASSAY_SECRET_KEY": new_password()}
    return {"DATABASE_URL": DATABASE, **keys, **extra}


def settled(**variables: str) -> Environment:
    environment, problems = read(variables)
    assert problems == []
    return environment


def refusal(**variables: str) -> SettingError:
    """The one problem of these variables."""
    _, problems = read(own_database(**variables))
    assert len(problems) == 1
    return problems[0]


def test_every_variable_that_is_read_is_documented_and_the_reverse(tmp_path: Path) -> None:
    variables = Recorder(PROMPTASSAY_DATA_DIR=str(tmp_path))
    read(variables)
    assert variables.asked == {setting.name for setting in SETTINGS}
    assert all(setting.help.endswith((".", ")", "32", "48")) for setting in SETTINGS)


def test_nothing_set_means_loopback_and_the_embedded_database(tmp_path: Path) -> None:
    environment = settled(PROMPTASSAY_DATA_DIR=str(tmp_path))
    assert (environment.host, environment.port) == ("127.0.0.1", 8000)
    assert environment.public_url == "http://127.0.0.1:8000"
    assert environment.embedded and environment.production and environment.signup_open
    assert not environment.secure_cookies
    assert environment.allowed_hosts == ("127.0.0.1", "localhost", "[::1]")
    assert environment.email is None
    assert list(tmp_path.iterdir()) == []  # reading makes nothing


def test_a_public_https_address_sets_hosts_and_secure_cookies() -> None:
    environment = settled(**own_database(PROMPTASSAY_PUBLIC_URL="https://prompts.example.com/"))
    assert environment.public_url == "https://prompts.example.com"
    assert environment.secure_cookies
    assert environment.allowed_hosts[0] == "prompts.example.com"


def test_the_direct_address_is_the_database_address_unless_set() -> None:
    plain = settled(**own_database())
    assert plain.database_direct_url == plain.database_url
    direct = settled(**own_database(DATABASE_DIRECT_URL="postgresql://app:pw@db:5432/promptassay"))
    assert direct.database_direct_url != direct.database_url


def test_mail_servers_are_read_with_their_way_of_encryption() -> None:
    mail = settled(**own_database(EMAIL_URL="smtp://u%40x:p%2Fw@mail.example.com?from=p@example.com")).email
    assert mail is not None
    assert (mail.host, mail.port, mail.user, mail.sender) == ("mail.example.com", 587, "u@x", "p@example.com")
    assert mail.password.reveal() == "p/w"
    assert mail.starttls and not mail.tls
    tls = settled(**own_database(EMAIL_URL="smtps://m@example.com:secret@mail.example.com?from=a@b.c")).email
    assert tls is not None and tls.tls and tls.port == 465


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROMPTASSAY_PORT", "eighty"),
        ("PROMPTASSAY_PORT", "0"),
        ("PROMPTASSAY_PORT", "65536"),
        ("PROMPTASSAY_PORT", "８０"),
        ("PROMPTASSAY_ENV", "staging"),
        ("PROMPTASSAY_SIGNUP", "maybe"),
        ("PROMPTASSAY_WORKERS", "-1"),
        ("PROMPTASSAY_WEB_THREADS", "0"),
        ("PROMPTASSAY_PUBLIC_URL", "prompts.example.com"),
        ("PROMPTASSAY_PUBLIC_URL", "https://prompts.example.com/path"),
        ("PROMPTASSAY_PUBLIC_URL", "https://user:hunter2@prompts.example.com"),
        ("PROMPTASSAY_OPENAI_BASE_URL", "ftp://example.com"),
        ("PROMPTASSAY_OPENAI_BASE_URL", "https://user:hunter2@example.com/v1"),
        ("PROMPTASSAY_GOOGLE_BASE_URL", "https://example.com:port"),
        ("DATABASE_OWNER_URL", "mysql://root:hunter2@db/promptassay"),
        ("EMAIL_URL", "smtp://u:hunter2@mail.example.com"),
        ("EMAIL_URL", "http://u:hunter2@mail.example.com?from=a@b.c"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_without_its_password(name: str, value: str) -> None:
    error = refusal(**{name: value})
    assert error.name == name
    assert name in error.message
    assert error.why and error.next_step
    assert "hunter2" not in str(error)


def test_all_bad_values_are_found_at_once() -> None:
    _, problems = read(own_database(PROMPTASSAY_PORT="x", PROMPTASSAY_ENV="y", EMAIL_URL="z"))
    assert {error.name for error in problems} == {"PROMPTASSAY_PORT", "PROMPTASSAY_ENV", "EMAIL_URL"}


def test_a_database_of_ones_own_needs_keys_of_ones_own(tmp_path: Path) -> None:
    environment, problems = read({"DATABASE_URL": DATABASE, "PROMPTASSAY_DATA_DIR": str(tmp_path)}, create_secrets=True)
    assert problems == []
    with pytest.raises(SettingError, match="PROMPTASSAY_MASTER_KEY is not set"):
        environment.master_key_bytes()
    with pytest.raises(SettingError, match="PROMPTASSAY_SECRET_KEY is not set"):
        environment.require_secret_key()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "key",
    [
        "short",
        "not base64 at all, whatever it says",
        base64.b64encode(os.urandom(16)).decode(),
        base64.b64encode(os.urandom(33)).decode(),
        base64.b64encode(bytes(32)).decode(),
        base64.b64encode(b"\xab" * 32).decode(),
        base64.b64encode(bytes(range(32))).decode(),
        base64.b64encode(os.urandom(16) * 2).decode(),
        base64.b64encode(b"correct horse battery staple 123").decode(),
        EXAMPLE_MASTER_KEY,
    ],
    ids=["short", "not base64", "16 bytes", "33 bytes", "zeros", "one byte", "counting", "twice", "typed", "example"],
)
def test_a_weak_master_key_is_refused_and_not_repeated(key: str) -> None:
    error = refusal(PROMPTASSAY_MASTER_KEY=key)
    assert error.name == "PROMPTASSAY_MASTER_KEY"
    assert key not in str(error)
    assert "openssl rand -base64 32" in error.next_step


@pytest.mark.parametrize(
    "key", ["x" * 60, "short-but-random-8f2kd9", EXAMPLE_SECRET_KEY, "django-insecure-" + "ab3" * 20]
)
def test_a_weak_secret_key_is_refused_and_not_repeated(key: str) -> None:
    error = refusal(PROMPTASSAY_SECRET_KEY=key)
    assert error.name == "PROMPTASSAY_SECRET_KEY"
    assert key not in str(error)


def test_good_keys_pass_in_both_base64_alphabets() -> None:
    raw = os.urandom(32)
    for text in (base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("=")):
        assert settled(**own_database(PROMPTASSAY_MASTER_KEY=text)).master_key_bytes() == raw


def test_a_key_may_come_from_a_private_file_only(tmp_path: Path) -> None:
    file = tmp_path / "master"
    key = new_master_key()
    file.write_text(key + "\n")
    file.chmod(0o600)
    variables = own_database(PROMPTASSAY_MASTER_KEY_FILE=str(file))
    del variables["PROMPTASSAY_MASTER_KEY"]
    environment, problems = read(variables)
    assert problems == [] and environment.master_key is not None and environment.master_key.reveal() == key
    file.chmod(0o644)
    environment, problems = read(variables)
    assert environment.master_key is None
    assert "every user of this machine may read" in problems[0].message
    assert "chmod 600" in problems[0].next_step


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    assert "Both" in refusal(PROMPTASSAY_MASTER_KEY_FILE=str(tmp_path / "key")).message


def test_the_embedded_databases_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    variables = {"PROMPTASSAY_DATA_DIR": str(tmp_path / "data")}
    first, problems = read(variables, create_secrets=True)
    assert problems == []
    again, _ = read(variables, create_secrets=True)
    assert first.master_key_bytes() == again.master_key_bytes()
    assert first.require_secret_key() == again.require_secret_key()
    assert first.paths.secrets.stat().st_mode & 0o777 == 0o700
    for name in ("master-key", "secret-key"):
        assert (first.paths.secrets / name).stat().st_mode & 0o777 == 0o600


def test_a_lost_master_key_is_not_replaced_beside_a_database(tmp_path: Path) -> None:
    variables = {"PROMPTASSAY_DATA_DIR": str(tmp_path)}
    environment, _ = read(variables)
    environment.paths.cluster.mkdir(parents=True)
    (environment.paths.cluster / "PG_VERSION").write_text("18\n")
    _, problems = read(variables, create_secrets=True)
    assert [error.name for error in problems] == ["PROMPTASSAY_MASTER_KEY"]
    assert "backup" in problems[0].next_step
    assert not (environment.paths.secrets / "master-key").exists()


def test_the_settings_do_not_show_a_secret() -> None:
    variables = own_database(EMAIL_URL="smtp://u:hunter2@mail.example.com?from=a@b.c")
    shown = repr(settled(**variables))
    assert "hunter2" not in shown
    assert "pw@" not in shown
    assert variables["PROMPTASSAY_MASTER_KEY"] not in shown
