"""A rule's samples as its page shows them: the text, what is found in it, and what one key makes of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from promptassay.language.fragments import FragmentText
from promptassay.language.lint import RULES, Bad, Finding, LintContext, Span, apply_to_context
from promptassay.language.lint.lists import words
from promptassay.language.nodes import FragmentRef

_AROUND: Final = 220


@dataclass(frozen=True)
class Passage:
    """A message of a sample, cut to what matters: text before the finding, under it, and after it."""

    role: str
    before: str
    found: str = ""
    after: str = ""


@dataclass(frozen=True)
class Sample:
    """A sample: its messages, what else the rule was told, what it says, and what its first fix makes of it."""

    passages: list[Passage]
    facts: list[str]
    says: str = ""
    fix: str = ""
    fixed: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Samples:
    """What a rule finds, what it leaves alone, and the words on its lists."""

    bad: list[Sample]
    good: list[Sample]
    lists: list[tuple[str, ...]]


@cache
def samples_of(rule: str) -> Samples:
    """The samples of a rule, which are its tests too; computed once, as they never change."""
    kind = RULES[rule]
    return Samples(
        bad=[_bad(rule, each) for each in kind.bad],
        good=[Sample(_passages(each), _facts(each)) for each in kind.good],
        lists=[words(name) for name in kind.guide.lists],
    )


def _bad(rule: str, sample: Bad) -> Sample:
    context = sample.context
    found = next(
        each
        for each in RULES[rule].find(context)
        if context.quote(each.span) == sample.quote and sample.says in each.text
    )
    fix, fixed = _mended(context, found)
    return Sample(_passages(context, found.span), _facts(context), found.text, fix, fixed)


def _mended(context: LintContext, found: Finding) -> tuple[str, tuple[Passage, ...]]:
    """The first fix's title, and the messages it changes as they are then."""
    if not found.fixes:
        return "", ()
    fix = found.fixes[0]
    changed = {edit.message_index for edit in fix.edits}
    after = apply_to_context(context, fix).messages
    return fix.title, tuple(Passage(after[index].role, _cut(after[index].content)) for index in sorted(changed))


def _passages(context: LintContext, span: Span | None = None) -> list[Passage]:
    shown = []
    for index, message in enumerate(context.messages):
        text = message.content
        if span is None or span.message_index != index or span.start == span.end:
            shown.append(Passage(message.role, _cut(text)))
            continue
        before, after = text[: span.start], text[span.end :]
        before = f"…{before[-_AROUND:]}" if len(before) > _AROUND else before
        shown.append(Passage(message.role, before, _cut(text[span.start : span.end]), _cut(after)))
    return shown


def _cut(text: str) -> str:
    return text if len(text) <= _AROUND else f"{text[:_AROUND]}…"


def _facts(context: LintContext) -> list[str]:
    """What a rule knew besides the messages, each once."""
    return list(dict.fromkeys(_told(context)))


def _told(context: LintContext) -> Iterator[str]:
    if context.declared:
        yield f"Test cases feed {', '.join(context.declared)}."
    for node in (each for nodes in context.nodes for each in nodes if isinstance(each, FragmentRef)):
        loaded = context.fragments.load(node.slug, node.pin)
        if isinstance(loaded, FragmentText):
            yield f"The fragment {loaded.slug} says “{loaded.text}”"
    yield from (f"{name} is set to {value}." for name, value in context.settings.items() if value is not None)
    if context.has_schema:
        yield "A response schema is set."
    if context.has_tools:
        yield "Tools are set."
    if context.token_counts:
        yield f"The text has {sum(context.token_counts):,} tokens."
    if context.token_budget is not None:
        yield f"The prompt's own budget is {context.token_budget:,} tokens."
    if context.model and context.model.context_tokens:
        yield f"The target model, {context.model.name}, has a window of {context.model.context_tokens:,} tokens."
    elif context.model:
        yield f"The target model is {context.model.name}."
