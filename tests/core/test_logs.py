"""Log lines tell where an error is and never what it says."""

import asyncio
import logging
import logging.config

import pytest
from django.conf import settings
from django.test import RequestFactory

from promptassay.core.logs import Formatter, WithoutProbes, on_loop_error, probe_mark

WORDS = "Zq7Lm2Xv9Kt4Wd8Rb3Ny"


def _written(error: BaseException) -> str:
    record = logging.LogRecord(
        "x", logging.ERROR, __file__, 1, "it failed", (), (type(error), error, error.__traceback__)
    )
    return Formatter("{levelname} {message}", style="{").format(record)


def _fail(words: str) -> None:
    try:
        raise ValueError(f"cannot read {words}")
    except ValueError as error:
        raise RuntimeError(f"a defect with {words}") from error


def test_frames_and_types_are_written_and_words_are_not() -> None:
    with pytest.raises(RuntimeError) as caught:
        _fail(WORDS)
    caught.value.add_note(WORDS)
    text = _written(caught.value)
    assert text.startswith("ERROR it failed\nTraceback")
    assert "in _fail" in text and "test_logs.py" in text
    assert (
        text.index("builtins.ValueError") < text.index("The above was the cause of:") < text.index("builtins.Runtime")
    )
    assert WORDS not in text


def test_groups_and_rings_end() -> None:
    first, second = ValueError(WORDS), KeyError(WORDS)
    first.__context__, second.__context__ = second, first
    text = _written(ExceptionGroup(WORDS, [first, second]))
    assert "builtins.ValueError" in text and "builtins.KeyError" in text and WORDS not in text


def test_a_traceback_that_another_formatter_wrote_is_not_taken_over() -> None:
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "it failed", (), (ValueError, ValueError(WORDS), None))
    logging.Formatter().format(record)
    assert WORDS in str(record.exc_text)
    assert WORDS not in Formatter().format(record)
    assert record.exc_text is None


def test_the_products_log_is_written_like_that() -> None:
    configured = settings.LOGGING["formatters"]["line"]
    assert configured["()"] == f"{Formatter.__module__}.{Formatter.__qualname__}"


def test_what_an_event_loop_caught_is_written_without_words(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.new_event_loop()
    try:
        on_loop_error(loop, {"message": "Task exception was never retrieved", "exception": ValueError(WORDS)})
        on_loop_error(loop, {"message": "something closed late"})
    finally:
        loop.close()
    assert "the event loop caught ValueError" in caplog.text
    assert WORDS not in "".join(record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    ("request_id", "level", "is_kept"),
    [
        (probe_mark(), logging.WARNING, False),
        (probe_mark(), logging.ERROR, True),
        ("", logging.WARNING, True),
        ("probe-00000000000000000000000000000000", logging.WARNING, True),
        (f"{probe_mark()}x", logging.WARNING, True),
    ],
)
def test_only_refusals_of_our_own_probes_are_left_out(request_id: str, level: int, is_kept: bool) -> None:
    record = logging.LogRecord("django.request", level, __file__, 1, "Not Found", (), None)
    record.request = RequestFactory().get("/", headers={"X-Request-ID": request_id})
    assert WithoutProbes().filter(record) is is_kept
    assert WithoutProbes().filter(logging.LogRecord("x", level, __file__, 1, "no request", (), None))
