"""How `bench tripwires` breaks a throw-away instance: statements of its superuser, or changes to its code."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Edit:
    """A change to one file of the instance's own copy of the product.

    `text` stands at the end of the file afterwards, or in place of every `old`.
    """

    path: str
    text: str
    old: str = ""


@dataclass(frozen=True)
class Sabotage:
    """One thing that is broken, and the claim and proof that must turn red of it.

    `statement` runs as the superuser, `undo` takes it back; an `undo` that is a SELECT is asked beforehand for the
    statement that does. `edits` are made instead, and the instance is started again. `after_s` is how long the break
    needs before it can be seen at all.
    """

    name: str
    claim: str
    proof: str
    words: str
    statement: str = ""
    undo: str = ""
    edits: Sequence[Edit] = ()
    after_s: float = 0


_KEY: Final = "prompts_version_prompt_id_same_workspace"
_DEFINITION: Final = (
    "SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) "
    f"FROM pg_constraint WHERE conname = '{_KEY}'"
)
_HOST: Final = "https://collector.example:443"
_LAST: Final = "SELECT max(sequence) - 1 FROM trust_evidence"
_COUNTS: Final = (
    "SELECT format('UPDATE trust_evidence SET counts = %L WHERE sequence = %s', counts, sequence) FROM trust_evidence "
    f"WHERE sequence = ({_LAST})"
)

DATABASE: Final = (
    Sabotage(
        "force",
        "isolation",
        "isolation-catalogue",
        "FORCE dropped on one table",
        "ALTER TABLE prompts_version NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE prompts_version FORCE ROW LEVEL SECURITY",
    ),
    Sabotage(
        "policy",
        "isolation",
        "isolation-sql",
        "a permissive policy added",
        "CREATE POLICY more ON prompts_prompt USING (true)",
        "DROP POLICY more ON prompts_prompt",
    ),
    Sabotage(
        "bypass",
        "isolation",
        "isolation-sql",
        "BYPASSRLS granted",
        "ALTER ROLE promptassay_app BYPASSRLS",
        "ALTER ROLE promptassay_app NOBYPASSRLS",
    ),
    Sabotage(
        "unique",
        "isolation",
        "isolation-catalogue",
        "a unique index across workspaces",
        "CREATE UNIQUE INDEX oops ON prompts_prompt (slug, id)",
        "DROP INDEX oops",
    ),
    Sabotage(
        "composite-key",
        "isolation",
        "isolation-catalogue",
        "a composite key dropped",
        f"ALTER TABLE prompts_version DROP CONSTRAINT {_KEY}",
        _DEFINITION,
    ),
    Sabotage(
        "session-context",
        "isolation",
        "isolation-catalogue",
        "a workspace set for every session",
        "ALTER ROLE promptassay_app SET promptassay.workspace = '00000000-0000-0000-0000-000000000001'",
        "ALTER ROLE promptassay_app RESET promptassay.workspace",
    ),
    Sabotage(
        "column",
        "no-training",
        "data-classes",
        "an unclassed column",
        "ALTER TABLE prompts_prompt ADD COLUMN last_answer text",
        "ALTER TABLE prompts_prompt DROP COLUMN last_answer",
    ),
    Sabotage(
        "egress-host",
        "no-training",
        "egress",
        "an extra host in the egress ledger",
        "INSERT INTO usage_egress (day, kind, origin, requests) "
        f"VALUES ((now() AT TIME ZONE 'UTC')::date, 'openai', '{_HOST}', 3)",
        f"DELETE FROM usage_egress WHERE origin = '{_HOST}'",
    ),
    Sabotage(
        "evidence",
        "certification",
        "evidence-chain",
        "an entry of the chain rewritten",
        f"""UPDATE trust_evidence SET counts = '{{"tables": 1}}' WHERE sequence = ({_LAST})""",
        _COUNTS,
    ),
)

_KEEP_IN_JOB: Final = """

_real_stream = Gateway.stream


async def _kept(self, *args, **kwargs):
    from promptassay.core.jobs import enqueue
    from promptassay.core.threads import in_thread

    heard = ""
    async with contextlib.aclosing(_real_stream(self, *args, **kwargs)) as events:
        async for event in events:
            heard += getattr(event, "text", "")
            yield event
    await in_thread(enqueue, "providers.refresh_key", workspace_id=heard, key_id="0")


import contextlib

Gateway.stream = _kept
"""
_SEND_ELSEWHERE: Final = """

_real_stream = Gateway.stream


async def _copied(self, target, request, **kwargs):
    import contextlib
    import socket

    with (
        socket.create_server(("127.0.0.1", 0)) as collector,
        socket.create_connection(collector.getsockname()) as sender,
    ):
        sender.sendall(request.messages[0].content.encode())
    async with contextlib.aclosing(_real_stream(self, target, request, **kwargs)) as events:
        async for event in events:
            yield event


Gateway.stream = _copied
"""
_LOG_HEADER: Final = """

_real_open = Transport.open


async def _talkative(self, target, wire, limits):
    import logging

    logging.getLogger("promptassay.providers").debug("sending %s", dict(wire.headers))
    return await _real_open(self, target, wire, limits)


Transport.open = _talkative
"""
_RETURN_KEY: Final = """

def _report(fault, target, attempts):
    return ProviderFailure(fault.kind, f"The key {target.secret.reveal()} was refused.")
"""
_WITHOUT_ORIGIN: Final = """

ProviderKey.seal_context = property(lambda key: ("provider-key", str(key.id), key.provider))
"""
_MISSING_CHECK: Final = """

_real_can = Actor.can
Actor.can = lambda self, ability: ability == Ability.AUDIT_READ or _real_can(self, ability)
"""
_OPERATIONAL: Final = """

def state_of(sample, now):
    return State.UP
"""
_NO_ROUNDS: Final = """

async def run_round():
    return True


async def watch(stopping):
    await stopping.wait()
"""

CODE: Final = (
    Sabotage(
        "header",
        "custody",
        "custody-ledger",
        "a header logged",
        edits=[Edit("providers/transport.py", _LOG_HEADER)],
    ),
    Sabotage(
        "key",
        "custody",
        "custody-ledger",
        "a key returned in an error",
        edits=[Edit("providers/gateway.py", _RETURN_KEY)],
    ),
    Sabotage(
        "origin",
        "custody",
        "custody-seal",
        "origin dropped from associated data",
        edits=[Edit("providers/models.py", _WITHOUT_ORIGIN)],
    ),
    Sabotage(
        "response",
        "retention",
        "retention-markers",
        "a response stored in a job",
        edits=[Edit("providers/gateway.py", _KEEP_IN_JOB)],
    ),
    Sabotage(
        "copy",
        "no-training",
        "egress",
        "content sent to another host",
        edits=[Edit("providers/gateway.py", _SEND_ELSEWHERE)],
    ),
    Sabotage(
        "permission",
        "roles",
        "roles-http",
        "a permission check removed",
        edits=[Edit("workspaces/actor.py", _MISSING_CHECK)],
    ),
    Sabotage(
        "operational",
        "status",
        "status-lie-detector",
        "a hard-coded “operational”",
        edits=[Edit("trust/status/states.py", _OPERATIONAL)],
    ),
    Sabotage(
        "prober",
        "status",
        "status-lie-detector",
        "the prober stopped",
        edits=[Edit("trust/status/rounds.py", _NO_ROUNDS)],
        after_s=151,
    ),
    Sabotage(
        "record",
        "dpa",
        "record-dpa",
        "an expired record",
        edits=[Edit("trust/records.py", "expires=date(2026, 11, 24)", "expires=date(2027, 11, 24)")],
    ),
    Sabotage(
        "badge",
        "certification",
        "record-badges",
        "a badge without a record",
        edits=[Edit("templates/trust/claim_list.html", "<p>We are SOC 2 Type II audited.</p></section>", "</section>")],
    ),
    Sabotage(
        "placeholder",
        "legal",
        "legal-whole",
        "a placeholder in the privacy policy",
        edits=[Edit("trust/legal/texts/privacy/2026-11-24.md", "\nWrite to [Company].\n")],
    ),
)

SABOTAGES: Final = (*DATABASE, *CODE)
