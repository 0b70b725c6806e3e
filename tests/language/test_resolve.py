"""Resolving: values stay literal, errors name their place, and boundless growth is refused cheaply."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.errors import (
    ExpansionTooLarge,
    FragmentCycle,
    FragmentDepth,
    MalformedTemplate,
    MissingVariables,
    Place,
    UnknownFragment,
    UnknownPin,
)
from promptassay.language.expand import MAX_BYTES, MAX_REFERENCES
from promptassay.language.fragments import FragmentTable, Loaded
from promptassay.language.messages import Message
from promptassay.language.parse import escape
from promptassay.language.resolve import resolve_messages

evil = st.one_of(
    st.text(alphabet='{}$\\|"@=: \nab', max_size=30),
    st.sampled_from(["{{a}}", "{{b|x}}", "${fragment:f}", "\\{{a}}", "{{", "}}", "{% x %}", "a{{b}}c", ""]),
    st.text(max_size=20),
)


def table(**texts: str) -> FragmentTable:
    return FragmentTable({slug: {1: text} for slug, text in texts.items()})


def resolve(text: str, fragments: FragmentTable | None = None, **variables: str) -> str:
    resolved = resolve_messages([Message("user", text)], variables=variables, fragments=fragments or FragmentTable({}))
    return resolved.messages[0].content


@given(evil, evil)
def test_values_stay_literal(one: str, two: str) -> None:
    text = "<{{a}}{{b}}>${fragment:f}|{{a}}"
    assert resolve(text, table(f="[{{b}}]"), a=one, b=two) == f"<{one}{two}>[{two}]|{one}"


@given(evil)
def test_values_for_fragments_stay_literal(value: str) -> None:
    resolved = resolve_messages(
        [Message("user", "${fragment:f}{{a}}")],
        variables={"a": "1"},
        fragments=table(f="<{{a}}>"),
        fragment_vars={"a": value},
    )
    assert resolved.messages[0].content == f"<{value}>1"


@given(st.text(alphabet="{}$\\|: \nab", max_size=60).filter(lambda t: "{{" not in t and "${fragment:" not in t))
def test_text_without_placeholders_is_itself(text: str) -> None:
    assert resolve(text) == text


@given(evil)
def test_escaped_text_resolves_to_itself(text: str) -> None:
    assert resolve(escape(text)) == text


@given(evil)
def test_fragment_text_that_is_escaped_arrives_as_it_is(text: str) -> None:
    assert resolve("a${fragment:f}b", table(f=escape(text))) == f"a{text}b"


def test_all_missing_names_come_at_once_over_messages_and_fragments() -> None:
    messages = [Message("system", "{{c}} ${fragment:f}"), Message("user", "{{a}} {{c}} {{d|x}}")]
    with pytest.raises(MissingVariables, match="c, b, a") as caught:
        resolve_messages(messages, variables={}, fragments=table(f="{{b}}"))
    assert caught.value.names == ("c", "b", "a")


def test_not_strict_lists_missing_and_keeps_the_placeholders() -> None:
    resolved = resolve_messages([Message("user", "{{ a }}-{{b}}")], variables={"b": "2"}, strict=False)
    assert resolved.missing == ("a",)
    assert resolved.messages == (Message("user", "{{ a }}-2"),)
    assert [variable.name for variable in resolved.variables] == ["a", "b"]


def test_variables_say_where_they_come_from() -> None:
    resolved = resolve_messages(
        [Message("user", "{{a}} ${fragment:f} {{b}}")],
        variables={"a": "1", "b": "2", "c": "3"},
        fragments=table(f="{{b|x}}{{c}}"),
    )
    assert [(v.name, v.default, v.fragment) for v in resolved.variables] == [
        ("a", None, None),
        ("b", "x", "f"),
        ("c", None, "f"),
    ]


def test_all_malformed_placeholders_come_at_once_with_their_places() -> None:
    messages = [Message("system", "ok\n  {{1}}"), Message("user", "${fragment:f} {{")]
    with pytest.raises(MalformedTemplate) as caught:
        resolve_messages(messages, variables={}, fragments=table(f="a\nb ${fragment:g}", g="{{x y}}"))
    places = [(p.message_index, p.path, p.line, p.column, p.start, p.end, p.code) for p in caught.value.problems]
    assert places == [
        (0, (), 2, 3, 5, 10, "bad-name"),
        (1, ("f", "g"), 1, 1, 0, 7, "bad-name"),
        (1, (), 1, 15, 14, 16, "unclosed"),
    ]
    assert caught.value.count == 3
    assert "message 1, line 2, column 3" in caught.value.why
    assert "message 2, fragment f → g, line 1, column 1" in caught.value.why


def test_of_very_many_problems_the_first_are_kept_and_all_are_counted() -> None:
    with pytest.raises(MalformedTemplate, match="500 malformed") as caught:
        resolve("{{}}" * 500)
    assert len(caught.value.problems) == 100
    assert "and 497 more" in caught.value.why


def test_a_long_malformed_placeholder_is_shown_short() -> None:
    with pytest.raises(MalformedTemplate) as caught:
        resolve("{{" + "x " * 5_000 + "}}")
    assert len(str(caught.value)) < 500


def test_unknown_fragment_names_path_and_place() -> None:
    with pytest.raises(UnknownFragment, match="a → b@1 → nope") as caught:
        resolve("12${fragment:a}", table(a="${fragment:b@1}", b="${fragment:nope}"))
    assert caught.value.path == ("a", "b@1", "nope")
    assert caught.value.place == Place(0, 2, 15)


def test_unknown_pin_names_path_and_newest() -> None:
    with pytest.raises(UnknownPin, match=r"has no version 9.*a → b@9.*newest version is 1") as caught:
        resolve("${fragment:a}", table(a="${fragment:b@9}", b="x"))
    assert (caught.value.path, caught.value.newest) == (("a", "b@9"), 1)


def test_a_fragment_without_any_version_says_so() -> None:
    with pytest.raises(UnknownPin, match="has no version yet") as caught:
        resolve("${fragment:a}", FragmentTable({"a": {}}))
    assert caught.value.newest is None


def test_cycle_names_path() -> None:
    with pytest.raises(FragmentCycle, match="a → b → a") as caught:
        resolve("{{x}}${fragment:a}", table(a="${fragment:b}", b="${fragment:a}"))
    assert caught.value.path == ("a", "b", "a")
    assert caught.value.place == Place(0, 5, 18)


def test_a_cycle_through_the_deepest_level_is_a_cycle() -> None:
    chain = {f"f{i}": f"${{fragment:f{i % 5 + 1}}}" for i in range(1, 6)}
    with pytest.raises(FragmentCycle, match="f1 → f2 → f3 → f4 → f5 → f1"):
        resolve("${fragment:f1}", table(**chain))


def test_depth_names_path() -> None:
    chain = {f"f{i}": f"${{fragment:f{i + 1}}}" for i in range(1, 6)} | {"f6": "end"}
    with pytest.raises(FragmentDepth, match="deeper than 5") as caught:
        resolve("${fragment:f1}", table(**chain))
    assert caught.value.path == ("f1", "f2", "f3", "f4", "f5", "f6")
    assert resolve("${fragment:f2}", table(**chain)) == "end"


def test_fragments_are_loaded_once_each() -> None:
    asked: list[tuple[str, int | None]] = []

    class Counting(FragmentTable):
        def load(self, slug: str, pin: int | None) -> Loaded:
            asked.append((slug, pin))
            return super().load(slug, pin)

    source = Counting({"a": {1: "${fragment:b}${fragment:b}"}, "b": {1: "x"}})
    assert resolve("${fragment:a}${fragment:b}${fragment:a@1}", source) == "xxxxx"
    assert asked == [("a", None), ("b", None), ("a", 1)]


BOMBS = {
    "text": {f"f{i}": f"${{fragment:f{i + 1}}}" * 40 for i in range(1, 5)} | {"f5": "x" * 1_000},
    "empty": {f"f{i}": f"${{fragment:f{i + 1}}}" * 1_000 for i in range(1, 5)} | {"f5": ""},
    "variables": {f"f{i}": f"${{fragment:f{i + 1}}}" * 1_000 for i in range(1, 5)} | {"f5": "{{v}}" * 1_000},
    "bad": {f"f{i}": f"${{fragment:f{i + 1}}}" * 1_000 for i in range(1, 5)} | {"f5": "{{}}" * 1_000},
    "wide": {"f1": "${fragment:f2}" * 20_000, "f2": ""},
    "unknown": {"f1": "${fragment:nope}" * 20_000},
}


@pytest.mark.parametrize("name", BOMBS)
def test_fragment_bombs_are_refused_cheaply(name: str) -> None:
    start = time.process_time()
    with pytest.raises(ExpansionTooLarge) as caught:
        resolve("${fragment:f1}", table(**BOMBS[name]), v="")
    assert time.process_time() - start < 5  # written out they would take hours, or all memory
    assert caught.value.path[0] == "f1"
    assert "in fragment f1" in caught.value.why


def test_the_cap_counts_values_in_bytes() -> None:
    half = "é" * (MAX_BYTES // 4)
    assert len(resolve("{{a}}{{a}}", a=half)) == MAX_BYTES // 2
    with pytest.raises(ExpansionTooLarge, match="longer than 2 MB"):
        resolve("{{a}}{{a}}x", a=half)


def test_the_cap_counts_bound_slots() -> None:
    value = "v" * 50_000
    with pytest.raises(ExpansionTooLarge):
        resolve(f'${{fragment:f x="{value}"}}', table(f="{{x}}" * 50))


def test_the_cap_spans_messages() -> None:
    messages = [Message("user", "x" * (MAX_BYTES // 2)), Message("user", "x" * (MAX_BYTES // 2) + "{{a}}")]
    with pytest.raises(ExpansionTooLarge, match="message 2"):
        resolve_messages(messages, variables={"a": ""})


def test_as_many_references_as_allowed() -> None:
    assert resolve("${fragment:f}" * MAX_REFERENCES, table(f="")) == ""
    with pytest.raises(ExpansionTooLarge, match="10,000"):
        resolve("${fragment:f}" * (MAX_REFERENCES + 1), table(f=""))


def test_malformed_text_is_told_before_fragments_and_values() -> None:
    with pytest.raises(MalformedTemplate):
        resolve("{{a}} ${fragment:nope} {{")
