"""Reading prompts, their versions and labels, and resolving them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from promptassay.api.operation import Call, Operation, Parameter, Result, listed, stamp
from promptassay.api.schemas import (
    Schema,
    anything,
    choice,
    flag,
    ident,
    many,
    moment,
    nullable,
    number,
    record,
    ref,
    text,
)
from promptassay.core.errors import Conflict, ValidationFailed
from promptassay.fragments.queries import source
from promptassay.language.errors import BadValue, LanguageError
from promptassay.language.messages import as_messages
from promptassay.language.resolve import resolve_messages
from promptassay.language.values import as_texts
from promptassay.prompts import queries
from promptassay.prompts.calls import app_error
from promptassay.prompts.models import ChangeSource, Label, Prompt, PromptType, Version
from promptassay.prompts.queries.library import tags_by_name, tags_of
from promptassay.prompts.queries.places import Place
from promptassay.prompts.queries.prompts import ListQuery
from promptassay.workspaces.permissions import Ability, Scope

GROUP: Final = "Prompts"
ROLES: Final = ["system", "user", "assistant"]
SUMMARY: Final[dict[str, Schema]] = {
    "id": ident(),
    "slug": text("Its name in addresses: it stays when the title changes.", "support-triage"),
    "title": text("Its title.", "Support triage"),
    "description": nullable(text("What it is, in a sentence.", "Sorts tickets by urgency.")),
    "prompt_type": choice("What it is for.", list(PromptType.values), "system"),
    "target_model": nullable(text("The model it was written for.", "gpt-5-mini")),
    "intent": nullable(text("What it should achieve.", "Route each ticket within a minute.")),
    "folder_id": nullable(ident("The folder it stands in.")),
    "archived": flag("Whether it is archived."),
    "current_version": number("The number of its newest version; 0 before the first.", 3),
    "created_at": moment("When it was made."),
    "updated_at": moment("When it was changed last."),
}
MESSAGE: Final = record(
    "One message.",
    role=choice("Who speaks.", ROLES, "system"),
    content=text("What is said.", "You sort support tickets. Ticket: {{ticket}}"),
)
_VERSION: Final[dict[str, Schema]] = {
    "id": ident(),
    "version_number": number("Its number, from 1.", 3, minimum=1),
    "change_summary": nullable(text("What changed.", "Asks for one word")),
    "change_source": choice("How it came about.", list(ChangeSource.values), "manual"),
    "parent_version_id": nullable(ident("The version it was made from.")),
    "branch": nullable(text("The branch it is on; null for the main line.", "shorter")),
    "content_hash": text(
        "The SHA-256 of its content.", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    ),
    "content_length": number("Characters of all messages.", 412),
    "created_at": moment("When it was saved."),
}
CONTENT: Final[dict[str, Schema]] = {
    "messages": many(ref("Message"), "Its messages."),
    "settings": anything("Settings of the call.", {"temperature": 0.2}),
    "response_schema": nullable(anything("The JSON Schema of the answer.", {"type": "object"})),
    "tools": many(anything("A tool.", {"name": "lookup", "description": "", "parameters": {}}), "Tools of the call."),
}
_LABEL: Final = record(
    "A label on a version.",
    name=text("Its name.", "production"),
    version_number=number("Where it points.", 2, minimum=1),
    protected=flag("Whether only owners and admins may move it.", True),
    updated_at=moment("When it was moved last."),
)
COMPONENTS: Final[dict[str, Schema]] = {
    "Message": MESSAGE,
    "PromptSummary": record("A prompt in a list.", **SUMMARY),
    "Prompt": record(
        "A prompt with its newest content.",
        **SUMMARY,
        tags=many(text("A tag's name.", "support"), "Its tags."),
        labels=many(ref("Label"), "Its labels."),
        current_content=nullable(text("All messages of the newest version as one text.", "You sort support tickets.")),
        **CONTENT,
    ),
    "VersionSummary": record("A version in a list.", **_VERSION),
    "Version": record(
        "A version in full.", **_VERSION, content=text("All messages as one text.", "You sort tickets."), **CONTENT
    ),
    "Label": _LABEL,
    "Resolved": record(
        "A prompt ready to be sent: fragments written out, variables filled in.",
        prompt_id=ident("Which prompt."),
        slug=text("Its slug.", "support-triage"),
        version_number=number("Which version.", 2, minimum=1),
        label=nullable(text("The label that was asked for.", "production")),
        content_hash=text("The SHA-256 of the version's content.", "9f86d081884c7d659a2feaa0c55ad015"),
        content=text("All messages as one text.", "You sort tickets. Ticket: My card was charged twice."),
        **CONTENT,
        fragments_used=many(
            record(
                "A version of a fragment that takes part.",
                slug=text("Its slug.", "house-style"),
                version_number=number("Its version.", 4, minimum=1),
            ),
            "Fragments that take part.",
        ),
        variables=many(
            record(
                "A variable of the prompt.",
                name=text("Its name.", "ticket"),
                default=nullable(text("Its default.", "")),
                fragment=nullable(text("The fragment in which it first appears.", "house-style")),
            ),
            "Its variables, whether given or not.",
        ),
        missing=many(text("A name.", "ticket"), "Variables without value and default: their places stay as written."),
    ),
}
VALUES: Final = anything("Values of variables, by name; what is no text is written as JSON.", {"ticket": "My card …"})
FRAGMENT_VARS: Final = anything("Values of fragments' variables alone, by name.", {"tone": "friendly"})
_WHICH: Final = (
    Parameter("label", text("A label; not together with `version`.", "production", maxLength=40)),
    Parameter("version", number("A version; without either, the newest.", 2, minimum=1, maximum=2_000_000_000)),
)
_RESOLVE: Final = (
    *_WHICH,
    Parameter("variables", VALUES, json=True),
    Parameter("fragment_vars", FRAGMENT_VARS, json=True),
)


def none_if_empty(value: str) -> str | None:
    """A text, or null where nothing was written."""
    return value or None


def summary(prompt: Prompt) -> dict[str, Any]:
    """A prompt as lists show it."""
    return {
        "id": str(prompt.id),
        "slug": prompt.slug,
        "title": prompt.title,
        "description": none_if_empty(prompt.description),
        "prompt_type": prompt.prompt_type,
        "target_model": none_if_empty(prompt.target_model),
        "intent": none_if_empty(prompt.intent),
        "folder_id": str(prompt.folder_id) if prompt.folder_id else None,
        "archived": prompt.archived_at is not None,
        "current_version": prompt.current_version,
        "created_at": stamp(prompt.created_at),
        "updated_at": stamp(prompt.updated_at),
    }


def content(version: Version | None) -> dict[str, Any]:
    """The parts of a version's content; empty ones before the first version."""
    if version is None:
        return {"messages": [], "settings": {}, "response_schema": None, "tools": []}
    parts = ("messages", "settings", "response_schema", "tools")
    return {name: getattr(version, name) for name in parts}


def label_shape(label: Label) -> dict[str, Any]:
    """A label and where it points."""
    return {
        "name": label.name,
        "version_number": label.version_number,
        "protected": label.protected,
        "updated_at": stamp(label.updated_at),
    }


def version_summaries(prompt: Prompt, versions: Iterable[Version]) -> list[dict[str, Any]]:
    """Versions as lists show them; one more statement for the ids of their parents."""
    rows = list(versions)
    parents = queries.version_ids(prompt, (row.parent_number for row in rows if row.parent_number))
    return [_version_summary(row, parents) for row in rows]


def _version_summary(version: Version, parents: Mapping[int, Any]) -> dict[str, Any]:
    parent = parents.get(version.parent_number) if version.parent_number else None
    return {
        "id": str(version.id),
        "version_number": version.number,
        "change_summary": none_if_empty(version.summary),
        "change_source": version.change_source,
        "parent_version_id": str(parent) if parent else None,
        "branch": version.branch.name if version.branch else None,
        "content_hash": version.content_hash,
        "content_length": version.content_length,
        "created_at": stamp(version.created_at),
    }


def version_shape(prompt: Prompt, version: Version) -> dict[str, Any]:
    """A version in full."""
    return {**version_summaries(prompt, [version])[0], "content": version.text, **content(version)}


def prompt_shape(prompt: Prompt) -> dict[str, Any]:
    """A prompt with tags, labels and its newest content."""
    latest = queries.latest_version(prompt)
    return {
        **summary(prompt),
        "tags": [tag.name for tag in tags_of([prompt.id]).get(prompt.id, [])],
        "labels": [label_shape(label) for label in queries.labels_of(prompt)],
        "current_content": latest.text if latest else None,
        **content(latest),
    }


def _list(call: Call) -> Result:
    wanted = call.query
    tags: tuple[Any, ...] = ()
    if "tag" in wanted:
        tag = tags_by_name([wanted["tag"]]).get(wanted["tag"].casefold())
        if tag is None:
            return Result([], total=0)
        tags = (tag.id,)
    asked = ListQuery.clean(
        q=wanted.get("q", ""),
        prompt_type=wanted.get("type", ""),
        archived=wanted.get("archived", False),
        place=Place(folder=wanted.get("folder_id"), tags=tags),
    )
    page = queries.list_prompts(asked, page=call.page, per_page=call.per_page)
    return listed(call, page, lambda rows: [summary(row) for row in rows])


def _show(call: Call) -> Result:
    return Result(prompt_shape(queries.get_prompt(call.id("prompt_id"))))


def _versions(call: Call) -> Result:
    prompt = queries.get_prompt(call.id("prompt_id"))
    page = queries.page_of_versions(prompt, page=call.page, per_page=call.per_page)
    return listed(call, page, lambda rows: version_summaries(prompt, rows))


def _version(call: Call) -> Result:
    prompt = queries.get_prompt(call.id("prompt_id"))
    return Result(version_shape(prompt, queries.get_version(prompt, call.path["number"])))


def _label(call: Call) -> Result:
    prompt = queries.get_prompt(call.id("prompt_id"))
    return Result(label_shape(queries.get_label(prompt, call.path["label"])))


def _resolved(call: Call) -> Result:
    return Result(_resolve(queries.get_prompt(call.id("prompt_id")), {**call.query, **call.body}))


def _resolved_slug(call: Call) -> Result:
    return Result(_resolve(queries.get_prompt_by_slug(call.path["slug"]), {**call.query, **call.body}))


def _resolve(prompt: Prompt, asked: Mapping[str, Any]) -> dict[str, Any]:
    label = asked.get("label")
    version = _chosen(prompt, label, asked.get("version"))
    messages = version_messages(version)
    try:
        resolved = resolve_messages(
            messages,
            variables=as_texts(asked.get("variables", {})),
            fragment_vars=as_texts(asked.get("fragment_vars", {})),
            fragments=source(each.content for each in messages),
            strict=False,
        )
    except BadValue as error:
        raise ValidationFailed(
            error.message, why=error.why, next_step=error.next_step, details={"variables": error.message}
        ) from None
    except LanguageError as error:
        raise app_error(error) from None
    return {
        "prompt_id": str(prompt.id),
        "slug": prompt.slug,
        "version_number": version.number,
        "label": label,
        "content_hash": version.content_hash,
        "content": "\n\n".join(each.content for each in resolved.messages),
        **content(version),
        "messages": [{"role": each.role, "content": each.content} for each in resolved.messages],
        "fragments_used": [{"slug": use.slug, "version_number": use.number} for use in resolved.fragments_used],
        "variables": [
            {"name": each.name, "default": each.default, "fragment": each.fragment} for each in resolved.variables
        ],
        "missing": list(resolved.missing),
    }


def version_messages(version: Version) -> Any:
    """A version's messages as the prompt language takes them."""
    return as_messages(version.messages)


def _chosen(prompt: Prompt, label: str | None, wanted: int | None) -> Version:
    if label is not None and wanted is not None:
        raise ValidationFailed(
            "Both a label and a version were asked for.",
            next_step="Leave one of them out.",
            details={"label": "not together with `version`"},
        )
    if label not in (None, "latest"):
        return queries.get_version(prompt, queries.get_label(prompt, str(label)).version_number)
    if wanted is not None:
        return queries.get_version(prompt, wanted)
    latest = queries.latest_version(prompt)
    if latest is None:
        raise Conflict("The prompt has no version yet.", next_step="Save one, then ask again.")
    return latest


def _reads(path: str, name: str, summary: str, answer: str, handler: Any, **more: Any) -> Operation:
    return Operation(
        more.pop("method", "GET"),
        path,
        name,
        GROUP,
        summary,
        Scope.PROMPTS_READ,
        Ability.CONTENT_READ,
        ref(answer),
        handler,
        **more,
    )


OPERATIONS: Final = (
    _reads(
        "/prompts",
        "listPrompts",
        "The prompts, newest change first.",
        "PromptSummary",
        _list,
        listed=True,
        query=(
            Parameter("folder_id", ident("In this folder or below.")),
            Parameter("tag", text("With this tag, by its name.", "support", maxLength=40)),
            Parameter("type", choice("Of this type.", list(PromptType.values), "system")),
            Parameter("q", text("With all of these words in title, description or text.", "ticket", maxLength=200)),
            Parameter("archived", flag("Archived ones instead of the others.")),
        ),
    ),
    _reads("/prompts/{prompt_id}", "getPrompt", "One prompt with its newest content.", "Prompt", _show),
    _reads(
        "/prompts/{prompt_id}/versions",
        "listVersions",
        "A prompt's versions, newest first.",
        "VersionSummary",
        _versions,
        listed=True,
    ),
    _reads("/prompts/{prompt_id}/versions/{number}", "getVersion", "One version in full.", "Version", _version),
    _reads(
        "/prompts/{prompt_id}/resolved",
        "getResolved",
        "A prompt ready to be sent: fragments written out, variables filled in.",
        "Resolved",
        _resolved,
        query=_RESOLVE,
        errors=(409,),
    ),
    _reads(
        "/prompts/{prompt_id}/resolved",
        "postResolved",
        "The same with a body, for long values.",
        "Resolved",
        _resolved,
        method="POST",
        body={
            "type": "object",
            "description": "Which version, and values.",
            "properties": {each.name: each.schema for each in _RESOLVE},
            "required": [],
            "additionalProperties": False,
        },
        sample=("label", "variables"),
        errors=(409,),
    ),
    _reads(
        "/resolve/{slug}",
        "resolveBySlug",
        "The same by the prompt's slug: the call that applications make at run time.",
        "Resolved",
        _resolved_slug,
        query=_RESOLVE,
        errors=(409,),
    ),
    _reads("/prompts/{prompt_id}/labels/{label}", "getLabel", "Where a label points.", "Label", _label),
)
