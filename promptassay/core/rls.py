"""Row security as migrations and as tables: which tables are global and why, and what the app role may do.

Policies are never edited: a change is a new operation with the next suffix, so that an old migration still
means what it meant.
"""

from typing import Any

from django.db import connection, migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from psycopg import sql

from promptassay.core.models import TenantForeignKey

# Tables without a workspace. Each names its reason; the catalogue test refuses any other.
GLOBAL_TABLES: dict[str, str] = {
    "django_migrations": "Django's record of applied migrations; the app role only reads it.",
    "django_content_type": "names of models, no content.",
    "auth_group": "Django's group table; unused, required by django.contrib.auth.",
    "auth_group_permissions": "Django's group table; unused.",
    "auth_permission": "names of Django permissions; unused.",
    "django_session": "signed-in browsers; identity, read before a workspace is known.",
    "accounts_user": "people sign in before a workspace is known; identity, no content.",
    "account_emailaddress": "allauth's addresses of a person; identity.",
    "account_emailconfirmation": "allauth's pending confirmations; identity.",
    "usersessions_usersession": "allauth's list of a person's sessions; identity.",
    "workspaces_masterkey": "which master key is in use: its id, no key.",
    "workspaces_keyholder": "the processes that serve, and the ids of the master keys that each holds.",
    "procrastinate_jobs": "the queue; arguments are ids.",
    "procrastinate_events": "the queue's history of states.",
    "procrastinate_periodic_defers": "the queue's clock.",
    "procrastinate_workers": "the queue's workers and heartbeats.",
    "usage_egress": "how many requests left the instance for which host; no workspace's, no content.",
    "trust_statusround": "measurements of the instance itself; no workspace's, no content.",
    "trust_statussample": "measurements of the instance itself.",
    "trust_statusday": "measurements of the instance itself, counted by day.",
    "trust_statusincident": "when a part of the instance failed.",
    "trust_statusnote": "what the operator says of that, in public.",
    "trust_evidence": "what proofs found: counts and hashes, public, no content.",
    "trust_checkpoint": "which entry of the evidence stood last at a time; public, no content.",
    "trust_canary": "which two workspaces the product's own probes attack.",
    "trust_proofday": "runs of proofs, counted by day.",
    "trust_lapse": "when a proof did not hold, did not run, or was lowered by the operator.",
    "trust_wording": "when words of a claim were first proved; hashes.",
}

# Tables with a policy of their own instead of the plain workspace policy.
SPECIAL_TABLES: dict[str, str] = {
    "workspaces_workspace": "visible when current, or through one's own membership.",
    "workspaces_membership": "visible in the current workspace, or when one's own.",
    "workspaces_apikey": "visible in the current workspace, or to who presents the key itself.",
}

# What the app role may do where it is not the usual SELECT, INSERT, UPDATE, DELETE.
GRANTS: dict[str, str] = {
    "django_migrations": "SELECT",
    "django_content_type": "SELECT",
    "auth_group": "SELECT",
    "auth_group_permissions": "SELECT",
    "auth_permission": "SELECT",
    "audit_entry": "SELECT, INSERT",
    "providers_keyuse": "SELECT, INSERT",
    "usage_modelcall": "SELECT, INSERT",
    "fragments_version": "SELECT, INSERT, DELETE",
    "prompts_version": "SELECT, INSERT, DELETE",
    "prompts_labelmove": "SELECT, INSERT",
    "trust_statusnote": "SELECT, INSERT, DELETE",
    "trust_evidence": "SELECT, INSERT",
    "trust_checkpoint": "SELECT, INSERT",
    "trust_canary": "SELECT, INSERT",
    "trust_proofday": "SELECT, INSERT, UPDATE",
    "trust_lapse": "SELECT, INSERT, UPDATE",
    "trust_wording": "SELECT, INSERT",
}

# No SET search_path here: it would double the cost of every statement, and these functions run with the caller's
# rights. Names are qualified instead.
CONTEXT_SQL_V1 = """
CREATE SCHEMA IF NOT EXISTS tenancy;
CREATE FUNCTION tenancy.current_workspace() RETURNS pg_catalog.uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE value pg_catalog.text := nullif(pg_catalog.current_setting('promptassay.workspace', true), '');
BEGIN
  IF value IS NULL THEN
    RAISE EXCEPTION 'no workspace is set for this transaction'
      USING ERRCODE = 'insufficient_privilege', HINT = 'Enter core.tenancy.with_workspace first.';
  END IF;
  RETURN value::pg_catalog.uuid;
END $$;
CREATE FUNCTION tenancy.workspace_if_set() RETURNS pg_catalog.uuid
LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(pg_catalog.current_setting('promptassay.workspace', true), '')::pg_catalog.uuid $$;
CREATE FUNCTION tenancy.current_person() RETURNS pg_catalog.uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE value pg_catalog.text := nullif(pg_catalog.current_setting('promptassay.person', true), '');
BEGIN
  IF value IS NULL AND nullif(pg_catalog.current_setting('promptassay.workspace', true), '') IS NULL THEN
    RAISE EXCEPTION 'no workspace or person is set for this transaction'
      USING ERRCODE = 'insufficient_privilege', HINT = 'Enter core.tenancy.with_workspace or with_person first.';
  END IF;
  RETURN value::pg_catalog.uuid;
END $$;
"""

# Who presents an API key sees the row of that key and no other, before a workspace is known. See decision 0017.
PRESENTED_KEY_SQL_V1 = """
CREATE FUNCTION tenancy.presented_key() RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE value pg_catalog.text := nullif(pg_catalog.current_setting('promptassay.api_key', true), '');
BEGIN
  IF value IS NULL AND nullif(pg_catalog.current_setting('promptassay.workspace', true), '') IS NULL THEN
    RAISE EXCEPTION 'no workspace or API key is set for this transaction'
      USING ERRCODE = 'insufficient_privilege', HINT = 'Enter core.tenancy.with_workspace or with_api_key first.';
  END IF;
  RETURN value;
END $$;
"""

_ON_DELETE = {models.CASCADE: "CASCADE", models.PROTECT: "NO ACTION", models.RESTRICT: "NO ACTION"}

WORKSPACE_V1 = "workspace_id = (SELECT tenancy.current_workspace())"


class Isolate(Operation):
    """Wall a tenant table off: row security enabled and forced, the one policy, composite keys.

    For the tables in SPECIAL_TABLES, `see` says which rows may be read besides the workspace's own; `write` is the
    condition for everything else, and a row that may only be seen can be neither changed nor deleted.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model: str, see: str = "", write: str = WORKSPACE_V1) -> None:
        self.model = model
        self.see = see
        self.write = write

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Isolation is the database's matter; the models' state does not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        table = model._meta.db_table
        run_deferred(schema_editor)
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        for policy in policies_sql(table, see=self.see, write=self.write):
            schema_editor.execute(policy)
        if any(field.name == "workspace" for field in model._meta.fields):
            schema_editor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_in_workspace UNIQUE (workspace_id, id)")
        for field in model._meta.local_fields:
            if isinstance(field, TenantForeignKey):
                add_composite_key(schema_editor, table, field)
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Dropping the table drops its policy and keys; isolation is never taken off a table that stays."""

    def describe(self) -> str:
        return f"Isolate {self.model} by workspace"


class AddTenantReference(Operation):
    """The composite key of a TenantForeignKey that joins an already isolated table."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, model: str, field: str) -> None:
        self.model = model
        self.field = field

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The key is the database's matter."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        add_composite_key(schema_editor, model._meta.db_table, model._meta.get_field(self.field))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Dropping the column drops the key."""

    def describe(self) -> str:
        return f"Keep {self.model}.{self.field} inside one workspace"


def policies_sql(table: str, *, see: str = "", write: str = WORKSPACE_V1) -> list[str]:
    """The one policy of a tenant table; or, where more may be seen than written, one for each command."""
    if not see:
        return [f"CREATE POLICY workspace_v1 ON {table} FOR ALL USING ({write}) WITH CHECK ({write})"]
    return [
        f"CREATE POLICY see_v1 ON {table} FOR SELECT USING ({see})",
        f"CREATE POLICY insert_v1 ON {table} FOR INSERT WITH CHECK ({write})",
        f"CREATE POLICY update_v1 ON {table} FOR UPDATE USING ({write}) WITH CHECK ({write})",
        f"CREATE POLICY delete_v1 ON {table} FOR DELETE USING ({write})",
    ]


def run_deferred(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add the keys that Django keeps for the end of a migration, while their tables can still be read to check them."""
    for statement in schema_editor.deferred_sql:
        schema_editor.execute(statement, None)
    schema_editor.deferred_sql.clear()


def add_composite_key(schema_editor: BaseDatabaseSchemaEditor, table: str, field: Any) -> None:
    """`(workspace_id, x_id)` references `(workspace_id, id)`, checked when a transaction commits.

    PostgreSQL checks existing rows as the owner, whom forced row security would stop: it is lifted from both
    tables for this one statement, inside the migration's transaction.
    """
    target, column = field.remote_field.model._meta.db_table, field.column
    on_delete = field.remote_field.on_delete
    rule = f"SET NULL ({column})" if on_delete is models.SET_NULL else _ON_DELETE[on_delete]
    for name in {table, target}:
        schema_editor.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
    schema_editor.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_same_workspace "
        f"FOREIGN KEY (workspace_id, {column}) REFERENCES {target} (workspace_id, id) "
        f"ON DELETE {rule} DEFERRABLE INITIALLY DEFERRED"
    )
    for name in {table, target}:
        schema_editor.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")


def create_context() -> migrations.RunSQL:
    """The migration operation that makes the context functions."""
    return migrations.RunSQL(CONTEXT_SQL_V1, "DROP SCHEMA tenancy CASCADE")


def create_presented_key() -> migrations.RunSQL:
    """The migration operation that makes the function by which an API key finds its own row."""
    return migrations.RunSQL(PRESENTED_KEY_SQL_V1, "DROP FUNCTION tenancy.presented_key()")


def apply_grants(app_role: str) -> int:
    """Give the app role exactly what it needs on every table, as the owner; returns the number of tables.

    Runs after every `migrate`. No TRUNCATE, REFERENCES, TRIGGER or CREATE, ever.
    """
    role = sql.Identifier(app_role)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        )
        tables = sorted(row[0] for row in cursor.fetchall())
        statements = [
            sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}, PUBLIC").format(role),
            sql.SQL("GRANT USAGE ON SCHEMA public, tenancy TO {}").format(role),
            sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(role),
            sql.SQL("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tenancy, public FROM PUBLIC"),
            sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tenancy, public TO {}").format(role),
        ]
        for table in tables:
            rights = GRANTS.get(table, "SELECT, INSERT, UPDATE, DELETE")
            statements.append(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), sql.Identifier(table), role))
        cursor.execute(sql.SQL("; ").join(statements).as_string(connection.connection))
    return len(tables)
