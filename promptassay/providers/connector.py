"""Decides where a model call may connect, and makes the connector that cannot connect anywhere else."""

import asyncio
import re
import socket
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final, NoReturn
from urllib.parse import SplitResult, urlsplit

import aiohttp
import idna
from aiohttp.abc import AbstractResolver, ResolveResult

from promptassay.core.errors import ValidationFailed

# What `is_global` lets pass, or has let pass in some Python releases, and is not the open internet.
_REFUSED: Final = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and cloud metadata services in it
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's host, reachable from every machine there
        "::ffff:0:0:0/96",  # IPv4-translated
        "::/96",  # IPv4-compatible, loopback, unspecified
        "64:ff9b:1::/48",  # local NAT64
        "100::/64",
        "2001::/23",  # Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
_NAT64: Final = ip_network("64:ff9b::/96")
_LABEL: Final = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST: Final = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_PATH: Final = re.compile(r"(/[A-Za-z0-9._~@:-]+)*/?")
_LOCAL_NAMES: Final = (
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "private",
    "home.arpa",
)
EXAMPLE: Final = "Write it like https://api.example.com/v1."
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


class RefusedAddress(OSError):
    """A host leads to an address that is not public. An OSError, so that aiohttp passes it on."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} leads to an address that is not public")
        self.host = host


def is_public(address: str) -> bool:
    """Whether an address is on the open internet, seen through the ways of writing IPv4 inside IPv6."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return _is_public_v4(found.ipv4_mapped)
        if isinstance(_NAT64, IPv6Network) and found in _NAT64:
            return _is_public_v4(IPv4Address(int(found) & 0xFFFFFFFF))
        if (int(found) >> 32) & 0xFFFFFFFF in (0x00005EFE, 0x02005EFE):  # ISATAP
            return False
        return found.is_global and not any(found in block for block in _REFUSED if block.version == 6)
    return _is_public_v4(found)


def _is_public_v4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in block for block in _REFUSED if block.version == 4)


def origin_of(url: str) -> str:
    """`scheme://host:port` of a URL, the port always there. Raises ValueError for a URL without a host."""
    parts = urlsplit(url)
    host = parts.hostname
    if not host or parts.scheme not in _DEFAULT_PORTS:
        raise ValueError("not an absolute http or https URL")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}:{parts.port or _DEFAULT_PORTS[parts.scheme]}"


def is_allowed(url: str, allowed: Iterable[str]) -> bool:
    """Whether the operator's list names the host of `url`, as `host` or as `host:port`. A broken URL is not named."""
    return _is_allowed(url, frozenset(allowed))


@lru_cache(maxsize=1024)
def _is_allowed(url: str, allowed: frozenset[str]) -> bool:
    try:
        host, _, port = origin_of(url).partition("://")[2].rpartition(":")
    except ValueError:
        return False
    names = {host, host.strip("[]"), f"{host}:{port}"}
    return any(entry.strip().lower() in names for entry in allowed)


def check_base_url(url: str, allowed: Iterable[str] = ()) -> str:
    """The base URL in its one normal form. Looks nothing up: names are checked again at every connection.

    `allowed` holds the hosts (`host` or `host:port`) that may be private and may speak http.
    Raises ValidationFailed with what is wrong, why, and what to do.
    """
    url = url.strip()
    parts, port = _split(url)
    if parts.scheme not in _DEFAULT_PORTS:
        _refuse("must start with https://", "Keys travel on this connection.", "Write the address with https://.")
    if "@" in parts.netloc:
        _refuse(
            "must not hold a user name or password",
            "The part before “@” would be sent along or mislead about the host.",
            "Leave it out; the key is a field of its own.",
        )
    if parts.query or parts.fragment or "?" in url or "#" in url:
        _refuse("must end with its path", "A query means nothing here.", "Remove “?” or “#” and what follows.")
    if not _PATH.fullmatch(parts.path) or any(part in (".", "..") for part in parts.path.split("/")):
        _refuse(
            "has a path that cannot be used",
            "A base path holds letters, digits, “.”, “-”, “_”, “~”, “@” and “:”.",
            "Write it as the provider's documentation does, for example https://api.example.com/v1.",
        )
    host = _normal_host(parts.hostname or "", bracketed="[" in parts.netloc)
    shown = f"[{host}]" if ":" in host else host
    base = f"{parts.scheme}://{shown}" + (f":{port}" if port and port != _DEFAULT_PORTS[parts.scheme] else "")
    base += parts.path.rstrip("/")
    if not is_allowed(base, allowed):
        _check_open(parts.scheme, host, port)
    return base


def _split(url: str) -> tuple[SplitResult, int | None]:
    if not url.isprintable() or any(character in url for character in " \\\"'<>^`{|}%"):
        _refuse("holds characters that an address cannot have", "", "Copy it again from the provider's manual.")
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        _refuse("is not an address", "Host or port cannot be read.", EXAMPLE)


def _normal_host(host: str, *, bracketed: bool) -> str:
    """The host in ASCII, lower case, without a closing dot; an IPv6 address in its short form."""
    try:
        if bracketed:
            return str(IPv6Address(host))
        if not host.isascii():
            host = idna.encode(host, uts46=True, std3_rules=True).decode()
    except (ValueError, idna.IDNAError):
        host = ""
    host = host.lower().removesuffix(".")
    if len(host) > 253 or not _HOST.fullmatch(host):
        _refuse("has no host that could exist", "", EXAMPLE)
    return host


def _check_open(scheme: str, host: str, port: int | None) -> None:
    """Refuses what no lookup is needed to know. `host` is not on the operator's list."""
    ask = "Ask the operator of this server to add the host to PROMPTASSAY_PRIVATE_PROVIDER_HOSTS."
    if _is_local(host):
        _refuse("leads into a private network", "Calls go to the open internet only.", ask)
    if scheme != "https":
        _refuse("must start with https://", "Over http anybody could read the key.", f"Use it. {ask}")
    if port is not None and port < 1024 and port != 443:
        _refuse("names a port of another service", "No provider listens below 1024 except on 443.", ask)


def _is_local(host: str) -> bool:
    if ":" in host:
        return not is_public(host)
    try:
        # inet_aton reads every spelling that a resolver does: 127.1, 0x7f000001, 017700000001, 2130706433. Only
        # the plain one is taken, because programs disagree about the others.
        plain = socket.inet_ntoa(socket.inet_aton(host))
        return host != plain or not is_public(plain)
    except OSError:
        pass
    if host.rpartition(".")[2].isdigit() or re.fullmatch(r"0x[0-9a-f]*", host.rpartition(".")[2]):
        return True
    return "." not in host or any(host == name or host.endswith(f".{name}") for name in _LOCAL_NAMES)


def _refuse(what: str, why: str, next_step: str) -> NoReturn:
    message = f"The base URL {what}."
    raise ValidationFailed(message, why=why, next_step=next_step, details={"base_url": message})


class PublicResolver(AbstractResolver):
    """Looks a host up once and refuses it when any of its addresses is not public."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses, in the system's order. Raises RefusedAddress, or OSError when there is none."""
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG
        )
        addresses = [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, proto, _, address in found
        ]
        if not addresses or not all(is_public(address["host"]) for address in addresses):
            raise RefusedAddress(host)
        return addresses

    async def close(self) -> None:
        """Nothing is held open."""


def _public_socket(info: Any) -> socket.socket:
    """A socket for one connection attempt, made only if the very address it will connect to is public."""
    family, kind, proto, _, address = info
    if not is_public(str(address[0])):
        raise RefusedAddress(str(address[0]))
    return socket.socket(family=family, type=kind, proto=proto)


def make_connector(*, private: bool) -> aiohttp.TCPConnector:
    """The connector for the running loop.

    A private one connects anywhere and serves only hosts that the operator named. The other one checks every
    name it looks up and, again, every address a socket is about to connect to: nothing can change in between.
    """
    if private:
        return aiohttp.TCPConnector(limit=0, keepalive_timeout=30, ttl_dns_cache=30)
    return aiohttp.TCPConnector(
        limit=0,
        keepalive_timeout=30,
        ttl_dns_cache=30,
        resolver=PublicResolver(),
        socket_factory=_public_socket,
    )
