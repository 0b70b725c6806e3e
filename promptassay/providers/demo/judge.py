"""Judges an output by a rubric with plain arithmetic: shared words, equal fields, form and length."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from promptassay.providers.demo.words import sentences, stem_set, stems
from promptassay.providers.wire import CallRequest

_BLOCK: Final = re.compile(r"<<<(\w{1,20}) ([0-9a-f]{16})\n(.*?)\n\1 \2>>>", re.DOTALL)
_CRITERION: Final = re.compile(r"^[ \t]{0,8}-[ \t]{1,8}([^:\n]{1,80}):[ \t]{0,8}(.*)$", re.MULTILINE)
_KINDS: Final = (
    ("format", "format json structure schema shape valid"),
    ("safety", "safety safe harm harmful leak privacy private toxic"),
    ("clarity", "clarity clear concise brief short readable plain"),
    ("tone", "tone polite politeness empathy empathetic friendly kind courteous"),
    ("completeness", "completeness complete covers cover missing all everything"),
    ("relevance", "relevance relevant topic point on-topic"),
    ("accuracy", "accuracy accurate correct right match matches category priority expected label"),
)
_KIND_WORDS: Final = tuple((kind, stem_set(words)) for kind, words in _KINDS)
_POLITE: Final = stem_set("thank thanks please sorry understand apologise apologize hello dear welcome happy glad")
_PRIVATE: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.\w|\b(?:\d[ -]?){13,19}\b|\bsk-\w{8}|\bpassword\s*[:=]", re.IGNORECASE
)


@dataclass(frozen=True)
class Material:
    """What is judged and what is known about it."""

    output: str
    expected: str
    given: str
    prompt: str


def is_judging(request: CallRequest) -> bool:
    """Whether a request asks for scores by criterion, told by its schema or by the shape written in it."""
    found: Any = request.response_schema
    if isinstance(found, Mapping):
        for part in ("properties", "scores", "items", "properties"):
            found = found.get(part) if isinstance(found, Mapping) else None
        return isinstance(found, Mapping) and {"criterion", "score"} <= set(found)
    return any(re.search(r"\"scores\"\s*:\s*\[\s*\{\s*\"criterion\"", message.content) for message in request.messages)


def judge(request: CallRequest) -> str:
    """The verdict as JSON text."""
    text = "\n".join(message.content for message in request.messages if message.role == "user")
    blocks = {match[1]: _none(match[3]) for match in _BLOCK.finditer(text)}
    rubric = _BLOCK.sub("", text)
    about = {match[1].strip(): match[2].strip() for match in _CRITERION.finditer(rubric)}
    material = Material(
        blocks.get("output", ""),
        blocks.get("expected", ""),
        blocks.get("variables", "") or blocks.get("prompt", ""),
        blocks.get("prompt", ""),
    )
    scores = []
    for name in _names(request, about):
        score, why = _score(name, about.get(name, ""), material)
        scores.append({"criterion": name, "reason": why, "score": score})
    return json.dumps({"scores": scores}, ensure_ascii=False)


def _none(text: str) -> str:
    return "" if text.strip() == "(none)" else text.strip()


def _names(request: CallRequest, about: Mapping[str, str]) -> Iterable[str]:
    schema: Any = request.response_schema
    try:
        names = schema["properties"]["scores"]["items"]["properties"]["criterion"]["enum"]
    except (KeyError, TypeError):
        return about or ("quality",)
    return [str(name) for name in names]


def _score(name: str, about: str, material: Material) -> tuple[float, str]:
    if not material.output:
        return 0.0, "The output is empty."
    match _kind(name, about):
        case "format":
            return _format(about, material)
        case "safety":
            found = len(_PRIVATE.findall(material.output))
            return (
                (10.0, "Nothing private is in the output.") if not found else (3.0, f"{found} private details found.")
            )
        case "clarity":
            return _clarity(material.output)
        case "tone":
            polite = len(_POLITE & set(stems(material.output)))
            return min(10.0, 4.0 + 2 * polite), f"{polite} polite words found."
        case "completeness":
            return _recall(material.expected or about, material.output)
        case "relevance":
            return _relevance(material)
        case "accuracy" if material.expected:
            return _accuracy(material.expected, material.output)
    if material.expected:
        return _accuracy(material.expected, material.output)
    return _recall(f"{name} {about}", material.output)


def _kind(name: str, about: str) -> str:
    for text in (name, about):
        found = set(stems(text))
        for kind, words in _KIND_WORDS:
            if words & found:
                return kind
    return ""


def _accuracy(expected: str, output: str) -> tuple[float, str]:
    if expected.strip().casefold() == output.strip().casefold():
        return 10.0, "The output is the expected one."
    wanted, got = _object(expected), _object(output)
    if wanted:
        if got is None:
            named = [
                value for value in wanted.values() if isinstance(value, str) and value.casefold() in output.casefold()
            ]
            return _half(
                5 * len(named) / len(wanted)
            ), f"No JSON; {len(named)} of {len(wanted)} expected values are named."
        right = [key for key, value in wanted.items() if _alike(value, got.get(key))]
        wrong = [key for key in wanted if key not in right]
        why = f"{len(right)} of {len(wanted)} fields are as expected"
        return _half(10 * len(right) / len(wanted)), why + (f"; not {', '.join(wrong)}." if wrong else ".")
    if re.search(rf"(?<!\w){re.escape(expected.strip())}(?!\w)", output, re.IGNORECASE):
        extra = len(output.split()) - len(expected.split())
        return (9.0 if extra <= 30 else 7.5), f"The expected words are in the output, with {extra} more around them."
    return _recall(expected, output)


def _alike(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, str) and isinstance(got, str):
        if wanted.strip().casefold() == got.strip().casefold():
            return True
        words = set(stems(wanted))
        return len(wanted.split()) > 3 and len(words & set(stems(got))) >= 0.5 * len(words)
    return bool(wanted == got)


def _format(about: str, material: Material) -> tuple[float, str]:
    wants = " ".join((about, material.prompt)).casefold()
    value = _object(material.output)
    if "json" in wants or _object(material.expected):
        if value is None:
            return 1.0, "JSON was asked for and the output is none."
        wanted = _object(material.expected) or {}
        missing = [key for key in wanted if key not in value]
        return (
            (10.0, "The output is JSON with the fields asked for.")
            if not missing
            else (6.0, f"Missing: {', '.join(missing)}.")
        )
    if "one word" in wants or "only" in wants:
        words = len(material.output.split())
        return (10.0 if words <= 3 else 3.0), f"The output has {words} words."
    return 7.0, "No form was asked for."


def _clarity(output: str) -> tuple[float, str]:
    if _object(output) is not None:
        return 9.0, "Short fields, nothing around them."
    lengths = [len(sentence.split()) for sentence in sentences(output)] or [0]
    mean = sum(lengths) / len(lengths)
    score = 9.0 if mean <= 15 else 7.0 if mean <= 22 else 5.0
    return score - (1.0 if sum(lengths) > 60 else 0.0), f"{len(lengths)} sentences of {mean:.0f} words on average."


def _relevance(material: Material) -> tuple[float, str]:
    given, said = set(stems(material.given)), set(stems(material.output))
    wanted = set(stems(material.expected))
    shared = len(said & (given | wanted))
    share = shared / max(1, len(said))
    return _half(min(10.0, 3 + 9 * share)), f"{shared} of {len(said)} words of the output take up the input."


def _recall(wanted: str, output: str) -> tuple[float, str]:
    words, said = set(stems(wanted)), set(stems(output))
    if not words:
        return 5.0, "There is nothing to compare with."
    share = len(words & said) / len(words)
    return _half(1 + 9 * share), f"{len(words & said)} of {len(words)} words looked for are in the output."


def _half(value: float) -> float:
    return round(value * 2) / 2


def _object(text: str) -> dict[str, Any] | None:
    text = text.strip()
    if text.startswith("```") and text.endswith("```") and "\n" in text:
        text = text.partition("\n")[2][:-3]
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
