"""The probe of the register of stored data: it holds, and a column that nobody classed turns it red."""

import psycopg
import pytest

from promptassay.trust import services
from promptassay.trust.canaries import ensure_canaries
from promptassay.trust.probes import columns
from tests import environment

pytestmark = pytest.mark.usefixtures("committed")


def test_every_column_has_its_class() -> None:
    outcome = columns.classed(ensure_canaries())
    assert (outcome.verdict, outcome.found) == ("held", "")
    assert outcome.counts["tables"] > 50 and outcome.counts["columns"] > 400


def test_an_unclassed_column_turns_red() -> None:
    with psycopg.connect(environment.superuser_url(), autocommit=True) as superuser:
        superuser.execute("ALTER TABLE prompts_prompt ADD COLUMN last_answer text")
        try:
            run = services.prove("data-classes")
        finally:
            superuser.execute("ALTER TABLE prompts_prompt DROP COLUMN last_answer")
    assert run.verdict == "failed" and run.found == "the column prompts_prompt.last_answer has no data class"
    assert services.prove("data-classes").verdict == "held"
