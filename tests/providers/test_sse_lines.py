"""Server-sent events survive any cutting, any line ending and any bytes."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from promptassay.providers.sse_lines import ServerEventReader, load_object
from promptassay.providers.wire import WireFault


def read(*chunks: bytes) -> list[tuple[str, bytes]]:
    """The events of a stream that came in these pieces."""
    reader = ServerEventReader()
    events = [event for chunk in chunks for event in reader.feed(chunk)]
    return [(event.type, event.data) for event in events + reader.finish()]


def test_types_data_and_comments() -> None:
    stream = b": ping\n\nevent: message_start\ndata: {}\n\nid: 4\nretry: 3\ndata:two\ndata: lines\n\n\n\n"
    assert read(stream) == [("message_start", b"{}"), ("", b"two\nlines")]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_every_line_ending_and_every_cut(ending: bytes) -> None:
    stream = ending.join([b"\xef\xbb\xbfevent: a", "data: é試".encode(), b"data: 2", b"", b"data: 3", b"", b""])
    expected = [("a", "é試\n2".encode()), ("", b"3")]
    assert read(stream) == expected
    assert read(*(stream[index : index + 1] for index in range(len(stream)))) == expected
    for cut in range(len(stream)):
        assert read(stream[:cut], stream[cut:]) == expected


def test_an_event_without_its_closing_line_is_given_at_the_end() -> None:
    assert read(b"data: [DO", b"NE]") == [("", b"[DONE]")]


def test_a_line_that_is_too_long() -> None:
    reader = ServerEventReader(max_line=100)
    reader.feed(b"data: " + b"x" * 90)
    with pytest.raises(WireFault, match="too_large"):
        reader.feed(b"x" * 20)


def test_many_lines_of_one_event_that_are_too_long_together() -> None:
    reader = ServerEventReader(max_line=100)
    with pytest.raises(WireFault, match="too_large"):
        reader.feed(b"data: 12345678901234567890\n" * 5)


def test_a_response_that_is_too_long() -> None:
    reader = ServerEventReader(max_response=100)
    reader.feed(b"data: 1\n\n" * 11)
    with pytest.raises(WireFault, match="too_large"):
        reader.feed(b"data: 1\n\n")


def test_a_long_line_in_small_pieces_costs_no_more_than_its_length() -> None:
    reader = ServerEventReader()
    pieces = [b"x" * 10] * 90_000
    reader.feed(b"data: ")
    for piece in pieces:
        reader.feed(piece)
    (event,) = reader.feed(b"\n\n")
    assert len(event.data) == 900_000


def test_objects_and_what_is_none() -> None:
    assert load_object(b'{"a":"\xff\xc3"}') == {"a": "\ufffd\ufffd"}
    for broken in (b"", b"[1]", b"{", b"null", b'"x"', b"{'a':1}", b"\xff"):
        with pytest.raises(WireFault, match="malformed"):
            load_object(broken)


@settings(max_examples=150)
@example([b"\r", b"data"])
@example([b"\xef", b"\xbb\xbf\r", b"\ndata", b":1"])
@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"\n", b"\r", b"\r\n", b"data: ", b"event:", b":", b"\n\n"])))
def test_any_bytes_in_any_pieces_read_the_same(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    assert read(*chunks) == read(whole) == read(*(bytes([byte]) for byte in whole))


@settings(max_examples=80)
@given(
    st.lists(st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"])), min_size=1), st.data()
)
def test_what_was_sent_is_what_is_read(lines: list[str], data: st.DataObject) -> None:
    stream = "".join(f"data: {line}\n" for line in lines).encode() + b"\n"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert read(*pieces) == [("", "\n".join(lines).encode())]
