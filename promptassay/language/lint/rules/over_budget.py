"""The rule `over-budget`: the prompt and the reserved output do not fit, into the model or the prompt's own budget."""

from collections.abc import Iterator

from promptassay.language.lint.base import Bad, Finding, Guide, Rule, RuleKind, Span
from promptassay.language.lint.context import LintContext, ModelFacts, prompt

RULE = Rule(
    id="over-budget",
    severity="error",
    summary="Tokens and reserved output exceed the model's context window or the prompt's own budget.",
    why="The provider refuses a call that is too long for the window, and one over the budget costs more than agreed.",
    mend="Shorten the longest message, reserve less output, or choose a model with a larger window.",
    needs_model=True,
)


def find(context: LintContext) -> Iterator[Finding]:
    """Compare the sum with both limits; silent without model and without token counts."""
    model, counts = context.model, context.token_counts
    if model is None or not counts:
        return
    tokens = sum(counts)
    longest = max(range(len(counts)), key=lambda index: counts[index])
    content = context.messages[longest].content
    first_line = Span(longest, 0, len(content.partition("\n")[0]))
    reserved = reserved_output(context)
    if model.context_tokens is not None and tokens + reserved > model.context_tokens:
        kept = f" and {reserved:,} reserved for output" if reserved else ""
        yield RULE.finding(
            first_line,
            f"{tokens:,} tokens{kept} exceed the {model.context_tokens:,} of {model.name}. "
            f"Message {longest + 1} is the longest, with {counts[longest]:,}.",
        )
    if context.token_budget is not None and tokens > context.token_budget:
        yield RULE.finding(
            first_line,
            f"{tokens:,} tokens exceed this prompt's budget of {context.token_budget:,}. "
            f"Message {longest + 1} is the longest, with {counts[longest]:,}.",
            severity="warning",
        )


def reserved_output(context: LintContext) -> int:
    """Return the tokens that the settings reserve for output; 0 where they leave that to the provider."""
    value = context.settings.get("max_output_tokens")
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


_MODEL = ModelFacts("small-model", context_tokens=1_000)

GOOD = (
    prompt("Short.", token_counts=(2,), model=_MODEL),
    prompt("Unknown model.", token_counts=(5_000,), token_budget=10),
    prompt("Unknown window.", token_counts=(5_000,), model=ModelFacts("new-model")),
    prompt("Fits.", token_counts=(600,), settings={"max_output_tokens": 400}, model=_MODEL),
)
BAD = (
    Bad(prompt("Long.", token_counts=(1_001,), model=_MODEL), "Long.", "1,001 tokens exceed the 1,000"),
    Bad(
        prompt(("system", "A\nB"), "C", token_counts=(500, 101), settings={"max_output_tokens": 400}, model=_MODEL),
        "A",
        "601 tokens and 400 reserved for output",
    ),
    Bad(prompt("Costly.", token_counts=(90,), token_budget=80, model=_MODEL), "Costly.", "budget of 80"),
)

GUIDE = Guide(
    instead=(
        (
            "130,000 tokens and 8,000 reserved, for a window of 128,000",
            "a shorter document, or a model with a larger window",
        ),
    ),
    keys=(),
    no_key="What can go, only the author knows. The finding names the longest message.",
    looks_at="The tokens of all messages, with fragments written out, and `max_output_tokens` together are held against"
    " the model’s context window; the tokens alone against the prompt’s own budget (a warning). For encodings "
    "that are not public the counts are estimates. Without a target model the rule is silent, because the same"
    " text has other counts with another model.",
)

KIND = RuleKind(RULE, find, GOOD, BAD, GUIDE)
