"""Estimates: the family a name belongs to, and how far the estimate is from the family's own tokenizer."""

import pytest

from promptassay.language.token_estimates import OTHER, estimate, family_of, frame_of
from promptassay.language.tokens import count

ENGLISH = (
    "You are a careful support agent. Read the customer's message, decide which product it is about, and answer in "
    "at most three sentences. If you are not sure, ask one question and stop. Never promise a refund. "
) * 4
CODE = "for (const [key, value] of Object.entries(config)) {\n  if (!allowed.has(key)) { delete config[key]; }\n}\n" * 8
GERMAN = (
    "Bitte fassen Sie den folgenden Bericht in höchstens fünf Sätzen zusammen und nennen Sie die Quelle. Antworten "
    "Sie nur mit Tatsachen, die im Text stehen. Wenn eine Angabe fehlt, schreiben Sie „unbekannt“. Der Kunde ist seit "
    "drei Jahren bei uns und hat zweimal geschrieben, dass die Lieferung zu spät kam. Prüfen Sie zuerst die Adresse, "
    "danach den Betrag, und erklären Sie am Ende, warum Sie so entschieden haben. Verwenden Sie keine Abkürzungen. "
)
CHINESE = "请阅读下面的合同，列出所有付款条件，并用表格给出每一项的日期和金额。" * 8
JAPANESE = "次の文章を読んで、重要な点を三つにまとめ、それぞれ一文で説明してください。" * 8
RUSSIAN = "Прочитайте отзыв клиента и определите его тему, тональность и срочность ответа. " * 8
HINDI = "कृपया नीचे दिए गए लेख को पढ़ें और तीन वाक्यों में उसका सारांश लिखें। " * 8
TEXTS = {
    "english": ENGLISH,
    "code": CODE,
    "german": GERMAN,
    "chinese": CHINESE,
    "japanese": JAPANESE,
    "russian": RUSSIAN,
    "hindi": HINDI,
}
# Counted once with the families' own vocabularies (Gemma 3 for Gemini, as Google's SDK does; Llama 3; Mistral's
# Tekken; DeepSeek V3; Qwen 3), as splintr-rs 0.22.0 holds them.
OWN = {
    "gemini-2.5-pro": {
        "english": 185,
        "code": 288,
        "german": 99,
        "chinese": 176,
        "japanese": 152,
        "russian": 169,
        "hindi": 137,
    },
    "llama-3.3-70b-versatile": {
        "english": 181,
        "code": 224,
        "german": 127,
        "chinese": 208,
        "japanese": 208,
        "russian": 217,
        "hindi": 281,
    },
    "mistral-large-latest": {
        "english": 181,
        "code": 224,
        "german": 106,
        "chinese": 272,
        "japanese": 200,
        "russian": 217,
        "hindi": 201,
    },
    "deepseek-chat": {
        "english": 181,
        "code": 232,
        "german": 123,
        "chinese": 152,
        "japanese": 168,
        "russian": 201,
        "hindi": 329,
    },
    "qwen3-235b": {
        "english": 181,
        "code": 224,
        "german": 123,
        "chinese": 168,
        "japanese": 176,
        "russian": 217,
        "hindi": 529,
    },
}


@pytest.mark.parametrize(("model", "kind"), [(model, kind) for model in OWN for kind in TEXTS])
def test_close_to_the_own_tokenizer(model: str, kind: str) -> None:
    found, own = count(TEXTS[kind], model), OWN[model][kind]
    # The margin is what nine texts of ten stay within; these seven stay within one and a half times that.
    assert abs(found.tokens - own) / own <= 1.5 * found.margin


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("claude-3-5-haiku-latest", "claude-3"),
        ("claude-sonnet-4-20250514", "claude-3"),
        ("claude-opus-4-6", "claude-3"),
        ("claude-opus-4-7", "claude-4.7"),
        ("claude-opus-4-8", "claude-4.7"),
        ("claude-sonnet-5", "claude-4.7"),
        ("claude-opus-5-5", "claude-4.7"),
        ("claude-haiku-4-5@20251001", "claude-3"),
        ("anthropic/claude-opus-4.7", "claude-4.7"),
        ("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-3"),
        ("claude-mythos-preview", "claude-4.7"),
        ("models/gemini-4-argon", "gemini"),
        ("google/gemma-3-27b-it", "gemini"),
        ("meta-llama/Llama-3.3-70B-Instruct", "llama-3"),
        ("meta.llama3-1-70b-instruct-v1:0", "llama-3"),
        ("mistralai/Mixtral-8x22B", "other"),
        ("mistral-large-latest", "mistral"),
        ("deepseek-ai/DeepSeek-V3.1", "deepseek"),
        ("Qwen/Qwen3-32B", "qwen"),
        ("moonshotai/Kimi-K2-Instruct", "kimi"),
        ("zai-org/GLM-4.5", "glm"),
        ("gpt-6-sol", "o200k_base"),
        ("grok-4", "other"),
        ("", "other"),
    ],
)
def test_family_by_name(model: str, family: str) -> None:
    assert count("x", model).encoding == family


def test_an_unknown_family_is_plain() -> None:
    assert family_of("grok-4") is OTHER
    assert frame_of("grok-4") == frame_of("gpt-4o")


def test_other_scripts_are_less_certain() -> None:
    claude = family_of("claude-opus-5")
    assert estimate(ENGLISH, claude).margin < estimate(ENGLISH + HINDI, claude).margin < estimate(HINDI, claude).margin


def test_no_visible_text_has_the_plain_ratio() -> None:
    assert estimate(" \n\t\u3000", family_of("claude-opus-5")).ratio == 1.0


def test_digits_of_other_scripts_are_not_latin() -> None:
    assert estimate("\u0663\u0664", family_of("llama-3")) != estimate("34", family_of("llama-3"))
