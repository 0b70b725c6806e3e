"""Finds in a text what a field's name asks for: addresses, numbers, names, dates, a summary, a reply."""

import re
from typing import Final

from promptassay.providers.demo.classify import choose, reason
from promptassay.providers.demo.instructions import Instructions
from promptassay.providers.demo.topics import TOPICS, mood, topic_score, urgency
from promptassay.providers.demo.words import first_words, sentences, stem, stems

_MONTH: Final = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE: Final = rf"\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}|\b(?:{_MONTH}) \d{{1,2}}(?:, \d{{4}})?"
_AMOUNT: Final = r"[$€£]\s?\d[\d.,]{0,20}|(?<!\d)\d[\d.,]{0,20}\s?(?:USD|EUR|GBP|euros?|dollars?)"
_REFERENCE: Final = r"#\s?[\w-]{0,20}\d[\w-]{0,20}|\b[A-Z]{2,8}-?\d{2,20}|\b\d{4,20}\b"
# Every repetition is bounded, so that no input makes a search slow.
_PATTERNS: Final = (
    (("email", "e_mail", "mail"), re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{0,60}\w")),
    (("url", "link", "website"), re.compile(r"https?://[^\s<>\"]{1,500}")),
    (("phone", "telephone"), re.compile(r"\+?\d[\d ()/-]{6,18}\d")),
    (("date", "day", "deadline"), re.compile(_DATE)),
    (("amount", "price", "total", "cost", "sum"), re.compile(_AMOUNT)),
    (("order", "invoice", "number", "id", "reference", "ref"), re.compile(_REFERENCE)),
    (("quote", "quoted"), re.compile(r"[\"“]([^\"“”]{1,300})[\"”]")),
)
_NAME: Final = re.compile(
    r"(?i:my name is|i am|i'm|this is|regards,?|thanks,?|cheers,?|best,?)\s+([A-Z][a-zé]+(?: [A-Z][a-z]+)?)\b"
)
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_NEXT: Final = ("We look into it now and write again today.", "We have passed this on and will keep you posted.")


def value_of(name: str, found: Instructions, *, large: bool) -> str | None:
    """The text for a field, by its name; None when the input holds nothing of the kind."""
    plain = name.lower()
    words = set(re.split(r"[_\W]+", plain))
    for kind in ("category", "priority", "sentiment", "team"):
        if (
            plain == kind
            or kind in words
            or (kind == "category" and words & {"label", "type", "topic", "class", "intent"})
        ):
            return choose(kind, found, large=large)
    if plain in found.choices:
        return choose(plain, found, large=large)
    if words & {"reason", "why", "explanation", "rationale", "because"}:
        return reason(found)
    if words & {"reply", "response", "draft", "message"}:
        return reply_to(found)
    if words & {"summary", "title", "subject", "headline", "gist"}:
        return summary(found)
    if words & {"language", "lang"}:
        return "en"
    if words & {"name", "customer", "author", "sender"} and "id" not in words:
        match = _NAME.search(found.given)
        return match[1] if match else None
    for kinds, pattern in _PATTERNS:
        if words & set(kinds):
            match = pattern.search(found.given)
            return (match[1] if pattern.groups else match[0]) if match else None
    return None


def all_of(name: str, found: Instructions) -> list[str]:
    """Every match for a field that is a list."""
    words = {stem(word) for word in re.split(r"[_\W]+", name.lower())}
    for kinds, pattern in _PATTERNS:
        if words & set(map(stem, kinds)):
            return [match[1] if pattern.groups else match[0] for match in pattern.finditer(found.given)]
    if words & set(map(stem, ("step", "action", "next"))):
        return list(_NEXT)
    seen = stems(found.given)
    return [word for word, _ in sorted({word: -seen.count(word) for word in seen}.items(), key=lambda pair: pair[1])][
        :3
    ]


def number_of(name: str, found: Instructions, low: float, high: float) -> float:
    """The number for a field, within its bounds."""
    words = set(re.split(r"[_\W]+", name.lower()))
    if words & {"confidence", "certainty", "probability"}:
        seen = stems(found.given)
        best = max(topic_score(topic, found.given, seen) for topic in TOPICS)
        value = min(0.95, 0.5 + best / 10)
        return round(low + value * (high - low), 2) if high > 1 else round(value, 2)
    if words & {"urgency", "priority", "severity"}:
        value = float(urgency(found.given, closely=True))
    elif words & {"sentiment"}:
        value = {"positive": 1.0, "neutral": 0.0, "negative": -1.0}[mood(found.given)]
    else:
        match = _NUMBER.search(found.given)
        value = float(match[0]) if match else 0.0
    return max(low, min(high, value))


def truth_of(name: str, found: Instructions) -> bool:
    """Whether a yes-or-no field holds: its words are in the text, or it is about urgency and the text is urgent."""
    words = {stem(word) for word in re.split(r"[_\W]+", name.lower())} - {
        stem(word) for word in ("is", "has", "needs", "should")
    }
    if words & {stem(word) for word in ("urgent", "escalate", "critical")}:
        return urgency(found.given, closely=True) >= 3
    return bool(words & set(stems(found.given)))


def summary(found: Instructions) -> str:
    """The first sentence, within the prompt's word limit."""
    first = next(iter(sentences(found.given)), "")
    return first_words(first, found.word_limit or 30)


def reply_to(found: Instructions) -> str:
    """A reply to the writer, made of set phrases."""
    match = _NAME.search(found.given)
    hello = f"Hello {match[1].title()}, thank you" if match else "Thank you"
    after = _NEXT[urgency(found.given, closely=True) < 3]
    text = f"{hello} for writing to us. You wrote: “{summary(found).rstrip('.')}”. {after}"
    return first_words(text, found.word_limit) if found.word_limit else text
