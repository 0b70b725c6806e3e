"""The rule `model-mismatch`: what the target model refuses, does worse with, or will not be there for."""

import re
from collections.abc import Iterator
from datetime import date

from promptassay.language.lint.base import Bad, Finding, Fix, Guide, Rule, RuleKind, Span, removal
from promptassay.language.lint.context import LintContext, ModelFacts, prompt
from promptassay.language.lint.rules.over_budget import reserved_output

RULE = Rule(
    id="model-mismatch",
    severity="error",
    summary="The target model refuses a setting, does worse with a habit, or is about to be retired.",
    why="A refused setting fails every call; a habit from older models costs quality or tokens; a retired model "
    "answers nothing.",
    mend="Unset what is refused, drop the habit, and run the suite on a replacement before the date.",
    needs_model=True,
)

SOON_DAYS = 180
_ALOUD = re.compile(
    r"\b(?:let's |please |always )?(?:think|reason|work)(?: (?:about|through) (?:it|this|the \w+))?,? "
    r"(?:this (?:out|through) )?(?:step[- ]by[- ]step|out loud|aloud)\b"
    r"|\b(?:take a deep breath|use (?:a )?chain[- ]of[- ]thought)\b"
)
_SHORT_SENTENCE = 90
_SET_NOWHERE = Span(0, 0, 0)


def find(context: LintContext) -> Iterator[Finding]:
    """Compare settings, shape and wording with what is known of the model; silent without it."""
    model = context.model
    if model is None:
        return
    yield from _refused(context, model)
    reserved = reserved_output(context)
    if model.max_output_tokens is not None and reserved > model.max_output_tokens:
        yield RULE.finding(
            _SET_NOWHERE,
            f"max_output_tokens is {reserved:,}; {model.name} writes at most {model.max_output_tokens:,}.",
            fixes=(Fix("Unset max_output_tokens", drop_settings=("max_output_tokens",)),),
        )
    if "step-by-step" in model.does_worse_with:
        yield from _aloud(context, model)
    if model.retires_on is not None and context.today is not None:
        yield from _retirement(model, model.retires_on, context.today)


def _refused(context: LintContext, model: ModelFacts) -> Iterator[Finding]:
    for name in sorted(model.refuses & context.settings.keys()):
        if context.settings[name] is None:
            continue
        yield RULE.finding(
            _SET_NOWHERE,
            f"{model.name} refuses the setting {name}.",
            fixes=(Fix(f"Unset {name}", drop_settings=(name,)),),
        )
    if "response_schema" in model.refuses and context.has_schema:
        yield RULE.finding(_SET_NOWHERE, f"{model.name} takes no response schema.")
    if "tools" in model.refuses and context.has_tools:
        yield RULE.finding(_SET_NOWHERE, f"{model.name} cannot call tools.")
    last = len(context.messages) - 1
    for index, message in enumerate(context.messages):
        refused = (message.role == "system" and "system" in model.refuses and "system messages") or (
            message.role == "assistant"
            and index == last
            and "prefill" in model.refuses
            and "a last message by the assistant"
        )
        if refused:
            yield RULE.finding(
                Span(index, 0, len(message.content.partition("\n")[0])), f"{model.name} refuses {refused}."
            )


def _aloud(context: LintContext, model: ModelFacts) -> Iterator[Finding]:
    for index in context.instructing:
        prose = context.prose[index]
        for match in _ALOUD.finditer(prose.text):
            start, end = prose.sentence(match.start())
            whole = end - start <= _SHORT_SENTENCE and end - start - len(match.group()) <= 25
            yield RULE.finding(
                Span(index, *match.span()),
                f"{model.name} reasons by itself: told to do so in the answer, it writes more and not better.",
                fixes=removal("Remove the sentence", prose.source, index, start, end) if whole else (),
                severity="hint",
            )


def _retirement(model: ModelFacts, retires_on: date, today: date) -> Iterator[Finding]:
    days = (retires_on - today).days
    if days <= 0:
        yield RULE.finding(_SET_NOWHERE, f"{model.name} was retired on {retires_on.isoformat()}: calls fail.")
    elif days <= SOON_DAYS:
        left = "1 day" if days == 1 else f"{days} days"
        yield RULE.finding(
            _SET_NOWHERE,
            f"{model.name} will be retired on {retires_on.isoformat()}, in {left}.",
            severity="warning",
        )


_MODEL = ModelFacts(
    "thinker",
    max_output_tokens=8_000,
    refuses=frozenset({"temperature", "prefill", "tools", "response_schema", "system"}),
    does_worse_with=frozenset({"step-by-step"}),
    retires_on=date(2026, 10, 1),
)

GOOD = (
    prompt("Think step by step.", settings={"temperature": 0}, has_tools=True),
    prompt("List the steps one by one.", model=_MODEL, settings={"temperature": None, "max_output_tokens": 8_000}),
    prompt("Hello", model=_MODEL, today=date(2026, 1, 1)),
)
BAD = (
    Bad(prompt("Hello", model=_MODEL, settings={"temperature": 0.2}), "", "refuses the setting temperature"),
    Bad(prompt("Hello", model=_MODEL, settings={"max_output_tokens": 9_000}), "", "writes at most 8,000"),
    Bad(prompt("Add them up. Think step by step.", model=_MODEL), "Think step by step", "reasons by itself"),
    Bad(prompt("Hello", ("assistant", "{"), model=_MODEL), "{", "a last message by the assistant"),
    Bad(prompt(("system", "Be kind."), "Hello", model=_MODEL), "Be kind.", "refuses system messages"),
    Bad(prompt("Hello", model=_MODEL, has_tools=True), "", "cannot call tools"),
    Bad(prompt("Hello", model=_MODEL, has_schema=True), "", "takes no response schema"),
    Bad(prompt("Hello", model=_MODEL, today=date(2026, 9, 30)), "", "in 1 day"),
    Bad(prompt("Hello", model=_MODEL, today=date(2026, 10, 1)), "", "was retired on 2026-10-01"),
)

GUIDE = Guide(
    instead=(("`temperature: 0.2` with a model that refuses it", "the setting unset"),),
    keys=(
        ("Unset", "takes the setting out."),
        ("Remove the sentence", "takes the habit out, where it is a sentence of its own."),
    ),
    looks_at="What a model refuses and takes comes from the catalogue: settings (`temperature` with many reasoning "
    "models), tools, a response schema, system messages, a last message by the assistant. Output reserved "
    "beyond what the model can write is an error too. A habit is a hint: “think step by step” makes a model "
    "that reasons by itself write more and not better. A retirement within 180 days is a warning, one that is "
    "past an error. Without a target model the rule is silent.",
)

KIND = RuleKind(RULE, find, GOOD, BAD, GUIDE)
