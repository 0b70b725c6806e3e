"""Two contents side by side, ready to be shown: messages line by line with words marked, settings beside each other."""

from typing import Any

from promptassay.language.diff import diff_settings
from promptassay.language.folding import ROWS_SHOWN, Comparison, ShownMessage, ShownRow, compare_messages
from promptassay.prompts.content import PromptContent

__all__ = ["ROWS_SHOWN", "Comparison", "ShownMessage", "ShownRow", "compare"]


def compare(left: PromptContent, right: PromptContent) -> Comparison:
    """Compare two contents; bounded in effort and in the number of lines shown."""
    messages = compare_messages(left.language_messages, right.language_messages)
    return Comparison(messages, diff_settings(_flat_settings(left), _flat_settings(right)))


def _flat_settings(content: PromptContent) -> dict[str, Any]:
    settings = dict(content.settings)
    if content.response_schema is not None:
        settings["response schema"] = content.response_schema
    if content.tools:
        settings["tools"] = {tool["name"]: tool for tool in content.tools}
    return settings
