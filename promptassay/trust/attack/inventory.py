"""What a key's own workspace holds, as far as its key shows it: ids, texts, tags of answers, all read by GET."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from promptassay.trust.attack.described import Operation
from promptassay.trust.attack.wire import Answer, CannotRun, Request, Wire

_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SHORTEST: Final = 12  # characters: shorter texts stand in anybody's answers
_KEPT_TEXTS: Final = 2_000


@dataclass
class Side:
    """One of the two workspaces. `values` holds an example for each name in a path, `seen` each GET's answer."""

    who: str
    key: str
    values: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    seen: dict[str, tuple[str, Answer]] = field(default_factory=dict)

    def headers(self, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
        """The header with the key, and others."""
        return (("Authorization", f"Bearer {self.key}"), ("Accept", "application/json"), *more)

    def take(self, operation: Operation, path: str, answer: Answer) -> None:
        """Remember what an answer shows of the workspace."""
        self.seen[operation.name] = (path, answer)
        self.ids.update(_ID.findall(answer.body.decode("utf-8", "replace")))
        for text in _texts(_data(answer)):
            if len(self.texts) < _KEPT_TEXTS:
                self.texts.add(text)


def explore(wire: Wire, side: Side, operations: Sequence[Operation]) -> None:
    """Read what there is of each kind, lists first, so that later addresses have ids. Raises CannotRun without any."""
    waiting = sorted(
        (each for each in operations if each.method == "GET"), key=lambda each: (len(each.params), not each.listed)
    )
    allowed = 0
    for operation in waiting:
        if any(name not in side.values for name in operation.params):
            continue
        path = operation.at(side.values)
        answer = wire.send(side.who, Request("GET", path, side.headers()))
        if answer.status == 401:
            raise CannotRun(f"Key {side.who} is not valid on this instance.", next_step="Make a new one and try again.")
        if answer.status != 200:
            continue
        allowed += 1
        side.take(operation, path, answer)
        _learn(side, operation, _data(answer))
    if not allowed:
        raise CannotRun(
            f"Key {side.who} may not read anything.", next_step="Give it the scopes prompts:read and evals:read."
        )


def _learn(side: Side, operation: Operation, data: Any) -> None:
    """Examples for names in paths: `/prompts` gives `prompt_id`, its items `slug`, `number` and `label`."""
    first = next(iter(data), None) if isinstance(data, list) else data
    if not isinstance(first, dict):
        return
    last = operation.path.rsplit("/", 1)[1]
    if operation.listed and last.endswith("s") and isinstance(first.get("id"), str):
        side.values.setdefault(f"{last[:-1]}_id", first["id"])
    for name, source in (("slug", "slug"), ("number", "version_number"), ("number", "current_version")):
        if first.get(source):
            side.values.setdefault(name, str(first[source]))
    labels = first.get("labels")
    if isinstance(labels, list) and labels and isinstance(labels[0], dict):
        side.values.setdefault("label", str(labels[0].get("name")))


def _data(answer: Answer) -> Any:
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None
    return body.get("data") if isinstance(body, dict) else None


def _texts(value: Any) -> Iterator[str]:
    """Texts that people wrote, line by line; ids, times and hashes are none."""
    if isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        for line in value.splitlines():
            line = line.strip()
            if len(line) >= SHORTEST and not re.fullmatch(r"[0-9a-fT:.Z-]+", line):
                yield line
