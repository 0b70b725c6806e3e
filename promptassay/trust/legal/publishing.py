"""Publishing a legal document: with the operator's details in it, or not at all."""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from promptassay.core.errors import AppError
from promptassay.trust.legal import markup, tables
from promptassay.trust.legal.documents import Kind, kind_named, needs, source, versions
from promptassay.trust.legal.markup import Document
from promptassay.trust.legal.operator import BY_KEY, Field, Operator, missing, value_of


class NotPublished(AppError):
    """The operator has not said what the document needs; `fields` names it."""

    status = 503
    code = "NOT_PUBLISHED"

    def __init__(self, kind: Kind, fields: list[Field]) -> None:
        names = [field.setting for field in fields]
        super().__init__(
            f"“{kind.title}” is not published on this instance yet.",
            why=f"Its operator has not said: {', '.join(field.what for field in fields)}.",
            next_step=f"The operator sets {', '.join(names)} and restarts the server.",
            details={"document": kind.id, "settings": names},
        )
        self.kind, self.fields = kind, fields


@dataclass(frozen=True)
class Published:
    """A version with the operator's details. `text` is what `sha256` is of, and what the plain-text address serves."""

    kind: Kind
    version: date
    since: date
    document: Document
    text: str
    is_latest: bool

    @property
    def sha256(self) -> str:
        """The hash of the text, in UTF-8, as hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def missing_for(kind: Kind, version: date | None = None) -> list[Field]:
    """What the operator has still to say before a version, the latest by default, can be published."""
    return missing(settings.OPERATOR, needs(kind, version))


def is_published(name: str) -> bool:
    """Whether the document can be read here."""
    return not missing_for(kind_named(name))


def publish(kind: Kind, version: date | None = None) -> Published:
    """A version with the operator's details, the latest by default. NotPublished while one of them is missing."""
    if fields := missing_for(kind, version):
        raise NotPublished(kind, fields)
    operator: Operator = settings.OPERATOR
    latest = versions(kind)[0]
    chosen = version or latest
    values = {key: value_of(operator, field) for key, field in BY_KEY.items()} | {"instance": settings.PUBLIC_URL}
    document = markup.fill(source(kind, chosen), values, tables.table)
    since = max(chosen, operator.effective or chosen)
    return Published(kind, chosen, since, document, _text(document, chosen, since), chosen == latest)


def _text(document: Document, version: date, since: date) -> str:
    head = f"{document.title}\nVersion {version}, in force from {since}, for {settings.PUBLIC_URL}"
    parts = [head, markup.plain(document.lead)]
    for section in document.sections:
        parts += [f"{section.number}. {section.title}", markup.plain(section.blocks)]
    return "\n\n".join(part for part in parts if part) + "\n"
