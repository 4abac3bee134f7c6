"""The JSON API as tests call it: within the process, or on a port of this machine."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import install_api
from llms.completions import Completions
from router_models import RouterPanel
from settings import Settings
from tests.llms.misbehaving import KEY, Misbehaving

LOCAL = {"pool": "local"}
START_S = 30


def settings(server: Misbehaving | None = None, **options: Any) -> Settings:
    """Settings without any key, unless a stand-in shall be OpenAI; without limits, unless a test sets some."""
    served = {} if server is None else {"provider_urls": {"openai": server.base_url}, "openai_api_key": KEY}
    return Settings(_env_file=None, **({"api_requests_per_minute": 0, "api_cached_scores": 0} | served | options))


def api_app(panel: RouterPanel, chosen: Settings) -> FastAPI:
    app = FastAPI(title="Router Playground")
    install_api(app, panel, Completions(panel.catalogue, chosen), chosen)

    @app.get("/api/defect")
    def defect() -> None:
        raise ZeroDivisionError("secret detail")

    return app


def client_of(panel: RouterPanel, server: Misbehaving | None = None, **options: Any) -> TestClient:
    return TestClient(api_app(panel, settings(server, **options)), raise_server_exceptions=False)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serves an app on a free port of this machine until the block ends; gives its address."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    until = time.monotonic() + START_S
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < until
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        taken.close()


def files(folder: Path, name: str, data: bytes) -> dict[str, Any]:
    """An upload as httpx takes it."""
    path = folder / name
    path.write_bytes(data)
    return {"file": (name, path.read_bytes())}
