"""Chooses among what a prompt lists, by the words of the input; invents names of its own where it lists nothing."""

from promptassay.providers.demo.instructions import Instructions, Option
from promptassay.providers.demo.topics import (
    LEVELS,
    OTHERS,
    OWN_LEVELS,
    TOPICS,
    mood,
    telling_words,
    topic_score,
    topics_of,
    urgency,
)
from promptassay.providers.demo.words import join_words, phrase_in, stem, stem_set, stems


def choose(kind: str, found: Instructions, *, large: bool) -> str:
    """The choice of one kind. The large model also reads descriptions, examples and conditional rules."""
    options = found.choices.get(kind, [])
    if not options:
        return _invent(kind, found.given)
    if large and (ruled := _by_rule(options, found)):
        return ruled
    if kind == "priority" and any(stem(option.name.lower()) in LEVELS for option in options):
        return _by_level(options, found, large=large)
    if kind == "sentiment" and any(option.name.lower() in ("positive", "negative") for option in options):
        feeling = mood(found.given)
        named = [option.name for option in options if option.name.lower() == feeling]
        return named[0] if named else options[-1].name
    return _by_words(options, found, large=large)


def reason(found: Instructions) -> str:
    """Why, in one sentence: the words that decided."""
    given = found.given
    seen = stems(given)
    best = max(TOPICS, key=lambda topic: topic_score(topic, given, seen))
    told = telling_words(given, [best])
    if not told:
        return "No word of the text points to one choice."
    return f"The text mentions {join_words(f'“{word}”' for word in told)}."


def _invent(kind: str, given: str) -> str:
    if kind == "priority":
        return OWN_LEVELS[urgency(given, closely=False)]
    if kind == "sentiment":
        return mood(given)
    seen = stems(given)
    best = max(TOPICS, key=lambda topic: topic_score(topic, given, seen))
    return best.own_name if topic_score(best, given, seen) else "Various"


def _by_words(options: list[Option], found: Instructions, *, large: bool) -> str:
    given, seen = found.given, stems(found.given)
    scores = {option.name: _score(option, options, found, given, seen, large=large) for option in options}
    best = max(scores.values())
    if best <= 0:
        rest = [option.name for option in options if set(stems(option.name)) & OTHERS]
        return rest[0] if rest else options[0].name
    return next(name for name, score in scores.items() if score == best)


def _score(
    option: Option, options: list[Option], found: Instructions, given: str, seen: tuple[str, ...], *, large: bool
) -> float:
    named = set(stems(option.name.replace("-", " ").replace("_", " ")))
    score = 3.0 * len(named & set(seen))
    score += sum(topic_score(topic, given, seen) for topic in topics_of(option.name))
    if not large:
        return score
    others = {word for other in options if other is not option for word in stems(other.about)}
    score += 1.5 * len((set(stems(option.about)) - others) & set(seen))
    for text, label in found.examples:
        if phrase_in(option.name, label):
            words = set(stems(text))
            score += 4.0 * len(words & set(seen)) / max(1, len(words))
    return score


def _by_rule(options: list[Option], found: Instructions) -> str:
    """The choice that the first rule whose condition holds names; nothing when none does."""
    for rule in found.rules:
        named = [option.name for option in options if phrase_in(option.name, rule.action)]
        if named and any(_holds(part, found.given) for part in _alternatives(rule.condition)):
            return max(named, key=len)
    return ""


def _alternatives(condition: str) -> list[str]:
    return [part for part in condition.replace(", ", " or ").split(" or ") if part.strip()]


def _holds(condition: str, given: str) -> bool:
    """Whether half of the telling words of a condition are met: they are in the text, or their topic is."""
    wanted = set(stems(condition)) - _ABOUT_THE_TEXT
    seen = stems(given)
    telling = {word for word in wanted if any(word in topic.words | topic.aliases for topic in TOPICS)}
    if not telling:
        return len(wanted & set(seen)) > len(wanted) / 2
    met = sum(
        word in seen or any(word in topic.aliases and topic_score(topic, given, seen) > 0 for topic in TOPICS)
        for word in telling
    )
    return met * 2 >= len(telling)


def _by_level(options: list[Option], found: Instructions, *, large: bool) -> str:
    level = urgency(found.given, closely=large)
    known = [
        (LEVELS[stem(option.name.lower())], option.name) for option in options if stem(option.name.lower()) in LEVELS
    ]
    # The nearest level there is; of two, the more urgent.
    return min(known, key=lambda pair: (abs(pair[0] - level), -pair[0]))[1]


_ABOUT_THE_TEXT = stem_set(
    "ticket customer user message text writer person mention mentions says say report reports asks ask about"
)
