"""A tiny Prometheus-compatible server on loopback: it answers what a test puts into it, well or badly."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

Counts = Callable[[int], str | None]  # the end of a slice in seconds since the epoch → the value as text, or none


@dataclass
class Script:
    """What the server answers: series by query and key, or a fault for every request."""

    series: dict[str, dict[str, Counts]] = field(default_factory=dict)
    label: str = "tenant"
    fault: str = ""
    calls: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def answer(self, query: str, start: int, end: int, step: int) -> dict[str, Any]:
        """The matrix of a range query."""
        result = []
        for key, counts in self.series.get(query, {}).items():
            points = ((at, counts(at)) for at in range(start, end + 1, step))
            values = [[at, value] for at, value in points if value is not None]
            if values:
                result.append({"metric": {self.label: key} if key else {}, "values": values})
        body: dict[str, Any] = {"status": "success", "data": {"resultType": "matrix", "result": result}}
        return body | ({"warnings": self.warnings} if self.warnings else {})


class _Handler(BaseHTTPRequestHandler):
    script: Script

    def do_POST(self) -> None:
        """Answer a range query, or misbehave."""
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        asked = {name: values[0] for name, values in sent.items()}
        self.script.calls.append({"path": self.path, **asked})
        self.script.headers.append(dict(self.headers))
        fault = self.script.fault
        if fault:
            getattr(self, f"_{fault}")()
            return
        body = self.script.answer(asked["query"], int(asked["start"]), int(asked["end"]), int(asked["step"]))
        self._send(200, json.dumps(body).encode())

    def do_GET(self) -> None:
        """Only a redirect that somebody followed would come here."""
        self.script.calls.append({"path": self.path, "followed": "yes"})
        self._send(200, b"{}")

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):  # whoever asked may have hung up
            self.wfile.write(body)

    def _redirect(self) -> None:
        self._send(302, b"", Location=f"http://127.0.0.1:{self.server.server_address[1]}/elsewhere")

    def _error(self) -> None:
        self._send(503, b"down for a moment")

    def _refusal(self) -> None:
        self._send(400, json.dumps({"status": "error", "error": "parse error: unexpected end"}).encode())

    def _not_json(self) -> None:
        self._send(200, b'{"status": "success", "data": {"result')

    def _oversized(self) -> None:
        self._send(200, b" " * 300_000)

    def _slow(self) -> None:
        """A byte now and then: each arrives in time, the whole never does."""
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            try:
                self.wfile.write(b" ")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """Serve a script on a free port of loopback; gives the base address."""
    handler = type("Handler", (_Handler,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
