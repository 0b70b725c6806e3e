"""A fake provider of ours may be called by its own probe, at its own port, and by nobody else."""

import ast
import asyncio

import pytest
from django.conf import settings

from promptassay.providers.connector import is_allowed
from promptassay.providers.private_hosts import LOOPBACK, is_own_provider, own_provider, private_hosts
from tests.house.source import PACKAGE, modules, named

# The canary provider of the trust probes, and the decoy of the status page.
CALLERS = {"promptassay/trust/probes/stage.py", "promptassay/trust/status/decoy.py"}


@pytest.fixture(autouse=True)
def _nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRIVATE_PROVIDER_HOSTS", frozenset({"ollama.lan"}))


async def test_the_port_is_open_to_the_calling_context_alone() -> None:
    before = asyncio.Event()

    async def somebody_else() -> frozenset[str]:
        await before.wait()
        return private_hosts()

    other = asyncio.create_task(somebody_else())
    with own_provider(4711):
        before.set()
        assert private_hosts() == {"ollama.lan", f"{LOOPBACK}:4711"} == await asyncio.to_thread(private_hosts)
        assert is_allowed(f"http://{LOOPBACK}:4711/openai/v1", private_hosts())
        for elsewhere in (f"http://{LOOPBACK}:4712/v1", f"http://{LOOPBACK}/v1", "http://localhost:4711/v1"):
            assert not is_allowed(elsewhere, private_hosts()) and not is_own_provider(elsewhere)
        assert await other == {"ollama.lan"}
    assert private_hosts() == {"ollama.lan"}
    assert not is_own_provider(f"http://{LOOPBACK}:4711/openai/v1")


def test_only_probes_open_it() -> None:
    callers = {
        named(path)
        for path in modules(PACKAGE)
        if path.name != "private_hosts.py" and "own_provider" in _names(path.read_text())
    }
    assert callers == CALLERS, "customers' keys never lead to the loopback address"


def _names(source: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    imported = {each.name for node in nodes if isinstance(node, ast.ImportFrom) for each in node.names}
    return imported | {node.attr for node in nodes if isinstance(node, ast.Attribute)}
