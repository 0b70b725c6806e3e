"""The search for markers finds each spelling of them, in each packing, and nothing else."""

import gzip
import json
import os
import zlib
from base64 import b64encode, urlsafe_b64encode

import pytest

from promptassay.trust.probes.markers import WINDOW, Search
from tests.markers import Finds

MARKER = "Zq7Lm2Xv9Kt4Wd8Rb3Ny"
SEARCH = Search({"answer": MARKER, "other": "Gf5Pj1Us8Oe3Mi7Ta2Bk"})
TEXT = f'{{"text": "It says {MARKER}, twice."}}'
SPELLED = {
    "plain": TEXT.encode(),
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-16, big end first": TEXT.encode("utf-16-be"),
    "hex": TEXT.encode().hex().encode(),
    "upper hex": TEXT.encode().hex().upper().encode(),
    "base64 of a text": b64encode(TEXT.encode()),
    "base64, second alignment": b64encode(b"x" + TEXT.encode()),
    "base64, third alignment": b64encode(b"xy" + TEXT.encode()),
    "base64 for addresses": urlsafe_b64encode(b"\xff" + TEXT.encode()),
    "JSON in JSON": json.dumps(json.dumps(TEXT)).encode(),
    "JSON, all escaped": "".join(f"\\u{ord(char):04x}" for char in TEXT).encode(),
    "address, all escaped": "".join(f"%{byte:02x}" for byte in TEXT.encode()).encode(),
    "gzip": gzip.compress(TEXT.encode() * 3),
    "zlib": zlib.compress(TEXT.encode() * 3, 9),
    "zlib, quick": zlib.compress(TEXT.encode() * 3, 1),
    "gzip in the middle of a file": os.urandom(100) + gzip.compress(TEXT.encode()) + b"end",
    "gzip that breaks off": gzip.compress(os.urandom(40).hex().encode() + TEXT.encode() + b"." * 500)[:-9],
    "a piece": MARKER[3 : 3 + WINDOW].encode(),
}


@pytest.mark.parametrize("spelling", SPELLED)
def test_each_spelling_is_found(spelling: str) -> None:
    assert SEARCH.names_in(SPELLED[spelling]) == {"answer"}


def test_other_bytes_hold_nothing() -> None:
    for data in (b"", MARKER[: WINDOW - 1].encode(), os.urandom(1 << 20), b64encode(os.urandom(1 << 18))):
        assert SEARCH.names_in(data) == set()


def test_files_are_searched_with_their_names(tmp_path: "os.PathLike[str]") -> None:
    from pathlib import Path

    root = Path(tmp_path)
    (root / "deep").mkdir()
    (root / "deep" / "log.gz").write_bytes(gzip.compress(TEXT.encode()))
    (root / MARKER).write_text("empty")
    (root / "clean").write_text("nothing")
    finds = Finds(SEARCH)
    finds.look_in_files("here", root)
    assert finds.hits == {("here: deep/log.gz", "answer"), (f"here: {MARKER}", "answer")}
    assert finds.places == 6
