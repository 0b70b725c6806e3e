"""From content and values to a model call: templates are read once, then filled as often as there are
cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from promptassay.core.errors import ValidationFailed
from promptassay.fragments.queries import source
from promptassay.language.errors import (
    ExpansionTooLarge,
    FragmentError,
    LanguageError,
    MalformedTemplate,
    MissingVariables,
    Problem,
)
from promptassay.language.expand import MAX_BYTES, Expansion, FragmentUse, Hole, Piece, byte_length, expand
from promptassay.language.fragments import FragmentSource
from promptassay.language.messages import Message as LanguageMessage
from promptassay.language.resolve import raise_first
from promptassay.language.variables import PromptVariable, variables_of
from promptassay.prompts.content import HoldsContent, PromptContent, content_of
from promptassay.prompts.model_settings import to_model_settings
from promptassay.providers.wire import CallRequest, Message, ModelSettings, Role, ToolDefinition

PROBLEMS_SHOWN = 20


class TemplateUnusable(ValidationFailed):
    """The text cannot be resolved; `details["problems"]` lists places as message, line, column, start, end,
    reason.
    """


@dataclass(frozen=True)
class Compiled:
    """Content whose templates have been read. Cheap to fill many times; holds no reference to the
    database.
    """

    variables: tuple[PromptVariable, ...]
    fragments_used: tuple[FragmentUse, ...]
    _messages: tuple[tuple[Role, tuple[Piece, ...]], ...] = field(repr=False)
    _settings: ModelSettings
    _response_schema: Mapping[str, Any] | None = field(repr=False)
    _json_mode: bool
    _tools: tuple[ToolDefinition, ...] = field(repr=False)

    def request(self, model: str, values: Mapping[str, str]) -> CallRequest:
        """The call with the variables filled in; an empty text is a value.

        Raises ValidationFailed that lists every variable without value and default in `details["missing"]`.
        """
        missing = self.missing(values)
        if missing:
            raise app_error(MissingVariables(missing))
        return CallRequest(
            model=model,
            messages=self._filled(values),
            settings=self._settings,
            response_schema=self._response_schema,
            json_mode=self._json_mode,
            tools=self._tools,
        )

    def missing(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The variables that have neither a value nor a default, in order of first appearance."""
        return tuple(each.name for each in self.variables if each.default is None and each.name not in values)

    def _filled(self, values: Mapping[str, str]) -> tuple[Message, ...]:
        defaults = {each.name: each.default or "" for each in self.variables}
        size = 0
        filled: list[Message] = []
        for index, (role, pieces) in enumerate(self._messages):
            text = "".join([_text(piece, values, defaults) for piece in pieces])
            size += byte_length(text)
            if size > MAX_BYTES:
                raise app_error(
                    ExpansionTooLarge(f"The resolved text is longer than {MAX_BYTES // 1024**2} MB.", index)
                )
            filled.append(Message(role, text))
        return tuple(filled)


def compile_content(content: HoldsContent, fragments: FragmentSource | None = None) -> Compiled:
    """Read the templates of a version, a draft or a PromptContent; without `fragments`, with the workspace's own.

    Raises TemplateUnusable for malformed placeholders and fragments that cannot be followed, with their
    places. Messages without text are left out, as providers refuse them.
    """
    whole = content if isinstance(content, PromptContent) else content_of(content)
    messages = whole.language_messages
    try:
        expansion = expand(messages, _fragments_for(messages, fragments))
        raise_first(expansion)
    except LanguageError as error:
        raise app_error(error) from None
    written = [pair for pair in zip(messages, expansion.pieces, strict=True) if pair[0].content.strip()]
    if not written:
        raise ValidationFailed("The prompt has no text yet.", next_step="Write a message, then run it.")
    return Compiled(
        variables=variables_of(expansion.pieces),
        fragments_used=tuple(expansion.fragments_used),
        _messages=tuple((message.role, tuple(pieces)) for message, pieces in written),
        _settings=to_model_settings(whole.settings),
        _response_schema=whole.response_schema,
        _json_mode=bool(whole.settings.get("json_mode")),
        _tools=_tools(whole.tools),
    )


def build_request(
    content: HoldsContent,
    model: str,
    variables: Mapping[str, str],
    fragments: FragmentSource | None = None,
) -> CallRequest:
    """One call of `model` with the content resolved; raises as `compile_content` and `Compiled.request`
    do.
    """
    return compile_content(content, fragments).request(model, variables)


def inspect_content(content: PromptContent, fragments: FragmentSource | None = None) -> Expansion:
    """Everything the templates hold, broken or not, with indexes of `content.messages`; ValidationFailed if
    too large.
    """
    try:
        return expand(content.language_messages, _fragments_for(content.language_messages, fragments))
    except LanguageError as error:
        raise app_error(error) from None


def app_error(error: LanguageError) -> ValidationFailed:
    """A language error as people and programs see it."""
    if isinstance(error, MissingVariables):
        return ValidationFailed(
            error.message, why=error.why, next_step=error.next_step, details={"missing": list(error.names)}
        )
    details: dict[str, Any] = {"language_code": error.code}
    if isinstance(error, MalformedTemplate):
        details["problems"] = [problem_details(each) for each in error.problems[:PROBLEMS_SHOWN]]
        details["count"] = error.count
        return TemplateUnusable(
            error.message,
            why=_places(error.problems, error.count),
            next_step=error.next_step,
            details=details,
        )
    if isinstance(error, FragmentError):
        details["path"] = list(error.path)
        details["problems"] = [
            {"message": error.place.message_index + 1, "start": error.place.start, "end": error.place.end}
        ]
    return TemplateUnusable(error.message, why=error.why, next_step=error.next_step, details=details)


def problem_details(problem: Problem) -> dict[str, Any]:
    """A malformed placeholder as JSON; message, line and column count from 1, offsets are in code points
    from 0.
    """
    return {
        "message": problem.message_index + 1,
        "line": problem.line,
        "column": problem.column,
        "start": problem.start,
        "end": problem.end,
        "code": problem.code,
        "reason": problem.reason,
    }


def _fragments_for(messages: Sequence[LanguageMessage], fragments: FragmentSource | None) -> FragmentSource:
    """The given fragments, or the workspace's, with what the messages refer to read in one statement."""
    return source(each.content for each in messages) if fragments is None else fragments


def _places(problems: Sequence[Problem], count: int) -> str:
    shown = "; ".join(
        f"message {each.message_index + 1}, line {each.line}, column {each.column}: {each.reason}"
        for each in problems[:5]
    )
    return f"In {shown}{f'; and {count - 5} more' if count > 5 else ''}."


def _text(piece: Piece, values: Mapping[str, str], defaults: Mapping[str, str]) -> str:
    if not isinstance(piece, Hole):
        return piece
    value = values.get(piece.name)
    if value is not None:
        return value
    return defaults[piece.name] if piece.default is None else piece.default


def _tools(tools: Sequence[Mapping[str, Any]]) -> tuple[ToolDefinition, ...]:
    return tuple(ToolDefinition(each["name"], each["description"], each["parameters"]) for each in tools)
