"""The engine: works off a run's cells on the event loop, durably, and counts every result exactly once."""
