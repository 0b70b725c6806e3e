"""The legal documents for programs: what a page shows, as values that JSON can hold."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from promptassay.trust import egress
from promptassay.trust.legal import documents, markup
from promptassay.trust.legal.documents import KINDS
from promptassay.trust.legal.publishing import Published, missing_for, publish
from promptassay.trust.legal.storage import kept


def list_json() -> dict[str, Any]:
    """Every document with its state."""
    return {"documents": [_entry(kind) for kind in KINDS]}


def _entry(kind: documents.Kind) -> dict[str, Any]:
    absent = [field.setting for field in missing_for(kind)]
    entry = {"id": kind.id, "title": kind.title, "published": not absent, "missing": absent}
    if not absent:
        published = publish(kind)
        entry |= {"version": published.version, "since": published.since, "sha256": published.sha256}
        entry["url"] = f"{settings.PUBLIC_URL}/legal/{kind.id}"
    return entry


def document_json(published: Published) -> dict[str, Any]:
    """One version: its hash, its sections with their anchors, and the entries of its tables where it has any."""
    body: dict[str, Any] = {
        "id": published.kind.id,
        "title": published.document.title,
        "version": published.version,
        "since": published.since,
        "sha256": published.sha256,
        "versions": [each.isoformat() for each in documents.versions(published.kind)],
        "reviewed": settings.OPERATOR.reviewed or None,
        "lead": markup.plain(published.document.lead),
        "sections": [
            {"number": each.number, "anchor": each.anchor, "title": each.title, "text": markup.plain(each.blocks)}
            for each in published.document.sections
        ],
    }
    if published.kind.id == "subprocessors":
        body["receivers"] = list(_receivers())
    if published.kind.id == "cookies":
        body["kept"] = [
            {"name": each.name, "place": each.place, "purpose": each.purpose, "until": each.until, "sent": each.sent}
            for each in kept()
        ]
    return body


def _receivers() -> Iterator[dict[str, Any]]:
    yield {"kind": "hosting", "host": None, "title": settings.OPERATOR.hosting, "receives": "everything that is stored"}
    for each in egress.destinations():
        host = each.host if each.is_public else None
        yield {"kind": each.kind, "host": host, "title": each.title, "purpose": each.purpose, "receives": each.receives}
