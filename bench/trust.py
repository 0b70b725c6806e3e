"""The public pages about trust with a year of evidence behind them: server time, first load, growth of the chain."""

import psycopg

from bench.data import superuser_url
from bench.server import Server, inside, running
from bench.table import Row, measured

TITLE = "trust: a year of evidence, one entry per proof every five minutes"
PATHS = {
    "trust": "/trust",
    "claim": "/trust/claims/isolation",
    "proof": "/trust/proofs/isolation-sql",
    "trust as JSON": "/trust.json",
    "evidence": "/trust/evidence.json",
    "status": "/status",
}
LIMITS = {"trust": 200, "claim": 200, "proof": 200, "status": 200}
DAYS, ROUND_S = 365, 300

_ENTRIES = """
INSERT INTO trust_evidence (sequence, claim, proof, kind, words, verdict, counts, found, started, ended, build, schema,
  command, previous, key, hash, signature)
SELECT row_number() OVER (ORDER BY at, proof.number) + %(after)s, proof.claim, proof.id, proof.kind, proof.words,
  CASE WHEN extract(epoch FROM at)::bigint / 300 %% 20000 < 3 THEN 'failed' ELSE 'held' END,
  '{"tables": 33, "reads": 33, "changes": 33, "deletions": 33, "takeovers": 33, "hand-overs": 33, "came through": 0}',
  '', at, at + interval '200 ms', %(build)s, 'aaaaaaaaaaaa', 'promptassay trust prove ' || proof.id,
  md5(at::text) || md5(proof.id), 'aaaaaaaaaaaaaaaa', md5(proof.id) || md5(at::text),
  repeat('a', 88)
FROM generate_series(now() - make_interval(days => %(days)s), now() - interval '1 second', interval '300 s') at
CROSS JOIN unnest(%(claims)s::text[], %(proofs)s::text[], %(kinds)s::text[], %(words)s::text[])
  WITH ORDINALITY AS proof (claim, id, kind, words, number)
"""
_DAYS_OF_PROOFS = """
INSERT INTO trust_proofday (proof, day, held, red, unset)
SELECT proof, (ended AT TIME ZONE 'UTC')::date, count(*) FILTER (WHERE verdict = 'held'),
  count(*) FILTER (WHERE verdict <> 'held'), 0
FROM trust_evidence GROUP BY 1, 2 ON CONFLICT DO NOTHING
"""
_LAPSES = """
INSERT INTO trust_lapse (claim, proof, verdict, found, entry, began_at, ended_at)
SELECT claim, proof, 'failed', 'a hole', sequence, ended, ended + interval '15 minutes'
FROM trust_evidence WHERE verdict = 'failed' AND sequence % 3 = 0
"""
_SIZE = "SELECT pg_total_relation_size('trust_evidence'), (SELECT count(*) FROM trust_evidence)"


def run(repeats: int = 5) -> list[Row]:
    """Fill a server, ask for its pages over one connection, load them in a cold browser, and weigh the chain."""
    from bench import pages

    with running() as server, inside(server):
        server.bootstrap()
        size, entries = fill(server)
        times = [_slowest(pages.server_time(server, name, path)) for name, path in PATHS.items()]
        loads = pages.first_loads(server, PATHS, LIMITS, None, repeats)
        return [*times, *loads, *_growth(size, entries)]


def _slowest(row: Row) -> Row:
    """The 95th per cent, which is what is promised of these pages."""
    return Row(row.name.replace("p50", "p95"), row.high or row.value, row.unit, row.low, row.high, "<= 100")


def fill(server: Server) -> tuple[int, int]:
    """A year of rounds of every proof that runs here, with their sums; returns its bytes and how many entries."""
    from promptassay.trust.build import build
    from promptassay.trust.claims import CLAIMS, HERE

    proofs = [(claim, proof) for claim in CLAIMS for proof in claim.proofs if proof.kind in HERE]
    with psycopg.connect(superuser_url(server), autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        # The server's own rounds go on: they wait for this, and this for them.
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('promptassay.trust.evidence'))")
            (after,) = connection.execute("SELECT coalesce(max(sequence), 0) FROM trust_evidence").fetchone() or (0,)
            values = {
                "after": after,
                "days": DAYS,
                "build": build(),
                "claims": [claim.id for claim, _ in proofs],
                "proofs": [proof.id for _, proof in proofs],
                "kinds": [proof.kind.value for _, proof in proofs],
                "words": [claim.words_hash for claim, _ in proofs],
            }
            connection.execute(_ENTRIES, values)
            connection.execute(_DAYS_OF_PROOFS)
            connection.execute(_LAPSES)
        connection.execute("VACUUM ANALYZE trust_evidence, trust_proofday, trust_lapse")
        size, entries = connection.execute(_SIZE).fetchone() or (0, 1)
    return int(size), int(entries)


def _growth(size: int, entries: int) -> list[Row]:
    """What a year adds: probes speak in every round, dated records once an hour."""
    from promptassay.trust.claims import CLAIMS, HERE

    here = [proof for claim in CLAIMS for proof in claim.proofs if proof.kind in HERE]
    yearly = sum(DAYS * 86_400 / max(ROUND_S, proof.interval.total_seconds()) for proof in here)
    return [
        measured("chain: entries in the table", [entries], "", digits=0),
        measured("chain: bytes per entry, indexes included", [size / entries], "B", digits=0),
        measured("chain: entries per year", [yearly], "", digits=0),
        measured("chain: growth per year", [yearly * size / entries / 1e6], "MB", digits=0),
    ]
