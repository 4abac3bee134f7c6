"""A stand-in for the Hub that speaks what the Hub's client says when it keeps a dataset: commits and files."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

TOKEN = "hf_" + "w" * 34
DATASET = "tests/feedback"


def oid_of(content: bytes) -> str:
    """As git names a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@dataclass
class Hub:
    """What it keeps, and how it misbehaves.

    Attributes:
        commits: Every state of the dataset, oldest first: content by path.
        messages: What each commit says of itself.
        status: With what every request is refused; 0 lets them in.
        loses_answer: Whether commits are kept but answered with an error, as when the connection breaks.
        private: Whether the dataset was made for nobody else to read; None before it was made.
        before_commit: Waited for before each commit is taken.
        kind, name: Of the repository, such as `space` and `user/name`.
    """

    commits: list[dict[str, bytes]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    status: int = 0
    loses_answer: bool = False
    private: bool | None = None
    committing: threading.Event = field(default_factory=threading.Event)
    before_commit: threading.Event = field(default_factory=threading.Event)
    refused: int = 0
    kind: str = "dataset"
    name: str = DATASET

    def __post_init__(self) -> None:
        self.before_commit.set()

    @property
    def files(self) -> dict[str, bytes]:
        return self.commits[-1] if self.commits else {}

    def rows(self, table: str, kind: str = "rows") -> list[dict[str, Any]]:
        """Rows of a table in all files, in their order."""
        paths = sorted(path for path in self.files if path.startswith(f"{kind}/{table}/"))
        return [json.loads(line) for path in paths for line in self.files[path].splitlines()]

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def guard(request: Request, proceed: Any) -> Response:
            if self.status:
                self.refused += 1
                return JSONResponse({"error": "refused"}, self.status)
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                self.refused += 1
                return JSONResponse({"error": "Invalid credentials"}, 401)
            answer: Response = await proceed(request)
            return answer

        @app.post("/api/repos/create")
        async def create(request: Request) -> Response:
            asked = await request.json()
            assert asked["type"] == self.kind
            url = f"{request.base_url}{self.kind}s/{self.name}"
            if self.private is not None:
                return JSONResponse({"error": "exists", "url": url}, 409)
            self.private = asked.get("private") or asked.get("visibility") == "private"
            return JSONResponse({"url": url, "name": self.name})

        @app.post("/api/validate-yaml")
        async def validate() -> dict[str, Any]:
            return {"errors": [], "warnings": []}

        @app.get(f"/api/{self.kind}s/{self.name}")
        @app.get(f"/api/{self.kind}s/{self.name}/revision/{{revision}}")
        def info(revision: str = "main") -> dict[str, Any]:
            return {"id": self.name, "sha": self._sha(revision), "private": self.private, "tags": [], "siblings": []}

        @app.get(f"/api/{self.kind}s/{self.name}/tree/{{revision}}")
        def tree(revision: str) -> list[dict[str, Any]]:
            files = self._at(revision)
            return [
                {"type": "file", "path": path, "size": len(content), "oid": oid_of(content)}
                for path, content in files.items()
            ]

        @app.post(f"/api/{self.kind}s/{self.name}/preupload/main")
        async def preupload(request: Request) -> dict[str, Any]:
            asked = (await request.json())["files"]
            known = {path: oid_of(content) for path, content in self.files.items()}
            return {
                "files": [
                    {"path": f["path"], "uploadMode": "regular", "shouldIgnore": False, "oid": known.get(f["path"])}
                    for f in asked
                ]
            }

        @app.post(f"/api/{self.kind}s/{self.name}/commit/main")
        async def commit(request: Request) -> Response:
            lines = [json.loads(line) for line in (await request.body()).splitlines()]
            self.committing.set()
            while not self.before_commit.is_set():
                await _a_moment()
            state = dict(self.files)
            for line in lines[1:]:
                if line["key"] == "deletedFile":
                    del state[line["value"]["path"]]
                else:
                    assert line["key"] == "file"
                    state[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            self.messages.append(lines[0]["value"]["summary"])
            self.commits.append(state)
            if self.loses_answer:
                return JSONResponse({"error": "gateway"}, 500)
            url = f"{request.base_url}{self.kind}s/{self.name}/commit/{self._sha('main')}"
            return JSONResponse({"success": True, "commitOid": self._sha("main"), "commitUrl": url})

        @app.api_route(f"/{self.kind}s/{self.name}/resolve/{{revision}}/{{path:path}}", methods=["GET", "HEAD"])
        def resolve(revision: str, path: str) -> Response:
            content = self._at(revision).get(path)
            if content is None:
                return JSONResponse({"error": "Entry not found"}, 404, {"x-error-code": "EntryNotFound"})
            headers = {"x-repo-commit": self._sha(revision), "etag": f'"{oid_of(content)}"'}
            return Response(content, media_type="application/octet-stream", headers=headers)

        return app

    def _sha(self, revision: str) -> str:
        number = len(self.commits) if revision == "main" else int(revision, 16)
        return f"{number:040x}"

    def _at(self, revision: str) -> dict[str, bytes]:
        number = int(self._sha(revision), 16)
        return self.commits[number - 1] if number else {}


async def _a_moment() -> None:
    import asyncio

    await asyncio.sleep(0.01)
