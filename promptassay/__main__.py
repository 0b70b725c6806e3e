"""The entry point of `promptassay` and `python -m promptassay`."""

import sys


def main() -> None:
    """Run the console command and exit with its code."""
    from promptassay.config import commands

    sys.exit(commands.main())


if __name__ == "__main__":
    main()
