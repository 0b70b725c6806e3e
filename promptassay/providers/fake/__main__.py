"""Runs the fake provider until it is told to stop: `python -m promptassay.providers.fake --port 0`."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

import orjson

from promptassay.providers.fake.faults import NAMED_FAULTS, STATUS_FAULTS
from promptassay.providers.fake.server import FakeProvider, addresses


def main(argv: Sequence[str] | None = None) -> int:
    """Prints one JSON line with the addresses, then serves until SIGINT or SIGTERM."""
    options = _parser().parse_args(argv)
    try:
        asyncio.run(_serve(options))
    except OSError as error:
        sys.stderr.write(f"The fake provider cannot listen on port {options.port}: {error.strerror}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    names = ", ".join([*sorted(NAMED_FAULTS), *map(str, sorted(STATUS_FAULTS))])
    parser = argparse.ArgumentParser(prog="fake-provider", description=__doc__, epilog=f"Faults: {names}.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--latency-ms", type=float, default=0, help="time to the first byte")
    parser.add_argument("--token-interval-ms", type=float, default=0, help="time between pieces of a stream")
    parser.add_argument("--mode", choices=("seeded", "echo", "demo"), default="seeded")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--text", help="answer this, always")
    parser.add_argument("--key", action="append", help="a key to accept; without any, all are")
    parser.add_argument("--fault", default="", help="a fault for every request")
    parser.add_argument("--no-record", action="store_true", help="keep nothing of what is received")
    return parser


async def _serve(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    fake = FakeProvider(
        host=options.host,
        port=options.port,
        latency=options.latency_ms / 1000,
        token_interval=options.token_interval_ms / 1000,
        mode=options.mode,
        seed=options.seed,
        text=options.text,
        keys=options.key,
        fault=options.fault,
        keep=not options.no_record,
    )
    async with fake:
        sys.stdout.write(orjson.dumps(addresses(fake)).decode() + "\n")
        sys.stdout.flush()
        await stopped.wait()


if __name__ == "__main__":
    sys.exit(main())
