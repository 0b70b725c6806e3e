"""From what is on screen to the call that a panel makes: pure, so that what is shown beforehand is what is sent."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from string import Template
from typing import Any, Final

from promptassay.assist.answers import Shape, shape_of
from promptassay.assist.panels import Panel
from promptassay.assist.placeholders import names_of
from promptassay.language.blocks import EMPTY, asked_again, block, boundary_of
from promptassay.language.fragments import FragmentText
from promptassay.language.messages import Message
from promptassay.language.variables import PromptVariable
from promptassay.prompts.content import PromptContent
from promptassay.providers.wire import CallRequest, Effort, ModelSettings
from promptassay.providers.wire import Message as Sent

_SETTINGS_SHOWN: Final = 20_000  # characters of settings, schema and tools that a panel is told


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a prompt besides its text."""

    title: str = ""
    prompt_type: str = ""
    description: str = ""
    intent: str = ""
    target_model: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """What a person asks a panel for.

    `fields` are short texts of theirs by the name of the block that they go into. `chat` is the conversation so far,
    the person's words last. `right` is the second text of a comparison, `sides` name the two. `count` is how many
    cases, `number` the message of a finding. It prints as nothing, so that no log holds a prompt.
    """

    content: PromptContent
    about: About = About()
    fragments: tuple[FragmentText, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    chat: tuple[Message, ...] = ()
    right: PromptContent | None = None
    sides: tuple[str, str] = ("", "")
    variables: tuple[PromptVariable, ...] = ()
    count: int = 0
    number: int = 0

    def __repr__(self) -> str:
        return f"Asked({self.content!r})"


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """A question to a panel's model, with the shape of the answer, and the reminder for when that cannot be used.

    `longest` is the most tokens that the answer may have, None for what the model gives.
    """

    messages: tuple[Message, ...]
    shape: Shape | None
    model: str
    effort: Effort | None
    reminder: Template | None
    _filled: Mapping[str, str]
    longest: int | None = None
    takes_schema: bool = True

    def call(self) -> CallRequest:
        """The call that asks it."""
        schema = self.shape.schema() if self.shape and self.takes_schema else None
        return CallRequest(
            model=self.model,
            messages=tuple(Sent(each.role, each.content) for each in self.messages),
            settings=ModelSettings(reasoning_effort=self.effort, max_output_tokens=self.longest),
            response_schema=schema,
            json_mode=self.shape is not None and self.takes_schema and schema is None,
        )

    def again(self, answer: str, problem: str) -> "Question":
        """The same question once more, behind the answer that could not be used."""
        assert self.reminder is not None
        reminder = self.reminder.substitute(self._filled, problem=problem)
        messages = asked_again(self.messages, answer, reminder)
        return replace(self, messages=messages)

    def without_schema(self) -> "Question":
        """The same question for a model that cannot be held to a schema: the words alone ask for the shape."""
        return replace(self, takes_schema=False)


def ask(
    panel: Panel,
    parts: Mapping[str, Template],
    asked: Asked,
    model: str,
    effort: Effort | None = None,
    longest: int | None = None,
) -> Question:
    """What a panel asks its model; the same input gives the same question. `longest` limits the answer, in tokens.

    `parts` are those of the panel's meta-prompt. Every text that a person wrote stands in a block whose boundary is a
    hash over all of them, but for the turns of a conversation, which are messages of their own.
    """
    groups = dict(_groups(panel, asked))
    boundary = boundary_of({name: text for group in groups.values() for name, text in group.items()})
    blocks = {
        name: "\n\n".join(block(each, text, boundary) for each, text in group.items()) or EMPTY
        for name, group in groups.items()
    }
    names = [each.name for each in asked.variables]
    filled = {
        **blocks,
        "boundary": boundary,
        "names": ", ".join(names),
        "count": f"{asked.count} case{'' if asked.count == 1 else 's'}",
        "number": str(asked.number),
        "left_name": asked.sides[0],
        "right_name": asked.sides[1],
        "placeholders": ", ".join(names_of(asked.content.messages)) or "it has none",
    }
    system, user = parts["system"].substitute(filled), parts["user"].substitute(filled)
    messages = (Message("system", system), Message("user", user), *asked.chat)
    return Question(messages, shape_of(panel.name, names), model, effort, parts.get("repair"), filled, longest)


def _groups(panel: Panel, asked: Asked) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The blocks by the place in the meta-prompt that they are filled into."""
    yield "about", {"about": _about(asked.about, None if asked.right else asked.content)}
    yield "fragments", {f"fragment-{each.slug}": each.text for each in asked.fragments}
    if asked.right is None:
        yield "prompt", _messages(asked.content)
    else:
        for side, content in (("left", asked.content), ("right", asked.right)):
            yield side, {**_messages(content, f"{side}-"), f"{side}-settings": _settings(content)}
    if panel.name == "cases":
        yield "variables", {"variables": "\n".join(map(_variable, asked.variables))}
    for name, text in asked.fields.items():
        yield name.replace("-", "_"), {name: text}


def _messages(content: PromptContent, prefix: str = "") -> dict[str, str]:
    return {
        f"{prefix}message-{number}-{message['role']}": message["content"]
        for number, message in enumerate(content.messages, start=1)
    }


def _about(about: About, content: PromptContent | None) -> str:
    lines = {
        "Title": about.title,
        "Kind": about.prompt_type,
        "Description": about.description,
        "A good answer": about.intent,
        "Written for the model": about.target_model,
        "Settings": _settings(content) if content else "",
    }
    return "\n".join(f"{name}: {text}" for name, text in lines.items() if text)


def _settings(content: PromptContent) -> str:
    """Settings, response schema and tools as one line of JSON, empty without any; a very long one is cut."""
    found: dict[str, Any] = dict(content.settings)
    if content.response_schema is not None:
        found["response_schema"] = content.response_schema
    if content.tools:
        found["tools"] = content.tools
    text = json.dumps(found, ensure_ascii=False) if found else ""
    return text if len(text) <= _SETTINGS_SHOWN else f"{text[:_SETTINGS_SHOWN]} (cut here)"


def _variable(variable: PromptVariable) -> str:
    return variable.name if variable.default is None else f"{variable.name} (default: {variable.default})"


def findings_text(findings: Sequence[Mapping[str, Any]]) -> str:
    """Findings of the critique as the improve panel reads them."""
    return "\n\n".join(_finding(number, each) for number, each in enumerate(findings, start=1))


def _finding(number: int, finding: Mapping[str, Any]) -> str:
    lines = [f"{number}. {finding['severity'].upper()}: {finding['title']}", finding["detail"]]
    if finding["quote"]:
        lines.append(f"In message {finding['message']}, about the words: {finding['quote']}")
    return "\n".join(line for line in lines if line)
