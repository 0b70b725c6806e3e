"""The catalogue holds no weakness, and each sabotage of the wall is noticed."""

from typing import Any

import psycopg
import pytest

from promptassay.core.catalogue import isolation_problems, tenant_tables
from promptassay.core.rls import GLOBAL_TABLES

APP_ROLE = "promptassay_app"
Super = psycopg.Cursor[tuple[Any, ...]]


def test_every_table_is_walled_off_or_listed_with_a_reason(superuser: Super) -> None:
    assert isolation_problems(superuser, APP_ROLE) == []
    assert len(tenant_tables(superuser)) >= 13
    assert all(reason.endswith(".") for reason in GLOBAL_TABLES.values())


SABOTAGE = {
    "row security off": ("ALTER TABLE prompts_prompt DISABLE ROW LEVEL SECURITY", "switched off"),
    "not forced": ("ALTER TABLE prompts_version NO FORCE ROW LEVEL SECURITY", "does not force"),
    "always true": (
        "DROP POLICY workspace_v1 ON prompts_draft; CREATE POLICY workspace_v1 ON prompts_draft USING (true)",
        "not the workspace policy",
    ),
    "a second policy": ("CREATE POLICY more ON evals_suite FOR SELECT USING (true)", "has 2 policies"),
    "a loose check": (
        "ALTER POLICY workspace_v1 ON evals_case WITH CHECK (true)",
        "not the workspace policy",
    ),
    "a membership that can be deleted by sight": (
        "DROP POLICY delete_v1 ON workspaces_membership; CREATE POLICY delete_v1 ON workspaces_membership FOR DELETE "
        "USING (user_id = tenancy.current_person())",
        "is not the one it should have",
    ),
    "an API key that any key sees": (
        "ALTER POLICY see_v1 ON workspaces_apikey USING (tenancy.presented_key() IS NOT NULL)",
        "is not the one it should have",
    ),
    "workspaces seen by all": (
        "ALTER POLICY see_v1 ON workspaces_workspace USING (true)",
        "is not the one it should have",
    ),
    "a bare function call": (
        "ALTER POLICY workspace_v1 ON evals_case USING (workspace_id = tenancy.current_workspace())",
        "not the workspace policy",
    ),
    "bypass": ("ALTER ROLE promptassay_app BYPASSRLS", "may bypass"),
    "superuser": ("ALTER ROLE promptassay_app SUPERUSER", "is a superuser"),
    "membership": ("GRANT promptassay_owner TO promptassay_app", "is a member of promptassay_owner"),
    "ownership": ("ALTER TABLE prompts_prompt OWNER TO promptassay_app", "owns tables"),
    "truncate": ("GRANT TRUNCATE ON prompts_prompt TO promptassay_app", "holds TRUNCATE"),
    "update of the audit log": ("GRANT UPDATE ON audit_entry TO promptassay_app", "holds UPDATE on audit_entry"),
    "everybody": ("GRANT SELECT ON prompts_prompt TO PUBLIC", "everybody holds rights"),
    "create": ("GRANT CREATE ON SCHEMA public TO promptassay_app", "may create objects"),
    "a global unique": ("CREATE UNIQUE INDEX oops ON prompts_prompt (slug)", "spans workspaces"),
    "no composite key": (
        "ALTER TABLE prompts_version DROP CONSTRAINT prompts_version_prompt_id_same_workspace",
        "without a composite key",
    ),
    "a plain reference": (
        "ALTER TABLE prompts_draft ADD CONSTRAINT oops FOREIGN KEY (prompt_id) REFERENCES prompts_prompt (id)",
        "does not carry the workspace",
    ),
    "a nullable workspace": ("ALTER TABLE evals_cell ALTER workspace_id DROP NOT NULL", "may be null"),
    "a view of the owner": ("CREATE VIEW all_prompts AS SELECT * FROM prompts_prompt", "owner's rights"),
    "a materialised view": ("CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one", "owner's rights"),
    "a definer function": (
        "CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM prompts_prompt'",
        "runs with its owner's rights",
    ),
    "another context function": (
        "CREATE OR REPLACE FUNCTION tenancy.current_workspace() RETURNS uuid LANGUAGE sql STABLE "
        "SET search_path = pg_catalog AS 'SELECT gen_random_uuid()'",
        "tenancy.current_workspace is not as it was made",
    ),
    "a context function with a path of its own": (
        "ALTER FUNCTION tenancy.current_workspace() SET search_path = public",
        "is not as it was made",
    ),
    "a context for every session": (
        "ALTER ROLE promptassay_app SET promptassay.workspace = '00000000-0000-0000-0000-000000000001'",
        "is set for every session",
    ),
    "a right on one column": ("GRANT SELECT (title) ON prompts_prompt TO PUBLIC", "on the column prompts_prompt.title"),
    "a table elsewhere": (
        "CREATE SCHEMA attic; CREATE TABLE attic.diary (body text); GRANT USAGE ON SCHEMA attic TO promptassay_app; "
        "GRANT SELECT ON attic.diary TO promptassay_app",
        "attic.diary lies where",
    ),
    "a new table": ("CREATE TABLE diary (id uuid PRIMARY KEY, body text)", "diary has row security switched off"),
    "a new table without workspace": (
        "CREATE TABLE diary (id uuid PRIMARY KEY); ALTER TABLE diary ENABLE ROW LEVEL SECURITY; "
        "ALTER TABLE diary FORCE ROW LEVEL SECURITY",
        "no workspace_id",
    ),
}


def test_what_a_hosted_postgres_brings_of_its_own_is_no_hole(superuser: Super) -> None:
    superuser.execute(
        "CREATE SCHEMA auth; CREATE TABLE auth.users (email text); "
        "CREATE FUNCTION auth.all() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM auth.users'"
    )
    assert isolation_problems(superuser, APP_ROLE) == []


def test_a_role_that_is_missing_is_said(superuser: Super) -> None:
    assert isolation_problems(superuser, "nobody_at_all") == ["the role nobody_at_all does not exist"]


@pytest.mark.parametrize(("statement", "said"), SABOTAGE.values(), ids=SABOTAGE.keys())
def test_a_broken_wall_is_noticed(superuser: Super, statement: str, said: str) -> None:
    superuser.execute(statement)
    problems = isolation_problems(superuser, APP_ROLE)
    assert any(said in problem for problem in problems), problems
