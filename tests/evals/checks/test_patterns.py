"""Patterns run on RE2: what it lacks is said, and nothing that a person writes takes exponential time."""

import random
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.core.errors import ValidationFailed
from promptassay.evals.checks import Observation, parse_check, run_check
from promptassay.evals.checks.patterns import BadPattern, compile_pattern, quote_for_pattern

# Patterns that take a backtracking engine exponential or high polynomial time on the texts below, and patterns that
# are large or awkward for an automaton.
EVIL = [
    r"(a+)+$",
    r"(a+)+b",
    r"(a*)*b",
    r"(a*)*$",
    r"(a|aa)+b",
    r"(a|a?)+b",
    r"(a|a)*b",
    r"([a-z]+)*!",
    r"([a-zA-Z]+)*\d",
    r"(.*a){12}b",
    r"(.*)*b",
    r"(.+)+b",
    r"(.*)(.*)(.*)(.*)(.*)b",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"^(a?){30}a{30}b",
    r"(?:a?){200}a{200}b",
    r"(x+x+)+y",
    r"(a+a+)+b",
    r"(\w+\s?)*!$",
    r"^(\w+\s?)*$!",
    r"(\s*a\s*)*b",
    r"\s+$",
    r"^\s+|\s+$",
    r"(\d+\.?)+x",
    r"^(\d+)*$x",
    r"(a|b|ab)*c",
    r"(ab|a|b|aab)*c",
    r"((a|b)*)*c",
    r"(((a*)*)*)*b",
    r"(a*?)*?b",
    r"(a+?)+?b",
    r"(?:(?:a{1,3}){1,3}){1,3}b",
    r"a{0,100}a{0,100}a{0,100}b",
    r"(?:a{0,100}){0,10}b",
    r".*.*.*.*=.*",
    r".*?.*?.*?.*?=",
    r"(?s).*.*.*.*#",
    r"^(.*?,){11}P",
    r"(.*?,){30}P",
    r"^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$",
    r"^[\w.+-]+@[\w-]+\.[\w.-]+$",
    r"<(\w+)(\s+\w+=\"[^\"]*\")*\s*/?>",
    r"\"(\\.|[^\"])*\"",
    r"(?:[^\\\"]+|\\.)*\"",
    r"/\*(.|\n)*\*/",
    r"(?i)(A+)+B",
    r"(?:[ab]*a[ab]{10})c",
    r"[ab]*a[ab]{100}c",
    r".*a.{50}b",
    r"(?:.?){100}z",
    r"[^b]*b[^b]*b[^b]*c",
    r"(?:(?:\w|-)+\.)+com",
    r"(?:\w+\s+){5,20}end",
    r"\pL*\pN*\pL*\pN*!",
    r"(\PL|\pL)*#",
    r"(^a*)*$b",
    r"(?m)^(a*)*$^b",
    r"(\b\w+\b\s*)+!",
    r"(a?b?c?d?e?)*!",
]
TEXTS = {
    "one letter": "a" * 100_000,
    "two letters": "".join(random.Random(4).choices("ab", k=100_000)),
    "words": "lorem ipsum a1, " * 6250,
    "quotes": '\\"<a b="c"' * 10_000,
}


def test_the_corpus_is_large_enough() -> None:
    assert len(set(EVIL)) >= 50


@pytest.mark.parametrize("pattern", EVIL)
def test_evil_patterns_take_linear_time(pattern: str) -> None:
    check = parse_check({"kind": "regex", "pattern": pattern})
    for name, text in TEXTS.items():
        started = time.perf_counter()
        result = run_check(check, Observation(text))
        assert time.perf_counter() - started < 1, name  # usually less than 50 ms
        assert result.outcome in ("passed", "failed"), result


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("(?=a)", "does not have look-ahead"),
        ("(?!a)b", "does not have look-ahead"),
        ("(?<=a)b", "does not have look-behind"),
        ("(?<!a)b", "does not have look-behind"),
        (r"(a)\1", "does not have back-references"),
        ("(?P<x>a)(?P=x)", "does not have back-references"),
        ("(?>a)", "does not have atomic groups"),
        ("a++", "RE2 says: bad repetition operator"),
        ("(", "missing )"),
        ("[z-a]", "invalid character class range"),
        ("a{1001}", "repetition is too large"),
        ("((a{100}){100}){100}", "repetition is too large"),
        (r"(\pL{1,1000})", "too large"),
        (r"(?:\pL.{0,10}\w?\W?){90}x", "too large"),
        ("a" * 1025, "1,025 bytes long"),
        ("é" * 513, "1,026 bytes long"),
    ],
)
def test_what_re2_refuses_is_said_when_saving(pattern: str, says: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        parse_check({"kind": "regex", "pattern": pattern})
    assert says in caught.value.why
    assert "pattern" in caught.value.details


def test_a_large_pattern_on_a_long_output_is_an_error_at_once() -> None:
    check = parse_check({"kind": "regex", "pattern": ".{0,900}b.{0,100}c"})
    assert run_check(check, Observation("a" * 1000)).outcome == "failed"
    result = run_check(check, Observation("a" * 500_000))
    assert result.outcome == "error"
    assert "too many for an output of 500,000 characters" in result.explanation


def test_an_output_over_the_limit_fails() -> None:
    check = parse_check({"kind": "regex", "pattern": "a"})
    assert run_check(check, Observation("a" * (1 << 20))).outcome == "passed"
    assert run_check(check, Observation("a" * ((1 << 20) + 1))).outcome == "failed"


def test_what_a_case_fills_in_stands_for_itself() -> None:
    check = parse_check({"kind": "regex", "pattern": r"^\w+ {{what}}$"})
    for value in ("a.c", "(", r"\d", "[x", "{{y}}", "a\nb", "*"):
        assert run_check(check, Observation(f"is {value}", variables={"what": value})).outcome == "passed", value
    assert run_check(check, Observation("is abc", variables={"what": "a.c"})).outcome == "failed"


def test_a_filled_pattern_that_is_too_long_is_an_error() -> None:
    check = parse_check({"kind": "regex", "pattern": "{{what}}"})
    result = run_check(check, Observation("x", variables={"what": "a" * 20_000}))
    assert result.outcome == "error"
    assert "this case's variables" in result.explanation


def test_escaped_braces_and_backslashes_keep_their_meaning_in_a_pattern() -> None:
    check = parse_check({"kind": "regex", "pattern": r"\{{name}} \d\\{{what}}"})
    observation = Observation(r"{{name}} 7\x", variables={"what": "x"})
    assert run_check(check, observation).outcome == "passed"


@given(st.text(max_size=30), st.text(max_size=10))
def test_quoting_matches_exactly_the_text(text: str, around: str) -> None:
    pattern = compile_pattern(quote_for_pattern(text), limit=10_000)
    assert pattern.is_all_of(text)
    span = pattern.found_in(around + text)
    assert span is not None
    assert (around + text)[span[0] : span[1]] == text


PATTERNS = st.recursive(
    st.sampled_from(["a", "b", ".", r"\w", "[ab]", "[^a]", r"\s", "(?i:A)"]),
    lambda inner: (
        st.tuples(inner, inner).map("".join)
        | st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})")
        | st.tuples(inner, st.sampled_from(["?", "*", "+", "{1,2}"])).map(lambda two: f"(?:{two[0]}){two[1]}")
    ),
    max_leaves=5,
)


@given(PATTERNS, st.text("abA1 \n", max_size=8))
def test_patterns_mean_what_they_mean_in_python(pattern: str, text: str) -> None:
    ours, theirs = compile_pattern(pattern), re.compile(pattern, re.ASCII)
    assert ours.is_all_of(text) == (theirs.fullmatch(text) is not None)
    assert (ours.found_in(text) is None) == (theirs.search(text) is None)


def test_too_long_a_pattern_is_a_bad_pattern() -> None:
    with pytest.raises(BadPattern, match="11 bytes long, and the limit is 10"):
        compile_pattern("a" * 11, limit=10)
