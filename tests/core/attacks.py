"""Raw statements of somebody who runs SQL as the app role, knows every id, and wants another workspace's rows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Attack:
    """One attempt. `{a}` is the workspace attacked, `{b}` the attacker's own; the names of ids are its objects.

    sees_inside: from inside the attacked workspace the statement does bring its content, so it would find a hole.
    refused: it is an error in every context. writes: it tries to change something. copies_out: it is a COPY.
    at_most: an upper bound of the numbers that come back, from what the attacker's own workspace holds.
    """

    name: str
    statement: str
    sees_inside: bool = False
    refused: bool = False
    writes: bool = False
    copies_out: bool = False
    at_most: int | None = None


_TABLES = (
    "workspaces_workspace", "prompts_prompt", "prompts_version", "prompts_draft", "evals_suite", "evals_run",
    "evals_output", "providers_key", "providers_keyuse", "audit_entry",
)  # fmt: skip
_WHOLE = (*_TABLES, "workspaces_membership", "workspaces_datakey", "evals_case", "evals_runcase", "evals_cell",
          "usage_modelcall")  # fmt: skip


def _read(name: str, statement: str) -> Attack:
    return Attack(name, statement, sees_inside=True)


def _change(name: str, statement: str) -> Attack:
    return Attack(name, statement, writes=True)


def _never(name: str, statement: str) -> Attack:
    return Attack(name, statement, writes=True, refused=True)


_READS = [
    *(_read(f"select {table}", f"SELECT to_jsonb(t) FROM {table} t") for table in _TABLES),
    *(Attack(f"select {table}", f"SELECT to_jsonb(t) FROM {table} t") for table in _WHOLE[len(_TABLES) :]),
    _read("by id", "SELECT * FROM prompts_prompt WHERE id = '{prompt}'"),
    _read("by workspace", "SELECT * FROM prompts_prompt WHERE workspace_id = '{a}'"),
    _read("or true", "SELECT title FROM prompts_prompt WHERE workspace_id = '{b}' OR true"),
    _read("table", "TABLE prompts_version"),
    _read("join", "SELECT v.* FROM prompts_prompt p JOIN prompts_version v ON v.prompt_id = p.id"),
    _read("cross join", "SELECT p.title, s.name FROM prompts_prompt p, evals_suite s"),
    _read("full join", "SELECT p.title FROM accounts_user u FULL JOIN prompts_prompt p ON p.created_by = u.id"),
    _read("lateral", "SELECT l.title FROM accounts_user u, LATERAL (SELECT title FROM prompts_prompt) l"),
    _read("left join from a global table", "SELECT w.name FROM accounts_user u LEFT JOIN workspaces_membership m "
          "ON m.user_id = u.id LEFT JOIN workspaces_workspace w ON w.id = m.workspace_id"),
    _read("scalar subquery", "SELECT (SELECT string_agg(title, ',') FROM prompts_prompt)"),
    _read("exists", "SELECT CASE WHEN EXISTS (SELECT FROM prompts_prompt WHERE title LIKE '%own%') "
          "THEN (SELECT max(title) FROM prompts_prompt) END"),
    _read("in subquery", "SELECT title FROM prompts_prompt WHERE id IN (SELECT prompt_id FROM prompts_version)"),
    _read("cte", "WITH p AS (SELECT * FROM prompts_prompt) SELECT * FROM p"),
    _read("materialised cte", "WITH p AS MATERIALIZED (SELECT * FROM prompts_prompt) SELECT * FROM p"),
    _read("recursive cte", "WITH RECURSIVE p AS (SELECT title, 1 AS n FROM prompts_prompt UNION ALL "
          "SELECT title, n + 1 FROM p WHERE n < 3) SELECT * FROM p"),
    _read("union", "SELECT title FROM prompts_prompt UNION ALL SELECT name FROM evals_suite UNION ALL "
          "SELECT output FROM evals_output"),
    _read("except", "SELECT title FROM prompts_prompt EXCEPT SELECT 'x'"),
    _read("window", "SELECT first_value(title) OVER (ORDER BY created_at) FROM prompts_prompt"),
    _read("json_agg", "SELECT json_agg(p) FROM prompts_prompt p"),
    _read("group by", "SELECT title, count(*) FROM prompts_prompt GROUP BY GROUPING SETS ((title), ())"),
    _read("tablesample", "SELECT title FROM prompts_prompt TABLESAMPLE BERNOULLI (100)"),
    _read("by ctid", "SELECT title FROM prompts_prompt WHERE ctid < '(999,1)'"),
    _read("only", "SELECT title FROM ONLY prompts_prompt"),
    _read("for update", "SELECT title FROM prompts_prompt FOR UPDATE"),
    _read("for share, skip locked", "SELECT title FROM prompts_prompt FOR SHARE SKIP LOCKED"),
    _read("lock, then select", "LOCK TABLE prompts_prompt IN ACCESS EXCLUSIVE MODE; SELECT title FROM prompts_prompt"),
    _read("leaky operator", "SELECT id FROM prompts_prompt WHERE title::int > 0"),
    _read("leaky operator over a join", "SELECT v.id FROM prompts_version v JOIN prompts_prompt p "
          "ON p.id = v.prompt_id AND CAST(p.title AS integer) = v.number"),
    _read("error in an aggregate", "SELECT CAST(string_agg(title, ',') AS date) FROM prompts_prompt"),
    _read("raise in a block", "DO $$ BEGIN RAISE EXCEPTION '%', (SELECT string_agg(title, ',') "
          "FROM prompts_prompt); END $$"),
    _read("notice in a block", "DO $$ DECLARE r record; BEGIN FOR r IN SELECT title FROM prompts_prompt LOOP "
          "RAISE NOTICE '%', r.title; END LOOP; END $$"),
    _read("dynamic SQL in a block", "DO $$ DECLARE t text; BEGIN EXECUTE 'SELECT max(title) FROM prompts_prompt' "
          "INTO t; RAISE NOTICE '%', t; END $$"),
    _read("swallowed error in a block", "DO $$ BEGIN PERFORM title::int FROM prompts_prompt; EXCEPTION WHEN OTHERS "
          "THEN RAISE NOTICE '%', SQLERRM; END $$"),
    Attack("query_to_xml", "SELECT query_to_xml('SELECT * FROM prompts_prompt', true, true, '')"),
    Attack("table_to_xml", "SELECT table_to_xml('prompts_version', true, true, '')"),
    Attack("cursor_to_xml", "DECLARE c CURSOR FOR SELECT * FROM prompts_prompt; "
          "SELECT cursor_to_xml('c', 10, true, true, '')"),
    _read("prepared", "PREPARE p AS SELECT title FROM prompts_prompt; EXECUTE p"),
    _read("prepared with a generic plan", "SET plan_cache_mode = force_generic_plan; "
          "PREPARE p (text) AS SELECT title FROM prompts_prompt WHERE title LIKE $1; EXECUTE p ('%')"),
    _read("cursor", "DECLARE c CURSOR FOR SELECT title FROM prompts_prompt; FETCH ALL FROM c"),
    _read("scrolling cursor that is held", "DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT title FROM prompts_prompt; "
          "FETCH LAST FROM c"),
    _read("parallel plan", "SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL parallel_setup_cost = 0; "
          "SET LOCAL parallel_tuple_cost = 0; SELECT title FROM prompts_prompt"),
    _read("index only", "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; "
          "SELECT slug, (SELECT max(title) FROM prompts_prompt) FROM prompts_prompt"),
    _read("savepoint", "SAVEPOINT x; SELECT title FROM prompts_prompt"),
    _read("constraints immediate", "SET CONSTRAINTS ALL IMMEDIATE; SELECT title FROM prompts_prompt"),
    _read("serializable", "SET LOCAL enable_nestloop = off; SELECT title FROM prompts_prompt"),
    _read("reset role", "RESET ROLE; SELECT title FROM prompts_prompt"),
    _read("set role none", "SET ROLE NONE; SELECT title FROM prompts_prompt"),
    _read("reset session authorization", "RESET SESSION AUTHORIZATION; SELECT title FROM prompts_prompt"),
    _read("search path", "SET LOCAL search_path = pg_temp, public, tenancy; SELECT title FROM prompts_prompt"),
    Attack("copy table out", "COPY prompts_prompt TO STDOUT", sees_inside=True, copies_out=True),
    Attack("copy query out", "COPY (SELECT * FROM prompts_version) TO STDOUT (FORMAT csv)", sees_inside=True,
           copies_out=True),
    Attack("explain", "EXPLAIN (ANALYZE, VERBOSE, COSTS) SELECT * FROM prompts_prompt WHERE title LIKE '%own%'"),
    Attack("count", "SELECT count(*) FROM prompts_prompt", at_most=1),
    Attack("count in a subquery", "SELECT (SELECT count(*) FROM prompts_prompt), (SELECT count(*) FROM evals_suite)",
           at_most=1),
    Attack("count by grouping", "SELECT count(*) FROM (SELECT DISTINCT workspace_id FROM prompts_version) w",
           at_most=1),
    Attack("count of a foreign id", "SELECT count(*) FROM prompts_prompt WHERE id = '{prompt}'", at_most=0),
    Attack("count of foreign keys", "SELECT count(*) FROM providers_key WHERE workspace_id = '{a}'", at_most=0),
    Attack("session-level own context", "SELECT set_config('promptassay.workspace', '{b}', false); "
           "SELECT title FROM prompts_prompt"),
    Attack("session-level empty context", "SELECT set_config('promptassay.workspace', '', false); "
           "SELECT title FROM prompts_prompt"),
    Attack("reset of the context", "RESET ALL; SELECT title FROM prompts_prompt"),
    Attack("two ids as context", "SELECT set_config('promptassay.workspace', '{b},' || gen_random_uuid(), true); "
           "SELECT title FROM prompts_prompt"),
    Attack("a wildcard as context", "SELECT set_config('promptassay.workspace', '%', true); "
           "SELECT title FROM prompts_prompt"),
]  # fmt: skip

_PEEKS = [
    Attack("statistics", "SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats "
           "WHERE schemaname = 'public' AND tablename <> 'procrastinate_jobs'"),
    Attack("extended statistics", "SELECT * FROM pg_stats_ext"),
    Attack("raw statistics", "SELECT * FROM pg_statistic", refused=True),
    Attack("raw extended statistics", "SELECT * FROM pg_statistic_ext_data", refused=True),
    Attack("running statements", "SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid()"),
    Attack("class options", "SELECT relname, reloptions::text, relacl::text FROM pg_class WHERE relkind = 'r'"),
    Attack("policies", "SELECT * FROM pg_policies"),
    Attack("default values", "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef"),
    Attack("comments", "SELECT description FROM pg_description WHERE classoid = 'pg_class'::regclass"),
    Attack("passwords", "SELECT rolpassword FROM pg_authid", refused=True),
    Attack("large objects", "SELECT * FROM pg_largeobject", refused=True),
    Attack("large objects by id", "SELECT lo_get(oid) FROM pg_largeobject_metadata"),
    Attack("import a file", "SELECT lo_import('/etc/hostname')", refused=True),
    Attack("export a file", "SELECT lo_export(1, '/dev/null')", refused=True),
    Attack("read a file", "SELECT pg_read_file('postgresql.conf')", refused=True),
    Attack("read a binary file", "SELECT pg_read_binary_file('global/pg_filenode.map')", refused=True),
    Attack("list files", "SELECT pg_ls_dir('base')", refused=True),
    Attack("list the log", "SELECT * FROM pg_ls_waldir()", refused=True),
    Attack("read pages", "CREATE EXTENSION pageinspect", refused=True),
    Attack("dblink", "CREATE EXTENSION dblink", refused=True),
    Attack("foreign files", "CREATE EXTENSION file_fdw", refused=True),
    Attack("load a library", "LOAD '/tmp/x.so'", refused=True),
    Attack("copy to a file", "COPY prompts_prompt TO '/dev/null'", refused=True),
    Attack("copy to a program", "COPY prompts_prompt TO PROGRAM 'cat'", refused=True),
    Attack("copy from a program", "COPY accounts_user FROM PROGRAM 'id'", refused=True, writes=True),
    Attack("become the owner", "SET ROLE promptassay_owner; SELECT title FROM prompts_prompt", refused=True),
    Attack("become the superuser", "SET ROLE postgres; SELECT title FROM prompts_prompt", refused=True),
    Attack("become the superuser's session", "SET SESSION AUTHORIZATION postgres", refused=True),
    Attack("row security off", "SET row_security = off; SELECT title FROM prompts_prompt", refused=True),
    Attack("row security off in a copy", "SET LOCAL row_security = off; SELECT json_agg(p) FROM prompts_version p",
           refused=True),
    Attack("event of another session", "LISTEN anything; NOTIFY anything, 'x'; SELECT pg_listening_channels()"),
]  # fmt: skip

_CASE = "(id, workspace_id, suite_id, position, name, variables, expected, checks)"
_WRITES = [
    _change("update all", "UPDATE prompts_prompt SET title = 'taken'"),
    _change("update by id", "UPDATE prompts_prompt SET title = 'taken' WHERE id = '{prompt}'"),
    _change("update by workspace", "UPDATE prompts_draft SET revision = 99 WHERE workspace_id = '{a}' RETURNING *"),
    _change("update from a join", "UPDATE prompts_prompt p SET title = v.number FROM prompts_version v "
            "WHERE v.prompt_id = p.id"),
    _change("take a row over", "UPDATE prompts_prompt SET workspace_id = '{b}' WHERE id = '{prompt}'"),
    _change("take a key over", "UPDATE providers_key SET workspace_id = '{b}' WHERE id = '{key}' RETURNING sealed"),
    _change("take every key over", "UPDATE providers_key SET workspace_id = '{b}'"),
    _change("take the data key over", "UPDATE workspaces_datakey SET workspace_id = '{b}' WHERE workspace_id = '{a}'"),
    _change("rename the workspace", "UPDATE workspaces_workspace SET name = 'taken' WHERE id = '{a}'"),
    _change("promote a member", "UPDATE workspaces_membership SET role = 'owner', user_id = '{own_person}' "
            "WHERE workspace_id = '{a}'"),
    _change("lead a key elsewhere", "UPDATE providers_key SET base_url = 'https://evil.example' WHERE id = '{key}'"),
    _change("cancel a run", "UPDATE evals_run SET status = 'cancelled' WHERE id = '{run}'"),
    _change("delete all", "DELETE FROM prompts_prompt"),
    _change("delete by id", "DELETE FROM prompts_prompt WHERE id = '{prompt}'"),
    _change("delete using", "DELETE FROM prompts_draft d USING prompts_prompt p WHERE d.prompt_id = p.id"),
    _change("delete returning", "WITH gone AS (DELETE FROM evals_output RETURNING *) SELECT * FROM gone"),
    _change("delete the key", "DELETE FROM providers_key WHERE id = '{key}'"),
    _change("delete the workspace", "DELETE FROM workspaces_workspace WHERE id = '{a}'"),
    _change("delete the membership", "DELETE FROM workspaces_membership WHERE user_id = '{person}'"),
    _change("delete the data key", "DELETE FROM workspaces_datakey"),
    _change("delete the person", "DELETE FROM accounts_user WHERE id = '{person}'"),
    _change("merge", "MERGE INTO prompts_prompt p USING (SELECT '{prompt}'::uuid AS id) n ON p.id = n.id "
            "WHEN MATCHED THEN UPDATE SET title = 'taken'"),
    _change("merge with delete", "MERGE INTO evals_case c USING evals_suite s ON c.suite_id = s.id "
            "WHEN MATCHED THEN DELETE"),
    _change("upsert over a foreign id", f"INSERT INTO evals_case {_CASE} SELECT '{{case}}', '{{b}}', suite_id, 0, "
            "'x', '{{}}', '', '[]' FROM evals_case LIMIT 1 ON CONFLICT (id) DO UPDATE SET name = 'taken' RETURNING *"),
    _change("upsert nothing", f"INSERT INTO evals_case {_CASE} SELECT '{{case}}', '{{b}}', suite_id, 0, 'x', "
            "'{{}}', '', '[]' FROM evals_case LIMIT 1 ON CONFLICT DO NOTHING RETURNING *"),
    _change("insert a case there", f"INSERT INTO evals_case {_CASE} VALUES ('{{new}}', '{{a}}', '{{suite}}', 9, 'x', "
            "'{{}}', '', '[]')"),
    _change("refer to a prompt there", "INSERT INTO evals_suite (id, workspace_id, prompt_id, name, checks, judge, "
            "model_refs, threshold, repeats, concurrency, created_by, created_at, updated_at) VALUES ('{new}', '{b}', "
            "'{prompt}', 'x', '[]', '', '[]', 1, 1, 1, '{own_person}', now(), now())"),
    _change("copy rows home", "INSERT INTO prompts_prompt (id, workspace_id, title, slug, description, prompt_type, "
            "intent, target_model, current_version, created_by, created_at, updated_at, search_text) SELECT '{new}', "
            "'{b}', title, 'copied', description, prompt_type, intent, target_model, 0, created_by, now(), now(), '' "
            "FROM prompts_prompt WHERE workspace_id = '{a}' RETURNING title"),
    _change("give a row away", "UPDATE prompts_prompt SET workspace_id = '{a}' WHERE id = '{own_prompt}'"),
    _change("give a key away", "UPDATE providers_key SET workspace_id = '{a}' WHERE id = '{own_key}'"),
    _change("join there", "INSERT INTO workspaces_membership (id, workspace_id, user_id, role, created_at) VALUES "
            "('{new}', '{a}', '{own_person}', 'owner', now())"),
    _change("move one's membership there", "UPDATE workspaces_membership SET workspace_id = '{a}' "
            "WHERE user_id = '{own_person}'"),
    _change("forge an audit entry", "INSERT INTO audit_entry (id, workspace_id, number, at, actor_label, action, "
            "target_type, target_id, data, address, request_id, previous_hash, hash) VALUES ('{new}', '{a}', 999, "
            "now(), 'x', 'x', 'x', 'x', '{{}}', '', '', '', '')"),
    _change("forge a use of a key", "INSERT INTO providers_keyuse (id, workspace_id, at, key_id, key_name, origin, "
            "purpose, calls) VALUES ('{new}', '{a}', now(), '{key}', 'x', 'x', 'run', 1)"),
    _change("write in a block", "DO $$ BEGIN EXECUTE 'UPDATE prompts_prompt SET title = ''taken'''; END $$"),
    _change("write through a cursor", "DECLARE c CURSOR FOR SELECT * FROM prompts_prompt FOR UPDATE; FETCH c; "
            "UPDATE prompts_prompt SET title = 'taken' WHERE CURRENT OF c"),
    _never("change the audit log", "UPDATE audit_entry SET action = 'nothing'"),
    _never("delete the audit log", "DELETE FROM audit_entry"),
    _never("change the ledger", "UPDATE providers_keyuse SET calls = 0"),
    _never("delete the ledger", "DELETE FROM providers_keyuse"),
    _never("delete counted calls", "DELETE FROM usage_modelcall"),
    _never("change a version", "UPDATE prompts_version SET messages = '[]'"),
    _never("copy in", "COPY prompts_prompt FROM PROGRAM 'echo x'"),
    _never("truncate", "TRUNCATE prompts_prompt CASCADE"),
    _never("drop", "DROP TABLE prompts_prompt CASCADE"),
    _never("disable row security", "ALTER TABLE prompts_prompt DISABLE ROW LEVEL SECURITY"),
    _never("do not force", "ALTER TABLE prompts_prompt NO FORCE ROW LEVEL SECURITY"),
    _never("drop the policy", "DROP POLICY workspace_v1 ON prompts_prompt"),
    _never("loosen the policy", "ALTER POLICY workspace_v1 ON prompts_prompt USING (true)"),
    _never("add a policy", "CREATE POLICY hole ON prompts_prompt USING (true)"),
    _never("own the table", "ALTER TABLE prompts_prompt OWNER TO {app}"),
    _never("add a trigger", "CREATE TRIGGER t BEFORE UPDATE ON prompts_prompt "
           "EXECUTE FUNCTION tsvector_update_trigger()"),
    _never("disable triggers", "ALTER TABLE prompts_prompt DISABLE TRIGGER ALL"),
    _never("skip triggers", "SET session_replication_role = replica; DELETE FROM prompts_prompt"),
    _never("add a rule", "CREATE RULE r AS ON INSERT TO evals_case DO ALSO SELECT 1"),
    _never("add a reference", "CREATE TABLE t (id uuid REFERENCES prompts_prompt (id))"),
    _never("add a view", "CREATE VIEW v AS SELECT * FROM prompts_prompt"),
    _never("add an index", "CREATE INDEX i ON prompts_prompt ((title::int))"),
    _never("add a schema", "CREATE SCHEMA mine"),
    _never("keep a copy", "CREATE TABLE mine AS SELECT * FROM prompts_prompt"),
    _never("keep a temporary copy", "CREATE TEMP TABLE mine AS SELECT * FROM prompts_prompt"),
    _never("select into", "SELECT * INTO TEMP mine FROM prompts_prompt"),
    _never("shadow a table", "CREATE TEMP TABLE workspaces_membership (user_id uuid, workspace_id uuid)"),
    _never("a temporary view", "CREATE TEMP VIEW v AS SELECT * FROM prompts_prompt"),
    _never("a function", "CREATE FUNCTION f() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT 1::text'"),
    _never("a temporary function", "CREATE FUNCTION pg_temp.f() RETURNS text LANGUAGE sql AS 'SELECT 1::text'"),
    _never("replace the context", "CREATE OR REPLACE FUNCTION tenancy.current_workspace() RETURNS uuid LANGUAGE sql AS "
           "$$ SELECT '{a}'::uuid $$"),
    _never("change the context's path", "ALTER FUNCTION tenancy.current_workspace() SET search_path = pg_temp"),
    _never("drop the context", "DROP FUNCTION tenancy.current_workspace() CASCADE"),
    _change("grant", "GRANT ALL ON prompts_prompt TO PUBLIC"),
    _never("bypass", "ALTER ROLE {app} BYPASSRLS"),
    _never("join the owner", "GRANT promptassay_owner TO {app}"),
    _never("new role", "CREATE ROLE mine SUPERUSER"),
    _never("a context for every session", "ALTER ROLE {app} SET promptassay.workspace = '{a}'"),
    _never("a context for the database", "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET promptassay.workspace = "
           "''{a}''', current_database()); END $$"),
    _never("a setting of the system", "ALTER SYSTEM SET row_security = off"),
    _never("statistics on demand", "CREATE STATISTICS s (mcv) ON title, slug FROM prompts_prompt"),
    _never("a publication", "CREATE PUBLICATION p FOR ALL TABLES"),
    _never("a subscription", "CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p"),
]  # fmt: skip

ATTACKS = [*_READS, *_PEEKS, *_WRITES]
