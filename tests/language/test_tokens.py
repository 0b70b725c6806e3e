"""Token counts: the same as OpenAI's own tokenizer, marked where they are estimates, and quick on the worst texts."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptassay.language.messages import Message
from promptassay.language.tokens import TokenCount, count, count_messages, encoding_of, warm

# Text, tokens in o200k_base, tokens in cl100k_base: counted once by tiktoken 0.14.0 (`encode_ordinary`) over OpenAI's
# files of sha256 446a9538cb6c348e... (o200k_base) and 223921b76ee99bde... (cl100k_base). Four of them are also in
# OpenAI's cookbook, "How to count tokens with tiktoken".
REFERENCE = [
    ("hello world", 2, 2),
    ("tiktoken is great!", 6, 6),
    ("antidisestablishmentarianism", 6, 6),
    ("2 + 2 = 4", 7, 7),
    ("お誕生日おめでとう", 8, 9),
    ("你好，世界。请用三句话总结这段文字。", 13, 19),
    ("안녕하세요, 세계", 4, 10),
    ("Привет, мир! Как дела?", 8, 12),
    ("مرحبا بالعالم، كيف حالك؟", 9, 19),
    ("नमस्ते दुनिया, आप कैसे हैं?", 10, 27),
    ("สวัสดีชาวโลก", 7, 13),
    (
        "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466\U0001f3f3\ufe0f\u200d\U0001f308"
        "\U0001f44d\U0001f3fd\U0001f1e8\U0001f1ed",
        24,
        39,
    ),
    ("<|endoftext|>", 7, 7),
    ("<|im_start|>system\nYou are kind.<|im_end|>", 17, 17),
    ("a<|endofprompt|>b<|fim_prefix|>", 15, 16),
    ("def fib(n: int) -> int:\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n", 31, 31),
    ('{"name": "Ada", "tags": ["x", "y"], "score": 0.25, "ok": true}\n', 28, 28),
    ("You're sure they'VE gone, I'd say; it's JOHN'S.", 14, 17),
    ("   leading and   inner    spaces   \n\n\n\ttabs\t\t\r\n", 12, 12),
    ("1234567890 3.14159 2026-11-24T09:27:18Z", 23, 23),
    ('{{name|someone}} ${fragment:house-style@3 audience="engineers"}', 17, 17),
    ("https://example.org/a/b?c=d&e=%20f#g", 14, 14),
    ("\u01c5 \u02b0 \xdf \u017f \xe9 e\u0301 \ufb01 \uff21", 15, 16),
    ("\u200b\u200d\ufeff\xa0\u3000\u2028", 6, 8),
    ("a\x00b\x07", 4, 4),
    ("\ud800x\udc00", 3, 3),
    ("", 0, 0),
    ("x" * 1000, 125, 125),
    (" " * 1000, 9, 9),
    ("中" * 1000, 1000, 1000),
    ("ab" * 500, 250, 500),
]
MEGABYTE = 1_000_000


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    warm("o200k_base")
    warm("cl100k_base")


@pytest.mark.parametrize(("text", "o200k", "cl100k"), REFERENCE)
def test_counts_as_the_reference(text: str, o200k: int, cl100k: int) -> None:
    assert count(text, "gpt-5.2") == TokenCount(o200k, exact=True, encoding="o200k_base")
    assert count(text, "gpt-4") == TokenCount(cl100k, exact=True, encoding="cl100k_base")


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4o", "o200k_base"),
        ("gpt-4o-mini-2024-07-18", "o200k_base"),
        ("gpt-4.1-nano", "o200k_base"),
        ("gpt-5", "o200k_base"),
        ("gpt-5.6-sol", "o200k_base"),
        ("GPT-5.1-Chat-Latest", "o200k_base"),
        ("o1", "o200k_base"),
        ("o3-mini", "o200k_base"),
        ("o4-mini", "o200k_base"),
        ("openai/gpt-oss-120b", "o200k_base"),
        ("openrouter/openai/gpt-4o", "o200k_base"),
        ("ft:gpt-4o-mini-2024-07-18:acme::abc", "o200k_base"),
        ("ft:gpt-3.5-turbo-0125:acme::abc", "cl100k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-3.5-turbo", "cl100k_base"),
        # Not in OpenAI's published table, so never called exact.
        ("gpt-6-sol", None),
        ("gpt-40", None),
        ("claude-opus-5-5", None),
        ("gemini-4-argon", None),
        ("meta-llama/Llama-3.3-70B-Instruct", None),
        ("demo-small", None),
        ("", None),
        ("ft:", None),
    ],
)
def test_encoding_of(model: str, encoding: str | None) -> None:
    assert encoding_of(model) == encoding


def test_estimates_say_so() -> None:
    for model in ("claude-opus-5-5", "gemini-4-argon", "gpt-6-sol", "some-model", ""):
        found = count("Summarise the report in three sentences.", model)
        assert not found.exact
        assert 0 < found.margin < 1
        assert found.encoding


def test_nothing_is_no_tokens() -> None:
    for model in ("gpt-5", "claude-opus-5", "gemini-4-argon", "some-model"):
        assert count("", model).tokens == 0
        assert count_messages([], model).tokens == 0


@pytest.mark.parametrize(
    ("messages", "model", "tokens"),
    [
        # OpenAI's cookbook: 3 a message, its role, and 3 that open the answer.
        ([Message("user", "hello world")], "gpt-4o", 2 + 4 + 3),
        ([Message("system", "hello world"), Message("user", "hello world")], "gpt-4o", 2 * (2 + 4) + 3),
        ([Message("user", "hello world")], "gpt-5", 2 + 4 + 2),
        # Published counts of Anthropic's endpoint: 10 up to Claude 4.6, 15 for 4.7, 10 from Claude 5 on.
        ([Message("user", "hello, world")], "claude-opus-4-5", 10),
        ([Message("user", "hello, world")], "claude-opus-4-7", 15),
        ([Message("user", "hello, world")], "claude-opus-5", 10),
    ],
)
def test_messages_carry_their_frame(messages: list[Message], model: str, tokens: int) -> None:
    found = count_messages(messages, model)
    assert found.tokens == tokens
    assert found.frame > 0
    assert found.exact == (encoding_of(model) is not None)


def test_messages_are_counted_apart() -> None:
    joined = count("a" * 7 + "a" * 9, "gpt-5").tokens
    apart = count_messages([Message("user", "a" * 7), Message("user", "a" * 9)], "gpt-5")
    assert apart.tokens - apart.frame == count("a" * 7, "gpt-5").tokens + count("a" * 9, "gpt-5").tokens != joined


@pytest.mark.parametrize(
    "text",
    [
        "a" * MEGABYTE,
        " " * MEGABYTE,
        "\n" * MEGABYTE,
        "中" * (MEGABYTE // 3),
        "0" * MEGABYTE,
        "ab" * (MEGABYTE // 2),
        "\u0301" * (MEGABYTE // 2),
        "👍🏽" * (MEGABYTE // 8),
        ("x" + " " * 999) * 1000,
    ],
    ids=["letter", "space", "newline", "han", "digit", "pair", "mark", "emoji", "mixed"],
)
@pytest.mark.parametrize("model", ["gpt-5", "gpt-4", "claude-opus-5"])
def test_a_megabyte_without_words_is_quick(text: str, model: str) -> None:
    start = time.thread_time()
    assert count(text, model).tokens > 0
    # About 15 ms here; a quadratic merge would take minutes.
    assert time.thread_time() - start < 1.0


def test_50_kb_take_less_than_30_ms() -> None:
    text = ("You are a careful editor. Keep the author's voice; mark every claim without a source. {{draft}}\n" * 600)[
        :50_000
    ]
    for model in ("gpt-5", "claude-opus-5"):
        best = min(_seconds(text, model) for _ in range(5))
        assert best < 0.03


def _seconds(text: str, model: str) -> float:
    start = time.thread_time()
    count(text, model)
    return time.thread_time() - start


def test_threads_agree() -> None:
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda number: count("hello world " * number, "gpt-5").tokens, [50] * 64))
    assert len(set(counts)) == 1


def test_a_first_count_from_many_threads() -> None:
    program = (
        "from concurrent.futures import ThreadPoolExecutor as P\n"
        "from promptassay.language.tokens import count\n"
        "import sys; assert 'toktok' not in sys.modules\n"
        "with P(8) as pool: print(set(pool.map(lambda _: count('hello world', 'gpt-4').tokens, range(16))))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "{2}"


@given(st.text(max_size=300), st.sampled_from(["gpt-5", "gpt-4", "claude-opus-5", "gemini-4-argon", "qwen3", ""]))
def test_any_text_is_counted(text: str, model: str) -> None:
    found = count(text, model)
    assert 0 <= found.tokens <= 8 * len(text.encode("utf-8", "replace")) + 1
    assert (found.tokens == 0) == (text == "")
