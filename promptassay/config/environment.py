"""Reads the environment into plain, checked values: the only module that knows the variables' names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import platformdirs

from promptassay.config import keys_from_environment, setting_values
from promptassay.config.operator_settings import read_operator
from promptassay.config.paths import DataPaths
from promptassay.config.setting_values import EmailServer, Reader, SettingError
from promptassay.core.secret import Secret
from promptassay.core.vault import MasterKey
from promptassay.trust.legal.operator import Operator


@dataclass(frozen=True)
class Setting:
    """One documented environment variable. `default` is what the documentation shows."""

    name: str
    default: str
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting("PROMPTASSAY_DATA_DIR", "the platform's user data directory", "Database, keys and logs live here."),
    Setting("PROMPTASSAY_HOST", "127.0.0.1", "Address to listen on."),
    Setting("PROMPTASSAY_PORT", "8000", "Port to listen on, 1 to 65535."),
    Setting(
        "PROMPTASSAY_PUBLIC_URL",
        "http://HOST:PORT",
        "The address people type. With https, cookies are marked secure. Scheme, host and port only.",
    ),
    Setting(
        "PROMPTASSAY_ALLOWED_HOSTS",
        "the public address and loopback names",
        "Host names that requests may carry, separated by commas; a leading dot admits subdomains.",
    ),
    Setting(
        "PROMPTASSAY_INTERNAL_URL",
        "http://HOST:PORT",
        "Where workers reach the web process, for the proofs of the trust page that ask by HTTP; needed when they run "
        "on other machines. Scheme, host and port only.",
    ),
    Setting(
        "DATABASE_URL",
        "embedded PostgreSQL",
        "postgresql:// address of your own PostgreSQL (15 or newer), as the app role.",
    ),
    Setting(
        "DATABASE_OWNER_URL",
        "",
        "The same database as the owner role; used to migrate, by `migrate` and at the start of `serve`, "
        "and for nothing else.",
    ),
    Setting(
        "DATABASE_DIRECT_URL",
        "DATABASE_URL",
        "The app role's address past a transaction-mode pooler, for LISTEN. Needed only with such a pooler.",
    ),
    Setting(
        "PROMPTASSAY_PREPARED_STATEMENTS",
        "off (on with the embedded database)",
        "on: the database plans each statement once, for a direct connection; off: works through a "
        "transaction-mode pooler.",
    ),
    Setting(
        "PROMPTASSAY_MASTER_KEY",
        "made once in the data directory (embedded database only)",
        "32 random bytes in base64; wraps every workspace's data key. Make one: openssl rand -base64 32",
    ),
    Setting("PROMPTASSAY_MASTER_KEY_FILE", "", "A file with the master key, instead of the variable; mode 0600."),
    Setting(
        "PROMPTASSAY_MASTER_KEY_PREVIOUS",
        "",
        "Master keys that the present one replaces, separated by commas, while `promptassay keys status` counts "
        "something under them.",
    ),
    Setting(
        "PROMPTASSAY_MASTER_KEY_PREVIOUS_FILE",
        "kept in the data directory (embedded database only)",
        "A file with them, one a line, instead of the variable; mode 0600.",
    ),
    Setting(
        "PROMPTASSAY_SECRET_KEY",
        "made once in the data directory (embedded database only)",
        "At least 50 random characters; signs sessions. Make one: openssl rand -base64 48",
    ),
    Setting("PROMPTASSAY_SECRET_KEY_FILE", "", "A file with the secret key, instead of the variable; mode 0600."),
    Setting(
        "PROMPTASSAY_SIGNUP",
        "open",
        "open: anyone who reaches the server may sign up; closed: nobody may, but for the first account.",
    ),
    Setting(
        "EMAIL_URL",
        "no mail",
        "smtp://USER:PASSWORD@HOST:587?from=ADDRESS (STARTTLS; smtps:// for TLS from the start; "
        "smtp+plain:// without TLS).",
    ),
    Setting(
        "PROMPTASSAY_PRIVATE_PROVIDER_HOSTS",
        "",
        "Provider hosts on private addresses that may be called, separated by commas (host or host:port).",
    ),
    Setting(
        "PROMPTASSAY_OPENAI_BASE_URL",
        "https://api.openai.com/v1",
        "Base URL of the built-in OpenAI provider.",
    ),
    Setting(
        "PROMPTASSAY_ANTHROPIC_BASE_URL",
        "https://api.anthropic.com",
        "Base URL of the built-in Anthropic provider.",
    ),
    Setting(
        "PROMPTASSAY_GOOGLE_BASE_URL",
        "https://generativelanguage.googleapis.com",
        "Base URL of the built-in Google provider.",
    ),
    Setting(
        "PROMPTASSAY_STATUS_PROVIDERS",
        "those that a workspace has a key for",
        "Providers that the status page measures in any case: openai, anthropic, google, separated by commas.",
    ),
    Setting(
        "PROMPTASSAY_TRUSTED_GATE_KEYS",
        "",
        "Public keys, in base64 and separated by commas, whose results of `make test` this instance vouches for.",
    ),
    Setting("PROMPTASSAY_OPERATOR_NAME", "", "Who operates the instance: a person's or a company's full name."),
    Setting("PROMPTASSAY_OPERATOR_ADDRESS", "", "The operator's postal address, on one line."),
    Setting("PROMPTASSAY_OPERATOR_EMAIL", "", "Where people write about privacy and contracts."),
    Setting("PROMPTASSAY_OPERATOR_REPRESENTATIVE", "", "The operator's representative in the EU, or none."),
    Setting("PROMPTASSAY_OPERATOR_DPO", "", "The operator's data protection officer and how to reach them, or none."),
    Setting("PROMPTASSAY_OPERATOR_LAW", "", "The law that governs the terms, such as: the law of Ireland."),
    Setting("PROMPTASSAY_OPERATOR_HOSTING", "", "Who hosts server and database, and in which country."),
    Setting("PROMPTASSAY_LEGAL_EFFECTIVE", "", "The day from which the legal documents apply here: 2026-12-01."),
    Setting("PROMPTASSAY_LEGAL_REVIEWED", "", "Who reviewed the legal documents for the operator, and when."),
    Setting(
        "PROMPTASSAY_SECURITY_CONTACT",
        "",
        "Where to report a weakness of this instance: an address of mail, or an https address. Makes security.txt.",
    ),
    Setting("PROMPTASSAY_ENV", "production", "production, or development (error pages with details)."),
    Setting("PROMPTASSAY_LOG_LEVEL", "info", "debug, info, warning or error."),
    Setting("PROMPTASSAY_WORKERS", "1", "Worker processes, 0 to 64; 0 when they run on other machines."),
    Setting("PROMPTASSAY_WORKER_CONCURRENCY", "16", "Jobs that one worker process runs at once, 1 to 1000."),
    Setting(
        "PROMPTASSAY_API_REQUESTS_PER_MINUTE", "100", "Requests that one API key may make in a minute, 1 to 10,000,000."
    ),
    Setting("PROMPTASSAY_WEB_THREADS", "8", "Threads that serve pages, 1 to 256; each may hold a connection."),
)


@dataclass(frozen=True)
class Environment:
    """Every setting, checked. A missing key is None only from `read`, never from `load`."""

    data_dir: Path
    host: str
    port: int
    public_url: str
    internal_url: str
    allowed_hosts: tuple[str, ...]
    database_url: Secret | None
    database_owner_url: Secret | None
    database_direct_url: Secret | None
    prepared_statements: bool
    master_key: Secret | None
    previous_master_keys: tuple[Secret, ...]
    secret_key: Secret | None
    signup_open: bool
    email: EmailServer | None
    private_provider_hosts: tuple[str, ...]
    openai_base_url: str
    anthropic_base_url: str
    google_base_url: str
    status_providers: tuple[str, ...]
    trusted_gate_keys: tuple[str, ...]
    operator: Operator
    production: bool
    log_level: str
    workers: int
    worker_concurrency: int
    web_threads: int
    api_requests_per_minute: int

    @property
    def paths(self) -> DataPaths:
        """The names inside the data directory."""
        return DataPaths(self.data_dir)

    @property
    def embedded(self) -> bool:
        """Whether the embedded PostgreSQL is used: no DATABASE_URL was given."""
        return self.database_url is None

    @property
    def secure_cookies(self) -> bool:
        """Whether people reach the server by https."""
        return self.public_url.startswith("https://")

    def master_key_bytes(self) -> bytes:
        """The 32 bytes of the master key. Raises SettingError when there is none."""
        if self.master_key is None:
            raise keys_from_environment.missing_master_key()
        return keys_from_environment.decode_master_key(self.master_key)

    def master_keys(self) -> tuple[MasterKey, ...]:
        """The present master key, then those before it, each once. Raises SettingError when there is none."""
        raw = [self.master_key_bytes(), *map(keys_from_environment.decode_master_key, self.previous_master_keys)]
        return tuple(MasterKey.from_bytes(each) for each in dict.fromkeys(raw))

    def require_secret_key(self) -> Secret:
        """Django's secret key. Raises SettingError when there is none."""
        if self.secret_key is None:
            raise keys_from_environment.missing_secret_key()
        return self.secret_key


def read(variables: Mapping[str, str], *, create_secrets: bool = False) -> tuple[Environment, list[SettingError]]:
    """Parse `variables`; return the values and every problem found, so that `doctor` can list them all.

    With `create_secrets`, the embedded database's missing keys are made in the data directory. A setting with
    a problem holds its default.
    """
    reader = Reader(variables)
    host = reader.text("PROMPTASSAY_HOST", "127.0.0.1")
    port = reader.number("PROMPTASSAY_PORT", 8000, 1, 65535)
    public_url = reader.origin("PROMPTASSAY_PUBLIC_URL", setting_values.http_address(host, port))
    database_url = reader.database("DATABASE_URL")
    paths = DataPaths(_data_dir(reader))
    production = reader.choice("PROMPTASSAY_ENV", "production", ("production", "development")) == "production"
    local = database_url is None or not production
    keys = keys_from_environment.read_keys(reader, paths, local=local, create=local and create_secrets)
    environment = Environment(
        data_dir=paths.root,
        host=host,
        port=port,
        public_url=public_url,
        internal_url=reader.origin("PROMPTASSAY_INTERNAL_URL", setting_values.http_address(host, port)),
        allowed_hosts=reader.items("PROMPTASSAY_ALLOWED_HOSTS") or setting_values.default_hosts(public_url, host),
        database_url=database_url,
        database_owner_url=reader.database("DATABASE_OWNER_URL"),
        database_direct_url=reader.database("DATABASE_DIRECT_URL") or database_url,
        prepared_statements=reader.choice("PROMPTASSAY_PREPARED_STATEMENTS", "off", ("on", "off")) == "on",
        master_key=keys.master,
        previous_master_keys=keys.previous,
        secret_key=keys.secret,
        signup_open=reader.choice("PROMPTASSAY_SIGNUP", "open", ("open", "closed")) == "open",
        email=reader.email("EMAIL_URL"),
        private_provider_hosts=tuple(item.lower() for item in reader.items("PROMPTASSAY_PRIVATE_PROVIDER_HOSTS")),
        openai_base_url=reader.base_url("PROMPTASSAY_OPENAI_BASE_URL", "https://api.openai.com/v1"),
        anthropic_base_url=reader.base_url("PROMPTASSAY_ANTHROPIC_BASE_URL", "https://api.anthropic.com"),
        google_base_url=reader.base_url("PROMPTASSAY_GOOGLE_BASE_URL", "https://generativelanguage.googleapis.com"),
        status_providers=reader.chosen("PROMPTASSAY_STATUS_PROVIDERS", ("openai", "anthropic", "google")),
        trusted_gate_keys=reader.public_keys("PROMPTASSAY_TRUSTED_GATE_KEYS"),
        operator=read_operator(reader),
        production=production,
        log_level=reader.choice("PROMPTASSAY_LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
        workers=reader.number("PROMPTASSAY_WORKERS", 1, 0, 64),
        worker_concurrency=reader.number("PROMPTASSAY_WORKER_CONCURRENCY", 16, 1, 1000),
        web_threads=reader.number("PROMPTASSAY_WEB_THREADS", 8, 1, 256),
        api_requests_per_minute=reader.number("PROMPTASSAY_API_REQUESTS_PER_MINUTE", 100, 1, 10_000_000),
    )
    return environment, reader.problems


@lru_cache(maxsize=1)
def load() -> Environment:
    """The process's settings, read once; makes the embedded database's keys on first use.

    Raises SettingError (the first problem) or DataDirError; `__main__` turns them into exit code 2.
    """
    environment, problems = read(os.environ, create_secrets=True)
    if problems:
        raise problems[0]
    environment.master_key_bytes()
    environment.require_secret_key()
    return environment


def read_master_keys() -> tuple[MasterKey, ...]:
    """The master keys as variables and files have them now, which may be others than at the start of the process.

    Raises SettingError when one is missing or refused.
    """
    environment, problems = read(os.environ)
    refused = [problem for problem in problems if problem.name.startswith(keys_from_environment.MASTER_KEY)]
    if refused:
        raise refused[0]
    return environment.master_keys()


def _data_dir(reader: Reader) -> Path:
    """The data directory as an absolute path; not created."""
    text = reader.text("PROMPTASSAY_DATA_DIR", "")
    if not text:
        return Path(platformdirs.user_data_dir("promptassay", appauthor=False))
    return Path(text).expanduser().absolute()
