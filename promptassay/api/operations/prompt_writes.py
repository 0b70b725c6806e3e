"""Writing prompts: made, described, archived, saved as versions, labelled."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from promptassay.api.operation import Call, Operation, Result
from promptassay.api.operations.prompts import CONTENT, GROUP, SUMMARY, label_shape, prompt_shape, version_shape
from promptassay.api.schemas import Schema, body, flag, number, ref, text
from promptassay.core.errors import ValidationFailed
from promptassay.prompts import queries, services
from promptassay.prompts.content import PromptContent, content_of
from promptassay.prompts.models import ChangeSource, PromptType
from promptassay.prompts.queries.library import get_folder
from promptassay.prompts.queries.prompts import first_role
from promptassay.prompts.services import folders
from promptassay.workspaces.permissions import Ability, Scope

_DETAILS: Final[dict[str, Schema]] = {
    name: SUMMARY[name] for name in ("title", "description", "prompt_type", "target_model", "intent", "folder_id")
}
_SAVED: Final[dict[str, Schema]] = {
    **CONTENT,
    "content": text("The text of a prompt of one message; not together with `messages`.", "You sort tickets."),
    "change_summary": text("What changed.", "Asks for one word", maxLength=300),
}


def _content(sent: Mapping[str, Any], prompt_type: str, before: PromptContent | None) -> PromptContent | None:
    """The content of a request; parts that it leaves out stay as they were."""
    if "content" in sent and "messages" in sent:
        raise ValidationFailed(
            "Both `content` and `messages` were sent.",
            next_step="Leave one of them out.",
            details={"content": "not together with `messages`"},
        )
    if not sent.keys() & {"content", "messages", *CONTENT}:
        return None
    start = before or PromptContent([])
    messages = sent.get("messages", start.messages)
    if "content" in sent:
        role = start.messages[0]["role"] if len(start.messages) == 1 else first_role(prompt_type)
        messages = [{"role": role, "content": sent["content"]}]
    return PromptContent(
        messages,
        sent.get("settings", start.settings),
        sent.get("response_schema", start.response_schema),
        sent.get("tools", start.tools),
    )


def _create(call: Call) -> Result:
    sent = call.body
    prompt_type = sent.get("prompt_type", PromptType.SYSTEM)
    folder = get_folder(UUID(sent["folder_id"])) if sent.get("folder_id") else None
    prompt = services.create_prompt(
        call.actor,
        title=sent["title"],
        prompt_type=prompt_type,
        description=sent.get("description") or "",
        intent=sent.get("intent") or "",
        target_model=sent.get("target_model") or "",
        content=_content(sent, prompt_type, None),
        change_source=ChangeSource.API,
        summary=sent.get("change_summary", ""),
    )
    if folder is not None:
        folders.file_prompt(call.actor, prompt, folder=folder)
    return Result(prompt_shape(queries.get_prompt(prompt.id)), status=201)


def _change(call: Call) -> Result:
    prompt, sent = queries.get_prompt(call.id("prompt_id")), call.body
    if sent.get("archived") is False:  # before the rest: an archived prompt takes no changes
        prompt = services.unarchive_prompt(call.actor, prompt)
    if "folder_id" in sent:
        folder = get_folder(UUID(sent["folder_id"])) if sent["folder_id"] else None
        folders.file_prompt(call.actor, prompt, folder=folder)
    if sent.keys() & (_DETAILS.keys() - {"folder_id"}):
        services.update_details(
            call.actor,
            prompt,
            title=sent.get("title", prompt.title),
            prompt_type=sent.get("prompt_type", prompt.prompt_type),
            description=_kept(sent, "description", prompt.description),
            intent=_kept(sent, "intent", prompt.intent),
            target_model=_kept(sent, "target_model", prompt.target_model),
        )
    if sent.get("archived"):
        services.archive_prompt(call.actor, queries.get_prompt(prompt.id))
    return Result(prompt_shape(queries.get_prompt(prompt.id)))


def _archive(call: Call) -> Result:
    prompt = services.archive_prompt(call.actor, queries.get_prompt(call.id("prompt_id")))
    return Result(prompt_shape(prompt))


def _save(call: Call) -> Result:
    prompt, sent = queries.get_prompt(call.id("prompt_id")), call.body
    latest = queries.latest_version(prompt)
    content = _content(sent, prompt.prompt_type, content_of(latest) if latest else None)
    if content is None:
        raise ValidationFailed(
            "There is no content to save.",
            next_step="Send `content` or `messages`.",
            details={"content": "is missing"},
        )
    base = sent.get("parent_version", prompt.current_version)
    saved = services.save_version(
        call.actor,
        prompt,
        content=content,
        base_version=base,
        summary=sent.get("change_summary", ""),
        change_source=ChangeSource.API,
    )
    return Result(version_shape(prompt, saved.version), status=201 if saved.created else 200)


def _move(call: Call) -> Result:
    prompt, sent = queries.get_prompt(call.id("prompt_id")), call.body
    moved = services.move_label(
        call.actor,
        prompt,
        name=call.path["label"],
        number=sent["version"],
        reason=sent.get("reason", ""),
        override=sent.get("override", False),
    )
    return Result(label_shape(moved.label))


def _kept(sent: Mapping[str, Any], name: str, before: str) -> str:
    return (sent[name] or "") if name in sent else before


def _writes(method: str, path: str, name: str, summary: str, answer: str, handler: Any, **more: Any) -> Operation:
    ability = more.pop("ability", Ability.CONTENT_WRITE)
    return Operation(method, path, name, GROUP, summary, Scope.PROMPTS_WRITE, ability, ref(answer), handler, **more)


OPERATIONS: Final = (
    _writes(
        "POST",
        "/prompts",
        "createPrompt",
        "Make a prompt; content becomes its version 1.",
        "Prompt",
        _create,
        body=body("A new prompt.", ("title",), **_DETAILS, **_SAVED),
        sample=("title", "prompt_type", "content"),
        status=201,
        errors=(409,),
    ),
    _writes(
        "PATCH",
        "/prompts/{prompt_id}",
        "changePrompt",
        "Change what is said about a prompt; what is left out stays.",
        "Prompt",
        _change,
        body=body("What changes.", (), **_DETAILS, archived=flag("Archive it, or bring it back.")),
        sample=("title", "description"),
        errors=(409,),
    ),
    _writes(
        "DELETE",
        "/prompts/{prompt_id}",
        "archivePrompt",
        "Archive a prompt: nothing is deleted.",
        "Prompt",
        _archive,
        errors=(409,),
    ),
    _writes(
        "POST",
        "/prompts/{prompt_id}/versions",
        "saveVersion",
        "Save a version; unchanged content answers 200 with the version that has it already.",
        "Version",
        _save,
        body=body(
            "The content; parts that are left out stay as in the newest version.",
            (),
            **_SAVED,
            parent_version=number("The version that it is based on: 409 when a newer one came in meanwhile.", 3),
        ),
        sample=("content", "change_summary", "parent_version"),
        status=201,
        unchanged=True,
        errors=(409,),
    ),
    _writes(
        "PUT",
        "/prompts/{prompt_id}/labels/{label}",
        "moveLabel",
        "Point a label at a version; a new name makes a new label.",
        "Label",
        _move,
        ability=Ability.LABEL_MOVE,
        body=body(
            "Where to.",
            ("version",),
            version=number("The version's number.", 3, minimum=1),
            reason=text("Why; kept in the label's history.", "Passed the smoke test", maxLength=300),
            override=flag("Move a protected label without evidence; needs a reason."),
        ),
        sample=("version", "reason"),
        errors=(409,),
    ),
)
