"""How a server-sent event looks on the wire, whatever the text in it."""

import json
from decimal import Decimal
from uuid import uuid4

import pytest

from promptassay.core.secret import Secret
from promptassay.core.sse import PING, event


def _parse(wire: bytes) -> tuple[str, object]:
    name, data, *rest = wire.decode().split("\n")
    assert rest == ["", ""]
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


@pytest.mark.parametrize(
    "data",
    [
        "plain",
        "two\nlines",
        "\r\n\r\nevent: forged\ndata: {}\n\n",
        "\u2028\u2029\x00\x85",
        "ключ 鍵 🔑",
        "",
        {"text": "a\n\nb", "done": 3},
        [1, None, True],
    ],
)
def test_an_event_is_two_lines_whatever_is_in_it(data: object) -> None:
    wire = event("delta", data)
    assert wire.count(b"\n") == 3
    assert wire.endswith(b"\n\n")
    assert b"\r" not in wire
    assert _parse(wire) == ("delta", data)


def test_ids_travel_as_text() -> None:
    value = uuid4()
    assert _parse(event("started", {"id": value})) == ("started", {"id": str(value)})


@pytest.mark.parametrize("data", [Secret("sk-1234567890ab"), {"key": Secret("sk-1234567890ab")}, Decimal(1)])
def test_what_json_does_not_know_is_refused(data: object) -> None:
    with pytest.raises(TypeError) as caught:
        event("x", data)
    assert "sk-1234" not in str(caught.value)


def test_a_ping_is_a_comment() -> None:
    assert PING.startswith(b":")
    assert PING.endswith(b"\n\n")
