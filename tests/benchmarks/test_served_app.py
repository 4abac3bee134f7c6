"""An app in a process of its own, here a small one: when it is ready, when it has ended, and what it answers."""

from pathlib import Path

import pytest

from benchmarks import served_app
from benchmarks.served_app import WITHOUT_CACHE, ServedApp
from benchmarks.speed import first_decision_s

APP = """
import json, os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked = 0

    def do_GET(self):
        Handler.asked += 1
        self.say({"status": "ok" if Handler.asked > 2 else "starting", "cache": os.environ.get("API_CACHED_SCORES")})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        gone = [{"router": "knn"}] if body.get("prompt") is None else []
        status = 418 if self.path == "/teapot" else 200
        self.say({"decisions": [1], "unavailable": gone, "port": self.client_address[1], **body}, status)

    def say(self, content, status=200):
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass

HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


@pytest.fixture
def app_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "app.py"
    path.write_text(APP, encoding="utf-8")
    monkeypatch.setattr(served_app, "APP", path)
    return path


def test_it_is_ready_when_it_says_so_and_gone_afterwards(app_file: Path) -> None:
    with ServedApp(WITHOUT_CACHE) as app:
        app.wait_until_ready()
        assert app.get("/health") == {"status": "ok", "cache": "0"}
        assert app.resident_mb() > 1
    with pytest.raises(OSError, match="refused"):
        app.get("/health")


def test_requests_share_a_connection(app_file: Path) -> None:
    with ServedApp() as app:
        assert app.until(lambda: bool(app.post("/echo", {"prompt": "a"}))) > 0
        ports = {app.post("/echo", {"prompt": "a"})["port"] for _ in range(3)}
        assert len(ports) == 1
        with pytest.raises(RuntimeError, match="/teapot answered 418"):
            app.post("/teapot", {})


def test_the_first_decision_is_waited_for(app_file: Path) -> None:
    with ServedApp() as app:
        assert 0 < first_decision_s(app) < served_app.START_LIMIT_S


def test_a_panel_that_is_not_whole_is_no_first_decision(app_file: Path) -> None:
    app_file.write_text(APP.replace('body.get("prompt") is None', "True"), encoding="utf-8")
    with ServedApp() as app, pytest.raises(RuntimeError, match="not every router is available"):
        first_decision_s(app)


def test_an_app_that_has_ended_is_not_waited_for(app_file: Path) -> None:
    app_file.write_text("raise SystemExit(3)", encoding="utf-8")
    with ServedApp() as app, pytest.raises(RuntimeError, match=r"app\.py ended"):
        app.wait_until_ready()
