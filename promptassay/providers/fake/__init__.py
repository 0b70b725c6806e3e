"""A fake model provider over real HTTP, for tests, benchmarks and the trust probes."""

from promptassay.providers.fake.server import FakeProvider, addresses, run_in_thread

__all__ = ["FakeProvider", "addresses", "run_in_thread"]
