"""The program of a receiver: it takes every event, and writes down what came, a line each."""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"


class Handler(BaseHTTPRequestHandler):
    """Serves a connection."""

    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    log: Path

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        line = json.dumps({"headers": headers, "event": json.loads(body)})
        with self.lock, self.log.open("a", encoding="utf-8") as log:
            log.write(line + "\n")
        self._answer()

    def _answer(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Handler.log = Path(sys.argv[2])
    ThreadingHTTPServer((LOOPBACK, int(sys.argv[1])), Handler).serve_forever()
