"""The probes of the wall: they hold on a whole one, and each turns red on a broken one."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from promptassay.trust import services
from promptassay.trust.canaries import ensure_canaries
from promptassay.trust.models import Evidence
from promptassay.trust.probes import Canaries, isolation
from tests import environment

pytestmark = pytest.mark.usefixtures("committed")

OWN_ROWS = "workspace_id = (SELECT tenancy.current_workspace())"


@contextmanager
def broken(sabotage: str, repair: str) -> Iterator[None]:
    """The wall with a hole, made by the superuser as whoever can reach the database might.

    Only in this database: roles are shared with the tests that run beside these.
    """
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        database = superuser.info.dbname
        superuser.execute(sabotage.format(database=database).encode())
        try:
            yield
        finally:
            superuser.execute(repair.format(database=database).encode())


@pytest.fixture
def canaries() -> Canaries:
    return ensure_canaries()


def test_a_whole_wall_holds(canaries: Canaries) -> None:
    catalogue = isolation.catalogue(canaries)
    assert (catalogue.verdict, catalogue.found) == ("held", "") and catalogue.counts["tables"] >= 30
    statements = isolation.statements(canaries)
    assert (statements.verdict, statements.found) == ("held", "")
    tables = statements.counts["tables"]
    assert statements.counts["reads"] == statements.counts["deletions"] == tables
    assert statements.counts["reads without a workspace"] == 2 * tables
    assert statements.counts["tables with rows to reach"] >= 16


def test_nothing_is_left_behind(canaries: Canaries) -> None:
    before = environment.fingerprint()
    isolation.statements(canaries)
    assert environment.fingerprint() == before


def test_an_empty_canary_is_no_proof(canaries: Canaries) -> None:
    from uuid import uuid4

    outcome = isolation.statements(Canaries(canaries.a, uuid4()))
    assert outcome.verdict == "error" and "empty" in outcome.found


@pytest.mark.parametrize(
    ("sabotage", "repair"),
    [
        (
            "ALTER TABLE prompts_prompt NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE prompts_prompt FORCE ROW LEVEL SECURITY",
        ),
        ("CREATE POLICY more ON evals_suite USING (true)", "DROP POLICY more ON evals_suite"),
        ("CREATE UNIQUE INDEX oops ON prompts_prompt (slug, id)", "DROP INDEX oops"),
        (
            "ALTER ROLE promptassay_app IN DATABASE {database} SET promptassay.workspace = ''",
            "ALTER ROLE promptassay_app IN DATABASE {database} RESET promptassay.workspace",
        ),
    ],
)
def test_a_broken_wall_turns_the_catalogue_red(canaries: Canaries, sabotage: str, repair: str) -> None:
    with broken(sabotage, repair):
        run = services.prove("isolation-catalogue")
    assert run.verdict == "failed" and run.counts["weaknesses"] >= 1 and run.found
    assert services.prove("isolation-catalogue").verdict == "held"


@pytest.mark.parametrize(
    ("sabotage", "repair", "kinds"),
    [
        (
            "ALTER POLICY workspace_v1 ON prompts_prompt USING (true) WITH CHECK (true)",
            f"ALTER POLICY workspace_v1 ON prompts_prompt USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})",
            {"of the other workspace were read in prompts_prompt", "changes in prompts_prompt", "without a workspace"},
        ),
        (
            f"ALTER POLICY workspace_v1 ON prompts_prompt USING ({OWN_ROWS}) WITH CHECK (true)",
            f"ALTER POLICY workspace_v1 ON prompts_prompt USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})",
            {"smuggled copies in prompts_prompt"},
        ),
        (
            "ALTER TABLE evals_case DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE evals_case ENABLE ROW LEVEL SECURITY",
            {"of the other workspace were read in evals_case", "changes in evals_case", "deletions in evals_case"},
        ),
    ],
)
def test_a_broken_wall_lets_the_attack_through(canaries: Canaries, sabotage: str, repair: str, kinds: set[str]) -> None:
    with broken(sabotage, repair):
        outcome = isolation.statements(canaries)
        run = services.prove("isolation-sql")
    assert outcome.verdict == run.verdict == "failed"
    assert all(kind in outcome.found for kind in kinds), outcome.found
    assert services.prove("isolation-sql").verdict == "held"


def test_a_probe_that_falls_over_is_evidence_of_an_error(canaries: Canaries, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_: object) -> None:
        raise RuntimeError("with a secret in its text")

    monkeypatch.setattr(isolation, "isolation_problems", fall)
    run = services.prove("isolation-catalogue")
    assert run.verdict == "error" and run.found == "The probe fell over: RuntimeError."
    assert Evidence.objects.count() == 1
