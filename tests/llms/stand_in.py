"""A real HTTP server that stands in for a paid provider and answers what a test tells it to."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import SecretStr

from llms.providers import Connection, Provider

KEY = "sk-a-very-secret-key"


@dataclass
class StandIn:
    """What the server answers, and what it was asked."""

    status: int = 200
    body: bytes = b""
    delay_s: float = 0.0
    hang_up: bool = False
    requests: list[dict[str, Any]] = field(default_factory=list)
    address: str = ""

    def say(self, content: str, tokens: list[tuple[str, dict[str, float]]] | None = None) -> None:
        """Answers with a chat completion whose tokens have the given alternatives."""
        stated = [
            {"token": t, "logprob": max(a.values()), "top_logprobs": [{"token": k, "logprob": v} for k, v in a.items()]}
            for t, a in tokens or []
        ]
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
        self.body = json.dumps({"choices": [{**choice, "logprobs": {"content": stated} if tokens else None}]}).encode()

    def connection(self, *, probabilities: int = 20, schema: bool = True, timeout_s: float = 5.0) -> Connection:
        provider = Provider.model_validate(
            {"title": "Stand-in", "source": "tests", "probabilities": probabilities, "schema": schema}
        )
        return Connection("model-1", "Model One", provider, SecretStr(KEY), self.address, timeout_s)


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """Serves until the block ends."""
    said = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            said.requests.append({"key": self.headers["Authorization"], **json.loads(self.rfile.read(length))})
            time.sleep(said.delay_s)
            if said.hang_up:
                self.connection.close()
                return
            self.send_response(said.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            with suppress(BrokenPipeError):  # a client that ran out of time has gone
                self.wfile.write(said.body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    said.address = f"http://127.0.0.1:{server.server_port}/v1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield said
    finally:
        server.shutdown()
        server.server_close()
