"""Rewrite by the demo provider: the same sentences in parts of their own, every placeholder kept as it was."""

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from promptassay.language.parse import escape
from promptassay.providers.demo.panels.critique import IT_IS_THE_DEMO
from promptassay.providers.demo.panels.reading import Reading, closed, placeholders, words_of
from promptassay.providers.demo.words import join_words

PARTS: Final = ("Role", "Task", "Rules", "Examples", "Input", "Output")
_MANY_HEADINGS: Final = 2
_ROLE: Final = re.compile(
    r"\s*(?:you are|you're|act as|your role|i want you to act|as an? [a-z]+ [a-z]+,)\b", re.IGNORECASE
)
_RULE: Final = re.compile(
    r"\b(?:must|never|always|do not|don't|avoid|only|unless|make sure|ensure|should|if|when|whenever|remember)\b",
    re.IGNORECASE,
)
_OUTPUT: Final = re.compile(
    r"\b(?:(?:(?:answer|respond|reply|write) (?:with|in|only|as|by|using)|return|output|format|print)\b|json|yaml|csv|"
    r"xml\b|table|(?:at most|no more than|under|up to|exactly) \w+ (?:words|sentences|lines|characters)|bullets?|"
    r"in (?:markdown|plain text))",
    re.IGNORECASE,
)
_EXAMPLE: Final = re.compile(
    r"^\s*(?:[#*]*\s*)?(?:examples?\b|for example\b|sample\b|e\.g\.)|^\s*(?:input|q)\s*:.*\n\s*(?:output|a)\s*:",
    re.IGNORECASE,
)
_LABELLED: Final = re.compile(r"^[^\n.!?]{0,40}:?\s*(?:x{4,})\s*$")
_TAGGED: Final = re.compile(r"<([A-Za-z][\w-]{0,40})>.*</\1>", re.DOTALL)
_SPLIT: Final = re.compile(r"(?<=[.!?])[ \t]+(?=[^\sa-z])")
# A sentence that speaks of the one before it stays with it.
_REFERS_BACK: Final = re.compile(
    r"\b(?:it|its|this|that|these|those|they|them|their|such|then|also|otherwise|here)\b", re.IGNORECASE
)
_TRAILING: Final = re.compile(r"[A-Z][\w ]{0,30}:")
_FIRST: Final = re.compile(r"[^\n]*?(?:[.!?](?=\s)|:(?=\n)|\Z)")
_ENDS: Final = re.compile(r"[.!?:][ \t]*$")
_GOES_ON: Final = re.compile(r"[ \t]*(?![-*•#|<`{\[\s]|\d+[.)]|\"\"\")\S")
_BULLET: Final = re.compile(r"^[ \t]*(?:[-*•]|\d+[.)])[ \t]")
_OPENER: Final = re.compile(
    r"^[ \t]*(?:(?P<fence>```|~~~|\"\"\")|<(?P<tag>[A-Za-z][\w-]{0,40})>|(?P<brace>[{\[])(?!\{))"
)


@dataclass(frozen=True)
class Wishes:
    """What the person asked for besides better order."""

    goal: str = ""
    tone: str = ""
    audience: str = ""
    for_model: str = ""


def rewrite(reading: Reading, wishes: Wishes) -> dict[str, Any]:
    """The answer of the panel."""
    messages = list(reading.messages)
    changes = [f"{IT_IS_THE_DEMO}: it sorts sentences into parts and writes none of its own."]
    index = _main(reading)
    before = messages[index].content
    after, said = _arranged(before, wishes, whole=reading.headings >= _MANY_HEADINGS)
    if placeholders(after) != placeholders(before):  # never lose one: the old order is better than a lost input
        after, said = before, ["The order stayed as it was, since a placeholder would have been lost."]
    messages[index] = replace(messages[index], content=after)
    changes += said
    if wishes.for_model:
        changes.append(f"It does not know what suits {wishes.for_model} best.")
    return {
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "changes": changes,
    }


def _main(reading: Reading) -> int:
    """The message that instructs most."""
    instructing = reading.context.instructing or range(len(reading.messages))
    return max(instructing, key=lambda index: (words_of(closed(reading.messages[index].content[:20_000])), -index))


def _arranged(text: str, wishes: Wishes, *, whole: bool) -> tuple[str, list[str]]:
    extra = _extra(wishes)
    if whole:
        added = "".join(f"\n\n# {part}\n\n{chr(10).join(lines)}" for part, lines in extra.items())
        said = ["It has headings already, so its parts stayed in their order."]
        return text.rstrip() + added + ("\n" if added else ""), said + _told(extra)
    parts: dict[str, list[str]] = {part: [] for part in PARTS}
    last = "Task"
    for unit in _units(text):
        last = _part_of(unit, last)
        parts[last].append(unit)
    for part, lines in extra.items():
        parts[part] += lines
    filled = [f"# {part}\n\n{_body(parts[part], part)}" for part in PARTS if parts[part]]
    used = [part.lower() for part in PARTS if parts[part]]
    if not filled:
        return text, ["There is nothing to put in order."]
    return "\n\n".join(filled) + "\n", [f"The text stands in parts now: {join_words(used)}.", *_told(extra)]


def _extra(wishes: Wishes) -> dict[str, list[str]]:
    extra: dict[str, list[str]] = {}
    if wishes.goal.strip():
        extra["Task"] = [f"The goal: {_sentence(wishes.goal)}"]
    form = [f"Write for {_sentence(wishes.audience)}"] if wishes.audience.strip() else []
    form += [f"Tone: {_sentence(wishes.tone)}"] if wishes.tone.strip() else []
    if form:
        extra["Output"] = form
    return extra


def _told(extra: dict[str, list[str]]) -> list[str]:
    if not extra:
        return []
    return ["Goal, audience and tone were added in your own words, as far as you gave them."]


def _sentence(text: str) -> str:
    line = escape(" ".join(text.split()))
    return line if line.endswith((".", "!", "?")) else f"{line}."


def _body(units: list[str], part: str) -> str:
    """Rules as a list, blocks on lines of their own, all other sentences one after the other."""
    plain = [unit for unit in units if "\n" not in unit and not _BULLET.match(unit)]
    if part == "Rules" and len(plain) > 1:
        return "\n".join(f"- {unit}" if unit in plain else unit for unit in units)
    text = ""
    for unit in units:
        joined = _is_prose(unit) and text.endswith((".", "!", "?")) and _is_prose(text.rpartition("\n\n")[2])
        text += (" " if joined else "\n\n" if text else "") + unit
    return text


def _is_prose(text: str) -> bool:
    return (
        "\n" not in text
        and not _TRAILING.fullmatch(text)
        and not _BULLET.match(text)
        and text.lstrip()[:1] not in '{[`|<#"'
    )


def _part_of(unit: str, last: str) -> str:
    shown = closed(unit)
    # A list is what the line above it says, and sentences that belong together are what the first one says.
    first = _FIRST.match(shown)
    shown = first[0] if first else shown
    if _TRAILING.fullmatch(unit):
        return "Output"
    if _EXAMPLE.search(unit):
        return "Examples"
    if _LABELLED.match(shown) or (_TAGGED.search(unit) and placeholders(unit)):
        return "Input"
    if last == "Examples" and "\n" in unit:
        return "Examples"
    if _ROLE.match(unit):
        return "Role"
    if unit.lstrip()[:1] in '{[`"|':  # a shape or a sample: it belongs to what announced it
        return "Output" if last in ("Output", "Task", "Rules") else last
    if _OUTPUT.search(shown):
        return "Output"
    return "Rules" if _RULE.search(shown) else "Task"


def _units(text: str) -> list[str]:
    """Sentences, and whole blocks: fences, tags, JSON, lists with the line that announces them."""
    units: list[str] = []
    for block in _blocks(text):
        if "\n" in block or _BULLET.match(block):
            units.append(block)
            continue
        cuts = [match.span() for match in _SPLIT.finditer(closed(block))]
        starts = [0, *(end for _, end in cuts)]
        ends = [*(start for start, _ in cuts), len(block)]
        for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
            sentence = block[start:end].strip()
            if number and _REFERS_BACK.search(sentence):
                units[-1] += f" {sentence}"
            else:
                units.append(sentence)
    return [unit for unit in units if unit.strip()]


def _blocks(text: str) -> list[str]:
    """Paragraph lines, lists, and everything that is opened and closed again; a line that ends in a colon stays with
    the block that it announces.
    """
    lines = text.split("\n")
    blocks: list[str] = []
    at = 0
    apart = True
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            apart = True
            at += 1
            continue
        end = _closing_line(lines, at)
        block = "\n".join(lines[at:end])
        above = blocks[-1] if blocks else ""
        bullet = bool(_BULLET.match(line))
        shown = bullet or end > at + 1 or bool(_OPENER.match(line) or _EXAMPLE.match(above))
        announced = above.rstrip().endswith(":") and shown
        listed = bool(_BULLET.match(above.rpartition("\n")[2])) and (bullet or line[:1] in " \t")
        if announced or listed:
            blocks[-1] = f"{above}\n\n{block}" if apart and announced else f"{above}\n{block}"
        else:
            blocks.append(block)
        at, apart = end, False
    return blocks


def _closing_line(lines: list[str], at: int) -> int:
    """The line after the block that begins at `at`: behind what closes it, else behind the lines of its paragraph."""
    opener = _OPENER.match(lines[at])
    if opener is None:
        end = at + 1
        while end < len(lines) and not _ENDS.search(lines[end - 1]) and _GOES_ON.match(lines[end]):
            end += 1
        return end
    mark = opener["fence"] or (f"</{opener['tag']}>" if opener["tag"] else "}" if opener["brace"] == "{" else "]")
    if mark in lines[at][opener.end() :]:
        return at + 1
    for number in range(at + 1, min(len(lines), at + 400)):
        closes = mark in lines[number] if not opener["brace"] else lines[number].strip().startswith(mark)
        if closes:
            return number + 1
    return at + 1
