"""A Secret shows itself nowhere but through `reveal`."""

import base64
import contextlib
import copy
import json
import logging
import pickle
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass
from functools import partial
from io import StringIO
from pprint import pformat
from string import Template
from typing import Any

import orjson
import pytest
from django.test import RequestFactory
from django.views.debug import ExceptionReporter

from promptassay.core.secret import MASK, Secret
from promptassay.core.vault import MasterKey
from promptassay.providers.wire import Target

PLAIN = "sk-canary-9Xq2Lm7Zt4Vb"
SECRET = Secret(PLAIN)


@dataclass
class Holder:
    """Any dataclass with a secret in it."""

    name: str
    secret: Secret


def _log(how: Callable[[logging.Logger], None]) -> str:
    out = StringIO()
    log = logging.Logger("leak", logging.DEBUG)  # noqa: LOG001 - one that nobody else has
    log.addHandler(logging.StreamHandler(out))
    how(log)
    return out.getvalue()


def _fail_with_it() -> None:
    secret = SECRET
    held = Holder("key", secret)
    pair = {"key": secret, "list": [secret, held]}
    raise ValueError(f"it went wrong with {secret} and {pair}")


def _traceback() -> str:
    try:
        _fail_with_it()
    except ValueError as error:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    raise AssertionError


def _debug_page() -> str:
    request = RequestFactory().post("/keys/", {"name": "team"})
    try:
        _fail_with_it()
    except ValueError:
        reporter = ExceptionReporter(request, *sys.exc_info())
        return reporter.get_traceback_html() + reporter.get_traceback_text()
    raise AssertionError


SHOWN: dict[str, Callable[[], object]] = {
    "str": lambda: str(SECRET),
    "repr": lambda: repr(SECRET),
    "ascii": lambda: ascii(SECRET),
    "f-string": lambda: f"{SECRET}",
    "f-string repr": lambda: f"{SECRET!r}",
    "f-string self-documenting": lambda: f"{SECRET=}",
    "f-string with width": lambda: f"{SECRET:>80}",
    "format": lambda: format(SECRET),
    "str.format": lambda: "{} {0}".replace("{}", "{1}").format(SECRET, SECRET),
    "format_map": lambda: "{key}".format_map({"key": SECRET}),
    "percent s": lambda: "%s" % SECRET,  # noqa: UP031
    "percent r": lambda: "%r" % SECRET,  # noqa: UP031
    "percent dict": lambda: "%(key)s" % {"key": SECRET},  # noqa: UP031
    "template": lambda: Template("$key").substitute(key=SECRET),
    "print": lambda: print(SECRET, file=sys.stdout),
    "list": lambda: str([SECRET]),
    "dict": lambda: str({"key": SECRET}),
    "pprint": lambda: pformat({"key": [SECRET]}),
    "dataclass repr": lambda: repr(Holder("key", SECRET)),
    "target": lambda: repr(Target("openai", secret=SECRET, key_id="1")),
    "master key": lambda: repr(MasterKey.from_bytes(PLAIN.encode().ljust(32, b"."))),
    "exception args": lambda: str(ValueError("bad key", SECRET)),
    "exception repr": lambda: repr(ValueError(SECRET)),
    "log argument": lambda: _log(lambda log: log.info("key %s", SECRET)),
    "log repr": lambda: _log(lambda log: log.debug("key %r %s", SECRET, [SECRET])),
    "log message": lambda: _log(lambda log: log.warning(SECRET)),
    "log exception": lambda: _log(lambda log: _log_failure(log)),
    "traceback with locals": _traceback,
    "Django debug page": _debug_page,
    "json with default=str": lambda: json.dumps({"key": SECRET}, default=str),
    "orjson with default=str": lambda: orjson.dumps({"key": SECRET}, default=str),
    "dir": lambda: str(dir(SECRET)),
}


def _log_failure(log: logging.Logger) -> None:
    try:
        _fail_with_it()
    except ValueError:
        log.exception("failed")


def holds_a_part(shown: object) -> bool:
    """Whether eight characters of the plain value stand in it, in plain, base64 or hex."""
    text = shown.decode() if isinstance(shown, bytes) else str(shown)
    forms = (PLAIN, PLAIN.encode().hex(), base64.b64encode(PLAIN.encode()).decode())
    return any(form[at : at + 8] in text for form in forms for at in range(len(form) - 7))


@pytest.mark.parametrize("way", SHOWN.values(), ids=SHOWN.keys())
def test_it_is_masked(way: Callable[[], object], capsys: pytest.CaptureFixture[str]) -> None:
    shown = way()
    captured = capsys.readouterr()
    assert not holds_a_part(shown)
    assert not holds_a_part(captured.out + captured.err)


def test_what_is_shown_says_that_something_is_there() -> None:
    assert str(SECRET) == repr(SECRET) == f"{SECRET}" == MASK
    assert MASK in _traceback()
    assert MASK in _debug_page()


def test_the_search_for_leaks_can_fail() -> None:
    assert holds_a_part(f"Bearer {PLAIN}")
    assert holds_a_part(PLAIN.encode().hex())
    assert not holds_a_part("Bearer sk-cana")


REFUSED: dict[str, Callable[[], Any]] = {
    "json": lambda: json.dumps(SECRET),
    "json inside": lambda: json.dumps({"key": SECRET}),
    "orjson": lambda: orjson.dumps({"key": SECRET}),
    **{f"pickle {protocol}": partial(pickle.dumps, SECRET, protocol) for protocol in range(6)},
    "pickle inside": lambda: pickle.dumps(Holder("key", SECRET)),
    "copy": lambda: copy.copy(SECRET),
    "deepcopy": lambda: copy.deepcopy(SECRET),
    "deepcopy inside": lambda: copy.deepcopy({"key": [SECRET]}),
    "asdict": lambda: asdict(Holder("key", SECRET)),
    "astuple": lambda: astuple(Holder("key", SECRET)),
    "vars": lambda: vars(SECRET),
    "getstate": lambda: SECRET.__getstate__(),
    "iteration": lambda: list(SECRET),  # type: ignore[call-overload]
    "indexing": lambda: SECRET[0],  # type: ignore[index]
    "joining": lambda: "".join([SECRET]),  # type: ignore[list-item]
    "adding": lambda: "Bearer " + SECRET,  # type: ignore[operator]
    "bytes": lambda: bytes(SECRET),  # type: ignore[call-overload]
    "a new attribute": lambda: setattr(SECRET, "shown", PLAIN),
}


@pytest.mark.parametrize("way", REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused(way: Callable[[], Any]) -> None:
    with pytest.raises((TypeError, AttributeError)) as caught:
        way()
    assert not holds_a_part(caught.value)


def test_a_failed_pickle_leaves_no_bytes_behind() -> None:
    out = bytearray()

    class Sink:
        def write(self, data: bytes) -> int:
            out.extend(data)
            return len(data)

    with contextlib.suppress(TypeError):
        pickle.Pickler(Sink()).dump({"before": 1, "key": SECRET})
    assert not holds_a_part(out.decode("latin-1"))


def test_it_compares_by_value_and_only_with_secrets() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert {Secret("a"): 1}[Secret("a")] == 1
    assert not Secret("")
    assert len(Secret("abc")) == 3


@pytest.mark.parametrize(("plain", "shown"), [("", ""), ("sk-short", ""), ("x" * 11, ""), ("abcdefghijkl", "ijkl")])
def test_the_last_four_characters_only_of_a_long_one(plain: str, shown: str) -> None:
    assert Secret(plain).last4 == shown


def test_reveal_is_the_way_out() -> None:
    assert Secret(PLAIN).reveal() == PLAIN
