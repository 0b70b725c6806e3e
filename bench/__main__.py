"""`python -m bench list` names the benchmarks; `python -m bench NAME [--json FILE]` runs one."""

import argparse
import importlib
import sys
from pathlib import Path

from bench.table import show

NAMES = ("start", "evals", "pages", "isolation", "streaming", "lint", "editor", "panels", "trust", "tripwires")


def main() -> int:
    """Run one benchmark and print its table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("name", choices=("list", *NAMES))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as JSON too")
    parser.add_argument("--repeats", type=int, default=5, help="measurements of each figure, at least 5 to be quoted")
    options, rest = parser.parse_known_args()
    if options.name == "list":
        for name in NAMES:
            sys.stdout.write(f"{name:<10} {importlib.import_module(f'bench.{name}').TITLE}\n")
        return 0
    module = importlib.import_module(f"bench.{options.name}")
    if hasattr(module, "more_options"):  # the few that have options of their own
        show(module.TITLE, module.run(options.repeats, module.more_options().parse_args(rest)), options.json)
        return 0
    if rest:
        parser.error(f"unknown options: {' '.join(rest)}")
    show(module.TITLE, module.run(options.repeats), options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
