"""Changes to a text as a panel proposes them: each names what it replaces by words that stand there once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from promptassay.language.messages import Message

_STEP: Final = 12
_NEAR: Final = 160


@dataclass(frozen=True)
class Change:
    """Put `text` where `start` to `end` (code points) of message `index` is now; `append` puts it at the end."""

    index: int
    start: int
    end: int
    text: str
    why: str
    append: bool = False


def as_edits(messages: Sequence[Message], changes: Iterable[Change]) -> list[dict[str, Any]]:
    """The edits of the answer: `find` stands once in its message, none of them meets another; appended ones last."""
    result: list[dict[str, Any]] = []
    changes = list(changes)
    for index, message in enumerate(messages):
        inside = [each for each in changes if each.index == index and not each.append]
        for each in _apart(message.content, inside):
            find = message.content[each.start : each.end]
            result.append({"message": index + 1, "find": find, "replace": each.text, "why": each.why})
    result += [
        {"message": each.index + 1, "find": "", "replace": each.text, "why": each.why}
        for each in changes
        if each.append
    ]
    return result


def apply_edits(messages: Sequence[Message], edits: Iterable[dict[str, Any]]) -> tuple[Message, ...]:
    """The messages after edits that `as_edits` made."""
    texts = [message.content for message in messages]
    for each in edits:
        at = each["message"] - 1
        find = each["find"]
        texts[at] = texts[at].replace(find, each["replace"], 1) if find else texts[at] + each["replace"]
    return tuple(Message(message.role, text) for message, text in zip(messages, texts, strict=True))


def grouped(index: int, source: str, edits: Iterable[tuple[int, int, str]], why: str) -> list[Change]:
    """Changes from the edits of one fix: those that stand close together become one, read as one."""
    found: list[Change] = []
    for start, end, text in sorted(edits):
        last = found[-1] if found else None
        if last is not None and start >= last.end and start - last.end <= _NEAR:
            found[-1] = Change(index, last.start, end, last.text + source[last.end : start] + text, why)
        elif last is None or start >= last.end:
            found.append(Change(index, start, end, text, why))
    return found


def _apart(source: str, changes: list[Change]) -> list[Change]:
    """The changes, each widened until its text stands once, and joined where they meet; the first of two wins."""
    kept: list[Change] = []
    for each in sorted(changes, key=lambda one: (one.start, one.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    wide = [_widened(source, each) for each in kept]
    joined: list[Change] = []
    for each in wide:
        if joined and each.start < joined[-1].end:
            joined[-1] = _joined(source, kept, min(joined[-1].start, each.start), max(joined[-1].end, each.end))
        else:
            joined.append(each)
    if len(joined) < len(kept):  # what was joined may meet its neighbour now
        return joined if len(joined) < 2 else _apart(source, joined)
    return joined


def _joined(source: str, changes: list[Change], start: int, end: int) -> Change:
    parts, at, whys = "", start, []
    for each in changes:
        if start <= each.start and each.end <= end:
            parts += source[at : each.start] + each.text
            at = each.end
            whys.append(each.why)
    return Change(changes[0].index, start, end, parts + source[at:end], " ".join(dict.fromkeys(whys)))


def _widened(source: str, change: Change) -> Change:
    start, end = _to_words(source, change.start, change.end)
    while not stands_once(source, source[start:end]) and (start > 0 or end < len(source)):
        start, end = _to_words(source, max(0, start - _STEP), min(len(source), end + _STEP))
    text = source[start : change.start] + change.text + source[change.end : end]
    return Change(change.index, start, end, text, change.why)


def _to_words(source: str, start: int, end: int) -> tuple[int, int]:
    """The range grown to where no word is cut; an empty one takes the word before it, or the one behind."""
    while start > 0 and not source[start - 1].isspace() and (start == end or source[start - 1].isalnum()):
        start -= 1
    while end < len(source) and not source[end].isspace() and (start == end or source[end].isalnum()):
        end += 1
    return start, end


def stands_once(source: str, text: str) -> bool:
    """Whether a text that is not blank occurs exactly once, overlaps counted."""
    at = source.find(text)
    return bool(text.strip()) and at >= 0 and source.find(text, at + 1) < 0
