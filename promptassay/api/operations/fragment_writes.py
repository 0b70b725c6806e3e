"""Writing fragments: made, and saved as versions."""

from typing import Any, Final

from promptassay.api.operation import Call, Operation, Result
from promptassay.api.operations.fragments import GROUP, fragment_shape, version_shape
from promptassay.api.schemas import Schema, body, number, ref, text
from promptassay.fragments import queries, services
from promptassay.fragments.models import ChangeSource
from promptassay.workspaces.permissions import Ability, Scope

_TEXT: Final[dict[str, Schema]] = {
    "text": text("Its text.", "Be brief and friendly."),
    "change_summary": text("What changed.", "Shorter greeting", maxLength=300),
}


def _create(call: Call) -> Result:
    sent = call.body
    fragment = services.create_fragment(
        call.actor,
        title=sent["title"],
        text=sent["text"],
        slug=sent.get("slug", ""),
        description=sent.get("description", ""),
        change_source=ChangeSource.API,
        summary=sent.get("change_summary", ""),
    )
    return Result(fragment_shape(queries.get_fragment(fragment.id)), status=201)


def _save(call: Call) -> Result:
    fragment, sent = queries.get_fragment(call.id("fragment_id")), call.body
    saved = services.save_version(
        call.actor,
        fragment,
        text=sent["text"],
        base_version=sent.get("parent_version", fragment.current_version),
        summary=sent.get("change_summary", ""),
        change_source=ChangeSource.API,
    )
    return Result(version_shape(saved.version), status=201 if saved.created else 200)


def _writes(path: str, name: str, summary: str, answer: str, handler: Any, **more: Any) -> Operation:
    scope, ability = Scope.PROMPTS_WRITE, Ability.CONTENT_WRITE
    return Operation(
        "POST", path, name, GROUP, summary, scope, ability, ref(answer), handler, status=201, errors=(409,), **more
    )


OPERATIONS: Final = (
    _writes(
        "/fragments",
        "createFragment",
        "Make a fragment with its version 1.",
        "Fragment",
        _create,
        body=body(
            "A new fragment.",
            ("title", "text"),
            title=text("Its title.", "Tone of voice"),
            slug=text("The name by which prompts refer to it; made of the title when left out.", "tone-of-voice"),
            description=text("What it is, in a sentence.", "How we speak to customers."),
            **_TEXT,
        ),
        sample=("title", "text"),
    ),
    _writes(
        "/fragments/{fragment_id}/versions",
        "saveFragmentVersion",
        "Save a version; the same text answers 200 with the version that has it already.",
        "FragmentVersion",
        _save,
        body=body(
            "The text.",
            ("text",),
            **_TEXT,
            parent_version=number("The version that it is based on: 409 when a newer one came in meanwhile.", 4),
        ),
        sample=("text", "change_summary"),
        unchanged=True,
    ),
)
