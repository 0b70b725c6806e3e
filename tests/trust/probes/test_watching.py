"""What a round says and does outside the database is seen, of itself alone; nobody else's log gets longer."""

import logging
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from promptassay.trust.probes.watching import watching

log = logging.getLogger("promptassay.trust")


def test_the_log_is_watched_at_its_most_talkative_and_stays_what_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    def somebody_else() -> None:
        log.debug("their whisper")
        log.info("their words")

    handler = logging.StreamHandler(sys.stderr)
    logging.root.addHandler(handler)
    level = logging.root.level
    logging.root.setLevel(logging.INFO)
    try:
        with watching() as seen:
            log.debug("in a whisper")
            log.info("a failure on purpose")
            log.warning("aloud")
            other = threading.Thread(target=somebody_else)
            other.start()
            other.join()
            logging.getLogger("django.db.backends").debug("a statement with its values")
        log.debug("too late")
        after = logging.root.level
    finally:
        logging.root.setLevel(level)
        logging.root.removeHandler(handler)
    own = ["DEBUG in a whisper", "INFO a failure on purpose", "WARNING aloud"]
    theirs = ["DEBUG their whisper", "INFO their words"]
    assert [line.replace(" promptassay.trust", "") for line in seen.lines] == [*own, *theirs]
    assert capfd.readouterr().err.splitlines() == ["aloud", "their words"]
    assert after == logging.INFO and not handler.filters


def test_files_connections_and_programs_of_the_round_itself_are_seen(tmp_path: Path) -> None:
    def somebody_else() -> None:
        (tmp_path / "theirs").write_text("x")

    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(type=socket.SOCK_DGRAM) as post:
        port = server.getsockname()[1]
        with watching() as seen:
            (tmp_path / "ours").write_text("x")
            (tmp_path / "ours").read_text()
            socket.create_connection(("127.0.0.1", port)).close()
            post.sendto(b"x", ("127.0.0.1", port))
            subprocess.run([sys.executable, "-c", ""], check=True)
            other = threading.Thread(target=somebody_else)
            other.start()
            other.join()
        socket.create_connection(("127.0.0.1", port)).close()
    assert {path for path in seen.written if path.startswith(str(tmp_path))} == {str(tmp_path / "ours")}
    assert seen.connected == [f"127.0.0.1:{port}"] * 2
    assert "subprocess.Popen" in seen.programs
