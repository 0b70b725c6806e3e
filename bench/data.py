"""A database of the size that the figures speak of: 10,000 prompts in one workspace, 1,000,000 versions in all."""

from uuid import UUID

import psycopg

from bench.server import Server

PROMPTS, OTHERS, PROMPTS_ELSEWHERE, VERSIONS = 10_000, 90, 1_000, 10

_TEXT = (
    "You sort incoming support tickets for {{product}}. Choose one category: outage, billing, bug, how-to, feature "
    "request, account. Answer with one JSON object: category, priority, reason. Ticket: {{ticket}}. Number "
)

_LOAD = f"""
INSERT INTO workspaces_workspace (id, kind, name, created_at)
SELECT gen_random_uuid(), 'team', 'Workspace ' || n, now() FROM generate_series(1, %(others)s) n;

INSERT INTO prompts_prompt (id, workspace_id, title, slug, description, prompt_type, intent, target_model,
  current_version, created_by, created_at, updated_at, archived_at, search_text)
SELECT gen_random_uuid(), w.id, 'Prompt ' || n, 'prompt-' || n, 'What prompt ' || n || ' is for', 'system', '', '',
  {VERSIONS}, %(user)s, now(), now() - make_interval(secs => n), NULL, lower('prompt ' || n || ' {_TEXT}' || n)
FROM (SELECT id, CASE WHEN id = %(workspace)s THEN {PROMPTS} ELSE {PROMPTS_ELSEWHERE} END AS prompts
      FROM workspaces_workspace) w
CROSS JOIN LATERAL generate_series(1, w.prompts) n;

INSERT INTO prompts_version (id, workspace_id, prompt_id, number, parent_number, author_id, change_source, provenance,
  summary, content_hash, content_length, created_at, messages, settings, response_schema, tools)
SELECT gen_random_uuid(), p.workspace_id, p.id, v, nullif(v - 1, 0), %(user)s, 'manual', NULL, 'Change ' || v,
  md5(p.id::text || v) || md5(v::text), 260, now(),
  jsonb_build_array(jsonb_build_object('role', 'user', 'content', '{_TEXT}' || v)), '{{"temperature": 0}}', NULL, '[]'
FROM prompts_prompt p CROSS JOIN generate_series(1, {VERSIONS}) v WHERE p.slug LIKE 'prompt-%%'
"""


def superuser_url(server: Server) -> str:
    """The superuser's address of a benchmark's own database, for filling it and for queries past row security."""
    from promptassay.config.embedded import attach_or_start

    with attach_or_start(server.data_dir) as database:
        return database.url("postgres")


def load(server: Server, workspace: UUID, user: UUID, *, others: int = OTHERS) -> int:
    """Fill the workspace, and as many others; returns the number of versions in the database."""
    with psycopg.connect(superuser_url(server), autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        for statement in _LOAD.split(";\n"):
            connection.execute(statement, {"workspace": workspace, "user": user, "others": others})
        connection.execute("VACUUM ANALYZE")
        row = connection.execute("SELECT count(*) FROM prompts_version").fetchone()
    assert row
    return int(row[0])
