"""Parsing: printing gives the text back, spans partition it, nothing raises, and time grows with the text."""

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.nodes import (
    REASONS,
    Escape,
    FragmentRef,
    Malformed,
    Node,
    Slot,
    Text,
    Variable,
)
from promptassay.language.parse import (
    MAX_BROKEN,
    escape,
    is_name,
    is_slug,
    parse,
    reference_text,
    to_text,
    variable_text,
)

PARTS = [
    "{{",
    "}}",
    "{",
    "}",
    "$",
    "${fragment:",
    "\\",
    "|",
    '"',
    "@",
    "=",
    ":",
    " ",
    "\t",
    "\n",
    "\r",
    "a",
    "b-c",
    "Z_9",
    "1",
    "fragment",
    ' x="',
    "@3",
    "é",
    "😀",
    "\u2028",
    "\x00",
]
adversarial = st.one_of(
    st.text(alphabet='{}$\\|"@=: \nabz_9-', max_size=60),
    st.lists(st.sampled_from(PARTS), max_size=30).map("".join),
    st.text(max_size=40),
)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
slugs = st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9]{1,3}){0,2}", fullmatch=True)


def check_partition(text: str, nodes: tuple[Node, ...]) -> None:
    position = 0
    for node in nodes:
        assert node.start == position
        assert node.end > node.start
        assert node.raw == text[node.start : node.end]
        position = node.end
    assert position == len(text)
    for before, after in pairwise(nodes):
        assert not (isinstance(before, Text) and isinstance(after, Text))


@given(adversarial)
def test_print_is_the_inverse_of_parse(text: str) -> None:
    assert to_text(parse(text)) == text


@given(adversarial)
def test_spans_partition_the_text(text: str) -> None:
    check_partition(text, parse(text))


@given(adversarial)
def test_plain_nodes_hold_no_opener_that_was_overlooked(text: str) -> None:
    for node in parse(text):
        if isinstance(node, Text):
            # A malformed node may end before the rest of its line, which is text without openers.
            assert "{{" not in node.raw
            assert "${fragment:" not in node.raw


@given(adversarial)
def test_each_node_means_the_same_alone(text: str) -> None:
    for node in parse(text):
        if isinstance(node, Variable | FragmentRef):
            (alone,) = parse(node.raw)
            assert type(alone) is type(node)
            if isinstance(node, Variable) and isinstance(alone, Variable):
                assert (alone.name, alone.default) == (node.name, node.default)
                assert is_name(node.name)
            if isinstance(node, FragmentRef) and isinstance(alone, FragmentRef):
                assert (alone.slug, alone.pin, alone.slots) == (node.slug, node.pin, node.slots)
                assert is_slug(node.slug)


@given(st.text(alphabet="{}$\\|: \nab", max_size=60))
def test_escaped_text_means_the_text(text: str) -> None:
    nodes = parse(escape(text))
    assert "".join(node.value if isinstance(node, Escape) else node.raw for node in nodes) == text
    assert all(isinstance(node, Text | Escape) for node in nodes)


@given(names, st.one_of(st.none(), st.text(alphabet='ab|" $\\é', max_size=10)))
def test_written_variables_are_read_back(name: str, default: str | None) -> None:
    (node,) = parse(variable_text(name, default))
    assert isinstance(node, Variable)
    assert (node.name, node.default) == (name, default)


@given(
    slugs,
    st.one_of(st.none(), st.integers(1, 999_999_999)),
    st.dictionaries(names, st.text(alphabet='{}$\\|"\n\t\r nab', max_size=15), max_size=3),
)
def test_written_references_are_read_back(slug: str, pin: int | None, slots: dict[str, str]) -> None:
    written = reference_text(slug, pin, slots)
    assert "\n" not in written
    (node,) = parse(written)
    assert isinstance(node, FragmentRef)
    assert (node.slug, node.pin) == (slug, pin)
    assert node.slots == tuple(Slot(name, value) for name, value in slots.items())


@pytest.mark.parametrize("default", ["a}}b", "a\nb", "a{{b", "${fragment:a}", "a}"])
def test_a_default_that_cannot_be_written_is_refused(default: str) -> None:
    with pytest.raises(ValueError, match="not a variable"):
        variable_text("a", default)


@pytest.mark.parametrize(
    ("slug", "pin", "slots"),
    [
        ("A", None, {}),
        ("a b", None, {}),
        ("a", 0, {}),
        ("a", 10**9, {}),
        ("a", None, {"1": "x"}),
        ("", 1, {}),
    ],
)
def test_a_reference_that_cannot_be_written_is_refused(slug: str, pin: int | None, slots: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="not a fragment reference"):
        reference_text(slug, pin, slots)


def test_nodes_of_a_mixed_text() -> None:
    text = 'Hi {{ who |you}}, \\{{ ${fragment:a-b@12 x="\\"1\\""} {{'
    assert parse(text) == (
        Text(0, 3, "Hi "),
        Variable(3, 16, "{{ who |you}}", "who", "you"),
        Text(16, 18, ", "),
        Escape(18, 21, "\\{{", "{{"),
        Text(21, 22, " "),
        FragmentRef(22, 50, '${fragment:a-b@12 x="\\"1\\""}', "a-b", 12, (Slot("x", '"1"'),)),
        Text(50, 51, " "),
        Malformed(51, 53, "{{", "unclosed"),
    )


def test_labels_name_the_pin() -> None:
    plain, pinned = (node for node in parse("${fragment:a}${fragment:a@3}") if isinstance(node, FragmentRef))
    assert (plain.label, pinned.label) == ("a", "a@3")


@pytest.mark.parametrize(
    ("text", "code", "raw"),
    [
        ("x {{name and more\n", "unclosed", "{{name"),
        ("x {{ \n", "unclosed", "{{"),
        ("x {{a|b\n", "unclosed", "{{a"),
        ("x {{a {{b}}", "unclosed", "{{a"),
        ("x {{a ${fragment:b}", "unclosed", "{{a"),
        ("x {{{{{a}}", "unclosed", "{{"),
        ("x {{}} y", "no-name", "{{}}"),
        ("x {{ |d}} y", "no-name", "{{ |d}}"),
        ("x {{1bad}} y", "bad-name", "{{1bad}}"),
        ("x {{a{b}} y", "bad-name", "{{a{b}}"),
        ("x {{a\r}} y", "bad-name", "{{a\r}}"),
        ("x {{ａ}} y", "bad-name", "{{ａ}}"),
        ("x ${fragment:a y", "fragment-unclosed", "${fragment:a"),
        ("x ${fragment:", "fragment-unclosed", "${fragment:"),
        ("x ${fragment:a {{b}}", "fragment-unclosed", "${fragment:a"),
        ("x ${fragment: a} y", "bad-slug", "${fragment: a}"),
        ("x ${fragment:a-} y", "bad-slug", "${fragment:a-}"),
        ("x ${fragment:a@} y", "bad-pin", "${fragment:a@}"),
        ("x ${fragment:a@1x} y", "bad-pin", "${fragment:a@1x}"),
        ("x ${fragment:a@١} y", "bad-pin", "${fragment:a@١}"),
        ("x ${fragment:a b} y", "bad-slot", "${fragment:a b}"),
        ("x ${fragment:a b='1'} y", "bad-slot", "${fragment:a b='1'}"),
        ('x ${fragment:a b="1} y', "slot-unclosed", '${fragment:a b="'),
        ('x ${fragment:a b="1\n"} y', "slot-unclosed", '${fragment:a b="'),
        ('x ${fragment:a b="1\\"} y', "slot-unclosed", '${fragment:a b="'),
        ('x ${fragment:a b="1" b="1"} y', "slot-twice", '${fragment:a b="1" b="1"}'),
    ],
)
def test_malformed_pieces_have_a_reason_and_a_span(text: str, code: str, raw: str) -> None:
    nodes = parse(text)
    broken = [node for node in nodes if isinstance(node, Malformed)]
    assert [(node.code, node.raw) for node in broken] == [(code, raw)]
    assert broken[0].reason == REASONS[broken[0].code]
    check_partition(text, nodes)


def test_a_mistake_spoils_no_other_line() -> None:
    nodes = parse('{{a\n${fragment:b x="\n{{c}} ${fragment:d}')
    assert [node.name for node in nodes if isinstance(node, Variable)] == ["c"]
    assert [node.slug for node in nodes if isinstance(node, FragmentRef)] == ["d"]


def test_after_too_many_mistakes_the_rest_is_one() -> None:
    text = "{{\n" * (MAX_BROKEN + 50) + "{{a}}"
    nodes = parse(text)
    check_partition(text, nodes)
    last = nodes[-1]
    assert isinstance(last, Malformed)
    assert last.code == "too-many"
    assert sum(isinstance(node, Malformed) for node in nodes) == MAX_BROKEN + 1
    assert not any(isinstance(node, Malformed) and node.code == "too-many" for node in parse("{{\n" * 9_999))


def test_byte_soup() -> None:
    chance = random.Random(20261124)
    for _ in range(3_000):
        soup = bytes(chance.choices(range(256), k=chance.randrange(120))).decode("latin-1")
        woven = "".join(chance.choice((soup[i : i + 3], chance.choice(PARTS))) for i in range(0, len(soup), 3))
        for text in (soup, woven):
            nodes = parse(text)
            assert to_text(nodes) == text
            check_partition(text, nodes)


UNITS = [
    "{",
    "}",
    "{{",
    "{{ ",
    "{{a",
    "{{a|",
    "{{a|}x",
    "{{a}}",
    "\\",
    "\\{{",
    "\\\\{{",
    "$",
    "${fragment:",
    "${fragment:a",
    "${fragment:a-",
    "${fragment:a ",
    '${fragment:a b="',
    '${fragment:a b="\\"',
    '${fragment:a b="\\\\\\"',
    '${fragment:a b=""',
    ' b="',
    "}{",
    "{{{a}",
]
HEADS = ["", "{{", "{{a|", "${fragment:a", '${fragment:a b="', "${fragment:a@", "\\", "{{a "]


def seconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        parse(text)
        best = min(best, time.process_time() - start)
    return best


def test_time_grows_with_the_text() -> None:
    """Eight times the text takes nowhere near the 64 times that a quadratic scan would."""
    for head in HEADS:
        for unit in UNITS:
            small = max(seconds(head + unit * (3_000 // len(unit))), 2e-4)
            large = seconds(head + unit * (24_000 // len(unit)))
            assert large / small < 32, (head, unit)
