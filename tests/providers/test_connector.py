"""A key's base URL leads to the open internet, or to a host that the operator named, and nowhere else."""

import asyncio
import socket
from typing import Any

import aiohttp
import pytest

from promptassay.core.errors import ProviderFailure, ValidationFailed
from promptassay.core.secret import Secret
from promptassay.providers import connector
from promptassay.providers.connector import check_base_url, is_allowed, is_public, make_connector, origin_of
from promptassay.providers.fake import FakeProvider
from promptassay.providers.gateway import Gateway
from promptassay.providers.wire import Target
from tests.providers.calls import LOOPBACK, QUICK, SECRET, SOON, ask, collect
from tests.providers.hostile_urls import HOSTILE, PRIVATE_V4, PRIVATE_V6, SPELLINGS

PUBLIC_V4 = (
    "1.1.1.1",
    "8.8.8.8",
    "104.18.6.192",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.0.1",
    "100.128.0.1",
    "198.20.0.1",
)
PUBLIC_V6 = ("2606:4700:4700::1111", "2a00:1450:4001:81b::200a", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8")


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_is_refused_with_what_why_and_next(url: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        check_base_url(url)
    assert caught.value.message.startswith("The base URL ")
    assert caught.value.next_step
    assert caught.value.details["base_url"] == caught.value.message


def test_there_are_enough_hostile_urls() -> None:
    assert len(set(HOSTILE)) >= 120


async def test_a_hostile_url_is_never_called() -> None:
    async with Gateway(timeouts=QUICK, retries=SOON) as gateway:
        for url in HOSTILE:
            with pytest.raises(ProviderFailure) as caught:
                await gateway.complete(Target("compatible", url or " ", Secret(SECRET), "k"), ask())
            assert caught.value.kind == "refused_address", url


@pytest.mark.parametrize("address", [*PRIVATE_V4, *PRIVATE_V6, "", "example.com", "fe80::1%eth0", *SPELLINGS[:6]])
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [*PUBLIC_V4, *PUBLIC_V6])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("  HTTPS://API.OpenAI.com:443/v1/ ", "https://api.openai.com/v1"),
        ("https://api.mistral.ai./v1", "https://api.mistral.ai/v1"),
        ("https://bücher.example/v1", "https://xn--bcher-kva.example/v1"),
        ("https://llm.example.com:8443", "https://llm.example.com:8443"),
        ("https://[2606:4700:4700:0:0:0:0:1111]/v1", "https://[2606:4700:4700::1111]/v1"),
        ("https://8.8.8.8/v1", "https://8.8.8.8/v1"),
        (
            "https://gateway.example.com/v1/acc_1/my-gateway/openai",
            "https://gateway.example.com/v1/acc_1/my-gateway/openai",
        ),
    ],
)
def test_a_good_url_gets_its_one_form(url: str, normal: str) -> None:
    assert check_base_url(url) == normal
    assert check_base_url(normal) == normal


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://localhost:11434/v1", {"localhost"}),
        ("http://localhost:11434/v1", {"LOCALHOST:11434"}),
        ("http://ollama:11434/v1", {"ollama:11434"}),
        ("http://my_llm.internal/v1", {"my_llm.internal"}),
        ("http://10.0.0.7:8000/v1", {"10.0.0.7"}),
        ("http://[::1]:8000/v1", {"::1"}),
        ("http://[::1]:8000/v1", {"[::1]:8000"}),
        ("https://vault.corp/v1", {"vault.corp:443"}),
    ],
)
def test_the_operators_list_opens_a_host(url: str, allowed: set[str]) -> None:
    assert check_base_url(url, allowed) == url
    with pytest.raises(ValidationFailed):
        check_base_url(url)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://localhost:22/v1", {"localhost:11434"}),
        ("http://127.0.0.1:11434/v1", {"localhost:11434"}),
        ("http://evil-localhost/v1", {"localhost"}),
        ("http://localhost.evil.example/v1", {"localhost"}),
        ("http://a.ollama/v1", {"ollama"}),
        ("file://localhost/etc", {"localhost"}),
        ("http://user@localhost/v1", {"localhost"}),
    ],
)
def test_the_operators_list_opens_nothing_else(url: str, allowed: set[str]) -> None:
    with pytest.raises(ValidationFailed):
        check_base_url(url, allowed)


def test_origins_have_their_port() -> None:
    assert origin_of("https://api.openai.com/v1") == "https://api.openai.com:443"
    assert origin_of("http://[::1]:80/v1") == "http://[::1]:80"
    assert is_allowed("https://api.openai.com", {"api.openai.com:443"})
    for broken in ("", "api.openai.com", "ftp://x"):
        with pytest.raises(ValueError, match="absolute"):
            origin_of(broken)


class Names:
    """A name server that gives the next answer at each question, and counts the questions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0
        monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", self.look_up)

    async def look_up(self, host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        """As `loop.getaddrinfo`; the edge of what a test can run for real."""
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in answer
        ]


@pytest.mark.parametrize(
    "answer",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["::1"],
        ["8.8.8.8", "127.0.0.1"],
        ["::ffff:169.254.169.254"],
        ["100.100.100.200"],
        [],
    ],
)
async def test_a_name_with_any_private_address_is_refused(monkeypatch: pytest.MonkeyPatch, answer: list[str]) -> None:
    Names(monkeypatch, answer)
    async with FakeProvider() as fake, Gateway(timeouts=QUICK, retries=SOON) as gateway:
        for provider in ("compatible", "anthropic", "google"):
            url = f"https://rebind.example.com:{fake.port}"
            with pytest.raises(ProviderFailure) as caught:
                await collect(gateway, Target(provider, url, Secret(SECRET), "k"), ask())
            assert caught.value.kind == "refused_address"
        assert not fake.received


async def test_a_name_that_changes_its_mind_between_question_and_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding: whatever a second lookup would say, the connection goes to the address that was checked."""
    attempts: list[str] = []
    names = Names(monkeypatch, ["203.0.114.9"], ["127.0.0.1"])
    real = connector._public_socket

    def watched(info: Any) -> socket.socket:
        attempts.append(info[4][0])
        real(info).close()
        raise ConnectionRefusedError

    monkeypatch.setattr(connector, "_public_socket", watched)
    async with FakeProvider() as fake, Gateway(timeouts=QUICK, retries=SOON) as gateway:
        url = f"https://rebind.example.com:{fake.port}/v1"
        with pytest.raises(ProviderFailure):
            await gateway.complete(Target("compatible", url, Secret(SECRET), "k"), ask())
        assert set(attempts) <= {"203.0.114.9"}
        assert attempts
        assert not fake.received
    assert names.asked >= 1


async def test_a_thousand_rebinding_answers_reach_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    private = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "192.168.1.1", "fd00::1", "0.0.0.0"]
    Names(monkeypatch, *([private[number % len(private)]] for number in range(1000)))
    resolver = connector.PublicResolver()
    for _ in range(1000):
        with pytest.raises(connector.RefusedAddress):
            await resolver.resolve("rebind.example.com", 443)


@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"])
async def test_the_socket_itself_refuses_a_literal_private_address(address: str) -> None:
    """The last line of defence: even if every check of the URL were lost, no such socket is made."""
    async with FakeProvider() as fake, aiohttp.ClientSession(connector=make_connector(private=False)) as session:
        with pytest.raises(aiohttp.ClientConnectorError) as caught:
            await session.get(f"http://{address}:{fake.port}/healthz")
        assert isinstance(caught.value.os_error, connector.RefusedAddress)


async def test_an_allowed_host_is_reached_and_its_neighbour_port_is_not() -> None:
    async with FakeProvider() as fake, FakeProvider() as other:
        allowed = frozenset({f"127.0.0.1:{fake.port}"})
        async with Gateway(allowed=allowed, timeouts=QUICK, retries=SOON) as gateway:
            assert (await gateway.complete(Target("compatible", fake.openai_url, None, "k"), ask())).text
            with pytest.raises(ProviderFailure) as caught:
                await gateway.complete(Target("compatible", other.openai_url, None, "k"), ask())
            assert caught.value.kind == "refused_address"
            assert not other.received


async def test_a_redirect_is_not_followed_even_to_an_allowed_host() -> None:
    async with FakeProvider(fault="redirect") as fake, Gateway(allowed=LOOPBACK, timeouts=QUICK) as gateway:
        with pytest.raises(ProviderFailure) as caught:
            await gateway.complete(Target("compatible", fake.openai_url, Secret(SECRET), "k"), ask())
        assert caught.value.kind == "redirected"
        assert len(fake.received) == 1
