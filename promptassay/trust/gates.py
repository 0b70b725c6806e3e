"""What the tests of this build found, as `make test` wrote it beside the code: read, verified, bound to the build.

The file is an object like a piece of evidence: hashed, and signed by the key of whoever ran the tests. It counts only
for the build that it names. A key that this instance does not list proves that the file is whole, not who wrote it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson
from django.conf import settings

from promptassay.trust.build import GATES_FILE, build
from promptassay.trust.evidence import Signer, canonical, hash_of, is_signed, key_id_of, moment

FORMAT: Final = "promptassay-gates-1"
FILE = GATES_FILE  # another in tests, which must not depend on whether this build was tested
_TOP: Final = {
    "format", "made", "build", "tests", "commit", "public_key", "results", "key", "hash", "signature",
}  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What the tests of one gate found. `words` is the hash of the claim's words; times are as evidence writes them.

    `counts` hold what was tried; `found` says which tests did not pass.
    """

    claim: str
    proof: str
    words: str
    verdict: str
    counts: Mapping[str, int]
    found: str
    started: str
    ended: str


@dataclass(frozen=True)
class Origin:
    """Where results come from: the build that was tested, a digest of the tests, and the commit if one was clean."""

    build: str
    tests: str
    commit: str


@dataclass(frozen=True)
class Gates:
    """The file as it was read. `problem` says why nothing in it counts; without one, every result is of this build."""

    problem: str
    results: tuple[Result, ...] = ()
    origin: Origin | None = None
    public_key: str = ""
    made: str = ""
    is_listed: bool = False
    is_missing: bool = False

    @property
    def key_id(self) -> str:
        return key_id_of(self.public_key) if self.public_key else ""

    @property
    def made_at(self) -> datetime | None:
        return datetime.fromisoformat(self.made) if self.made else None

    @property
    def command(self) -> str:
        """What repeats it."""
        commit = self.origin.commit if self.origin else ""
        return f"git checkout {commit} && make test" if commit else "make test"

    def of(self, proof_id: str) -> Result | None:
        """The result of one gate, if it is there."""
        return next((each for each in self.results if each.proof == proof_id), None)


def gates_here() -> Gates:
    """What the tests of the running build found, as far as it counts; read again when the file is another."""
    try:
        state = FILE.stat()
    except OSError:
        return read(FILE, build=build())
    return _kept(FILE, state.st_mtime_ns, state.st_size, tuple(settings.TRUSTED_GATE_KEYS))


@lru_cache(maxsize=1)
def _kept(path: Path, written: int, size: int, listed: tuple[str, ...]) -> Gates:
    return read(path, build=build(), listed=listed)


def write(path: Path, signer: Signer, origin: Origin, results: Iterable[Result], *, at: datetime) -> None:
    """Sign the results and put them into the file, whole or not at all."""
    unsigned = {
        "format": FORMAT,
        "made": moment(at),
        **asdict(origin),
        "public_key": signer.public,
        "results": [asdict(each) for each in results],
    }
    unfinished = path.with_suffix(".new")
    unfinished.write_bytes(canonical(signer.sign(unsigned)) + b"\n")
    unfinished.replace(path)


def read(path: Path, *, build: str, listed: Collection[str] = ()) -> Gates:
    """The file, verified. `listed` are the public keys, in base64, of those whose word counts here."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Gates("This build carries no results of its tests.", is_missing=True)
    except OSError as error:
        return Gates(f"The results of the tests cannot be read: {error.strerror}.")
    try:
        return _verified(data, build, listed)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        return Gates(f"The results of the tests are not built as they should be: {type(error).__name__}.")


def _verified(data: bytes, build: str, listed: Collection[str]) -> Gates:
    value = orjson.loads(data)
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        return Gates(f"The results of the tests are not in the format {FORMAT}.")
    public = value["public_key"]
    holds = set(value) == _TOP and canonical(value) + b"\n" == data and hash_of(value) == value["hash"]
    if not (holds and value["key"] == key_id_of(public) and is_signed(value, public)):
        return Gates("The results of the tests are not as they were signed.")
    origin = Origin(value["build"], value["tests"], value["commit"])
    results = tuple(_result(each) for each in value["results"])
    problem = "" if origin.build == build else f"The results of the tests here are of build {origin.build}."
    return Gates(problem, results, origin, public, value["made"], public in listed)


def _result(value: Mapping[str, Any]) -> Result:
    """One result; raises ValueError for what the tests' plugin would not have written."""
    result = Result(**value)
    texts = [getattr(result, each.name) for each in fields(Result) if each.name != "counts"]
    if not all(isinstance(each, str) for each in texts) or result.verdict not in ("held", "failed"):
        raise ValueError("a result has other values than it should")
    if not all(isinstance(kind, str) and type(number) is int for kind, number in result.counts.items()):
        raise ValueError("counts are words and whole numbers")
    if datetime.fromisoformat(result.ended) < datetime.fromisoformat(result.started):
        raise ValueError("it ended before it started")
    return result
