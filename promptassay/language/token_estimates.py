"""Estimates for models whose vocabulary is not shipped: the o200k count times a ratio for each kind of character.

`docs/models.md` says how the ratios were measured and what error was found. For Claude no vocabulary is published;
its ratios come from published counts of Anthropic's counting endpoint, and are wider.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_SYMBOLS: Final = frozenset('{}[]()<>=;:_/\\"`#*|&%$@^~+')
# The first code point of each block and the kind of its characters, up to the next.
_BLOCKS: Final = (
    (0x80, "other"),
    (0xC0, "accented"),
    (0x250, "other"),
    (0x370, "greek"),
    (0x400, "cyrillic"),
    (0x530, "other"),
    (0x590, "hebrew"),
    (0x600, "arabic"),
    (0x780, "other"),
    (0x900, "indic"),
    (0xE00, "southeast"),
    (0x10A0, "other"),
    (0x1780, "southeast"),
    (0x1800, "other"),
    (0x1E00, "accented"),
    (0x1F00, "greek"),
    (0x2000, "other"),
    (0x3040, "kana"),
    (0x3100, "other"),
    (0x3400, "han"),
    (0xA000, "other"),
    (0xAC00, "hangul"),
    (0xD7B0, "other"),
    (0xF900, "han"),
    (0xFB00, "other"),
    (0xFB1D, "hebrew"),
    (0xFB50, "arabic"),
    (0xFE00, "other"),
    (0xFE70, "arabic"),
    (0xFF00, "other"),
    (0x20000, "han"),
    (0x32000, "other"),
)
_STARTS: Final = [start for start, _ in _BLOCKS]
# Characters to one o200k token, by kind: turns counts of characters into shares of tokens.
_CHARACTERS_PER_TOKEN: Final[Mapping[str, float]] = {
    "latin": 4.4,
    "accented": 1.2,
    "symbol": 1.5,
    "digit": 2.5,
    "cyrillic": 3.0,
    "greek": 2.6,
    "arabic": 2.9,
    "hebrew": 2.4,
    "indic": 2.4,
    "southeast": 2.4,
    "han": 1.3,
    "kana": 1.7,
    "hangul": 1.6,
    "other": 1.3,
}


_LATIN: Final = ("latin", "accented", "symbol", "digit")
# From this share of accented letters on, a text in Latin script is taken for another language than English.
_ACCENTED_SHARE: Final = 0.008


@dataclass(frozen=True, slots=True)
class Family:
    """Models that share a tokenizer; `ratios` are its tokens to one o200k token, by kind of character.

    The margins are the error that nine of ten texts stayed within, as a share: `margin` for Latin script and code,
    `script_margin` for all other scripts.
    """

    name: str
    margin: float
    script_margin: float
    ratios: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens to one o200k token, and the share by which that may be off."""

    ratio: float
    margin: float


def _ratios(*values: float) -> Mapping[str, float]:
    """Ratios in the order of `_CHARACTERS_PER_TOKEN`; the second is for words of languages with accents."""
    return dict(zip(_CHARACTERS_PER_TOKEN, values, strict=True))


@dataclass(frozen=True, slots=True)
class Frame:
    """Tokens that a provider adds: `once` for the conversation, `each` for every message."""

    once: int
    each: int


# Fitted to each family's own vocabulary; 1 stands for a script that a family was not found to differ in.
OTHER: Final = Family(
    "other", 0.15, 0.45, _ratios(1.05, 1.1, 1.0, 1.05, 1.2, 1.2, 1.3, 1.3, 2.0, 1.4, 0.95, 0.9, 1.1, 2.0)
)
_GEMINI: Final = Family(
    "gemini", 0.09, 0.17, _ratios(1.06, 1.05, 1.33, 1.29, 1.07, 1.05, 1.01, 1.17, 0.89, 0.89, 0.87, 0.73, 1.0, 1.33)
)
_LLAMA: Final = Family(
    "llama-3", 0.1, 0.45, _ratios(1.03, 1.08, 0.91, 0.94, 1.32, 1.02, 1.35, 2.19, 2.49, 1.23, 0.8, 0.84, 1.05, 3.99)
)
_MISTRAL: Final = Family(
    "mistral", 0.06, 0.18, _ratios(1.06, 1.08, 1.03, 1.27, 1.14, 1.04, 1.2, 1.11, 1.23, 1.29, 1.21, 0.93, 1.03, 1.19)
)
_DEEPSEEK: Final = Family(
    "deepseek", 0.08, 0.16, _ratios(1.05, 1.16, 1.07, 0.89, 1.26, 1.19, 1.27, 1.19, 1.58, 0.99, 0.79, 0.98, 1.17, 1.73)
)
_QWEN: Final = Family(
    "qwen", 0.09, 0.2, _ratios(1.04, 1.12, 0.94, 1.22, 1.36, 2.07, 1.43, 0.97, 2.6, 1.43, 0.78, 0.89, 1.11, 2.35)
)
_KIMI: Final = Family(
    "kimi", 0.09, 0.14, _ratios(1.03, 1.19, 0.94, 0.84, 1.29, 1.5, 1.37, 1.41, 1.59, 1.85, 0.91, 0.97, 1.32, 1.81)
)
_GLM: Final = Family(
    "glm", 0.1, 0.27, _ratios(1.03, 1.07, 0.92, 0.99, 1.29, 1.09, 1.47, 2.19, 3.05, 2.13, 0.73, 0.83, 1.29, 4.22)
)
# English and code: published counts of Anthropic's endpoint. Other languages: the one vocabulary that Anthropic
# published (Claude 2), not measured since, hence the margin.
_CLAUDE_3: Final = Family(
    "claude-3", 0.2, 0.4, _ratios(1.16, 1.35, 1.3, 1.2, 1.8, 2.7, 2.6, 2.0, 3.0, 3.5, 1.25, 1.45, 1.7, 1.5)
)
_CLAUDE_4_7: Final = Family(
    "claude-4.7", 0.2, 0.4, _ratios(1.5, 1.8, 1.45, 1.25, 1.8, 2.7, 2.6, 2.0, 3.0, 3.5, 1.25, 1.45, 1.7, 1.5)
)

_FAMILIES: Final = (
    ("claude", _CLAUDE_3),  # later ones: see family_of
    ("gemini", _GEMINI),
    ("gemma", _GEMINI),
    ("learnlm", _GEMINI),
    ("llama", _LLAMA),
    ("meta-llama", _LLAMA),
    ("mistral", _MISTRAL),
    ("ministral", _MISTRAL),
    ("magistral", _MISTRAL),
    ("devstral", _MISTRAL),
    ("codestral", _MISTRAL),
    ("pixtral", _MISTRAL),
    ("open-mistral", _MISTRAL),
    ("deepseek", _DEEPSEEK),
    ("qwen", _QWEN),
    ("qwq", _QWEN),
    ("kimi", _KIMI),
    ("moonshot", _KIMI),
    ("glm", _GLM),
)
# OpenAI models newer than its published table: others found them to count as o200k, OpenAI has not said so.
_OPENAI: Final = Family("o200k_base", 0.02, 0.02, _ratios(*[1.0] * 14))
_OPENAI_NAME: Final = re.compile(r"(gpt-|chatgpt-|o\d)")
_CLAUDE_VERSION: Final = re.compile(r"claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)")
# Claude's wrapping by version, from published counts of one short message; a further message costs about four.
_CLAUDE_FRAMES: Final = (((5, 0), Frame(2, 4)), ((4, 7), Frame(7, 4)), ((0, 0), Frame(3, 4)))
_CHAT_ML: Final = Frame(3, 4)
_HARMONY: Final = Frame(2, 4)


def family_of(name: str) -> Family:
    """The family of a bare model name in lower case; `OTHER` for one that is not known."""
    if name.startswith("claude"):
        return _CLAUDE_4_7 if _claude_version(name) >= (4, 7) else _CLAUDE_3
    if _OPENAI_NAME.match(name):
        return _OPENAI
    return next((family for prefix, family in _FAMILIES if name.startswith(prefix)), OTHER)


def frame_of(name: str) -> Frame:
    """The wrapping around messages of a bare model name in lower case."""
    if name.startswith("claude"):
        version = _claude_version(name)
        return next(frame for since, frame in _CLAUDE_FRAMES if version >= since)
    if name.startswith(("gemini", "gemma")):
        return Frame(0, 0)
    if re.match(r"(o\d|gpt-[5-9]|gpt-oss)", name):
        return _HARMONY
    return _CHAT_ML


def estimate(text: str, family: Family) -> Estimate:
    """The family's tokens to one o200k token for this text: the ratios of its characters, weighted by their tokens.

    Linear in the length of the text; the ratio is 1 for a text without visible characters.
    """
    tokens = dict.fromkeys(_CHARACTERS_PER_TOKEN, 0.0)
    for character, times in Counter(text).items():
        kind = _kind(character)
        if kind is not None:
            tokens[kind] += times / _CHARACTERS_PER_TOKEN[kind]
    total = sum(tokens.values())
    if not total:
        return Estimate(1.0, family.margin)
    latin = sum(tokens[kind] for kind in _LATIN) / total
    _move_accented_words(tokens)
    weighted = sum(share * family.ratios[kind] for kind, share in tokens.items())
    return Estimate(weighted / total, round(latin * family.margin + (1 - latin) * family.script_margin, 2))


def _move_accented_words(tokens: dict[str, float]) -> None:
    """Give the plain letters of a text with accents to the language that has them."""
    plain = tokens["latin"] * _CHARACTERS_PER_TOKEN["latin"]
    accented = tokens["accented"] * _CHARACTERS_PER_TOKEN["accented"]
    moved = tokens["latin"] * min(1.0, accented / (_ACCENTED_SHARE * plain)) if plain else 0.0
    tokens["latin"] -= moved
    tokens["accented"] += moved


def _kind(character: str) -> str | None:
    if character.isspace():
        return None
    if character.isascii():
        if character.isdigit():
            return "digit"
        return "symbol" if character in _SYMBOLS else "latin"
    return _BLOCKS[bisect_right(_STARTS, ord(character)) - 1][1]


def _claude_version(name: str) -> tuple[int, int]:
    """`claude-opus-4-8-20260101` is (4, 8), `claude-3-5-haiku-latest` (3, 5); a name without a number is new."""
    found = _CLAUDE_VERSION.search(name)
    if found is None:
        return (5, 0)
    return int(found[1]), int(found[2] or 0)
