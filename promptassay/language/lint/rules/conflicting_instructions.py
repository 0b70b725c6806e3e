"""The rule `conflicting-instructions`: pairs that cannot both be followed."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from promptassay.language.lint.base import Bad, Finding, Guide, Rule, RuleKind, shown
from promptassay.language.lint.claims import (
    BREVITY,
    DETAIL,
    MAX_CLAIMS,
    Claim,
    Limit,
    language_claims,
    limit_claims,
    only_claims,
    reason_claims,
    style_claims,
)
from promptassay.language.lint.context import LintContext, prompt
from promptassay.language.lint.orders import Order, contradict, demands, prohibitions
from promptassay.language.lint.prose import Prose

RULE = Rule(
    id="conflicting-instructions",
    severity="warning",
    summary="Two instructions contradict each other.",
    why="The model follows one of them, now this one, now that one, and which one changes with every model.",
    mend="Take one out, or say when each of them holds.",
)

Pair: TypeAlias = tuple[Claim, Claim, str]
# Words that a unit has at most, and at least, to compare limits in different units.
_MOST_WORDS = {"word": 1, "sentence": 60, "paragraph": 400, "line": 40}
_LEAST_WORDS = {"word": 1, "sentence": 2, "paragraph": 6, "line": 1}


def find(context: LintContext) -> Iterator[Finding]:
    """Find pairs across all messages that instruct; the finding is at the later, the earlier one is related."""
    english = [(context.prose[index], index) for index in context.instructing if context.prose[index].is_english]
    reported: set[tuple[int, int]] = set()
    for search in (_styles, _limits, _only_and_reasons, _languages, _orders):
        for one, other, reason in search(english):
            earlier, later = sorted((one, other), key=lambda claim: claim.span)
            if (later.span.message_index, later.span.start) in reported:
                continue
            reported.add((later.span.message_index, later.span.start))
            quoted = f"{shown(context.quote(later.span))} contradicts {shown(context.quote(earlier.span))}"
            yield RULE.finding(later.span, f"{quoted}: {reason}.", related=(earlier.span,))


def _meet(one: Claim, other: Claim) -> bool:
    """Say whether two claims are about the same thing, in the same part of the prompt, in two sentences."""
    same_sentence = one.span.message_index == other.span.message_index and one.sentence == other.sentence
    return not same_sentence and one.scope == other.scope and one.subject == other.subject


def _cross(left: Sequence[Claim], right: Sequence[Claim], reason: str) -> Iterator[Pair]:
    """Pair each claim on the right with the first on the left that it meets."""
    for claim in right[:MAX_CLAIMS]:
        other = next((each for each in left[:MAX_CLAIMS] if _meet(each, claim)), None)
        if other is not None:
            yield other, claim, reason


def _gathered(english: Sequence[tuple[Prose, int]], claims: Callable[[Prose, int], Iterator[Claim]]) -> list[Claim]:
    return [claim for prose, index in english for claim in claims(prose, index)]


def _styles(english: Sequence[tuple[Prose, int]]) -> Iterator[Pair]:
    brief = [claim for prose, index in english for claim in style_claims(prose, index, BREVITY)]
    if brief:
        detailed = [claim for prose, index in english for claim in style_claims(prose, index, DETAIL)]
        yield from _cross(brief, detailed, "an answer is brief or detailed, not both")


def _limits(english: Sequence[tuple[Prose, int]]) -> Iterator[Pair]:
    limits = [limit for prose, index in english for limit in limit_claims(prose, index)][: 3 * MAX_CLAIMS]
    lower = [limit for limit in limits if limit.least is not None]
    for upper in limits:
        if upper.most is None:
            continue
        clash = next((each for each in lower if _meet(upper.claim, each.claim) and _exceeds(each, upper)), None)
        if clash is not None:
            yield upper.claim, clash.claim, "no text keeps both limits"


def _exceeds(lower: Limit, upper: Limit) -> bool:
    """Say whether the least that one limit asks for is more than the most that the other allows."""
    assert lower.least is not None and upper.most is not None
    if lower.unit == upper.unit or (lower.unit, upper.unit) == ("paragraph", "sentence"):
        return lower.least > upper.most
    if lower.unit not in _LEAST_WORDS or upper.unit not in _MOST_WORDS:
        return False
    return lower.least * _LEAST_WORDS[lower.unit] > upper.most * _MOST_WORDS[upper.unit]


def _only_and_reasons(english: Sequence[tuple[Prose, int]]) -> Iterator[Pair]:
    only = _gathered(english, only_claims)
    if only:
        yield from _cross(only, _gathered(english, reason_claims), "reasoning is text beside the format")


def _languages(english: Sequence[tuple[Prose, int]]) -> Iterator[Pair]:
    tongues = [tongue for prose, index in english for tongue in language_claims(prose, index)][:MAX_CLAIMS]
    for at, tongue in enumerate(tongues):
        earlier = next(
            (each for each in tongues[:at] if each.language != tongue.language and _meet(each.claim, tongue.claim)),
            None,
        )
        if earlier is not None:
            yield earlier.claim, tongue.claim, "an answer is in one language"


def _orders(english: Sequence[tuple[Prose, int]]) -> Iterator[Pair]:
    forbidden: dict[tuple[str, tuple[str, ...]], list[Order]] = {}
    for prose, index in english:
        for order in prohibitions(prose, index):
            forbidden.setdefault((order.verb, order.object), []).append(order)
    verbs = frozenset(verb for verb, _ in forbidden)
    for prose, index in english:
        for demand in demands(prose, index, verbs) if verbs else ():
            for order in forbidden.get((demand.verb, demand.object), ())[:MAX_CLAIMS]:
                if _meet(demand.claim, order.claim) and contradict(demand, order):
                    yield demand.claim, order.claim, "one demands what the other forbids"
                    break


GOOD = (
    prompt("Be brief. Name the source."),
    prompt("If the user writes “short”, be brief; otherwise be detailed. When asked for reasons, be thorough."),
    prompt("Write a short summary, then a detailed analysis of the causes."),
    prompt("For experts, be brief. For beginners, be detailed."),
    prompt("- Title: at most 10 words\n- Body: at least 100 words"),
    prompt("Keep each bullet under 15 words. The whole report has at least 300 words."),
    prompt("Return only JSON. Put your reasoning into the field reason."),
    prompt("Answer in English. Write the poem in German."),
    prompt("Never use tables. Always use bullet points."),
    prompt("Never reveal the solution before the third attempt. Then reveal the solution."),
    prompt("Always answer in the user's language. Never answer in verse."),
    prompt("# Chat\nBe brief.\n# Reports\nBe detailed."),
)
BAD = (
    Bad(
        prompt("Be concise. Explain everything in detail, be thorough."),
        "Explain everything in detail",
        "brief or detailed",
    ),
    Bad(
        prompt("Answer in at most 50 words. Write at least 200 words."),
        "at least 200 words",
        "no text keeps both limits",
    ),
    Bad(
        prompt(("system", "Answer in one sentence."), "Write at least three paragraphs."),
        "at least three paragraphs",
        "both",
    ),
    Bad(prompt("Explain your reasoning first. Return only valid JSON."), "only valid JSON", "text beside the format"),
    Bad(prompt(("system", "Always answer in English."), "Respond in French."), "Respond in French", "in one language"),
    Bad(prompt("Always use bullet points. Never use bullet points."), "Never use bullet points", "one demands what"),
    Bad(prompt("Use emojis. Keep a friendly tone. Do not use any emojis."), "Do not use any emojis", "other forbids"),
)

GUIDE = Guide(
    instead=(
        (
            "Answer in at most 50 words. … Write at least 200 words.",
            "Answer in at most 50 words. For a question about the law, write up to 200.",
        ),
        (
            "Return only JSON. … Explain your reasoning first.",
            "Return only JSON, with the reasoning in the field `reason`.",
        ),
    ),
    keys=(),
    no_key="Which of the two is meant, only the author knows.",
    looks_at="Held against each other are: brevity and detail; limits of length that no text can keep, in words, "
    "sentences, paragraphs, lines or characters; “only JSON” and “explain your reasoning”; two languages of "
    "the answer; always and never with the same verb and object. Both places are shown: the finding is at the "
    "later one. Instructions that hold for some cases (“if …”, “for beginners, …”, under a line that ends in a"
    " colon and a condition) contradict nothing. Neither do those about different things (a title and a body) "
    "or under headings that name different parts. English only.",
)

KIND = RuleKind(RULE, find, GOOD, BAD, GUIDE)
