"""Every way in which a provider misbehaves, in each format, streamed and whole: the right kind, and never the key."""

import logging
import ssl
import traceback
from pathlib import Path

import pytest

from promptassay.core.errors import ProviderFailure
from promptassay.providers.fake import FakeProvider
from promptassay.providers.fake.faults import NAMED_FAULTS, SLIPS, STATUS_FAULTS
from promptassay.providers.gateway import Gateway
from promptassay.providers.wire import CallRequest, Event, Finished, Message, ProviderName, Target
from tests.fakes.certificates import self_signed
from tests.providers.calls import FORMATS, SECRET, ask, caller, collect, target, text_of
from tests.providers.factories import leaked

# fault: (kind when streamed, kind when whole); None is a good answer.
EXPECTED: dict[str, tuple[str | None, str | None]] = {
    "400": ("bad_request",) * 2,
    "401": ("wrong_key",) * 2,
    "402": ("no_credit",) * 2,
    "403": ("forbidden",) * 2,
    "404": ("model_not_found",) * 2,
    "408": ("server_error",) * 2,
    "413": ("prompt_too_long",) * 2,
    "422": ("bad_request",) * 2,
    "429": ("rate_limited",) * 2,
    "500": ("server_error",) * 2,
    "502": ("server_error",) * 2,
    "503": ("overloaded",) * 2,
    "504": ("server_error",) * 2,
    "529": ("overloaded",) * 2,
    "context": ("prompt_too_long",) * 2,
    "no-credit": ("no_credit",) * 2,
    "no-schema": (None, None),  # only for requests that have one
    "key-echo": ("bad_request",) * 2,
    "html-200": ("malformed",) * 2,
    "html-502": ("server_error",) * 2,
    "redirect": ("redirected",) * 2,
    "empty": ("cut_off", "malformed"),
    "malformed": ("malformed",) * 2,
    "bad-utf8": (None, None),
    "split-utf8": (None, None),
    "reset": ("unreachable",) * 2,
    "disconnect": ("cut_off",) * 2,
    "hang": ("timeout_first_byte",) * 2,
    "stall": ("timeout_idle",) * 2,
    "slow": (None, None),
    "huge-line": ("too_large",) * 2,
    "huge": ("too_large",) * 2,
    "bomb": ("too_large",) * 2,
    "missing-end": ("cut_off",) * 2,
    "late-error": ("server_error",) * 2,
    "late-overloaded": ("overloaded",) * 2,
    "unknown-event": (None, None),
    "double-end": (None, None),
    "no-usage": (None, None),
    "null-content": (None, None),
    "unstreamed": (None, None),
    "refusal": (None, None),
    "filtered": (None, None),
    "length": (None, None),
    "tool": (None, None),
    "reasoning": (None, None),
}
SAME_TEXT = {"split-utf8", "slow", "unknown-event", "double-end", "no-usage", "unstreamed", "reasoning"}
ENDINGS: dict[str, dict[ProviderName, str]] = {
    "refusal": {"openai": "refusal", "anthropic": "refusal", "google": "content_filter"},
    "filtered": {"openai": "content_filter", "anthropic": "refusal", "google": "content_filter"},
    "length": dict.fromkeys(FORMATS, "length"),
    "tool": dict.fromkeys(FORMATS, "tool_calls"),
}


def test_every_fault_of_the_fake_is_expected_here() -> None:
    # Slips change what is said, not how: tests/providers/fake/test_slips.py has them.
    assert set(EXPECTED) == {*NAMED_FAULTS, *map(str, STATUS_FAULTS)} - SLIPS


async def answer(gateway: Gateway, where: Target, request: CallRequest, *, stream: bool) -> tuple[str, str]:
    """The text and how it ended."""
    if not stream:
        whole = await gateway.complete(where, request)
        return whole.text, whole.finish_reason
    events: list[Event] = await collect(gateway, where, request)
    last = events[-1]
    assert isinstance(last, Finished)
    return text_of(events), last.finish_reason


def seen(failure: ProviderFailure) -> str:
    """Everything that a person, a log or an error tracker could see of a failure, locals of its frames included."""
    shown = traceback.TracebackException.from_exception(failure, capture_locals=True)
    return "\n".join(
        [
            str(failure),
            repr(failure),
            repr(failure.args),
            repr(vars(failure)),
            "".join(traceback.format_exception(failure)),
            "".join(shown.format()),
        ]
    )


@pytest.mark.parametrize("provider", FORMATS)
@pytest.mark.parametrize("fault", EXPECTED)
async def test_a_fault_has_its_kind_and_never_shows_the_key(
    fake: FakeProvider, provider: ProviderName, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.control({"slow_interval": 0})
    where = target(fake, provider)
    request = CallRequest(f"test-model!{fault}", (Message("system", "Weigh."), Message("user", "grain " * 20)))
    async with caller(fault) as gateway:
        good, _ = await answer(gateway, where, CallRequest("test-model", request.messages), stream=False)
        for stream, expected in zip((True, False), EXPECTED[fault], strict=True):
            if expected is None:
                text, ending = await answer(gateway, where, request, stream=stream)
                assert ending == ENDINGS.get(fault, {}).get(provider, "stop")
                if fault in SAME_TEXT:
                    assert text == good
                continue
            with pytest.raises(ProviderFailure) as caught:
                await answer(gateway, where, request, stream=stream)
            assert caught.value.kind == expected, f"stream={stream}"
            assert caught.value.__cause__ is None
            assert caught.value.__context__ is None
            assert caught.value.next_step
            assert not leaked(SECRET, seen(caught.value))
    for entry in fake.received:
        assert not leaked(SECRET, entry.path), "a key never stands in a URL"
        assert leaked(SECRET, str(entry.headers)), "the search can find it"
        assert not leaked(SECRET, entry.body.decode())
    assert not leaked(SECRET, caplog.text)
    assert not leaked("grain " * 3, caplog.text)


@pytest.mark.parametrize("provider", FORMATS)
async def test_a_refused_key_that_the_provider_repeats(fake: FakeProvider, provider: ProviderName) -> None:
    fake.control({"keys": ["another"]})
    async with caller() as gateway:
        for stream in (True, False):
            with pytest.raises(ProviderFailure) as caught:
                await answer(gateway, target(fake, provider), ask(), stream=stream)
            assert caught.value.kind == "wrong_key"
            assert caught.value.status_code in (400, 401)
            assert "refused the key" in caught.value.message
            assert not leaked(SECRET, seen(caught.value))


async def test_a_refused_setting_is_named_in_our_words(fake: FakeProvider) -> None:
    async with caller() as gateway:
        with pytest.raises(ProviderFailure) as caught:
            await gateway.complete(target(fake), ask("test-model!key-echo"))
    assert "because of “temperature”" in caught.value.message


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    """A server's TLS context with a certificate that nobody vouches for."""
    return self_signed(tmp_path)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_certificate_that_nobody_vouches_for(certificate: ssl.SSLContext, *, stream: bool) -> None:
    async with FakeProvider(tls=certificate) as fake, caller() as gateway:
        with pytest.raises(ProviderFailure) as caught:
            await answer(gateway, target(fake), ask(), stream=stream)
        assert caught.value.kind == "tls"
        assert not fake.received
        assert not leaked(SECRET, seen(caught.value))


@pytest.mark.parametrize("stream", [True, False])
async def test_tls_spoken_to_a_server_without_it(fake: FakeProvider, *, stream: bool) -> None:
    where = target(fake)
    secure = Target("openai", where.base_url.replace("http:", "https:"), where.secret, "k")
    async with caller() as gateway:
        with pytest.raises(ProviderFailure) as caught:
            await answer(gateway, secure, ask(), stream=stream)
    assert caught.value.kind in ("tls", "unreachable")
