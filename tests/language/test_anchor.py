"""Anchors: a span is found wherever its text went, is orphaned when it is gone, and is never taken for another."""

import random
from dataclasses import replace
from time import perf_counter

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from promptassay.language.anchor import CONTEXT, Anchor, Place, Texts

POLICY = """You sort incoming support tickets for {{product}}.

Answer with one JSON object: category, priority, reason.
Use priority "urgent" only when the service is down for more than one customer.
Keep the reason short: one sentence that names what the customer wants.

If the ticket names no product, use the category "unknown".
Never promise a refund. Never name another customer.
"""
WORDS = st.sampled_from(
    ["never", "always", "the", "a", "reason", "ticket", "refund", "{{name}}", "JSON", "two", "é", "文", "🙂", ".", "\n"]
)
PROSE = st.lists(WORDS, max_size=40).map(" ".join)


def anchor_of(quote: str, *texts: str, nth: int = 0, message: int = 0) -> Anchor:
    """The anchor of the nth time that a quote stands in a message."""
    texts = texts or (POLICY,)
    start = -1
    for _ in range(nth + 1):
        start = texts[message].index(quote, start + 1)
    return Texts(texts).anchor(message, start, start + len(quote))


def found(anchor: Anchor, *texts: str) -> str | None:
    """The text that an anchor's span has now."""
    place = Texts(texts).find(anchor)
    return texts[place.message][place.start : place.end] if place else None


# --- Where the text is unmistakable -----------------------------------------------------------------------------


@given(PROSE, st.data())
def test_in_the_text_it_was_made_in_every_anchor_is_where_it_was(text: str, data: st.DataObject) -> None:
    assume(text.strip())
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    anchor = Texts([text]).anchor(0, start, end)
    place = Texts([text]).find(anchor)
    assert place is not None and text[place.start : place.end] == anchor.quote
    if anchor.rivals < 2:
        assert place == Place(0, start, end, exact=True)


@given(PROSE, PROSE, st.integers(0, 5))
def test_what_is_written_before_or_after_does_not_matter(above: str, below: str, line: int) -> None:
    quote = POLICY.split("\n")[2:8][line] or "Never promise a refund."
    anchor = anchor_of(quote)
    text = f"{above}\n{POLICY}\n{below}"
    place = Texts([text]).find(anchor)
    assert place == Place(0, len(above) + 1 + anchor.start, len(above) + 1 + anchor.end, exact=True)


@given(st.integers(0, len(POLICY)), PROSE)
def test_an_insertion_anywhere_outside_keeps_the_span(at: int, text: str) -> None:
    anchor = anchor_of("Keep the reason short")
    assume(not anchor.start < at < anchor.end and anchor.quote not in text)
    new = POLICY[:at] + text + POLICY[at:]
    shift = len(text) if at <= anchor.start else 0
    assert Texts([new]).find(anchor) == Place(0, anchor.start + shift, anchor.end + shift, exact=True)


@given(st.integers(0, len(POLICY)), st.integers(0, 120))
def test_a_deletion_anywhere_outside_keeps_the_span(at: int, length: int) -> None:
    anchor = anchor_of("only when the service is down for more than one customer")
    assume(at >= anchor.end or at + length <= anchor.start)
    new = POLICY[:at] + POLICY[at + length :]
    assert found(anchor, new) == anchor.quote


def test_a_moved_paragraph_takes_its_notes_along() -> None:
    lines = POLICY.split("\n")
    anchor = anchor_of(lines[4])
    moved = "\n".join([lines[4], *lines[:4], *lines[5:]])
    assert Texts([moved]).find(anchor) == Place(0, 0, len(lines[4]), exact=True)
    word = anchor_of("short")
    assert found(word, moved) == "short"


def test_messages_that_change_places_take_their_notes_along() -> None:
    anchor = anchor_of("Never promise a refund.", POLICY, "{{ticket}}")
    assert Texts(["An example first.", "{{ticket}}", POLICY]).find(anchor) == Place(2, anchor.start, anchor.end, True)
    assert found(anchor, "An example first.", "{{ticket}}") is None
    assert Texts([]).find(anchor) is None


# --- Repeated quotes --------------------------------------------------------------------------------------------

LIST = "".join(f"- {name}: required\n" for name in ("Name", "Size", "Colour", "Weight", "Price", "Origin"))


@pytest.mark.parametrize("nth", range(6))
def test_a_repeated_quote_is_found_by_what_stands_around_it(nth: int) -> None:
    anchor = anchor_of("required", LIST, nth=nth)
    assert anchor.rivals == 2
    for new in (f"Fields\n\n{LIST}", f"{LIST}\nThat is all.", LIST.replace("Weight", "Mass in grams")):
        place = Texts([new]).find(anchor)
        assert place is not None
        assert new[: place.start].count("required") == nth


@pytest.mark.parametrize("nth", range(6))
def test_a_repeated_quote_that_is_deleted_is_not_taken_for_its_neighbour(nth: int) -> None:
    anchor = anchor_of("required", LIST, nth=nth)
    lines = LIST.splitlines(keepends=True)
    assert found(anchor, "".join(lines[:nth] + lines[nth + 1 :])) is None


def test_of_two_equal_sentences_the_one_that_stays_is_not_the_one_that_went() -> None:
    text = f"Answer in JSON and nothing else.\n\n{POLICY}\nAnswer in JSON and nothing else.\n"
    first, last = (anchor_of("Answer in JSON and nothing else.", text, nth=nth) for nth in (0, 1))
    gone = text.removeprefix("Answer in JSON and nothing else.\n\n")
    assert found(first, gone) is None
    place = Texts([gone]).find(last)
    assert place is not None and place.start == gone.index("Answer in JSON")


@given(st.integers(1, 9), st.integers(0, 8), st.integers(0, 9))
def test_among_equal_lines_the_nearest_is_meant(count: int, nth: int, more: int) -> None:
    assume(nth < count)
    text = "the same line, word for word, again and again and again\n" * count
    anchor = anchor_of("word for word", text, nth=nth)
    place = Texts([text]).find(anchor)
    assert place is not None and place.start == anchor.start
    assert found(anchor, text + "another\n" * more) == "word for word"


# --- Changed and gone -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quote", "old", "new", "now"),
    [
        ("Keep the reason short", "reason short", "reason very short", "Keep the reason very short"),
        ("Never promise a refund.", "promise a refund", "promise any refund", "Never promise any refund."),
        ("category, priority, reason", ", priority,", ", priority, language,", "category, priority, language, reason"),
        ("category, priority, reason", "category, priority", "priority", "priority, reason"),
        ("one sentence that names what the customer wants", "one sentence that", "one plain sentence which",
         "one plain sentence which names what the customer wants"),
    ],
)  # fmt: skip
def test_a_changed_span_is_found_and_said_to_have_changed(quote: str, old: str, new: str, now: str) -> None:
    text = POLICY.replace(old, new)
    place = Texts([text]).find(anchor_of(quote))
    assert place is not None and not place.exact
    assert text[place.start : place.end] == now


def test_a_sentence_that_moved_and_changed_a_little_is_found() -> None:
    lines = POLICY.split("\n")
    changed = lines[3].replace("only when", "only if")
    text = "\n".join([*lines[:3], *lines[4:], "Some more advice here.", changed, "The end."])
    now = found(anchor_of(lines[3]), text)
    assert now is not None and now.startswith('Use priority "urgent" only if the service is down')


@pytest.mark.parametrize("quote", ["short", "Never promise a refund.", "JSON", '"unknown"', "{{product}}", "Keep"])
@pytest.mark.parametrize("instead", ["", " ", "brief", "Say what you think of it in your own words."])
def test_what_is_deleted_or_wholly_rewritten_is_orphaned(quote: str, instead: str) -> None:
    anchor = anchor_of(quote)
    assert found(anchor, POLICY[: anchor.start] + instead + POLICY[anchor.end :]) is None


def test_a_deleted_paragraph_is_not_taken_for_one_that_is_much_like_it() -> None:
    shots = "".join(
        f"<example>\n  input: The parcel is {state}\n  answer: {word}\n</example>\n"
        for state, word in (("late", "shipping"), ("broken", "damage"), ("lost", "shipping"), ("open", "damage"))
    )
    for state in ("late", "broken", "lost", "open"):
        anchor = anchor_of(f"The parcel is {state}", shots)
        at = shots.index(f"<example>\n  input: The parcel is {state}")
        end = shots.index("</example>\n", at) + len("</example>\n")
        assert found(anchor, shots[:at] + shots[end:]) is None, state
        assert found(anchor, shots.replace(f"is {state}", f"was {state}")) == f"The parcel was {state}"


@given(PROSE, PROSE, st.data())
@example("the", "the the the", None)
def test_nothing_unlike_the_quote_is_ever_given(old: str, new: str, data: st.DataObject | None) -> None:
    assume(old.strip())
    start = data.draw(st.integers(0, len(old) - 1)) if data else 0
    end = data.draw(st.integers(start + 1, len(old))) if data else len(old)
    anchor = Texts([old]).anchor(0, start, end)
    place = Texts([new]).find(anchor)
    if place is None:
        return
    now = new[place.start : place.end]
    assert 0 <= place.start < place.end <= len(new)
    assert place.exact == (now == anchor.quote)
    shared = set(anchor.quote) & set(now)
    assert shared - {" ", "\n"} or not anchor.quote.strip()


@given(PROSE, PROSE)
def test_the_text_coming_back_brings_the_note_back(above: str, below: str) -> None:
    anchor = anchor_of("Never promise a refund.")
    without = POLICY.replace("Never promise a refund.", "")
    assert found(anchor, without) is None
    assert found(anchor, above + POLICY + below) == "Never promise a refund."


def test_context_is_short_and_stops_at_the_ends() -> None:
    anchor = anchor_of("You")
    assert (anchor.before, len(anchor.after), anchor.length) == ("", CONTEXT, len(POLICY))
    assert found(replace(anchor, after=""), POLICY) == "You"


# --- How often it errs ------------------------------------------------------------------------------------------


def edited(chance: random.Random, text: str) -> list[tuple[str, int | None]]:
    """One to four deletions, moves, and insertions of stretches of the same text; each character with its origin."""
    now: list[tuple[str, int | None]] = [(char, at) for at, char in enumerate(text)]
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(now)), chance.choice([5, 20, 80])
        taken, kind = now[at : at + length], chance.choice(["delete", "insert", "move", "replace"])
        if kind != "insert":
            del now[at : at + length]
        if kind == "move":
            at = chance.randrange(len(now))
            now[at:at] = taken
        elif kind != "delete":
            source = chance.randrange(len(text))
            now[at:at] = [(char, None) for char in text[source : source + length]]
    return now


def test_after_many_random_edits_no_span_is_mistaken_and_few_are_lost() -> None:
    chance = random.Random(3)
    text = f"{POLICY}\n{LIST}\n{POLICY.upper()}\nKeep the reason short, and the summary shorter."
    mistaken, lost = [], 0
    for _ in range(600):
        start = chance.randrange(len(text) - 40)
        anchor = Texts([text]).anchor(0, start, start + chance.choice([4, 8, 15, 40]))
        if not anchor.quote.strip():
            continue
        now = edited(chance, text)
        alive = [at for at, (_, origin) in enumerate(now) if origin is not None and anchor.start <= origin < anchor.end]
        place = Texts(["".join(char for char, _ in now)]).find(anchor)
        if place is None:
            lost += len(alive) == len(anchor.quote)
        elif not any(place.start <= at < place.end for at in alive) and now[place.start][1] is not None:
            # A copy that was pasted with its surroundings is as good as the original; other text never is.
            mistaken.append((anchor, place))
    assert not mistaken
    assert lost <= 30, "of 600: where two places could be meant"


# --- Time -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["prose", "one letter", "equal lines", "other prose"])
def test_time_is_linear_in_the_text(kind: str) -> None:
    chance = random.Random(11)
    vocabulary = ["".join(chance.choices("abcdefghij", k=chance.randint(2, 9))) for _ in range(3_000)]
    prose = " ".join(chance.choices(vocabulary, k=18_000))[:100_000]
    other = " ".join(chance.choices(vocabulary, k=18_000))[:100_000]
    text = {"one letter": "a" * 100_000, "equal lines": "the same line again\n" * 5_000}.get(kind, prose)
    new = other if kind == "other prose" else "Something new. " + text
    began = perf_counter()
    old, texts = Texts([text]), Texts([new])
    anchors = [old.anchor(0, at, at + 400) for at in range(9_000, 90_000, 1_000)]
    places = [texts.find(anchor) for anchor in anchors]
    assert perf_counter() - began < 4, "seconds for 81 anchors, made in 100 KB and found in 100 KB"
    assert all(places) == (kind != "other prose")
