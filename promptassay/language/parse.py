r"""Prompt text to nodes and back, in linear time and without ever failing.

The grammar, in the order in which it is applied from left to right:

    text        = ( plain | escape | variable | reference | malformed )*
    opener      = "{{" | "${fragment:"
    escape      = backslashes directly before an opener. Each pair means one backslash. An odd one out
                  makes the opener literal: `\{{` means "{{" and `\${fragment:` means "${fragment:".
    variable    = "{{" blank* name blank* [ "|" default ] "}}"
    reference   = "${fragment:" slug [ "@" pin ] ( blank+ name "=" quoted )* blank* "}"
    name        = [A-Za-z_][A-Za-z0-9_]*
    slug        = [a-z0-9]+(-[a-z0-9]+)*
    pin         = [1-9][0-9]{0,8}
    default     = any characters up to the first "}}", but no line feed and no opener; it may be empty
    quoted      = '"' ( \" | \\ | \n | any character but double quote and line feed )* '"'
    blank       = space | tab

- In a run of more than two "{", the last two open. An odd brace before them is plain text, pairs before
  them are malformed: `{{{name}}}` is "{", a variable, "}".
- In a quoted value `\"`, `\\` and `\n` (a line feed) are escapes; any other backslash is itself. No slot
  twice.
- Nothing inside a default or a quoted value is ever parsed again.
- A placeholder stays on its line and holds no opener outside a quoted value, so that a mistake spoils one
  line at most. An opener that starts no placeholder becomes a Malformed node. If its closing braces follow
  on the line before another opener, the node reaches to them; else it covers the part that could be read.
- After MAX_BROKEN openers that start no placeholder the rest of the text is one Malformed node: nobody
  reads more, and nothing later in the line has to bear more.
- Everything else is plain text: "{", "}}", "{ {", "$5", "${HOME}", a backslash anywhere else.
"""

import re
from collections.abc import Iterable, Mapping

from promptassay.language.nodes import (
    Escape,
    FragmentRef,
    Malformed,
    MalformedCode,
    Node,
    Slot,
    Text,
    Variable,
)

MAX_BROKEN = 10_000

_FRAGMENT = "${fragment:"
_OPENER = re.compile(r"\{\{+|\$\{fragment:")
_FRAGMENT_STOP = re.compile(r"\}|\{\{|\$\{fragment:|\n")
# What may stand between "{{" and its end: no "}}", no opener, no line feed.
_INNER = r"(?:[^{}$\n]++|\}(?!\})|\{(?!\{)|\$(?!\{fragment:))*+"
# Matches always, and never looks further than its own end: a variable (1 name, 2 default), or else what can
# be read as a name (3) and everything up to the stop, with the closing braces if they are the stop (4).
_AFTER_BRACES = re.compile(
    r"[ \t]*+([A-Za-z_][A-Za-z0-9_]*+)[ \t]*+(?:\|(" + _INNER + r"))?\}\}"
    r"|([ \t]*+[A-Za-z_][A-Za-z0-9_]*+|)" + _INNER + r"(\}\})?"
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+")
_SLUG = re.compile(r"[a-z0-9]++(?:-[a-z0-9]++)*+")
_PIN = re.compile(r"@([1-9][0-9]{0,8})(?![0-9])")
_SLOT = re.compile(r'[ \t]++([A-Za-z_][A-Za-z0-9_]*+)="((?:[^"\\\n]++|\\[^\n])*+)"')
_SLOT_OPEN = re.compile(r'[ \t]++[A-Za-z_][A-Za-z0-9_]*+="')
_CLOSE = re.compile(r"[ \t]*+\}")
_VALUE_ESCAPE = re.compile(r'\\(["\\n])')
_VALUE_MEANS = {'"': '"', "\\": "\\", "n": "\n"}


def parse(text: str) -> tuple[Node, ...]:
    """Return the nodes of `text`: their spans partition it, in order, and none is empty. Never raises."""
    nodes: list[Node] = []
    done = 0  # everything before it is in `nodes`
    broken = 0
    position = 0  # everything before it is known to hold no further opener
    while opener := _OPENER.search(text, position):
        at = opener.start()
        if at > done and text[at - 1] == "\\":
            done, escaped = _backslashes(text, nodes, done, at)
            if escaped:
                position = done
                continue
        if text[at] == "{":
            done, position = _variable(text, nodes, done, at, opener.end())
        else:
            if done < at:
                nodes.append(Text(done, at, text[done:at]))
            done, position = _reference(text, nodes, at)
        if type(nodes[-1]) is Malformed:
            broken += 1
            if broken == MAX_BROKEN and done < len(text):
                nodes.append(Malformed(done, len(text), text[done:], "too-many"))
                return tuple(nodes)
    if done < len(text):
        nodes.append(Text(done, len(text), text[done:]))
    return tuple(nodes)


def to_text(nodes: Iterable[Node]) -> str:
    """Return the source of `nodes`: the exact inverse of `parse` for every text."""
    return "".join([node.raw for node in nodes])


def _backslashes(text: str, nodes: list[Node], done: int, at: int) -> tuple[int, bool]:
    """Take the backslashes before the opener at `at`; return what is done, whether it is literal."""
    first = done + len(text[done:at].rstrip("\\"))
    if done < first:
        nodes.append(Text(done, first, text[done:first]))
    odd = (at - first) % 2
    paired_end = at - odd
    if first < paired_end:
        nodes.append(Escape(first, paired_end, text[first:paired_end], "\\" * ((paired_end - first) // 2)))
    if not odd:
        return at, False
    nodes.append(Escape(paired_end, at + 2, text[paired_end : at + 2], text[at : at + 2]))
    return at + 2, True


def _variable(text: str, nodes: list[Node], done: int, at: int, run_end: int) -> tuple[int, int]:
    """Read the run of braces from `at` to `run_end` and on; return what is done, where to go on."""
    open_at = run_end - 2
    if open_at > at:
        surplus_at = at + (open_at - at) % 2
        if done < surplus_at:
            nodes.append(Text(done, surplus_at, text[done:surplus_at]))
        if surplus_at < open_at:
            nodes.append(Malformed(surplus_at, open_at, text[surplus_at:open_at], "unclosed"))
    elif done < at:
        nodes.append(Text(done, at, text[done:at]))
    inside = _AFTER_BRACES.match(text, run_end)
    assert inside is not None  # its last alternative matches the empty text
    name, default, readable, closing = inside.groups()
    end = inside.end()
    if name is not None:
        nodes.append(Variable(open_at, end, text[open_at:end], name, default))
    elif closing is None:
        # What lies between the readable part and the stop holds no opener: it is not searched again.
        readable_end = run_end + len(readable)
        nodes.append(Malformed(open_at, readable_end, text[open_at:readable_end], "unclosed"))
        return readable_end, end
    else:
        raw = text[open_at:end]
        nodes.append(
            Malformed(open_at, end, raw, "no-name" if raw[2:-2].lstrip(" \t")[:1] in ("", "|") else "bad-name")
        )
    return end, end


def _reference(text: str, nodes: list[Node], at: int) -> tuple[int, int]:
    """Read the fragment reference at `at`; return what is done, where to go on."""
    position = at + len(_FRAGMENT)
    slug = _SLUG.match(text, position)
    if slug is None or text[slug.end() : slug.end() + 1] not in ("@", " ", "\t", "}"):
        return _broken_reference(text, nodes, at, slug.end() if slug else position, "bad-slug")
    position = slug.end()
    pin = None
    if text[position] == "@":
        pin = _PIN.match(text, position)
        if pin is None or text[pin.end() : pin.end() + 1] not in (" ", "\t", "}"):
            return _broken_reference(text, nodes, at, pin.end() if pin else position, "bad-pin")
        position = pin.end()
    slots: dict[str, Slot] = {}
    twice = False
    while slot := _SLOT.match(text, position):
        twice = twice or slot[1] in slots
        slots[slot[1]] = Slot(slot[1], _value(slot[2]))
        position = slot.end()
    close = _CLOSE.match(text, position)
    if close is None:
        if value := _SLOT_OPEN.match(text, position):
            # The value was searched to the end of the line and is searched again from here. That happens
            # once a line: a second such slot would bring the quote that closes this one.
            nodes.append(Malformed(at, value.end(), text[at : value.end()], "slot-unclosed"))
            return value.end(), value.end()
        return _broken_reference(text, nodes, at, position, "bad-slot")
    end = close.end()
    raw = text[at:end]
    if twice:
        nodes.append(Malformed(at, end, raw, "slot-twice"))
    else:
        number = None if pin is None else int(pin[1])
        nodes.append(FragmentRef(at, end, raw, slug.group(), number, tuple(slots.values())))
    return end, end


def _broken_reference(text: str, nodes: list[Node], at: int, position: int, code: MalformedCode) -> tuple[int, int]:
    """Add the reference that could be read up to `position`; return what is done, where to go on."""
    stop = _FRAGMENT_STOP.search(text, position)
    if stop is not None and stop.group() == "}":
        nodes.append(Malformed(at, stop.end(), text[at : stop.end()], code))
        return stop.end(), stop.end()
    nodes.append(Malformed(at, position, text[at:position], "fragment-unclosed"))
    return position, len(text) if stop is None else stop.start()


def _value(quoted: str) -> str:
    if "\\" not in quoted:
        return quoted
    return _VALUE_ESCAPE.sub(lambda escape: _VALUE_MEANS[escape[1]], quoted)


def is_name(text: str) -> bool:
    """Say whether `text` can name a variable or a slot."""
    return _NAME.fullmatch(text) is not None


def is_slug(text: str) -> bool:
    """Say whether `text` can be a fragment's slug."""
    return _SLUG.fullmatch(text) is not None


def variable_text(name: str, default: str | None = None) -> str:
    """Write a variable; ValueError where the name or the default cannot be written."""
    written = "{{" + name + ("" if default is None else "|" + default) + "}}"
    if parse(written) != (Variable(0, len(written), written, name, default),):
        raise ValueError(f"not a variable: {written!r}")
    return written


def reference_text(slug: str, pin: int | None = None, slots: Mapping[str, str] | None = None) -> str:
    """Write a fragment reference; a value may be any text. ValueError for a bad slug, pin or slot name."""
    bound = tuple(Slot(name, value) for name, value in (slots or {}).items())
    written = _FRAGMENT + slug + ("" if pin is None else f"@{pin}")
    written += "".join(f' {slot.name}="{_quoted(slot.value)}"' for slot in bound) + "}"
    if parse(written) != (FragmentRef(0, len(written), written, slug, pin, bound),):
        raise ValueError(f"not a fragment reference: {written!r}")
    return written


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def escape(text: str) -> str:
    """Return template text that means exactly `text`, with every opener in it made literal.

    It keeps its meaning inside other template text unless that ends in a backslash or a brace just before it.
    """
    parts: list[str] = []
    done = 0
    for opener in re.finditer(r"\{\{|\$\{fragment:", text):
        before = text[done : opener.start()]
        slashes = len(before) - len(before.rstrip("\\"))
        parts += (before, "\\" * (slashes + 1), opener.group())
        done = opener.end()
    return "".join((*parts, text[done:]))
