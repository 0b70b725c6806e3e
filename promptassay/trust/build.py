"""Which build is running, and on which schema: what evidence is bound to."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from django.db import connection

from promptassay import __version__

_PACKAGE = Path(__file__).resolve().parent.parent
# What runs or is shown; compiled files and what an installation adds differ from machine to machine.
_COUNTED = (".py", ".html", ".js", ".css", ".toml", ".md", ".json")
# What the tests of this very build found: it names the build, so it cannot be a part of it.
GATES_FILE: Final = _PACKAGE / "trust" / "gates.json"


@cache
def build() -> str:
    """The build as it was when this process asked first; see `measure_build`."""
    return measure_build()


def measure_build() -> str:
    """The version with the first 12 hex digits of a hash over the product's own files, as they are installed.

    Whoever has the same files computes the same: no record of a commit is believed.
    """
    files = [each for each in _PACKAGE.rglob("*") if each.suffix in _COUNTED and each.is_file() and _is_built(each)]
    return f"{__version__}+{digest_of(files, _PACKAGE)}"


def _is_built(path: Path) -> bool:
    """Without the results of tests, and without the documentation: a checkout has that beside the package."""
    return path != GATES_FILE and _PACKAGE / "docs" not in path.parents


def digest_of(files: Iterable[Path], root: Path) -> str:
    """The first 12 hex digits of a hash over the files' names below `root` and their contents."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def schema() -> str:
    """The first 12 hex digits of a hash over the names of the migrations that this database has had."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        names = "\n".join(row[0] for row in cursor.fetchall())
    return hashlib.sha256(names.encode()).hexdigest()[:12]
