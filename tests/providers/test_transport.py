"""Failures come out without a trace of the request, and Retry-After is read in each of its forms."""

import traceback
from email.utils import formatdate
from time import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from multidict import CIMultiDict

from promptassay.providers.adapters import openai
from promptassay.providers.fake import FakeProvider
from promptassay.providers.transport import Transport, retry_after
from promptassay.providers.wire import WireFault
from tests.providers.calls import IMPATIENT, LOOPBACK, SECRET, ask, target
from tests.providers.factories import leaked


def read(status: int = 429, **headers: str) -> float | None:
    """What an answer with these headers asks for."""
    named = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    return retry_after(cast("Any", SimpleNamespace(status=status, headers=named)))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("2", 2.0),
        (" 30 ", 30.0),
        ("1.5", 1.5),
        ("99999999", 86_400.0),
        ("soon", None),
        ("", None),
        ("-3", None),
        ("1e3", None),
        ("NaN", None),
        ("inf", None),
    ],
)
def test_seconds(value: str, seconds: float | None) -> None:
    assert read(Retry_After=value) == seconds


def test_dates() -> None:
    found = read(Retry_After=formatdate(time() + 20, usegmt=True))
    assert found is not None
    assert 18 < found <= 21
    assert read(Retry_After="Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert read(Retry_After="Wed, 99 Oct 2015 07:28:00 GMT") is None


def test_milliseconds_win() -> None:
    assert read(retry_after_ms="250", Retry_After="9") == 0.25


def test_good_answers_ask_for_nothing() -> None:
    assert read(status=200, Retry_After="9") is None
    assert read() is None


@pytest.mark.parametrize("spec", ["reset", "hang", "disconnect", "stall", "huge", "closed port"])
async def test_a_fault_leads_to_no_request(fake: FakeProvider, spec: str) -> None:
    wire = openai.build(ask(f"test-model!{spec}"), target(fake), stream=False)
    if spec == "closed port":
        await fake.stop()
    transport = Transport(IMPATIENT, LOOPBACK)
    try:
        with pytest.raises(WireFault) as caught:
            await transport.fetch(target(fake), wire)
    finally:
        await transport.close()
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "wire = WireRequest" in shown
    assert not leaked(SECRET, shown)
