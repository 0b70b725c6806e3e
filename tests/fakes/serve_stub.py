"""`promptassay serve` with stand-ins for web, worker and migrate, so that its process tree is tested alone.

STUB_MIGRATE, STUB_WEB and STUB_WORKER hold Python code that takes the place of the small defaults.
"""

import os
import sys

from promptassay.config import serve
from promptassay.core.errors import AppError

WEB = """
import http.server, os
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *arguments):
        pass
address = ("127.0.0.1", int(os.environ["PROMPTASSAY_PORT"]))
http.server.ThreadingHTTPServer(address, Answer).serve_forever()
"""
WORKER = "import signal; signal.pause()"


def code(name: str, default: str) -> list[str]:
    """A command that runs the given code."""
    return [sys.executable, "-c", os.environ.get(name, default)]


if __name__ == "__main__":
    commands = serve.Commands(
        migrate=code("STUB_MIGRATE", "pass"),
        check=code("STUB_CHECK", "pass"),
        web=code("STUB_WEB", WEB),
        worker=code("STUB_WORKER", WORKER),
    )
    try:
        sys.exit(serve.main(commands))
    except AppError as error:
        sys.stderr.write(str(error) + "\n")
        sys.exit(2)
