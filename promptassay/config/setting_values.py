"""Turns the text of an environment variable into a checked value, or a problem that names the variable."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from promptassay.core.errors import AppError
from promptassay.core.secret import Secret


class SettingError(AppError):
    """A setting is missing, malformed or too weak; `name` is the environment variable."""

    code = "BAD_SETTING"

    def __init__(self, name: str, message: str, *, why: str = "", next_step: str = "") -> None:
        super().__init__(message, why=why, next_step=next_step, details={"setting": name})
        self.name = name


@dataclass(frozen=True)
class EmailServer:
    """Where mail goes. `starttls` upgrades a plain connection; `tls` speaks TLS from the first byte."""

    host: str
    port: int
    user: str
    password: Secret
    starttls: bool
    tls: bool
    sender: str


# scheme: (default port, STARTTLS, TLS from the start)
_MAIL_SCHEMES = {"smtp": (587, True, False), "smtps": (465, False, True), "smtp+plain": (25, False, False)}
_ANY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, never bound here


@dataclass
class Reader:
    """Reads typed values and collects a SettingError for each bad one. An empty value is unset."""

    variables: Mapping[str, str]
    problems: list[SettingError] = field(default_factory=list)

    def refuse(self, name: str, message: str, *, why: str = "", next_step: str = "") -> None:
        """Note a problem with `name`."""
        self.problems.append(SettingError(name, message, why=why, next_step=next_step))

    def text(self, name: str, default: str) -> str:
        """The trimmed text."""
        return self.variables.get(name, "").strip() or default

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        text = self.text(name, str(default))
        if text.isascii() and text.isdigit() and low <= int(text) <= high:
            return int(text)
        self.refuse(
            name,
            f"{name} is “{text}”.",
            why=f"It must be a whole number from {low} to {high}.",
            next_step=f"Set it, for example {name}={default}, or leave it out.",
        )
        return default

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """One of `choices`, in lower case."""
        text = self.text(name, default).lower()
        if text in choices:
            return text
        self.refuse(
            name,
            f"{name} is “{text}”.",
            why=f"It must be one of: {', '.join(choices)}.",
            next_step=f"Set it, for example {name}={default}, or leave it out.",
        )
        return default

    def items(self, name: str) -> tuple[str, ...]:
        """A list separated by commas, without empty entries."""
        return tuple(item.strip() for item in self.text(name, "").split(",") if item.strip())

    def chosen(self, name: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        """Any of `choices`, in lower case, separated by commas; none when unset."""
        items = tuple(item.lower() for item in self.items(name))
        if unknown := [item for item in items if item not in choices]:
            self.refuse(
                name,
                f"{name} holds “{unknown[0]}”.",
                why=f"It may hold: {', '.join(choices)}.",
                next_step=f"Set it, for example {name}={','.join(choices)}, or leave it out.",
            )
            return ()
        return items

    def public_keys(self, name: str) -> tuple[str, ...]:
        """Raw Ed25519 public keys (32 bytes) in base64, separated by commas; none when one of them is no such key."""
        items = self.items(name)
        if bad := [item for item in items if not _is_32_bytes(item)]:
            self.refuse(
                name,
                f"{name} holds “{bad[0]}”.",
                why="It may hold public keys: 32 bytes each, in base64.",
                next_step="Copy them from the “public_key” of the results that you trust, or leave it out.",
            )
            return ()
        return items

    def origin(self, name: str, default: str) -> str:
        """`scheme://host[:port]` of an http(s) URL, nothing after it."""
        text = self.text(name, default).rstrip("/")
        parts = _split(text)
        if parts is not None and not parts.path and not parts.query and not parts.fragment and not parts.username:
            return text
        self.refuse(
            name,
            f"{name} holds a user name." if parts and parts.username else f"{name} is “{text}”.",
            why="It must be http:// or https:// with a host and, if need be, a port; no path.",
            next_step=f"Set it, for example {name}=https://prompts.example.com",
        )
        return default

    def base_url(self, name: str, default: str) -> str:
        """An http(s) URL with an optional path, without a trailing slash."""
        text = self.text(name, default).rstrip("/")
        parts = _split(text)
        if parts is not None and not parts.query and not parts.fragment and not parts.username:
            return text
        self.refuse(
            name,
            f"{name} is not a base URL.",
            why="It must be http:// or https:// with a host and an optional path; no user name, no query.",
            next_step=f"Set it, for example {name}={default}, or leave it out.",
        )
        return default

    def database(self, name: str) -> Secret | None:
        """A PostgreSQL URI; its details are checked on first use, without loading the driver here."""
        text = self.text(name, "")
        if not text:
            return None
        if text.startswith(("postgresql://", "postgres://")):
            return Secret(text)
        self.refuse(
            name,
            f"{name} is not a PostgreSQL address.",
            why="PromptAssay runs on PostgreSQL only; the address must begin with postgresql://",
            next_step=f"Set {name}=postgresql://USER:PASSWORD@HOST:5432/DATABASE, or leave all "
            "DATABASE_ variables out to use the embedded PostgreSQL.",
        )
        return None

    def email(self, name: str) -> EmailServer | None:
        """A mail server's URL, or None when no mail is to be sent."""
        text = self.text(name, "")
        if not text:
            return None
        try:
            parts = urlsplit(text)
            port, starttls, tls = _MAIL_SCHEMES[parts.scheme]
            sender = parse_qs(parts.query).get("from", [unquote(parts.username or "")])[0]
            if not parts.hostname or "@" not in sender:
                raise ValueError
            return EmailServer(
                host=parts.hostname,
                port=parts.port or port,
                user=unquote(parts.username or ""),
                password=Secret(unquote(parts.password or "")),
                starttls=starttls,
                tls=tls,
                sender=sender,
            )
        except (KeyError, ValueError):
            self.refuse(
                name,
                f"{name} cannot be read.",
                why="It needs a scheme (smtp, smtps or smtp+plain), a host, and a sender after ?from=.",
                next_step=f"Set it, for example {name}=smtp://USER:PASSWORD@mail.example.com:587"
                "?from=prompts@example.com, or leave it out to send no mail.",
            )
            return None


def http_address(host: str, port: int) -> str:
    """What to type into a browser on this machine for a server that listens on `host` and `port`."""
    name = "127.0.0.1" if host in _ANY_ADDRESS else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def default_hosts(public_url: str, host: str) -> tuple[str, ...]:
    """Host names to admit when none are listed: the public one, the bound one, and loopback."""
    public = urlsplit(public_url).hostname or ""
    names = [public, "" if host in _ANY_ADDRESS else host, "127.0.0.1", "localhost", "::1"]
    return tuple(dict.fromkeys(f"[{name}]" if ":" in name else name for name in names if name))


def _is_32_bytes(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == 32
    except ValueError:
        return False


def _split(text: str) -> SplitResult | None:
    """The parts of an http(s) URL with a host and a legal port, or None."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None
