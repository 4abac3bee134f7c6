"""A stand-in for the Hub on loopback: makes repositories, takes commits, and remembers what it was sent."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class HubStandIn:
    """What the stand-in was sent.

    Attributes:
        address: Its own.
        made: Bodies of the requests to make a repository.
        files: Content by repository and path.
        tokens: Tokens that came along.
        refuses: Whether it answers with 403.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.made: list[dict[str, Any]] = []
        self.files: dict[tuple[str, str], bytes] = {}
        self.tokens: set[str] = set()
        self.refuses = False


@contextmanager
def hub_stand_in() -> Iterator[HubStandIn]:
    """Runs a stand-in."""
    hub = HubStandIn("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            hub.tokens.add((self.headers.get("authorization") or "").removeprefix("Bearer "))
            if hub.refuses:
                self._answer({"error": "no"}, 403)
                return
            if self.path == "/api/validate-yaml":
                self._answer({"errors": [], "warnings": []})
                return
            if self.path == "/api/repos/create":
                hub.made.append(json.loads(body))
                name = f"{hub.made[-1]['organization']}/{hub.made[-1]['name']}"
                self._answer({"url": f"{hub.address}/{name}", "name": name})
                return
            repository, _, what = self.path.removeprefix("/api/models/").partition("/preupload/")
            if what:
                named = [{"path": file["path"], "uploadMode": "regular"} for file in json.loads(body)["files"]]
                self._answer({"files": [{**file, "shouldIgnore": False} for file in named]})
                return
            repository = repository.partition("/commit/")[0]
            for line in body.decode().splitlines():
                sent = json.loads(line)
                if sent["key"] == "file":
                    hub.files[repository, sent["value"]["path"]] = base64.b64decode(sent["value"]["content"])
            self._answer({"commitUrl": f"{hub.address}/{repository}/commit/1", "commitOid": "1", "success": True})

        def _answer(self, content: dict[str, Any], status: int = 200) -> None:
            text = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Nothing of it belongs into the tests' output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
