"""The little that the demo provider knows: what support tickets are about, how urgent they sound, how they feel."""

from dataclasses import dataclass
from typing import Final

from promptassay.providers.demo.words import phrase_in, stem, stem_set, stems


@dataclass(frozen=True)
class Topic:
    """A subject: what people call it, which words give it away, and the name invented for it when none is given."""

    aliases: frozenset[str]
    words: frozenset[str]
    phrases: tuple[str, ...]
    own_name: str


def _topic(aliases: str, words: str, phrases: tuple[str, ...], own_name: str) -> Topic:
    return Topic(stem_set(aliases), stem_set(words), phrases, own_name)


TOPICS: Final = (
    _topic(
        "outage incident downtime availability down",
        "outage down offline unavailable unreachable timeout 502 503 504 degraded incident latency",
        ("not loading", "nothing loads", "is down", "for everyone", "all users", "whole team", "cannot reach"),
        "Service trouble",
    ),
    _topic(
        "billing payment invoice invoicing finance subscription pricing",
        "invoice bill billing charge charged payment pay paid card refund price pricing plan subscription receipt vat "
        "tax discount renewal upgrade downgrade cost",
        ("charged twice", "credit card", "double charge"),
        "Money matters",
    ),
    _topic(
        "bug defect error technical problem issue fault",
        "bug error crash crashes broken fails failing exception wrong glitch freeze freezes stuck incorrect missing "
        "duplicate blank regression",
        ("does not work", "doesn't work", "stopped working", "since the update", "error message"),
        "Something broken",
    ),
    _topic(
        "how-to howto how question usage guide guidance help onboarding",
        "explain guide tutorial documentation docs steps learn wonder wondering question",
        ("how do i", "how can i", "how to", "is there a way", "where do i", "where can i", "is it possible to"),
        "A question",
    ),
    _topic(
        "feature request suggestion idea enhancement wish improvement",
        "feature suggestion suggest idea wish support add enhancement roadmap integrate integration",
        (
            "would be great",
            "would be nice",
            "would love",
            "please add",
            "it would help",
            "do you plan",
            "feature request",
        ),
        "A wish",
    ),
    _topic(
        "account access login authentication user profile",
        "password login log-in sign account locked username reset 2fa mfa verification email profile sso invite seat "
        "access permission",
        ("log in", "sign in", "reset link", "locked out", "cannot access my", "can't access my"),
        "Getting in",
    ),
    _topic(
        "security privacy abuse phishing compliance",
        "security breach hacked phishing leak leaked vulnerability suspicious unauthorized gdpr stolen privacy",
        ("data breach", "someone else", "unknown device"),
        "Safety",
    ),
    _topic(
        "cancellation cancel churn closing",
        "cancel cancellation terminate close leaving unsubscribe",
        ("cancel my", "close my account", "delete my account"),
        "Goodbye",
    ),
    _topic(
        "delivery shipping order return logistics",
        "delivery shipping shipment parcel package tracking courier order delivered return",
        ("has not arrived", "not arrived", "never arrived"),
        "Parcels",
    ),
    _topic(
        "praise feedback thanks compliment",
        "thanks thank great love awesome excellent wonderful",
        ("great job", "well done"),
        "Kind words",
    ),
)
OTHERS: Final = stem_set("other others general misc miscellaneous unknown unclear none")

_LEVELS: Final = {
    4: "urgent critical p0 p1 emergency blocker highest sev1 immediate",
    3: "high p2 major important sev2",
    2: "normal medium p3 moderate standard default sev3 middle",
    1: "low p4 p5 minor trivial lowest sev4",
}
LEVELS: Final = {stem(word): level for level, words in _LEVELS.items() for word in words.split()}
OWN_LEVELS: Final = {4: "right now", 3: "soon", 2: "in turn", 1: "whenever there is time"}

_LOUD: Final = ("urgent", "urgently", "asap", "immediately", "emergency", "right now", "critical")
_GRAVE: Final = (
    "is down",
    "are down",
    "outage",
    "offline",
    "production",
    "data loss",
    "lost data",
    "breach",
    "hacked",
    "cannot work",
    "can't work",
    "blocked",
    "nobody can",
    "no one can",
    "all users",
    "for everyone",
    "whole team",
    "losing money",
    "losing customers",
)
_SERIOUS: Final = (
    "charged twice",
    "double charge",
    "cannot",
    "can't",
    "crash",
    "crashes",
    "locked out",
    "refund",
    "error",
    "deadline",
    "today",
)
_LIGHT: Final = (
    "no rush",
    "no hurry",
    "when you have time",
    "whenever",
    "minor",
    "cosmetic",
    "typo",
    "curious",
    "wondering",
    "would be nice",
    "would be great",
    "would love",
    "suggestion",
    "feature request",
    "someday",
)
_GLAD: Final = stem_set("thanks thank great love awesome excellent happy wonderful perfect glad good")
_CROSS: Final = stem_set(
    "angry terrible awful worst unacceptable disappointed frustrated frustrating broken fails crash useless "
    "hate bad twice refund unhappy ridiculous wrong lost down"
)


def urgency(text: str, *, closely: bool) -> int:
    """How urgent a text sounds, 1 to 4. Read closely, what happened counts; otherwise only how loud it is."""
    if any(phrase_in(word, text) for word in _LOUD):
        return 4
    if not closely:
        return 3 if "!" in text else 2
    if any(phrase_in(word, text) for word in _LIGHT):
        return 1
    if any(phrase_in(word, text) for word in _GRAVE):
        return 4
    return 3 if any(phrase_in(word, text) for word in _SERIOUS) else 2


def mood(text: str) -> str:
    """positive, negative or neutral."""
    found = set(stems(text))
    glad, cross = len(found & _GLAD), len(found & _CROSS)
    return "neutral" if glad == cross else "positive" if glad > cross else "negative"


def topic_score(topic: Topic, text: str, found: tuple[str, ...]) -> float:
    """How much a text is about a topic: one for each telling word, two for each telling phrase."""
    return sum(word in topic.words for word in found) + 2 * sum(phrase_in(phrase, text) for phrase in topic.phrases)


def topics_of(name: str) -> list[Topic]:
    """The topics that a category's name means."""
    named = set(stems(name.replace("-", " ").replace("_", " "))) | {stem(name.lower())}
    if "how" in name.lower():
        named.add(stem("howto"))
    return [topic for topic in TOPICS if topic.aliases & named]


def telling_words(text: str, topics: list[Topic]) -> list[str]:
    """The words of a text that spoke for the topics, as they were written; at most three."""
    told: list[str] = []
    for word in text.replace("\n", " ").split():
        plain = word.strip(".,;:!?\"'()[]<>#").lower()
        if plain and plain not in told and any(stem(plain) in topic.words for topic in topics):
            told.append(plain)
    return told[:3]
