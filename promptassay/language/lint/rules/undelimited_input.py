"""The rule `undelimited-input`: a variable with somebody else's text among the instructions, without a border."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from promptassay.language.lint.base import Bad, Edit, Finding, Fix, Guide, Rule, RuleKind, Span
from promptassay.language.lint.context import LintContext, prompt
from promptassay.language.lint.lists import words
from promptassay.language.lint.masks import Range, fences, label_of, labels, line_start, merged, tagged, within
from promptassay.language.nodes import Variable

RULE = Rule(
    id="undelimited-input",
    severity="warning",
    summary="A variable with user input stands among instructions without a delimiter.",
    why="The model cannot tell where the input ends. Whoever writes the input can write instructions, and long input "
    "blurs the ones you gave.",
    mend="Wrap it in tags named after it, in a fence or in quotes, or give it a message of its own.",
)

# With fewer words than these a message holds labels, not instructions.
MIN_WORDS = 8
_A_WORD = re.compile(r"[^\W\d_]{2,}")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{4,}")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_QUOTES = {
    ('"', '"'),
    ("“", "”"),
    ("„", "“"),
    ("„", "”"),
    ("«", "»"),
    ("'", "'"),
    ("`", "`"),
    ("‘", "’"),
    ("[", "]"),
    ("「", "」"),
}
_DIVIDER = re.compile(
    r"^[ \t]*(?:[-=*_~#]{3,}|\[(?:BEGIN|END|START|STOP)\b[^\n]{0,80}\]|[=*#-]{2,}[ \t]?[A-Z][^\n]{0,80})[ \t]*$",
    re.MULTILINE,
)
_HEADING_LINE = re.compile(r"[ \t]*#{1,6}[ \t]+\S|[ \t]*\*\*[^\n*]{1,60}\*\*:?[ \t]*$")


@dataclass(frozen=True, slots=True)
class _Borders:
    """The delimiters of one message: ranges that are closed in, dividing lines, labels that come again."""

    closed: list[Range]
    dividers: list[int]
    text_end: int
    labels: Counter[str]


def find(context: LintContext) -> Iterator[Finding]:
    """Find variables that are named like input in messages that instruct and do not close them in."""
    for index in context.instructing:
        nodes = [node for node in context.nodes[index] if isinstance(node, Variable) and is_input(node.name)]
        if not nodes or not _instructs(context, index):
            continue
        source = context.messages[index].content
        borders = _borders(source)
        for node in nodes:
            if _is_closed_in(source, node, borders):
                continue
            yield RULE.finding(
                Span(index, node.start, node.end),
                f"“{node.name}” reads like text from somebody else, and nothing marks where it begins and ends.",
                fixes=_wrapped(source, index, node),
            )


@lru_cache(maxsize=4_096)
def is_input(name: str) -> bool:
    """Say whether a variable is named like text that somebody else wrote: `ticket`, `user_input`, `emailBody`."""
    parts = [part.lower() for part in _PARTS.findall(name) if not part.isdigit()]
    if not parts or parts[-1] in words("settings_words"):
        return False
    return any(part in words("inputs") for part in parts) or (
        parts[0] == "user" and len(parts) > 1 and parts[-1] == "said"
    )


def _instructs(context: LintContext, index: int) -> bool:
    """Say whether a message holds MIN_WORDS words, of any script; text without spaces counts by its length."""
    text = context.prose[index].text
    count = sum(1 for _ in islice(_A_WORD.finditer(text), MIN_WORDS))
    return count >= MIN_WORDS or sum(len(run) // 2 for run in _UNSPACED.findall(text[:4_000])) >= MIN_WORDS


def _borders(source: str) -> _Borders:
    closed = merged([*fences(source), *(span for _, span in tagged(source))])
    dividers = [match.start() for match in _DIVIDER.finditer(source)]
    return _Borders(closed, dividers, len(source.rstrip()), labels(source))


def _is_closed_in(source: str, node: Variable, borders: _Borders) -> bool:
    start, end = node.start, node.end
    if within(borders.closed, start, end) or (source[start - 1 : start], source[end : end + 1]) in _QUOTES:
        return True
    line = line_start(source, start)
    if borders.labels.get(label_of(source, line), 0) > 1:  # the open end of worked examples
        return True
    divided_before = bool(borders.dividers) and borders.dividers[0] < start
    if divided_before and (borders.dividers[-1] > end or end >= borders.text_end):
        return True
    return not source[line:start].strip() and _is_below_heading(source, line)


def _is_below_heading(source: str, line: int) -> bool:
    """Say whether the last line with text above `line` is a heading, or the label of a block."""
    above = source[max(0, line - 300) : line].rstrip()
    return _HEADING_LINE.match(above[above.rfind("\n") + 1 :]) is not None


def _wrapped(source: str, index: int, node: Variable) -> tuple[Fix, ...]:
    """The fix that puts tags around a variable, on lines of their own if it has one; none after an odd brace."""
    start, end = node.start, node.end
    if source[start - 1 : start] == "{":
        return ()
    tag = node.name.lower()
    line_end = source.find("\n", end, end + 1_000)
    after = source[end : line_end if line_end >= 0 else end + 1_000]
    blank = "" if source[line_start(source, start) : start].strip() or after.strip() else "\n"
    edits = (Edit(index, start, start, f"<{tag}>{blank}"), Edit(index, end, end, f"{blank}</{tag}>"))
    return (Fix(f"Wrap it in <{tag}>…</{tag}>", edits),)


_TASK = "Summarise the mail below in three sentences for somebody who is in a hurry."

GOOD = (
    prompt(f"{_TASK}\n\n<mail>\n{{{{mail}}}}\n</mail>"),
    prompt(f'{_TASK}\n\n"""\n{{{{mail}}}}\n"""'),
    prompt(f"{_TASK}\n\nMail: “{{{{mail}}}}”"),
    prompt(f"{_TASK}\n\n---\n{{{{mail}}}}"),
    prompt(f"{_TASK}\n\n# Mail\n\n{{{{mail}}}}"),
    prompt(("system", _TASK), "{{mail}}"),
    prompt("Write a poem about {{topic}} in {{language}}, for {{audience}}, with {{line_count}} lines and no rhyme."),
    prompt("Say whether the review is good or bad.\n\nReview: Fine.\nMood: good\n\nReview: {{review}}\nMood:"),
)
BAD = (
    Bad(prompt(f"{_TASK}\n\n{{{{mail}}}}"), "{{mail}}", "“mail” reads like text from somebody else"),
    Bad(prompt(f"{_TASK} Mail: {{{{emailBody}}}} Be polite."), "{{emailBody}}", "“emailBody” reads like"),
    Bad(prompt(("system", f"{_TASK} {{{{user_input}}}}"), "Go"), "{{user_input}}", "where it begins and ends"),
)

GUIDE = Guide(
    instead=(("`Summarise the mail. {{mail}}`", "`Summarise the mail. <mail>{{mail}}</mail>`"),),
    keys=(
        (
            "Wrap it in <mail>…</mail>",
            "puts tags named after the variable around it, on lines of their own if it has one.",
        ),
    ),
    looks_at="Input is a variable whose name says so, by a maintained list: `ticket`, `user_message`, `emailBody`. "
    "Names that end in a setting (`ticket_id`, `text_language`) are none. Delimiters are: tags around it, a "
    "fence or triple quotes, quotation marks, dividing lines, a heading above a line of its own. A message "
    "that holds hardly more than the variable has no instructions to protect, and the open end of worked "
    "examples (“Review: … / Review: {{review}}”) keeps its form.",
    lists=("inputs", "settings_words"),
)

KIND = RuleKind(RULE, find, GOOD, BAD, GUIDE)
