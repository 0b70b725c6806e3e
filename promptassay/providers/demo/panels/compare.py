"""Compare by the demo provider: what the diff shows, what kind of instruction it is, and whose scores are better."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from promptassay.language.diff import DiffRow, MessageDiff, diff_messages
from promptassay.language.messages import Message
from promptassay.providers.demo.panels.critique import IT_IS_THE_DEMO, scores_of
from promptassay.providers.demo.panels.observations import ASPECTS, Aspect, observe
from promptassay.providers.demo.panels.reading import Reading, read, variables
from promptassay.providers.demo.words import first_words, join_words

MAX_CHANGES: Final = 20
_AT_MOST: Final = 30
_KINDS: Final = tuple(
    (re.compile(rf"\b(?:{words})", re.IGNORECASE), name)
    for words, name in (
        (r"(?:json|csv|yaml|table|format|schema|keys?|columns?|list)\b", "the form of the answer"),
        (r"(?:words|sentences|lines|characters|short|brief|concise|at most|no more than)\b", "its length"),
        (r"example|for instance|e\.g\.|input:|output:", "an example to imitate"),
        (r"(?:never|do not|don't|must not|avoid)\b", "a prohibition"),
        (r"(?:if|when|unless|otherwise)\b", "a condition"),
        (r"(?:must|always|only|exactly)\b", "a demand"),
        (r"(?:you are|act as|audience|tone|readers?)\b", "role, reader or tone"),
    )
)
_FOR: Final[dict[Aspect, str]] = {
    "clarity": "being understood the same way each time",
    "specificity": "answers that a test can check",
    "structure": "being read and changed by people",
    "context": "the right tone and depth",
    "output": "programs that read the answer",
    "robustness": "input from strangers",
}


def compare(left: Sequence[Message], right: Sequence[Message]) -> dict[str, Any]:
    """The answer of the panel."""
    one, other = read(left), read(right)
    diffs = [diff for diff in diff_messages(one.context.messages, other.context.messages) if diff.kind != "equal"]
    seen, seen_right = observe(one), observe(other)
    before, after = scores_of(seen), scores_of(seen_right)
    changes = [*_variables(left, right), *(change for diff in diffs for change in _changes(diff))]
    new = {each.title for each in seen_right} - {each.title for each in seen}
    changes += [_risk(title) for title in sorted(new)]
    return {
        "changes": changes[:MAX_CHANGES],
        "prefer": _preferences(before, after),
        "summary": _summary(diffs, before, after, one),
    }


def _preferences(before: dict[Aspect, float], after: dict[Aspect, float]) -> list[dict[str, str]]:
    chosen = [_choice(each, before[each], after[each]) for each in ASPECTS if before[each] != after[each]]
    same = {"for": "any use", "choice": "either", "why": "Both lose the same points with the demo's rules."}
    return chosen or [same]


def _changes(diff: MessageDiff) -> Iterator[dict[str, str]]:
    number = ((diff.right_index if diff.left_index is None else diff.left_index) or 0) + 1
    if diff.kind in ("insert", "delete"):
        message = diff.right or diff.left
        assert message is not None
        text = (
            f"A whole {message.role} message is {'new' if diff.kind == 'insert' else 'gone'}: {_shown(message.content)}"
        )
        yield _change(text, message.content, gone=diff.kind == "delete")
        return
    if diff.left and diff.right and diff.left.role != diff.right.role:
        what = f"§{number} speaks as {diff.right.role} instead of {diff.left.role}."
        yield {"what": what, "effect": "Models weigh the roles differently.", "risk": ""}
    for row in [row for row in diff.rows if row.kind != "equal"][:_AT_MOST]:
        if (row.left or "").strip() or (row.right or "").strip():
            yield _row(row, number)


def _row(row: DiffRow, number: int) -> dict[str, str]:
    if row.kind == "insert":
        return _change(f"§{number} gains {_shown(row.right or '')}", row.right or "", gone=False)
    if row.kind == "delete":
        return _change(f"§{number} loses {_shown(row.left or '')}", row.left or "", gone=True)
    out = "".join(each.text for each in row.segments if each.kind == "delete").strip()
    into = "".join(each.text for each in row.segments if each.kind == "insert").strip()
    if not out or not into:
        fate = f"gains {_shown(into)}" if into else f"loses {_shown(out)}"
        return _change(f"§{number} {fate} within a line.", into or out, gone=not into)
    change = _change(f"§{number} says {_shown(into)} instead of {_shown(out)}", into, gone=False)
    return change | {"risk": "" if _kind(into) == _kind(out) else _risk_of(out)}


def _change(what: str, text: str, *, gone: bool) -> dict[str, str]:
    kind = _kind(text)
    if not kind:
        effect = "Less context for the model." if gone else "More for the model to go by."
    else:
        effect = f"It no longer states {kind}." if gone else f"It states {kind}."
    return {"what": what, "effect": effect, "risk": _risk_of(text) if gone else ""}


def _kind(text: str) -> str:
    return next((name for pattern, name in _KINDS if pattern.search(text[:2_000])), "")


def _risk_of(text: str) -> str:
    kind = _kind(text)
    return f"Answers may vary more, since {kind} is left to the model." if kind else ""


def _risk(title: str) -> dict[str, str]:
    what = "On the right the demo's rules object to something new."
    return {"what": what, "effect": f"{title}.", "risk": "See the Critique of the right side for the place."}


def _variables(left: Sequence[Message], right: Sequence[Message]) -> Iterator[dict[str, str]]:
    before = {name for message in left for name in variables(message.content)}
    after = {name for message in right for name in variables(message.content)}
    if lost := sorted(before - after):
        names = join_words(f"“{name}”" for name in lost)
        yield {
            "what": f"No longer filled in: {names}.",
            "effect": "That input is ignored.",
            "risk": "Callers still send it.",
        }
    if new := sorted(after - before):
        names = join_words(f"“{name}”" for name in new)
        risk = "Callers that do not send it fail."
        yield {"what": f"Newly filled in: {names}.", "effect": "More input decides the answer.", "risk": risk}


def _choice(aspect: Aspect, before: float, after: float) -> dict[str, str]:
    better, worse = max(before, after), min(before, after)
    why = f"{aspect.capitalize()}: {better:g} against {worse:g} of 10 by the demo's rules."
    return {"for": _FOR[aspect], "choice": "right" if after > before else "left", "why": why}


def _summary(diffs: list[MessageDiff], before: dict[Aspect, float], after: dict[Aspect, float], one: Reading) -> str:
    if not diffs:
        return f"{IT_IS_THE_DEMO}. The two texts are the same."
    gained = sum(after.values()) - sum(before.values())
    told = (
        "neither side is ahead"
        if not gained
        else f"the {'right' if gained > 0 else 'left'} side is ahead by {abs(gained):g}"
    )
    english = "" if one.is_english else " Its rules about wording read English only."
    count = sum(row.kind != "equal" for diff in diffs for row in diff.rows) or len(diffs)
    lines = "1 line differs" if count == 1 else f"{count} lines differ"
    return (
        f"{IT_IS_THE_DEMO}: it compares the diff and the points that its rules take off, not the meaning. "
        f"{lines}; of 60 points {told}.{english}"
    )


def _shown(text: str) -> str:
    return f"“{first_words(' '.join(text.split()), 14)}”"
