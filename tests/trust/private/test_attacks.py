"""A check of one's own wall: it holds on a whole one, turns red on a broken one, and leaves nothing behind."""

import psycopg
import pytest

from promptassay.trust.canaries import ensure_canaries
from promptassay.trust.private import attacks
from promptassay.trust.private.attacks import attack
from tests import environment
from tests.estate import build, tenant_rows
from tests.people import Person
from tests.trust.probes.test_isolation import OWN_ROWS, broken


@pytest.mark.usefixtures("committed")
class TestAttack:
    """One workspace that holds something of everything, and a canary beside it."""

    def test_a_whole_wall_holds_and_nothing_is_touched(self, alice: Person) -> None:
        build(alice, "alices")
        before = tenant_rows(alice.workspace.id)
        outcome = attack(alice.workspace.id, canary_id=ensure_canaries().a)
        assert (outcome.verdict, outcome.found, outcome.counts["came through"]) == ("held", "", 0)
        assert outcome.counts["rows of yours"] == sum(len(rows) for rows in before.values())
        filled = sum(bool(rows) for rows in before.values())
        assert outcome.counts["tables with rows of yours"] == outcome.counts["changes"] == filled
        assert outcome.counts["reads"] == len(before)
        assert outcome.counts["hand-overs"] == outcome.counts["smuggled copies"] == len(before) - 1
        assert outcome.counts["reads without a workspace"] == 2 * len(before)
        assert tenant_rows(alice.workspace.id) == before

    @pytest.mark.parametrize(
        ("policy", "says", "writes"),
        [
            ("USING (true) WITH CHECK (true)", "reads in prompts_prompt saw 1 of your rows", False),
            (f"USING ({OWN_ROWS}) WITH CHECK (true)", "smuggled copies in prompts_prompt got past the wall", True),
        ],
    )
    def test_a_broken_wall_turns_it_red(self, alice: Person, policy: str, says: str, writes: bool) -> None:
        build(alice, "alices")
        canary = ensure_canaries().a
        before = tenant_rows(alice.workspace.id)
        whole = f"ALTER POLICY workspace_v1 ON prompts_prompt USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})"
        with broken(f"ALTER POLICY workspace_v1 ON prompts_prompt {policy}", whole):
            outcome = attack(alice.workspace.id, canary_id=canary)
        assert outcome.verdict == "failed" and says in outcome.found
        # Through a hole nothing is written.
        assert outcome.counts["hand-overs"] == len(before) - (1 if writes else 2)
        assert tenant_rows(alice.workspace.id) == before
        assert attack(alice.workspace.id, canary_id=canary).verdict == "held"

    def test_a_table_that_does_not_answer_is_no_proof(self, alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        build(alice, "alices")
        canary = ensure_canaries().a
        monkeypatch.setattr(attacks, "LOCK_MS", 20)
        with psycopg.connect(environment.superuser_url()) as migrating:
            migrating.execute("LOCK TABLE evals_suite IN SHARE MODE")
            outcome = attack(alice.workspace.id, canary_id=canary)
        assert outcome.verdict == "error" and outcome.found == "The database was too busy to answer for evals_suite."
