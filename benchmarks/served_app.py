"""`python app.py` on a free port of this machine, for measurements over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
APP = ROOT / "app.py"
START_LIMIT_S = 120
WITHOUT_CACHE = {"API_CACHED_SCORES": "0"}
"""Settings under which a router runs for every prompt, even where one comes twice."""

_POLL_S = 0.02


class ServedApp:
    """The app in a process of its own; a context manager that stops it.

    Args:
        settings: Environment variables on top of this process's.
    """

    def __init__(self, settings: dict[str, str] | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        own = {"PORT": str(self.port), "HOST": "127.0.0.1", "LOG_LEVEL": "ERROR"}
        self._connection: http.client.HTTPConnection | None = None
        self._start = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603  our own command line
            [sys.executable, str(APP)],
            cwd=ROOT,
            env={**os.environ, **own, **(settings or {})},
        )

    def __enter__(self) -> ServedApp:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()
        self._process.terminate()
        self._process.wait(timeout=20)

    def wait_until_ready(self) -> None:
        """Returns when every router that does not wait for an LLM is loaded.

        Raises:
            RuntimeError: The app ended, or was not ready in time.
        """
        self.until(self._ready)

    def until(self, answered: Callable[[], bool]) -> float:
        """Asks again and again until there is an answer; seconds from the start of the process to it.

        Args:
            answered: Asks the app; False, or an `OSError` where nothing listens yet, is to ask again.

        Raises:
            RuntimeError: The app ended, or did not answer in time.
        """
        limit = self._start + START_LIMIT_S
        while time.perf_counter() < limit and self._process.poll() is None:
            try:
                if answered():
                    return time.perf_counter() - self._start
            except OSError:
                self._connection = None
            time.sleep(_POLL_S)
        raise RuntimeError(f"app.py ended, or did not answer within {START_LIMIT_S} s")

    def post(self, path: str, body: dict[str, object]) -> dict[str, object]:
        """What the app answers to a request on a connection that is kept open, as JSON.

        Raises:
            RuntimeError: The answer is not 200.
            OSError: There is no connection.
        """
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self._connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
        response = self._connection.getresponse()
        content: dict[str, object] = json.loads(response.read())
        if response.status != http.client.OK:
            raise RuntimeError(f"{path} answered {response.status}: {content}")
        return content

    def get(self, path: str) -> dict[str, object]:
        """What the app answers, as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            content: dict[str, object] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return content

    def resident_mb(self) -> float:
        """Resident memory of the process in MB (10⁶ bytes)."""
        resident: int = psutil.Process(self._process.pid).memory_info().rss
        return resident / 1e6

    def _ready(self) -> bool:
        return self.get("/health")["status"] == "ok"
