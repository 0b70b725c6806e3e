"""The canaries of a whole test module, for probes that leave them as they were."""

from collections.abc import Iterator

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from promptassay.core.tenancy import with_workspace
from promptassay.evals.models import Run
from promptassay.trust.canaries import ensure_canaries
from promptassay.trust.probes import Canaries
from tests import environment


@pytest.fixture(scope="module")
def pair(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Canaries]:
    """Committed once for the module. No worker is there to do their runs, so they count as done."""
    with django_db_blocker.unblock():
        environment.empty_all()
        made = ensure_canaries()
        for each in (made.a, made.b):
            with with_workspace(each):
                Run.objects.update(status=Run.Status.FINISHED)
        connections["default"].close()
        yield made
        connections["default"].close()
    environment.empty_all()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is cancelled is noticed at once, not within a second."""
    monkeypatch.setattr("promptassay.evals.engine.drive.WATCH_SECONDS", 0.05)
