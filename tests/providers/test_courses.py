"""The course of a call: what the page is told of it, and that it is counted once."""

from promptassay.providers.courses import waiting_words
from promptassay.providers.wire import Waiting


def test_a_call_that_is_held_back_says_so_in_words() -> None:
    assert waiting_words(Waiting("asked", 40.0), "api.example.com") == "api.example.com asked to wait"
    assert waiting_words(Waiting("busy"), "api.example.com") == "Other calls on this key come first"
    assert "trying again" in waiting_words(Waiting("again", 2.0), "api.example.com")
