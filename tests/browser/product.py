"""The product as a newcomer starts it, with a fake provider behind its three built-in kinds of key."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.server import Server, launch, wait_until_answering
from promptassay.providers.fake import FakeProvider, run_in_thread
from promptassay.providers.fake.record import Received

# What the fake provider takes; keys of each provider begin in their own way, and the product looks at that.
KEYS = {
    "openai": "sk-fake-0123456789abcdef",
    "anthropic": "sk-ant-fake-0123456789abcdef",
    "google": "AIza-fake-0123456789abcdef",
    "compatible": "fake-0123456789abcdef",
}
# Who operates it. No security contact: the document about weaknesses is one that is not published.
OPERATOR = {
    "PROMPTASSAY_OPERATOR_NAME": "Northwind Assay OÜ",
    "PROMPTASSAY_OPERATOR_ADDRESS": "Pärnu mnt 10, 10148 Tallinn, Estonia",
    "PROMPTASSAY_OPERATOR_EMAIL": "privacy@northwind-assay.test",
    "PROMPTASSAY_OPERATOR_REPRESENTATIVE": "none",
    "PROMPTASSAY_OPERATOR_DPO": "Zoë Łukasz, dpo@northwind-assay.test",
    "PROMPTASSAY_OPERATOR_LAW": "the law of Estonia",
    "PROMPTASSAY_OPERATOR_HOSTING": "Somebody’s Machines, Finland",
    "PROMPTASSAY_LEGAL_EFFECTIVE": "2026-12-01",
}


@dataclass(frozen=True)
class Product:
    """A running server and the fake provider that its keys reach; the fake runs in this process."""

    server: Server
    fake: FakeProvider

    @property
    def address(self) -> str:
        """Where the pages are, without a closing slash."""
        return self.server.address

    def join(self, guest: str, host: str) -> str:
        """Make the guest a member of the host's personal workspace; returns the workspace's id.

        Invitations are not built yet, so this goes to the database, in a process of its own: this one has its
        own database.
        """
        command = [sys.executable, "-m", "tests.browser.join", str(self.server.data_dir), guest, host]
        done = subprocess.run(command, env=self.server.variables, capture_output=True, text=True, check=True)
        return str(json.loads(done.stdout)["workspace"])


def last_call(fake: FakeProvider) -> Received:
    """The last model call; the product's own measurements of the provider, which have no body, left out."""
    return [each for each in fake.received if each.body][-1]


@contextmanager
def running(folder: Path) -> Iterator[Product]:
    """A fresh product in a folder, stopped at the end."""
    with run_in_thread(keys=frozenset(KEYS.values())) as fake:
        settings = {
            "PROMPTASSAY_OPENAI_BASE_URL": fake.openai_url,
            "PROMPTASSAY_ANTHROPIC_BASE_URL": fake.anthropic_url,
            "PROMPTASSAY_GOOGLE_BASE_URL": fake.google_url,
            **OPERATOR,
        }
        server = launch(folder / "data", settings)
        try:
            wait_until_answering(server)
            yield Product(server, fake)
        finally:
            server.stop()
