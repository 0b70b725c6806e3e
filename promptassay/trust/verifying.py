"""`promptassay trust verify FILE`: checks a bundle of evidence offline, with nothing but the file."""

import sys
from pathlib import Path
from typing import Final

import orjson

from promptassay.core.errors import AppError
from promptassay.trust.bundle import Report, verify

EXIT_BROKEN: Final = 1
EXIT_STALE: Final = 3
LARGEST: Final = 256 * 1024 * 1024  # bytes


def main(file: str, *, key_id: str = "", after: str = "", any_age: bool = False, as_json: bool = False) -> int:
    """Print what was found; returns 0, EXIT_BROKEN, or EXIT_STALE for genuine evidence that is old or failing.

    `after` is the path of a bundle that was downloaded before.
    """
    report = verify(_read(file), key_id=key_id, after=_read(after) if after else b"")
    sys.stdout.write(_json(report) if as_json else _words(report, any_age=any_age))
    if not report.is_whole:
        return EXIT_BROKEN
    return EXIT_STALE if report.stale and not any_age else 0


def _read(file: str) -> bytes:
    path = Path(file)
    try:
        if path.stat().st_size > LARGEST:
            raise AppError(
                f"{file} is too large.",
                why=f"A bundle of evidence has at most {LARGEST // 1024**2} MB.",
                next_step="Download it again from the instance's trust page.",
            )
        return path.read_bytes()
    except OSError as error:
        raise AppError(
            f"{file} cannot be read.", why=f"{error.strerror}.", next_step="Give the path of a downloaded bundle."
        ) from None


def _json(report: Report) -> str:
    fields = {
        "whole": report.is_whole,
        "problems": report.problems,
        "stale": report.stale,
        "entries": report.entries,
        "made": report.made,
        "key": report.key_id,
    }
    return orjson.dumps(fields, option=orjson.OPT_INDENT_2).decode() + "\n"


def _words(report: Report, *, any_age: bool) -> str:
    if not report.is_whole:
        return "NOT as it was signed:\n" + "".join(f"  {each}\n" for each in report.problems)
    lines = [f"Whole: {report.entries} entries, every hash, link and signature holds. Made {report.made}."]
    lines.append(f"Signed by key {report.key_id}: compare it with the key on the instance's trust page.")
    if report.stale and not any_age:
        lines += ["Without a fresh proof that held:", *(f"  {each}" for each in report.stale)]
    return "\n".join(lines) + "\n"
