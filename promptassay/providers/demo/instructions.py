"""Reads a prompt literally: what it lets one choose from, the form it asks for, its rules, its examples, the input."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from promptassay.providers.wire import Message

_KINDS: Final = {
    "category": "category categories label labels class classes type types topic topics kind kinds intent tag",
    "priority": "priority priorities urgency severity importance",
    "sentiment": "sentiment mood tone",
    "team": "team teams queue department departments",
}
_KIND_OF: Final = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_NOUN: Final = re.compile(rf"\b({'|'.join(sorted(_KIND_OF, key=len, reverse=True))})\b", re.IGNORECASE)
_BULLET: Final = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+(.*)$")
_LEAD: Final = re.compile(r"^\s*(?:[-*•#]+|\d+[.)])?\s*(?P<lead>[^:\n]{2,90}):\s*(?P<rest>.*)$")
_ONE_OF: Final = re.compile(
    r"(?P<lead>[^\n.]{0,80}?)\b(?:one of|either|chosen from|choose from|among)\b(?P<rest>[^\n]{3,300})", re.IGNORECASE
)
_PAREN: Final = re.compile(r"\b(?P<lead>[A-Za-z_]{1,40})[\"'`*]{0,3}\s{0,3}\((?P<rest>[^()\n]{3,300})\)")
_OPTION: Final = re.compile(r"[\w#][\w &#+./-]{0,38}")
_SPLIT: Final = re.compile(r"\s*(?:\||,|;|/(?=\s)|\bor\b|\band\b)\s*", re.IGNORECASE)
_OPEN_TAG: Final = re.compile(r"<([A-Za-z][\w-]{0,40})>")
_INPUT_LABEL: Final = re.compile(
    r"^(?:the )?(?:\w+ )?(?:ticket|input|text|message|email|e-mail|question|review|document|content|request)\s*:\s*",
    re.IGNORECASE | re.MULTILINE,
)
_JSON_TEMPLATE: Final = re.compile(r"\{\s{0,40}[\"'][A-Za-z_]\w{0,40}[\"']\s{0,9}:[^{}]{0,4000}\}")
_JSON_KEY: Final = re.compile(r"[\"']([A-Za-z_]\w*)[\"']\s*:\s*(\"[^\"]*\"|[^,}\n]*)")
_JSON_LIST: Final = re.compile(
    r"\bJSON\b[^.\n{]{0,80}?(?:\bwith\b|\bkeys?\b|\bfields?\b|\bproperties\b|:)\s*(?:the |these |exactly )*"
    r"(?:(?:keys?|fields?|properties)\b)?\s*:?\s*(?P<keys>[^.\n{]{1,400})",
    re.IGNORECASE,
)
_KEY: Final = re.compile(r"^[\"'`]?([A-Za-z_]\w{0,30})[\"'`]?")
_SLOT: Final = re.compile(r"[<\[{]\s*([A-Za-z][\w |/-]*)\s*[>\]}]")
_BARE: Final = re.compile(
    r"\b(?:only|just|nothing else|nothing but|a single word|one word|exactly one word|and nothing)\b", re.IGNORECASE
)
_ASK: Final = re.compile(r"\b(?:answer|respond|reply|return|output|give|write|print)\b", re.IGNORECASE)
_LIMIT: Final = re.compile(
    r"(?:at most|no more than|under|up to|maximum(?: of)?|max\.?)\s+(\d{1,5})\s+words"
    r"|(\d{1,5}) words (?:or fewer|or less|at most)",
    re.IGNORECASE,
)
_IF_THEN: Final = re.compile(
    r"\b(?:if|when|whenever)\b\s+(?P<cond>[^.\n]{1,200}?)(?:,\s*(?:then\s+)?|\s+then\s+|:\s*)(?P<act>[^.\n]{1,200})",
    re.IGNORECASE,
)
_THEN_IF: Final = re.compile(
    r"\b(?:use|set|choose|mark|pick|assign|answer|give|is|are)\b\s+(?P<act>[^.\n]{1,200}?)\s+(?:only\s+)?(?:if|when|whenever)\s+"
    r"(?P<cond>[^.\n]{1,200})",
    re.IGNORECASE,
)
_EXAMPLE: Final = re.compile(
    r"(?:^|\n)\s*(?:[-*•]\s*)?[\"“'](?P<text>[^\"”\n]{4,300})[\"”']\s*(?:->|→|=>|:|=)\s*(?P<label>[^\n]{1,200})"
    r"|(?:input|ticket|text|message)\s*:\s*(?P<text2>[^\n]{4,400})\n\s*(?:output|answer|category|label|result)\s*:\s*"
    r"(?P<label2>[^\n]{1,300})",
    re.IGNORECASE,
)


# Characters of each message that are read: enough for a demonstration, and it keeps every search short.
_READ: Final = 20_000


@dataclass(frozen=True)
class Option:
    """One thing that may be chosen, and what the prompt says about it."""

    name: str
    about: str = ""


@dataclass(frozen=True)
class Rule:
    """If the condition holds, the action applies."""

    condition: str
    action: str


@dataclass
class Instructions:
    """What the prompt says, taken literally. `form` is how the answer is to look; prose when nothing is said."""

    text: str
    given: str
    choices: dict[str, list[Option]] = field(default_factory=dict)
    form: str = "prose"
    keys: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    examples: list[tuple[str, str]] = field(default_factory=list)
    word_limit: int | None = None


def read_prompt(messages: Iterable[Message], *, json_mode: bool = False) -> Instructions:
    """The instructions and the input of a conversation."""
    text, given = _split([Message(message.role, message.content[:_READ]) for message in messages])
    text = _tidy(text)
    found = Instructions(text, given)
    _read_choices(found)
    _read_form(found, json_mode=json_mode)
    limit = _LIMIT.search(text)
    found.word_limit = int(limit[1] or limit[2]) if limit else None
    for pattern in (_IF_THEN, _THEN_IF):
        found.rules += [Rule(match["cond"].strip(), match["act"].strip()) for match in pattern.finditer(text)]
    found.examples = [
        (match["text"] or match["text2"], match["label"] or match["label2"]) for match in _EXAMPLE.finditer(text)
    ]
    return found


def _tidy(text: str) -> str:
    """The text without runs of white space, on which searches would be slow."""
    text = re.sub(r"[^\S\n]+", " ", text).replace(" \n", "\n").replace("\n ", "\n")
    return re.sub(r"\n{3,}", "\n\n", text)


def _split(messages: list[Message]) -> tuple[str, str]:
    """The text that instructs and the text to work on."""
    system = "\n".join(message.content for message in messages if message.role == "system")
    users = [message.content for message in messages if message.role == "user"]
    last = users[-1] if users else ""
    if not last:
        return _split_one(system)
    labelled = any(match.start() for match in _INPUT_LABEL.finditer(last))
    if not system or labelled or _last_block(last) is not None:
        rest, given = _split_one(last)
        return f"{system}\n{rest}".strip(), given
    label = _INPUT_LABEL.match(last)
    return system, last[label.end() :].strip() if label else last.strip()


def _split_one(text: str) -> tuple[str, str]:
    block = _last_block(text)
    if block is not None:
        start, end, content = block
        return (text[:start] + text[end:]).strip(), content
    labels = list(_INPUT_LABEL.finditer(text))
    if labels and labels[-1].start() > 0:
        return text[: labels[-1].start()].strip(), text[labels[-1].end() :].strip()
    head, gap, tail = text.rstrip().rpartition("\n\n")
    return (head, tail) if gap else (text, text)


def _last_block(text: str) -> tuple[int, int, str] | None:
    """The last part between marks: where it starts and ends, and what is in it."""
    found: tuple[int, int, str] | None = None
    end = 0
    for tag in _OPEN_TAG.finditer(text):
        close = text.find(f"</{tag[1]}>", tag.end())
        if tag.start() >= end and close >= 0:
            end = close + len(tag[1]) + 3
            found = tag.start(), end, text[tag.end() : close].strip()
    for mark in ("```", '"""'):
        last = text.rfind(mark)
        first = text.rfind(mark, 0, max(last, 0))
        if first >= 0 and (found is None or first > found[0]):
            found = first, last + 3, text[first + 3 : last].strip()
    return found


def _read_choices(found: Instructions) -> None:
    lines = found.text.split("\n")
    for number, line in enumerate(lines):
        lead = _LEAD.match(line)
        kind = _kind_of(lead["lead"] if lead else line.strip().strip("#*: ")) if line.strip() else ""
        if kind and (bullets := _bullets(lines[number + 1 :])) and (not lead or not lead["rest"].strip()):
            found.choices.setdefault(kind, bullets)
            continue
        if lead and kind and (options := _options(lead["rest"])):
            found.choices.setdefault(kind, options)
        for match in _ONE_OF.finditer(line):
            kind = _kind_of(match["lead"]) or _kind_of(match["rest"].split(":")[0]) or "category"
            if options := _options(match["rest"].rpartition(":")[2]):
                found.choices.setdefault(kind, options)
        for match in _PAREN.finditer(line):
            name = match["lead"].lower()
            if options := _options(match["rest"]):
                found.choices.setdefault(_KIND_OF.get(name, name), options)
    for name, value in _JSON_KEY.findall(found.text):
        if "|" in value and (options := _options(value.strip('"'))):
            found.choices.setdefault(_KIND_OF.get(name.lower(), name.lower()), options)


def _kind_of(text: str) -> str:
    nouns = _NOUN.findall(text)
    return _KIND_OF[nouns[-1].lower()] if nouns else ""


def _bullets(lines: list[str]) -> list[Option]:
    options: list[Option] = []
    for line in lines:
        if not line.strip() and not options:
            continue
        match = _BULLET.match(line)
        if not match:
            break
        name, _, about = re.sub(r"\s+[—–-]\s+", ": ", match[1], count=1).partition(":")
        name = name.strip().strip("\"'`*").strip()
        if not _OPTION.fullmatch(name) or len(name.split()) > 4:
            return []
        options.append(Option(name, about.strip()))
    return options if len(options) > 1 else []


def _options(text: str) -> list[Option]:
    text = re.split(r"(?<=\w)[.](?:\s|$)|\bthen\b|[{}]", text.strip()[:400], maxsplit=1)[0]
    names = [part.strip().strip("\"'`*()[]<>.“”").strip() for part in _SPLIT.split(text)]
    names = [name for name in names if name]
    good = all(_OPTION.fullmatch(name) and len(name.split()) <= 3 for name in names)
    return [Option(name) for name in dict.fromkeys(names)] if len(names) > 1 and good else []


def _read_form(found: Instructions, *, json_mode: bool) -> None:
    text = found.text
    if re.search(r"\bJSON\b", text, re.IGNORECASE) or json_mode:
        template = _JSON_TEMPLATE.search(text)
        keys = [name for name, _ in _JSON_KEY.findall(template[0])] if template else []
        if not keys and (listed := _JSON_LIST.search(text)):
            keys = _listed_keys(listed["keys"])
        found.keys = keys or list(found.choices) or ["answer"]
        found.form = "json"
        return
    slots = [line.strip() for line in text.split("\n") if re.match(r"\s*[\w ]{2,30}:\s*[<\[{]\s*[A-Za-z]", line)]
    if slots:
        found.form, found.lines = "lines", slots
    elif any(_BARE.search(part) and (_ASK.search(part) or _kind_of(part)) for part in re.split(r"[.\n]", text)):
        found.form = "bare"


def _listed_keys(text: str) -> list[str]:
    text = re.sub(r"\([^)]*\)", "", text)
    keys: list[str] = []
    for part in _SPLIT.split(text):
        match = _KEY.match(part.strip())
        if not match or len(part.split()) > 3:
            break
        keys.append(match[1])
    return keys


def slot_names(line: str) -> list[tuple[str, str]]:
    """The slots of a form line: the slot as written and the name in it."""
    return [(match[0], match[1].split("|")[0].strip().lower().replace(" ", "_")) for match in _SLOT.finditer(line)]
