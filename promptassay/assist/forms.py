"""What people ask a panel for, read from the fields of its pane; what cannot be used is refused with the reason."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from promptassay.assist.answers import CRITIQUE, Misfit
from promptassay.assist.asking import findings_text
from promptassay.core.errors import ValidationFailed
from promptassay.evals.case_files import CaseRow
from promptassay.language.messages import Message
from promptassay.language.parse import is_name

WISH_LIMIT: Final = 2000
FIELD_LIMIT: Final = 300
FINDINGS_MAX: Final = 50
FINDINGS_BYTES: Final = 200 * 1024
TURNS_MAX: Final = 40
CHAT_BYTES: Final = 200 * 1024
CASES_MAX: Final = 10
CASES_BYTES: Final = 4 * 1024 * 1024
_COUNT: Final = re.compile(r"[0-9]{1,3}")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


def read_text(post: Mapping[str, str], name: str, limit: int, *, required: bool = False) -> str:
    """A field of free text; ValidationFailed when it is too long, or empty although it is needed."""
    text = post.get(name, "").replace("\r\n", "\n").strip()
    if len(text) > limit:
        raise _refused(name, f"It has {len(text):,} characters; {limit:,} fit.")
    if required and not text:
        raise _refused(name, "It is empty.")
    return text


def read_findings(post: Mapping[str, str]) -> str:
    """The findings chosen for the improve panel, as text; empty for none."""
    given = _list(post, "findings", FINDINGS_MAX, FINDINGS_BYTES)
    try:
        return findings_text([CRITIQUE.item("findings", each) for each in given])
    except Misfit as misfit:
        raise _refused("findings", str(misfit)) from None


def read_chat(post: Mapping[str, str]) -> tuple[Message, ...]:
    """The conversation of the brainstorm panel; the last turn is the person's."""
    turns = []
    for each in _list(post, "chat", TURNS_MAX, CHAT_BYTES):
        role = each.get("role") if isinstance(each, dict) else None
        text = each.get("text") if isinstance(each, dict) else None
        if role not in ("user", "assistant") or not isinstance(text, str) or not text.strip():
            raise _refused("chat", "A turn has a role, user or assistant, and a text.")
        turns.append(Message(role, text))
    if not turns or turns[-1].role != "user":
        raise _refused("chat", "The last turn is yours.")
    return tuple(turns)


def read_count(post: Mapping[str, str]) -> int:
    """How many cases are wanted, 5 where nothing is said."""
    text = post.get("count", "").strip() or "5"
    count = int(text) if _COUNT.fullmatch(text) else 0
    if not 1 <= count <= CASES_MAX:
        raise _refused("count", f"It is a number from 1 to {CASES_MAX}.")
    return count


def read_place(post: Mapping[str, str], texts: list[str]) -> tuple[int, str]:
    """The message, from 1, and the words in it that a finding of the lint is about."""
    numbers = [post.get(name, "") for name in ("message", "start", "end")]
    if not all(_NUMBER.fullmatch(each) for each in numbers):
        raise _refused("message", "The place of a finding is three numbers: message, start and end.")
    message, start, end = map(int, numbers)
    if not (1 <= message <= len(texts) and start <= end <= len(texts[message - 1])):
        raise _refused("message", "The text has no such place any more.")
    return message, texts[message - 1][start:end]


def _list(post: Mapping[str, str], name: str, most: int, size: int) -> list[Any]:
    """A JSON list in a field; empty where the field is."""
    text = post.get(name, "").strip()
    if len(text.encode("utf-8", "surrogatepass")) > size:
        raise _refused(name, f"It has more than {size // 1024:,} KB.")
    try:
        found = orjson.loads(text) if text else []
    except orjson.JSONDecodeError:
        raise _refused(name, "It is not JSON.") from None
    if not isinstance(found, list) or len(found) > most:
        raise _refused(name, f"It is a list of at most {most} entries.")
    return found


def _refused(name: str, problem: str) -> ValidationFailed:
    return ValidationFailed(
        "The panel cannot be asked like this.",
        why=f"{name.replace('_', ' ').capitalize()}: {problem}",
        next_step="Correct it and ask again.",
        details={name: problem},
    )


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What is said of a text that a panel proposed: by which model, asked for what, how much of it was taken."""

    model: str
    instruction: str
    accepted: int
    offered: int


def read_acceptance(post: Mapping[str, str]) -> Acceptance:
    """The origin of an accepted text; ValidationFailed for an instruction that is too long."""
    offered = _few(post.get("offered", ""))
    return Acceptance(
        model=post.get("model", ""),
        instruction=read_text(post, "instruction", WISH_LIMIT).replace("\x00", " "),
        accepted=min(_few(post.get("accepted", "")), offered),
        offered=offered,
    )


def read_cases(post: Mapping[str, str]) -> list[CaseRow]:
    """The accepted cases; ValidationFailed when they are not a list of names, values and what is expected."""
    rows = []
    for each in _list(post, "cases", CASES_MAX, CASES_BYTES):
        given = each if isinstance(each, dict) else {}
        name, values, expected = given.get("name", ""), given.get("values"), given.get("expected", "")
        if not (isinstance(name, str) and isinstance(expected, str) and isinstance(values, dict)) or not all(
            is_name(key) and isinstance(text, str) for key, text in values.items()
        ):
            raise _refused("cases", "A case has a name, a text for each variable, and what is expected.")
        rows.append(CaseRow(" ".join(name.split()), values, expected))
    if not rows:
        raise _refused("cases", "None was chosen.")
    return rows


def _few(text: str) -> int:
    return int(text) if _COUNT.fullmatch(text) else 0
