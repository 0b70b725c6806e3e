"""Reading fragments and their versions."""

from collections.abc import Iterable
from typing import Any, Final

from promptassay.api.operation import Call, Operation, Parameter, Result, listed, stamp
from promptassay.api.operations.prompts import none_if_empty
from promptassay.api.schemas import Schema, choice, ident, moment, nullable, number, record, ref, text
from promptassay.fragments import queries
from promptassay.fragments.models import ChangeSource, Fragment, FragmentVersion
from promptassay.workspaces.permissions import Ability, Scope

GROUP: Final = "Fragments"
_SUMMARY: Final[dict[str, Schema]] = {
    "id": ident(),
    "slug": text("The name by which prompts refer to it.", "house-style"),
    "title": text("Its title.", "House style"),
    "description": nullable(text("What it is, in a sentence.", "How we speak to customers.")),
    "current_version": number("The number of its newest version.", 4, minimum=1),
    "created_at": moment("When it was made."),
    "updated_at": moment("When it was changed last."),
}
_VERSION: Final[dict[str, Schema]] = {
    "id": ident(),
    "version_number": number("Its number, from 1.", 4, minimum=1),
    "change_summary": nullable(text("What changed.", "Shorter greeting")),
    "change_source": choice("How it came about.", list(ChangeSource.values), "manual"),
    "content_hash": text("The SHA-256 of its text.", "9f86d081884c7d659a2feaa0c55ad015"),
    "content_length": number("Characters.", 180),
    "created_at": moment("When it was saved."),
}
_TEXT: Final = text("Its text.", "Be brief and friendly.")
COMPONENTS: Final[dict[str, Schema]] = {
    "FragmentSummary": record("A fragment in a list.", **_SUMMARY),
    "Fragment": record("A fragment with its newest text.", **_SUMMARY, text=_TEXT),
    "FragmentVersionSummary": record("A version in a list.", **_VERSION),
    "FragmentVersion": record("A version in full.", **_VERSION, text=_TEXT),
}


def _summary(fragment: Fragment) -> dict[str, Any]:
    return {
        "id": str(fragment.id),
        "slug": fragment.slug,
        "title": fragment.title,
        "description": none_if_empty(fragment.description),
        "current_version": fragment.current_version,
        "created_at": stamp(fragment.created_at),
        "updated_at": stamp(fragment.updated_at),
    }


def _version(version: FragmentVersion) -> dict[str, Any]:
    return {
        "id": str(version.id),
        "version_number": version.number,
        "change_summary": none_if_empty(version.summary),
        "change_source": version.change_source,
        "content_hash": version.content_hash,
        "content_length": version.content_length,
        "created_at": stamp(version.created_at),
    }


def _list(call: Call) -> Result:
    page = queries.list_fragments(queries.clean_search(call.query.get("q", "")), page=call.page, per_page=call.per_page)
    return listed(call, page, lambda rows: [_summary(row) for row in rows])


def fragment_shape(fragment: Fragment) -> dict[str, Any]:
    """A fragment with its newest text."""
    return {**_summary(fragment), "text": queries.latest_version(fragment).text}


def version_shape(version: FragmentVersion) -> dict[str, Any]:
    """A version in full."""
    return {**_version(version), "text": version.text}


def _show(call: Call) -> Result:
    return Result(fragment_shape(queries.get_fragment(call.id("fragment_id"))))


def _versions(call: Call) -> Result:
    fragment = queries.get_fragment(call.id("fragment_id"))
    page = queries.page_of_versions(fragment, page=call.page, per_page=call.per_page)

    def shape(rows: Iterable[FragmentVersion]) -> list[Any]:
        return [_version(row) for row in rows]

    return listed(call, page, shape)


def _one_version(call: Call) -> Result:
    fragment = queries.get_fragment(call.id("fragment_id"))
    return Result(version_shape(queries.get_version(fragment, call.path["number"])))


def _reads(path: str, name: str, summary: str, answer: str, handler: Any, **more: Any) -> Operation:
    scope, ability = Scope.PROMPTS_READ, Ability.CONTENT_READ
    return Operation("GET", path, name, GROUP, summary, scope, ability, ref(answer), handler, **more)


OPERATIONS: Final = (
    _reads(
        "/fragments",
        "listFragments",
        "The fragments, by title.",
        "FragmentSummary",
        _list,
        listed=True,
        query=(Parameter("q", text("With all of these words in title, slug or text.", "style", maxLength=200)),),
    ),
    _reads("/fragments/{fragment_id}", "getFragment", "One fragment with its newest text.", "Fragment", _show),
    _reads(
        "/fragments/{fragment_id}/versions",
        "listFragmentVersions",
        "A fragment's versions, newest first.",
        "FragmentVersionSummary",
        _versions,
        listed=True,
    ),
    _reads(
        "/fragments/{fragment_id}/versions/{number}",
        "getFragmentVersion",
        "One version in full.",
        "FragmentVersion",
        _one_version,
    ),
)
