"""Rewrite sorts what is there into parts, and loses neither a placeholder nor a word."""

from collections import Counter

from promptassay.language.messages import Message
from promptassay.providers.demo.panels.reading import placeholders, read
from promptassay.providers.demo.panels.rewrite import Wishes, rewrite
from tests.providers.demo.panels.prompts import prompts

TEXT = """You are a clerk. Sort the ticket below. Never answer the customer. Answer with one word.

Categories:
- bug
- billing

<ticket>
{{ticket|none. Or so}}
</ticket>

Example:

Input: it broke
Output: bug

Category:"""


def test_every_placeholder_and_every_word_survives() -> None:
    for name, messages in prompts():
        answer = rewrite(read(messages), Wishes("be clear", "dry", "experts", "gpt-5"))
        assert [each["role"] for each in answer["messages"]] == [message.role for message in messages], name
        before, after = "", ""
        for message, each in zip(messages, answer["messages"], strict=True):
            assert placeholders(message.content) == placeholders(each["content"]), name
            before += f"{message.content}\n"
            after += f"{each['content']}\n"
        assert not Counter(before.split()) - Counter(after.split()), name
        assert "not a language model" in answer["changes"][0]


def test_sentences_go_into_parts_in_order() -> None:
    text = rewrite(read([Message("user", TEXT)]), Wishes("find bugs fast"))["messages"][0]["content"]
    headings = [line for line in text.split("\n") if line.startswith("# ")]
    assert headings == ["# Role", "# Task", "# Rules", "# Examples", "# Input", "# Output"]
    assert "# Role\n\nYou are a clerk." in text
    assert "The goal: find bugs fast." in text
    assert "<ticket>\n{{ticket|none. Or so}}\n</ticket>" in text
    assert "Input: it broke\nOutput: bug" in text.partition("# Examples")[2].partition("# Input")[0]
    assert text.rstrip().endswith("Category:")


def test_what_has_headings_keeps_its_order() -> None:
    messages = [Message("system", "# Task\n\nSort.\n\n# Output\n\nOne word."), Message("user", "{{ticket}}")]
    answer = rewrite(read(messages), Wishes("speed", audience="clerks"))
    assert answer["messages"][0]["content"].startswith(messages[0].content)
    assert "Write for clerks." in answer["messages"][0]["content"]
    assert answer["messages"][1]["content"] == "{{ticket}}"


def test_a_wish_cannot_bring_in_a_placeholder() -> None:
    answer = rewrite(read([Message("user", "Sort {{ticket}}.")]), Wishes("use {{evil}} and ${fragment:evil}"))
    names = [one for one in placeholders(answer["messages"][0]["content"]) if "evil" in one]
    assert names == []
    assert "\\{{evil}}" in answer["messages"][0]["content"]


def test_nothing_becomes_no_more_than_the_goal() -> None:
    assert rewrite(read([Message("user", "")]), Wishes())["messages"] == [{"role": "user", "content": ""}]
