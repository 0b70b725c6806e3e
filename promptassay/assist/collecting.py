"""What a panel is asked, from the fields of the page and the workspace's own rows."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from promptassay.assist.asking import About, Asked
from promptassay.assist.forms import (
    FIELD_LIMIT,
    WISH_LIMIT,
    read_chat,
    read_count,
    read_findings,
    read_place,
    read_text,
)
from promptassay.assist.panels import Panel
from promptassay.assist.queries import fragments_of
from promptassay.core.errors import NotFound, ValidationFailed
from promptassay.language.lint import RULES
from promptassay.language.variables import variables_of
from promptassay.prompts.calls import inspect_content
from promptassay.prompts.content import PromptContent, check_content
from promptassay.prompts.forms import read_workbench
from promptassay.prompts.queries import content_at, get_prompt

_SAYS_LIMIT: Final = 1000
_QUOTE_LIMIT: Final = 10_000
DRAFT: Final = "draft"


def collect(panel: Panel, prompt_id: UUID, about: About, post: Mapping[str, str]) -> Asked:
    """What a person asks a panel for, of the text on screen.

    Raises NotFound for a version or rule that is not there, ValidationFailed for what cannot be asked.
    """
    content = read_workbench(post).content
    # Two stored versions can be compared whatever is on screen, and one may talk about an empty page.
    check_content(content, complete=panel.name not in ("compare", "brainstorm"), to_run=True)
    special = _SPECIAL.get(panel.name)
    more = special(content, prompt_id, post) if special else {}
    texts = [
        each["content"] for side in (more.get("content", content), more.get("right")) if side for each in side.messages
    ]
    found = () if panel.name == "explain" else fragments_of(texts)
    return Asked(**{"content": content, "about": about, "fragments": found, **more})


def _improve(content: PromptContent, prompt_id: UUID, post: Mapping[str, str]) -> dict[str, Any]:
    return {"fields": {"findings": read_findings(post), "wish": read_text(post, "wish", WISH_LIMIT)}}


def _rewrite(content: PromptContent, prompt_id: UUID, post: Mapping[str, str]) -> dict[str, Any]:
    return {
        "fields": {
            "goal": read_text(post, "goal", WISH_LIMIT, required=True),
            "tone": read_text(post, "tone", FIELD_LIMIT),
            "audience": read_text(post, "audience", FIELD_LIMIT),
            "written-for": read_text(post, "for_model", FIELD_LIMIT),
        }
    }


def _brainstorm(content: PromptContent, prompt_id: UUID, post: Mapping[str, str]) -> dict[str, Any]:
    return {"chat": read_chat(post)}


def _compare(content: PromptContent, prompt_id: UUID, post: Mapping[str, str]) -> dict[str, Any]:
    left, left_name = _side(content, prompt_id, post.get("left", ""))
    right, right_name = _side(content, prompt_id, post.get("right", "") or DRAFT)
    if left.to_json() == right.to_json():
        raise ValidationFailed(
            "There is nothing to compare.",
            why=f"Nothing differs between {left_name} and {right_name}.",
            next_step="Choose another version.",
        )
    return {"content": left, "right": right, "sides": (left_name, right_name)}


def _side(content: PromptContent, prompt_id: UUID, name: str) -> tuple[PromptContent, str]:
    if name == DRAFT:
        check_content(content, complete=True, to_run=True)
        return content, "the text on screen"
    if not (name.isascii() and name.isdecimal() and 0 < len(name) < 10 and int(name)):
        raise NotFound()
    return content_at(get_prompt(prompt_id), int(name)), f"version {int(name)}"


def _cases(content: PromptContent, prompt_id: UUID, post: Mapping[str, str]) -> dict[str, Any]:
    variables = variables_of(inspect_content(content).pieces)
    if not variables:
        raise ValidationFailed(
            "There is nothing that a case could vary.",
            why="The prompt has no variables.",
            next_step="Write {{name}} where the text differs from call to call, then propose cases.",
        )
    return {
        "variables": variables,
        "count": read_count(post),
        "fields": {"wish": read_text(post, "wish", WISH_LIMIT)},
    }


def _explain(content: PromptContent, prompt_id: UUID, post: Mapping[str, str]) -> dict[str, Any]:
    kind = RULES.get(post.get("rule", ""))
    if kind is None:
        raise NotFound()
    number, quote = read_place(post, [each["content"] for each in content.messages])
    rule = kind.rule
    return {
        "number": number,
        "fields": {
            "rule": f"{rule.id} ({rule.severity}): {rule.summary}\n{rule.why}\n{rule.mend}",
            "finding": read_text(post, "says", _SAYS_LIMIT),
            "quote": quote[:_QUOTE_LIMIT],
        },
    }


_Special = Callable[[PromptContent, UUID, Mapping[str, str]], dict[str, Any]]
_SPECIAL: Final[Mapping[str, _Special]] = {
    "improve": _improve,
    "rewrite": _rewrite,
    "brainstorm": _brainstorm,
    "compare": _compare,
    "cases": _cases,
    "explain": _explain,
}
