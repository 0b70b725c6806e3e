"""Messages are read from JSON strictly and written back."""

import pytest

from promptassay.language.errors import BadMessages
from promptassay.language.messages import ROLES, Message, as_messages, to_json


def test_messages_are_read_and_written_back() -> None:
    data = [{"role": role, "content": f"{role} text"} for role in ROLES]
    assert to_json(as_messages(data)) == data
    assert as_messages(()) == ()
    assert as_messages([Message("user", "x")]) == (Message("user", "x"),)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (None, "Expected a list, not null"),
        ("x", "not a text"),
        ({"role": "user"}, "not an object"),
        ([1], "Message 1 is a number"),
        ([[]], "Message 1 is a list"),
        ([{"role": "user", "content": "a"}, {"role": "tool", "content": "b"}], "Message 2 has no role"),
        ([{"role": ["user"], "content": "b"}], "Message 1 has no role"),
        ([{"content": "a"}], "one of system, user, assistant"),
        ([{"role": "user", "content": None}], "content of message 1 is null"),
        ([{"role": "user", "content": [{"type": "text"}]}], "content of message 1 is a list"),
        ([{"role": "user", "content": True}], "is a boolean"),
        ([{"role": "user", "content": "a", "name": "x"}], "unknown members: name"),
    ],
)
def test_other_shapes_are_refused_with_the_place(data: object, why: str) -> None:
    with pytest.raises(BadMessages, match=why) as caught:
        as_messages(data)
    assert caught.value.next_step
