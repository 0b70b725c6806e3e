"""Doctor's look at the machine and the settings: everything that can be said without the database."""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from promptassay.config import child, listening
from promptassay.config.data_dir_lock import read_state
from promptassay.config.environment import Environment
from promptassay.config.findings import Finding, info, ok, problem, warning
from promptassay.config.setting_values import SettingError
from promptassay.trust.legal.documents import KINDS, needs
from promptassay.trust.legal.operator import Operator, missing

_LEAST_PYTHON = (3, 11)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LITTLE_SPACE = 1_000_000_000  # bytes
_NO_SPACE = 200_000_000  # bytes; below this a migration or a vacuum can fail


def check_machine(environment: Environment, problems: list[SettingError]) -> list[Finding]:
    """Every finding that needs no database."""
    return [
        _python(),
        *_settings(problems),
        *_keys(environment, {error.name for error in problems}),
        *_data_dir(environment),
        _space(environment),
        _port(environment),
        _public_address(environment),
        _mail(environment),
        _private_hosts(environment),
        *_legal(environment),
    ]


def _python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < _LEAST_PYTHON:
        return problem("python", f"Python {found} is too old.", "Use Python 3.11 or newer.")
    return ok("python", f"Python {found}.")


def _settings(problems: list[SettingError]) -> Iterator[Finding]:
    for error in problems:
        yield problem(f"setting:{error.name}", f"{error.message} {error.why}".strip(), error.next_step)
    if not problems:
        yield ok("settings", "Every setting can be read.")


def _keys(environment: Environment, refused: set[str]) -> Iterator[Finding]:
    for key, name, bits in (
        (environment.master_key, "PROMPTASSAY_MASTER_KEY", 32),
        (environment.secret_key, "PROMPTASSAY_SECRET_KEY", 48),
    ):
        what = name.removeprefix("PROMPTASSAY_").replace("_", " ").lower()
        if name in refused:
            continue  # said already, with its reason
        if key is not None:
            yield ok(f"key:{name}", f"The {what} is there and strong.")
        elif environment.embedded and not environment.paths.has_cluster:
            yield info(f"key:{name}", f"The {what} is made at the first start, in {environment.paths.secrets}.")
        else:
            yield problem(
                f"key:{name}",
                f"The {what} is missing.",
                f"Set {name} to the output of: openssl rand -base64 {bits}",
            )


def _data_dir(environment: Environment) -> Iterator[Finding]:
    root = environment.data_dir
    if not root.exists():
        parent = _existing_parent(root)
        if os.access(parent, os.W_OK | os.X_OK):
            yield info("data_dir", f"{root} is made at the first start.")
        else:
            yield problem("data_dir", f"{root} cannot be made: {parent} is not writable.", "Set PROMPTASSAY_DATA_DIR.")
        return
    if not root.is_dir() or not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        yield problem(
            "data_dir",
            f"{root} is not a directory that this user may write.",
            f"Run: chown {os.geteuid()} {root}, or set PROMPTASSAY_DATA_DIR.",
        )
        return
    opened = [
        path
        for path in (root, environment.paths.secrets, *_files(environment.paths.secrets))
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    for path in opened:
        wanted = "700" if path.is_dir() else "600"
        yield problem("data_dir:rights", f"{path} is open to other users.", f"Run: chmod {wanted} {path}")
    if not opened:
        yield ok("data_dir", f"{root} is writable and private.")


def _files(directory: Path) -> list[Path]:
    return sorted(directory.iterdir()) if directory.is_dir() else []


def _existing_parent(path: Path) -> Path:
    return next(parent for parent in path.parents if parent.exists())


def _space(environment: Environment) -> Finding:
    place = environment.data_dir if environment.data_dir.exists() else _existing_parent(environment.data_dir)
    free = shutil.disk_usage(place).free
    words = f"{free / 1e9:.1f} GB are free on the disk of {environment.data_dir}."
    if free < _NO_SPACE:
        return problem("disk", words, "Free some space: the database stops when the disk is full.")
    return warning("disk", words, "Free some space soon.") if free < _LITTLE_SPACE else ok("disk", words)


def _port(environment: Environment) -> Finding:
    state = read_state(environment.paths)
    pid = state.get("pid")
    if state.get("port") == environment.port and isinstance(pid, int) and child.is_alive(pid):
        return ok("port", f"Port {environment.port} is PromptAssay's own: it runs as process {pid}.")
    refusal = listening.port_problem(environment)
    if refusal is not None:
        return problem("port", f"{refusal.message} {refusal.why}".strip(), refusal.next_step)
    return ok("port", f"Port {environment.port} on {environment.host} is free.")


def _public_address(environment: Environment) -> Finding:
    public = urlsplit(environment.public_url).hostname or ""
    open_to_network = environment.host not in _LOOPBACK or public not in _LOOPBACK
    if open_to_network and not environment.secure_cookies:
        return warning(
            "public_url",
            f"{environment.public_url} is reached by network without https: passwords travel in the clear.",
            "Put a TLS proxy in front and set PROMPTASSAY_PUBLIC_URL=https://NAME",
        )
    return ok("public_url", f"People reach it at {environment.public_url}.")


def _mail(environment: Environment) -> Finding:
    if environment.email is None:
        return info(
            "mail",
            "No mail server: addresses are not confirmed, and forgotten passwords cannot be reset by mail.",
            "Set EMAIL_URL=smtp://USER:PASSWORD@HOST:587?from=ADDRESS",
        )
    return ok("mail", f"Mail goes through {environment.email.host}, port {environment.email.port}.")


def _private_hosts(environment: Environment) -> Finding:
    hosts = environment.private_provider_hosts
    if not hosts:
        return info(
            "private_hosts",
            "No provider on a private address may be called.",
            "To allow one (Ollama, vLLM): PROMPTASSAY_PRIVATE_PROVIDER_HOSTS=localhost:11434",
        )
    return info("private_hosts", f"These private provider hosts may be called: {', '.join(hosts)}.")


def _legal(environment: Environment) -> Iterator[Finding]:
    """Which legal documents wait for the operator's details, and for which; and whether weaknesses can be reported."""
    waiting = {kind.id: missing(environment.operator, needs(kind)) for kind in KINDS}
    absent = sorted({field.setting for fields in waiting.values() for field in fields})
    names = ", ".join(name for name, fields in waiting.items() if fields)
    if not absent:
        yield ok("legal", f"All {len(KINDS)} legal documents are published.")
    elif environment.operator == Operator():
        words = "No legal document is published: nobody has said who operates this instance."
        yield info("legal", words, f"Set {', '.join(absent)}")
    else:
        yield warning("legal", f"Not published for want of details: {names}.", f"Set {', '.join(absent)}")
    if environment.operator.security_uri:
        yield ok("security_contact", f"Weaknesses are reported to {environment.operator.security_uri}.")
    else:
        yield info(
            "security_contact",
            "There is no /.well-known/security.txt: nobody has said where to report a weakness.",
            "Set PROMPTASSAY_SECURITY_CONTACT=ADDRESS",
        )
