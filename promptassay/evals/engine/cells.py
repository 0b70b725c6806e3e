"""The cells of a run in the database: leasing them, renewing leases, storing results, and closing the run.

Every statement runs inside the workspace's context. Times are the database's, so that clocks of workers do not
matter. A result counts only while its cell still carries the lease it was computed under; the cell, its output,
the usage ledger and the run's counters change in one statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from promptassay.core.ids import uuid7

LEASE_SECONDS = 15
GIVE_UP_AFTER = 5  # a cell that took down this many workers is an error, not a reason to take down the next


@dataclass(frozen=True)
class Lease:
    """One cell to work on, held under `token`."""

    cell_id: UUID
    run_case_id: UUID
    version_id: UUID
    model_index: int
    token: UUID
    attempt: int


@dataclass(frozen=True)
class Call:
    """One model call of a cell, for the usage ledger."""

    purpose: str
    provider: str
    model: str
    status: str
    key_id: UUID | None = None
    use_id: UUID | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: str | None = None
    first_token_ms: int | None = None
    total_ms: int | None = None
    attempts: int = 1


@dataclass
class Result:
    """How a cell ended: `done` with a verdict (None when there was nothing to check), or `error` with its kind."""

    lease: Lease
    status: str
    passed: bool | None = None
    score: float | None = None
    error_kind: str = ""
    output: str = ""
    tool_calls: list[dict[str, str]] = field(default_factory=list)
    finish_reason: str = ""
    checks: list[dict[str, Any]] = field(default_factory=list)
    judgement: dict[str, Any] | None = None
    error: dict[str, str] | None = None
    calls: list[Call] = field(default_factory=list)


@dataclass(frozen=True)
class Progress:
    """The run's state after a statement."""

    status: str
    done: int
    total: int


_LEASE = """
WITH picked AS (
  SELECT id FROM evals_cell
  WHERE workspace_id = %(workspace)s AND run_id = %(run)s AND attempt < %(give_up)s
    AND (status = 'queued' OR (status = 'leased' AND leased_until < clock_timestamp()))
  ORDER BY position LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE evals_cell c
SET status = 'leased', attempt = c.attempt + 1, lease_token = %(token)s,
    leased_until = clock_timestamp() + make_interval(secs => %(seconds)s)
FROM picked WHERE c.id = picked.id
RETURNING c.id, c.run_case_id, c.version_id, c.model_index, c.attempt, c.position
"""

_RENEW = """
WITH renewed AS (
  UPDATE evals_cell SET leased_until = clock_timestamp() + make_interval(secs => %(seconds)s)
  WHERE workspace_id = %(workspace)s AND run_id = %(run)s AND status = 'leased' AND lease_token = ANY(%(tokens)s)
)
SELECT status, done, total FROM evals_run WHERE id = %(run)s
"""

_RELEASE = """
UPDATE evals_cell SET status = 'queued', attempt = attempt - 1, lease_token = NULL, leased_until = NULL
WHERE workspace_id = %(workspace)s AND run_id = %(run)s AND status = 'leased' AND lease_token = ANY(%(tokens)s)
"""

_STORE = """
WITH incoming AS (
  SELECT * FROM jsonb_to_recordset(%(results)s::jsonb) AS r(
    cell uuid, token uuid, output_id uuid, status text, passed boolean, score float8, error_kind text, output text,
    tool_calls jsonb, finish_reason text, checks jsonb, judgement jsonb, error jsonb, first_token_ms int,
    total_ms int, input_tokens int, output_tokens int, cost_usd numeric, calls jsonb)
), accepted AS (
  UPDATE evals_cell c
  SET status = i.status, passed = i.passed, score = i.score, error_kind = i.error_kind, lease_token = NULL,
      leased_until = NULL, first_token_ms = i.first_token_ms, total_ms = i.total_ms, input_tokens = i.input_tokens,
      output_tokens = i.output_tokens, cost_usd = i.cost_usd, finished_at = clock_timestamp()
  FROM incoming i
  WHERE c.workspace_id = %(workspace)s AND c.id = i.cell AND c.status = 'leased' AND c.lease_token = i.token
  RETURNING c.id
), outputs AS (
  INSERT INTO evals_output (id, workspace_id, run_id, cell_id, output, tool_calls, finish_reason, checks,
                            judgement, error)
  SELECT i.output_id, %(workspace)s, %(run)s, i.cell, i.output, i.tool_calls, i.finish_reason, i.checks,
         nullif(i.judgement, 'null'::jsonb), nullif(i.error, 'null'::jsonb)
  FROM incoming i JOIN accepted a ON a.id = i.cell
), calls AS (
  INSERT INTO usage_modelcall (id, workspace_id, at, user_id, purpose, subject_id, provider, model, key_id,
                               use_id, input_tokens, output_tokens, cost_usd, first_token_ms, total_ms, attempts,
                               status)
  SELECT u.id, %(workspace)s, clock_timestamp(), %(user)s, u.purpose, %(run)s, u.provider, u.model, u.key_id,
         u.use_id, u.input_tokens, u.output_tokens, u.cost_usd, u.first_token_ms, u.total_ms, u.attempts, u.status
  FROM incoming i JOIN accepted a ON a.id = i.cell
  CROSS JOIN LATERAL jsonb_to_recordset(i.calls) AS u(
    id uuid, purpose text, provider text, model text, key_id uuid, use_id uuid, input_tokens int, output_tokens int,
    cost_usd numeric, first_token_ms int, total_ms int, attempts smallint, status text)
  RETURNING attempts, cost_usd
), sums AS (
  SELECT (SELECT count(*) FROM accepted) AS done,
         (SELECT count(*) FROM incoming i JOIN accepted a ON a.id = i.cell WHERE i.passed) AS passed,
         (SELECT count(*) FROM incoming i JOIN accepted a ON a.id = i.cell WHERE i.status = 'error') AS errors,
         (SELECT count(*) FROM calls) AS calls,
         (SELECT coalesce(sum(cost_usd), 0) FROM calls) AS cost
)
UPDATE evals_run r
SET done = r.done + s.done, passed = r.passed + s.passed, errors = r.errors + s.errors, calls = r.calls + s.calls,
    cost_usd = r.cost_usd + s.cost
FROM sums s WHERE r.id = %(run)s
RETURNING r.status, r.done, r.total
"""

_BEGIN = """
UPDATE evals_run SET status = 'running', started_at = coalesce(started_at, clock_timestamp())
WHERE id = %(run)s AND status IN ('queued', 'running')
"""

_OPEN = """
SELECT count(*) FILTER (WHERE attempt < %(give_up)s OR leased_until >= clock_timestamp()),
       array_agg(id) FILTER (
         WHERE attempt >= %(give_up)s AND (leased_until IS NULL OR leased_until < clock_timestamp()))
FROM evals_cell
WHERE workspace_id = %(workspace)s AND run_id = %(run)s AND status IN ('queued', 'leased')
"""

_ADOPT = """
UPDATE evals_cell SET status = 'leased', lease_token = %(token)s,
       leased_until = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE id = ANY(%(cells)s) AND status IN ('queued', 'leased') AND attempt >= %(give_up)s
  AND (leased_until IS NULL OR leased_until < clock_timestamp())
RETURNING id, run_case_id, version_id, model_index, attempt
"""

_NOTE_WAIT = """
UPDATE evals_run SET waits_until = clock_timestamp() + make_interval(secs => %(seconds)s), waits_for = %(host)s
WHERE id = %(run)s AND status = 'running'
"""

_FINISH = """
UPDATE evals_run SET status = 'finished', finished_at = clock_timestamp()
WHERE id = %(run)s AND status = 'running' AND NOT EXISTS (
  SELECT 1 FROM evals_cell WHERE workspace_id = %(workspace)s AND run_id = %(run)s AND status IN ('queued', 'leased'))
"""

_STOP = """
WITH stopped AS (
  UPDATE evals_cell SET status = 'cancelled', lease_token = NULL, leased_until = NULL
  WHERE workspace_id = %(workspace)s AND run_id = %(run)s AND status IN ('queued', 'leased')
)
UPDATE evals_run SET status = 'failed', message = %(message)s, finished_at = clock_timestamp()
WHERE id = %(run)s AND status IN ('queued', 'running')
"""


@dataclass(frozen=True)
class CellStore:
    """The statements for one run, called with its workspace's context entered."""

    workspace_id: UUID
    run_id: UUID
    user_id: UUID | None

    def begin(self) -> bool:
        """Mark the run as running; False when it is over already."""
        return self._execute(_BEGIN) == 1

    def lease(self, limit: int) -> list[Lease]:
        """Take up to `limit` open cells, in order; cells whose lease ran out are open again."""
        token = uuid7()
        rows = self._rows(_LEASE, limit=limit, token=token, seconds=LEASE_SECONDS, give_up=GIVE_UP_AFTER)
        rows.sort(key=lambda row: row[5])
        return [Lease(row[0], row[1], row[2], row[3], token, row[4]) for row in rows]

    def renew(self, tokens: Sequence[UUID]) -> Progress:
        """Keep the cells held under these tokens, and see how the run stands."""
        rows = self._rows(_RENEW, tokens=list(tokens), seconds=LEASE_SECONDS)
        return Progress(*rows[0]) if rows else Progress("deleted", 0, 0)

    def release(self, tokens: Sequence[UUID]) -> None:
        """Give cells back unworked, as a worker does that shuts down."""
        self._execute(_RELEASE, tokens=list(tokens))

    def store(self, results: Sequence[Result]) -> Progress:
        """Store results; those whose lease is no longer held are dropped, since another worker has the cell."""
        payload = orjson.dumps([_row(result) for result in results]).decode()
        rows = self._rows(_STORE, results=payload, user=self.user_id)
        return Progress(*rows[0]) if rows else Progress("deleted", 0, 0)

    def open_cells(self) -> tuple[int, list[UUID]]:
        """How many cells are still to be worked, by anybody, and the ids of those that nobody should try again."""
        count, hopeless = self._rows(_OPEN, give_up=GIVE_UP_AFTER)[0]
        return count, hopeless or []

    def adopt(self, cells: Sequence[UUID]) -> list[Lease]:
        """Take hopeless cells, to store an error for them."""
        token = uuid7()
        rows = self._rows(_ADOPT, cells=list(cells), token=token, seconds=LEASE_SECONDS, give_up=GIVE_UP_AFTER)
        return [Lease(row[0], row[1], row[2], row[3], token, row[4]) for row in rows]

    def note_wait(self, seconds: float, host: str) -> None:
        """Say that calls to `host` are held back for so long, because it asked for that."""
        self._execute(_NOTE_WAIT, seconds=seconds, host=host[:300])

    def finish(self) -> bool:
        """Mark the run as finished if no cell is open; True when this call did it."""
        return self._execute(_FINISH) == 1

    def stop(self, message: str) -> None:
        """End the run because it cannot go on; `message` says why, in a sentence."""
        self._execute(_STOP, message=message[:500])

    def _execute(self, statement: str, **values: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"workspace": self.workspace_id, "run": self.run_id, **values})
            return int(cursor.rowcount)

    def _rows(self, statement: str, **values: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"workspace": self.workspace_id, "run": self.run_id, **values})
            return list(cursor.fetchall())


def _row(result: Result) -> dict[str, Any]:
    tested = next((call for call in result.calls if call.purpose == "run"), None)
    costs = [float(call.cost_usd) for call in result.calls if call.cost_usd is not None]
    return {
        "cell": result.lease.cell_id,
        "token": result.lease.token,
        "output_id": uuid7(),
        "status": result.status,
        "passed": result.passed,
        "score": result.score,
        "error_kind": result.error_kind,
        "output": storable(result.output),
        "tool_calls": [{name: storable(text) for name, text in call.items()} for call in result.tool_calls],
        "finish_reason": result.finish_reason,
        "checks": result.checks,
        "judgement": result.judgement,
        "error": result.error,
        "first_token_ms": tested.first_token_ms if tested else None,
        "total_ms": tested.total_ms if tested else None,
        "input_tokens": tested.input_tokens if tested else None,
        "output_tokens": tested.output_tokens if tested else None,
        "cost_usd": sum(costs) if costs else None,
        "calls": [{"id": uuid7(), **vars(call)} for call in result.calls],
    }


def storable(text: str) -> str:
    """Text as PostgreSQL can keep it: no NUL, no lone surrogates; both become the replacement character."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text
