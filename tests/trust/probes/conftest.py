"""What tests of probes share."""

import pytest


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is cancelled is noticed at once, not within a second."""
    monkeypatch.setattr("promptassay.evals.engine.drive.WATCH_SECONDS", 0.05)
