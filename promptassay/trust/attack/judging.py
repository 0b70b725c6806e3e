"""What counts as coming through: answers that differ where they must not, and what may never stand in one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from promptassay.trust.attack.wire import Answer, Request

WINDOW: Final = 8  # characters of a key that may stand in no answer
# What differs between any two answers; others that differ between two unknown ids are found by asking twice.
_COUNTED: Final = frozenset({"date", "x-request-id", "ratelimit-remaining", "ratelimit-reset", "age"})


@dataclass(frozen=True)
class Steady:
    """Two answers to ids of nothing: what differs between them says nothing of anybody."""

    first: Answer
    second: Answer

    @property
    def varying(self) -> frozenset[str]:
        """The names of headers that differ anyway."""
        one, two = dict(self.first.headers), dict(self.second.headers)
        return _COUNTED | {name for name in one.keys() | two.keys() if one.get(name) != two.get(name)}


def difference(answer: Answer, nothing: Steady) -> str:
    """In what an answer differs from those to ids of nothing, as the end of a sentence; empty when in nothing."""
    known = nothing.first
    if answer.status != known.status:
        return f"answered {answer.status} where an id of nothing is answered {known.status}"
    if answer.body != known.body and nothing.first.body == nothing.second.body:
        return "the body is not the one for an id of nothing"
    varying = nothing.varying
    mine = {name: value for name, value in answer.headers if name not in varying}
    theirs = {name: value for name, value in known.headers if name not in varying}
    names = sorted(name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name))
    return f"the headers {', '.join(names)} are not those for an id of nothing" if names else ""


def windows(key: str) -> list[bytes]:
    """Every run of eight characters of a key's secret part."""
    secret = key.removeprefix("pa_live_")
    return [secret[at : at + WINDOW].encode() for at in range(len(secret) - WINDOW + 1)]


def key_shown(answer: Answer, parts: Iterable[bytes]) -> bool:
    """Whether a part of a key stands in an answer, in letters of any case."""
    whole = answer.whole.lower()
    return any(part.lower() in whole for part in parts)


def shown(answer: Answer, secrets: Iterable[str], request: Request) -> str:
    """The first of the other workspace's ids and texts that stands in an answer and was not in the request; empty
    for none. Texts are compared as JSON writes them too.
    """
    asked = repr(request) + (request.body or b"").decode("utf-8", "replace") + str(request.headers[1:])
    whole = answer.whole.decode("utf-8", "replace")
    for secret in secrets:
        if secret in whole and secret not in asked:
            return secret
    return ""
