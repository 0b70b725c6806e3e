"""What stands on the disk of a browser: its databases, read through the browser itself, and its profile's files."""

import base64
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

# Every record of every database of ours, with its bytes in base64, beside what the tab and the origin keep as text.
_RECORDS = """
async () => {
  const wait = (request) => new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  const text = (bytes) => btoa(Array.from(new Uint8Array(bytes), (each) => String.fromCharCode(each)).join(""));
  const plain = (value) => value instanceof ArrayBuffer ? { bytes: text(value) }
    : ArrayBuffer.isView(value) ? { bytes: text(value.buffer) } : value;
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await wait(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      for (const record of await wait(database.transaction(store).objectStore(store).getAll())) {
        found.push({ name, ...Object.fromEntries(Object.entries(record).map(([key, value]) => [key, plain(value)])) });
      }
    }
    database.close();
  }
  return found;
}
"""
_NAMES = """
async () => (await indexedDB.databases()).map(({ name }) => name).filter((name) => name.startsWith("promptassay:"))
"""


def databases(page: Page) -> list[str]:
    """The names of the databases of ours that the page's browser has."""
    names: list[str] = page.evaluate(_NAMES)
    return names


def records(page: Page) -> list[dict[str, Any]]:
    """What stands in every database of the page's origin; binary fields are `{"bytes": base64}`."""
    found: list[dict[str, Any]] = page.evaluate(_RECORDS)
    return found


def forms_of(marker: str) -> dict[str, list[bytes]]:
    """How a marker would look in a file: as it is, in UTF-16, and in base64 at each of three offsets."""
    raw = marker.encode()
    coded = [base64.b64encode(b"\0" * offset + raw)[(4 if offset else 0) : -4] for offset in range(3)]
    wide = [each.decode().encode("utf-16-le") for each in coded]
    return {"raw": [raw], "utf-16": [marker.encode("utf-16-le")], "base64": coded, "base64 in utf-16": wide}


def holds(found: list[dict[str, Any]], marker: str) -> bool:
    """Whether any record shows the marker, in its plain fields or in its bytes."""
    for record in found:
        for value in record.values():
            is_binary = isinstance(value, dict) and "bytes" in value
            seen = base64.b64decode(value["bytes"]) if is_binary else str(value).encode()
            if any(form in seen for forms in forms_of(marker).values() for form in forms):
                return True
    return False


def search(profile: Path, marker: str) -> list[str]:
    """The files of a browser's profile that show the marker, with the form in which they do."""
    hits = []
    for path in sorted(each for each in profile.rglob("*") if each.is_file() and not each.is_symlink()):
        content = path.read_bytes()
        for name, forms in forms_of(marker).items():
            if any(form in content for form in forms):
                hits.append(f"{path.relative_to(profile)}: {name}")
    return hits
