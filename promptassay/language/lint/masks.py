"""What in a message is not said but shown: code, quotations, addresses, examples, placeholders."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from promptassay.language.nodes import Node, Text

Range: TypeAlias = tuple[int, int]

MASK = "\x00"
MAX_LINE = 2_000

_FENCE = re.compile(r"(`{3,}+|~{3,}+|\"{3}|'{3})[^\n]*+")
# Each quotation ends at the next opener of its kind at the latest, so that a run of openers stays linear.
_QUOTED = re.compile(
    r"`[^`\n]{1,300}+`"
    r'|(?<!\w)"[^"\n]{1,300}+"'
    r"|“[^“”\n]{1,300}+”"
    r"|„[^„“”\n]{1,300}+[“”]"
    r"|«[^«»\n]{1,300}+»"
    r"|\bhttps?://[^\s<>\"')\]]++"
)
_TAG = re.compile(r"<(/?)([^\W\d][\w.-]{0,60})(?:\s[^<>\n]{0,300})?>")
_SHOWING = re.compile(r"(?:few_?-?)?(?:examples?|samples?|shots?|demonstrations?|demos?)(?:_?\d+)?", re.IGNORECASE)
HEADING = re.compile(r"#(?<![^\n]#)(#{0,5})[ \t]+([^\n]*)")
_EXAMPLE_WORD = re.compile(r"\b(?:examples?|samples?)\b", re.IGNORECASE)
_EXAMPLE_LINE = re.compile(
    r"^[ \t]*(?:for |an? |one |good |bad )?(?:examples?|samples?)(?: [^\n.:]{1,40})?:?[ \t]{0,20}$",
    re.IGNORECASE | re.MULTILINE,
)
_GOES_ON = re.compile(r"[ \t]*(?:[-*•>|`~]|\d+[.)]|\{|\[|<)")
_LABEL = re.compile(r"[ \t]*([^\W\d][^\n:{}|.,]{0,30}):(?=[ \t\n]|\Z)")
_COLON = re.compile(r":(?=[ \t\n]|\Z)")


# Labels that make an example even if they come once.
_PAIRS = ({"in", "out"}, {"input", "output"}, {"before", "after"}, {"bad", "good"}, {"wrong", "right"})


def masked(content: str, nodes: Sequence[Node]) -> str:
    """Return `content`, as long as before, with everything shown made of MASK."""
    ranges: list[Range] = [(node.start, node.end) for node in nodes if not isinstance(node, Text)]
    ranges += fences(content)
    ranges += [match.span() for match in _QUOTED.finditer(content)]
    ranges += [span for name, span in tagged(content) if _SHOWING.fullmatch(name)]
    ranges += _example_sections(content)
    ranges += _example_turns(content)
    parts: list[str] = []
    done = 0
    for start, end in merged(ranges):
        parts += (content[done:start], MASK * (end - start))
        done = end
    parts.append(content[done:])
    return "".join(parts)


def merged(ranges: Iterable[Range]) -> list[Range]:
    """Return the ranges in order, those that touch joined."""
    result: list[Range] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1]:
            if end > result[-1][1]:
                result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def within(ranges: Sequence[Range], start: int, end: int) -> bool:
    """Say whether one of the merged `ranges` holds the whole of `start` to `end`."""
    at = bisect_right(ranges, (start, float("inf"))) - 1
    return at >= 0 and end <= ranges[at][1]


def fences(content: str) -> list[Range]:
    """Return the blocks between two fences of the same kind, with their fences; an open one is none."""
    found: list[Range] = []
    open_at, opener = -1, ""
    for fence in _each_fence(content):
        if not opener:
            open_at, opener = fence.start(), fence[1]
        elif fence[1][0] == opener[0] and len(fence[1]) >= len(opener):
            found.append((open_at, fence.end()))
            opener = ""
    return found


def _each_fence(content: str) -> Iterator[re.Match[str]]:
    """Yield the fences that begin a line, in order."""
    marks = [mark for mark in ("```", "~~~", '"""', "'''") if mark in content]
    found: list[re.Match[str]] = []
    for mark in marks:
        at = content.find(mark)
        while at >= 0:
            fence = _FENCE.match(content, at)
            assert fence is not None  # the mark is one of its alternatives
            if not content[line_start(content, at) : at].strip(" \t"):
                found.append(fence)
            at = content.find(mark, fence.end())
    return iter(sorted(found, key=lambda fence: fence.start()))


def tagged(content: str) -> list[tuple[str, Range]]:
    """Return name and range, from after `<name …>` to before `</name>`, of all tags that come in pairs."""
    found: list[tuple[str, Range]] = []
    opened: dict[str, list[int]] = {}
    for tag in _TAG.finditer(content):
        if not tag[1]:
            opened.setdefault(tag[2], []).append(tag.end())
        elif places := opened.get(tag[2]):
            found.append((tag[2], (places.pop(), tag.start())))
    return found


def labels(content: str) -> Counter[str]:
    """Return how often each label, such as “Review:”, begins a line."""
    return Counter(name for name, _ in _each_label(content))


def _each_label(content: str) -> Iterator[tuple[str, int]]:
    """Yield each label that begins a line, and where that line begins."""
    seen = -1
    for colon in _COLON.finditer(content):
        start = line_start(content, colon.start())
        if start != seen and (name := label_of(content, start)):
            yield name, start
        seen = start


def label_of(content: str, line_start: int) -> str:
    """Return the label that begins the line at `line_start`; empty if there is none."""
    match = _LABEL.match(content, line_start)
    return match[1].strip().lower() if match else ""


def line_start(content: str, position: int) -> int:
    """Return where the line of `position` begins; of a longer line only the last MAX_LINE characters are seen."""
    seen = max(0, position - MAX_LINE)
    at = content.rfind("\n", seen, position)
    return seen if at < 0 else at + 1


def _example_sections(content: str) -> list[Range]:
    """Return what stands under headings about examples, and the blocks below a line such as “Example:”."""
    found: list[Range] = []
    open_at, level = -1, 0
    for heading in HEADING.finditer(content):
        if open_at >= 0 and len(heading[1]) <= level:
            found.append((open_at, heading.start()))
            open_at = -1
        if open_at < 0 and _EXAMPLE_WORD.search(heading[2]):
            open_at, level = heading.end(), len(heading[1])
    if open_at >= 0:
        found.append((open_at, len(content)))
    end = 0
    for line in _EXAMPLE_LINE.finditer(content) if "ample" in content.lower() else ():
        if line.start() >= end:
            end = _block_end(content, line.end())
            found.append((line.end(), end))
    return found


def _block_end(content: str, position: int) -> int:
    """Return the end of the paragraph after `position` and of the lists and code that follow it."""
    end = position
    while end < len(content):
        start = end
        while content.startswith("\n", start):
            start += 1
        if end > position and not _GOES_ON.match(content, start):
            break
        blank = content.find("\n\n", start)
        end = len(content) if blank < 0 else blank
    return end


def _example_turns(content: str) -> list[Range]:
    """Return the lines of worked examples: two labels that come again and again, or a pair such as in and out."""
    places: dict[str, list[Range]] = {}
    for name, start in _each_label(content):
        end = content.find("\n", start)
        places.setdefault(name, []).append((start, len(content) if end < 0 else end))
    again = [spans for spans in places.values() if len(spans) > 1]
    if len(again) < 2:
        again = [places[name] for pair in _PAIRS if pair <= places.keys() for name in pair]
    return [span for spans in again for span in spans]
