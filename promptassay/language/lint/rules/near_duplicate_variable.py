"""The rule `near-duplicate-variable`: names that differ by case, underscore or one letter."""

from collections.abc import Iterator

from promptassay.language.lint.base import Bad, Finding, Fix, Guide, Rule, RuleKind
from promptassay.language.lint.context import LintContext, prompt

RULE = Rule(
    id="near-duplicate-variable",
    severity="warning",
    summary="Two variables have names that differ by case, underscores, one letter or the order of letters.",
    why="One of them is likely a slip. It asks for a value of its own, and the text it stands in stays empty or fails.",
    mend="Rename one to the other. If both are meant, give them names that nobody mistakes for each other.",
)

MAX_NAMES = 1_000
_MAX_LENGTH = 60
_MIN_FOR_ONE_LETTER = 5
_MIN_FOR_MIXED = 6


def find(context: LintContext) -> Iterator[Finding]:
    """Find, for each name, the nearest that came before; the one that stands less often is to be renamed."""
    own = context.variables
    names = [*own, *sorted(context.fragment_variables - own.keys())][:MAX_NAMES]
    fed = set(context.declared)
    seen: dict[str, str] = {}
    for name in names:
        if len(name) > _MAX_LENGTH:
            continue
        keys = _keys(name)
        near = next((seen[key] for key in keys if key in seen and _is_near(seen[key], name)), None)
        for key in keys:
            seen.setdefault(key, name)
        if near is None or (name in fed and near in fed):
            continue
        finding = _finding(context, *_ordered(context, near, name))
        if finding is not None:
            yield finding


def _keys(name: str) -> list[str]:
    """The name without case and underscores; the same with each letter taken out; its letters in order."""
    plain = _plain(name)
    if len(plain) < _MIN_FOR_ONE_LETTER:
        return [plain]
    mixed = [plain[0] + "".join(sorted(plain[1:]))] if len(plain) >= _MIN_FOR_MIXED else []
    return [plain, *dict.fromkeys(plain[:at] + plain[at + 1 :] for at in range(len(plain))), *mixed]


def _plain(name: str) -> str:
    return name.lower().replace("_", "")


def _is_near(one: str, other: str) -> bool:
    """Say whether two names that share a key are likely to be mistaken for each other."""
    a, b = sorted((_plain(one), _plain(other)), key=len)
    if a == b:
        return True
    if len(a) < _MIN_FOR_ONE_LETTER or len(b) - len(a) > 1:
        return False
    head = next((at for at, letter in enumerate(a) if letter != b[at]), len(a))
    if len(a) < len(b):
        changed = b[head]
        near = b[head + 1 :] == a[head:]
    else:
        changed = a[head] + b[head]
        near = a[head + 1 :] == b[head + 1 :] or (len(a) >= _MIN_FOR_MIXED and head > 0 and sorted(a) == sorted(b))
    # item1 and item2, option_a and option_b: a series, not a slip.
    return near and not any(letter.isdigit() for letter in changed) and not _is_series(one, other)


def _is_series(one: str, other: str) -> bool:
    """Say whether the names differ in a part of one letter: `answer_a`, `answer_b`."""
    left, right = one.lower().split("_"), other.lower().split("_")
    if len(left) != len(right):
        longer, shorter = sorted((left, right), key=len, reverse=True)
        return longer[: len(shorter)] == shorter and all(len(part) == 1 for part in longer[len(shorter) :])
    return all(a == b or (len(a) == len(b) == 1) for a, b in zip(left, right, strict=True))


def _ordered(context: LintContext, first: str, second: str) -> tuple[str, str]:
    """Return the name to keep and the name to rename: fed ones, those in fragments and frequent ones are kept."""

    def weight(name: str) -> tuple[bool, bool, int]:
        places = context.variables.get(name, ())
        return name in context.declared, not places, len(places)

    return (second, first) if weight(second) > weight(first) else (first, second)


def _finding(context: LintContext, kept: str, renamed: str) -> Finding | None:
    places = context.variables.get(renamed)
    if not places:  # both names come out of fragments
        return None
    return RULE.finding(
        places[0],
        f"“{renamed}” is nearly “{kept}”: each asks for a value of its own.",
        fixes=(Fix(f"Rename to “{kept}”", context.rename(renamed, kept)),),
        related=tuple(context.variables.get(kept, ())[:1]),
    )


GOOD = (
    prompt("{{name}} and {{audience}}"),
    prompt("Compare {{answer_a}} with {{answer_b}}, {{item1}} with {{item2}}, {{cat}} with {{car}}."),
    prompt("{{ticket}} {{tickets}}", declared=("ticket", "tickets")),
    prompt("{{user_name}}, {{user_age}}"),
)
BAD = (
    Bad(prompt("{{customer_name}} {{customer_name}} {{costumer_name}}"), "{{costumer_name}}", "nearly “customer_name”"),
    Bad(prompt("{{userName}} {{user_name}}"), "{{user_name}}", "nearly “userName”"),
    Bad(prompt("{{Topic}}, {{topic}}", declared=("topic",)), "{{Topic}}", "“Topic” is nearly “topic”"),
    Bad(prompt("{{document}} {{documnet}}"), "{{documnet}}", "nearly “document”"),
    Bad(prompt("{{customer}} then {{custmer}}"), "{{custmer}}", "nearly “customer”"),
)

GUIDE = Guide(
    instead=(
        ("`{{customer_name}}` … `{{costumer_name}}`", "`{{customer_name}}` twice"),
        ("`{{userName}}` … `{{user_name}}`", "`{{user_name}}` twice"),
    ),
    keys=(
        (
            "Rename",
            "changes every place in the messages. Kept is the name that test cases feed, else the one in a "
            "fragment, else the more frequent, else the first.",
        ),
    ),
    looks_at="Two names are near if they are equal without case and underscores, differ in one letter (of five or "
    "more), or are the same letters in another order (of six or more, with the same first). A series is none: "
    "`item1` and `item2`, `answer_a` and `answer_b`. If test cases feed both names, both are meant.",
)

KIND = RuleKind(RULE, find, GOOD, BAD, GUIDE)
