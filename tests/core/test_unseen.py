"""What cannot be seen is marked, what writing needs is left alone, and the text itself is never changed."""

import html
import re
import time

import pytest

from promptassay.core.unseen import MAX_MARKS, marked

NEEDED = [
    "plain ASCII, “quotes”, ünïcödé, 漢字, العربية, עברית",
    "می‌خواهم",  # Persian, with the joiner that separates
    "क्‍ष",  # Devanagari
    "👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️",  # a family, the flag of England, a heart with its selector
    "two\nlines\tand a tab",
]
UNSEEN = {
    "ad\u200bmin": "U+200B",
    "ad\u200dmin": "U+200D",
    "\u202egnp.exe": "U+202E",
    "a\u2066b\u2069": "U+2066",
    "\ufeffstart": "U+FEFF",
    "soft\u00adhyphen": "U+00AD",
    "\u3164": "U+3164",
    "say \U000e0068\U000e0069": "U+E0068 U+E0069",
    "bell\x07": "U+0007",
    "next\u2028line": "U+2028",
    "\u200b" * 1000: "U+200B×1,000",
}


def text_in(shown: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", shown))


@pytest.mark.parametrize("text", NEEDED)
def test_what_writing_needs_is_left_alone(text: str) -> None:
    assert marked(text) is text


@pytest.mark.parametrize("text", UNSEEN, ids=UNSEEN.values())
def test_what_cannot_be_seen_gets_a_mark_that_holds_it(text: str) -> None:
    shown = marked(text)
    assert f'data-code="{UNSEEN[text]}"' in shown
    assert text_in(shown) == text


def test_the_rest_of_a_marked_text_is_escaped() -> None:
    assert marked("<b>\u200b&") == (
        '&lt;b&gt;<i class="unseen" data-code="U+200B" title="zero width space">\u200b</i>&amp;'
    )


def test_a_page_of_marks_is_bounded_and_quick() -> None:
    text = "a\u200b" * 1_000_000
    begun = time.process_time()
    shown = marked(text)
    assert time.process_time() - begun < 2
    assert shown.count("<i ") == MAX_MARKS
    assert text_in(shown) == text
