"""A full disk: a page that says so, nothing half-saved, and saving works again without a restart."""

import contextlib
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from bench.server import EMAIL, PASSWORD, Server, launch, wait_until_answering

MEGABYTES = 160


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, small enough to fill."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=755", "tmpfs", str(folder)])
    if done.returncode:
        if os.environ.get("PROMPTASSAY_TEST_REQUIRE_ALL"):
            pytest.fail("mounting a small disk is not permitted here")
        pytest.skip("mounting a small disk is not permitted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class Browser:
    """Just enough of a browser: cookies and the form's token."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> tuple[int, str, str]:
        return self._open(urllib.request.Request(self.server.address + path, headers={"Accept": "text/html"}))

    def post(self, path: str, **fields: str) -> tuple[int, str, str]:
        token = next(cookie.value for cookie in self.cookies if cookie.name == "promptassay_csrf") or ""
        data = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        headers = {"Accept": "text/html", "Referer": self.server.address + path}
        return self._open(urllib.request.Request(self.server.address + path, data=data, headers=headers))

    def _open(self, request: urllib.request.Request) -> tuple[int, str, str]:
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.geturl(), answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, request.full_url, error.read().decode()


def test_a_full_disk_says_so_and_heals_by_itself(small_disk: Path) -> None:
    server = launch(small_disk / "data")
    filler = small_disk / "filler"
    try:
        wait_until_answering(server)
        account: dict[str, Any] = server.bootstrap()
        browser = Browser(server)
        browser.get("/accounts/login/")
        status, _, _ = browser.post("/accounts/login/", login=EMAIL, password=PASSWORD)
        assert status == 200
        create = f"/w/{account['workspace']}/prompts/new/"
        assert browser.post(create, title="Before", prompt_type="system", pasted="text")[0] == 200

        with filler.open("wb") as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 65536)
        status, words = _until_refused(browser, create)
        assert status == 503
        assert re.search(r"disk is full|does not answer at the moment", words)
        assert "Traceback" not in words

        filler.unlink()
        _until_saved(browser, create)
        status, _, listing = browser.get(f"/w/{account['workspace']}/prompts/")
        assert status == 200
        assert "Before" in listing
        assert "After" in listing
        assert server.process.poll() is None
    finally:
        filler.unlink(missing_ok=True)
        server.stop()


def _until_refused(browser: Browser, path: str) -> tuple[int, str]:
    """Save larger and larger texts until the database cannot take one."""
    for number in range(200):
        text = json.dumps([number, os.urandom(120_000).hex()])
        status, _, words = browser.post(path, title=f"Big {number}", prompt_type="system", pasted=text)
        if status != 200:
            return status, words
    raise AssertionError("the disk never filled")


def _until_saved(browser: Browser, path: str) -> None:
    """The database may need to recover; nobody restarts anything."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if browser.post(path, title="After", prompt_type="system", pasted="text")[0] == 200:
                return
        time.sleep(0.2)
    raise AssertionError("saving did not come back")
