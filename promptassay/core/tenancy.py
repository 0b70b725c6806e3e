"""The one place that tells the database whose rows this transaction may touch.

The context is three transaction-local settings. PostgreSQL's row security reads them through
`tenancy.current_workspace()`, `tenancy.current_person()` and `tenancy.presented_key()`, which raise when nothing is
set. Being local to a transaction, the context works through a transaction-mode pooler and cannot leak into the next
borrower.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from promptassay.core.database import first_row

_SET = (
    "SELECT set_config('promptassay.workspace', $1, true), set_config('promptassay.person', $2, true), "
    "set_config('promptassay.api_key', $3, true)"
)


@dataclass(frozen=True)
class Context:
    """Whose rows are visible: a workspace, a person (for their memberships), or both; or the one API key whose
    SHA-256 is `key_digest`."""

    workspace_id: UUID | None = None
    person_id: UUID | None = None
    key_digest: str = ""


_current: ContextVar[Context | None] = ContextVar("promptassay_tenancy", default=None)


def current() -> Context | None:
    """The context this code runs in, or None outside every `with_workspace` and `with_person`."""
    return _current.get()


@contextmanager
def with_workspace(workspace_id: UUID, *, person_id: UUID | None = None) -> Iterator[None]:
    """Open a transaction in which exactly this workspace's rows exist (and the person's own memberships)."""
    with _entered(Context(workspace_id, person_id)):
        yield


@contextmanager
def with_person(person_id: UUID) -> Iterator[None]:
    """Open a transaction in which only this person's memberships and their workspaces' names are visible."""
    with _entered(Context(None, person_id)):
        yield


@contextmanager
def with_api_key(digest: str) -> Iterator[None]:
    """Open a transaction in which the API key with this SHA-256 is visible, and no other row of any workspace."""
    with _entered(Context(key_digest=digest)):
        yield


@contextmanager
def without_workspace() -> Iterator[None]:
    """Open a transaction whose context is empty: every tenant table raises. For proofs that it does."""
    with _entered(Context()):
        yield


@contextmanager
def _entered(context: Context) -> Iterator[None]:
    outer = _current.get()
    nested = connection.in_atomic_block
    with transaction.atomic():
        _tell(context)
        token = _current.set(context)
        try:
            yield
        finally:
            _current.reset(token)
            # A nested context hands its transaction back as it found it; an outermost one ends with it, and so do
            # the settings. After an error the savepoint's rollback has already restored them, and the connection
            # refuses statements anyway.
            if nested and connection.in_atomic_block and not connection.needs_rollback and _usable():
                _tell(outer or Context())


def _usable() -> bool:
    if connection.connection is None or connection.connection.closed:
        return False
    return bool(connection.connection.info.transaction_status.name != "INERROR")


def _tell(context: Context) -> None:
    first_row(_SET, [context.workspace_id or "", context.person_id or "", context.key_digest])
