"""A stand-in for the Hub on loopback, for its own client: revisions, commits, redirects, and faults."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.router_models.hub.stand_in_repo import LARGE, Repo, entry_of, git_sha1, sha_of, sibling
from tests.router_models.hub.stand_in_uploads import BATCH, committed, created, upload_actions, upload_modes


class Held(threading.Event):
    """Waited for by the stand-in; says that somebody does."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.reached.set()
        return super().wait(timeout)


@dataclass
class Request:
    """What was asked."""

    method: str
    path: str
    token: str
    range: str


@dataclass
class HubStandIn:
    """What it keeps, what it was asked, and how it misbehaves.

    Attributes:
        address: Its own.
        repos: By `owner/name`, datasets by `datasets/owner/name`.
        token: Who sends it may see private repositories and write.
        requests: All that were asked.
        status: With what every request is refused; 0 lets them in.
        retry_after: Said with 429.
        breaks: By file: after how many bytes the connection breaks, once each.
        ignores_range: Whether every answer is the whole file.
        instead: By file: what is sent in its place.
        holds: By file: waited for before the second half of it is sent.
        hangs: Waited for before anything is answered.
        large: Whether large files are to be uploaded to the storage rather than within the commit.
        uploaded: What is in the storage, by sha256.
    """

    address: str = ""
    repos: dict[str, Repo] = field(default_factory=dict)
    token: str = "hf_" + "s" * 34
    requests: list[Request] = field(default_factory=list)
    status: int = 0
    retry_after: str = ""
    breaks: dict[str, list[int]] = field(default_factory=dict)
    ignores_range: bool = False
    instead: dict[str, bytes] = field(default_factory=dict)
    holds: dict[str, threading.Event] = field(default_factory=dict)
    hangs: threading.Event | None = None
    large: bool = False
    uploaded: dict[str, bytes] = field(default_factory=dict)

    def put(self, repo_id: str, files: Mapping[str, bytes], **about: Any) -> str:
        """Commits files to a repository, which is made if it is new; returns the commit."""
        repo = self.repos.setdefault(repo_id, Repo())
        for name, value in about.items():
            setattr(repo, name, value)
        return repo.commit(files)

    def fetched(self, name: str) -> list[Request]:
        """Requests for the content of a file."""
        return [request for request in self.requests if request.method == "GET" and request.path.endswith(name)]


@contextmanager
def hub_stand_in() -> Iterator[HubStandIn]:
    """Runs a stand-in; set `HF_ENDPOINT` or `huggingface_hub.constants.ENDPOINT` to its address."""
    hub = HubStandIn()
    handler = type("BoundHandler", (Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    hub: HubStandIn
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answered()

    def do_HEAD(self) -> None:
        self._answered()

    def do_POST(self) -> None:
        self._answered()

    def do_PUT(self) -> None:
        self._answered()

    def _answered(self) -> None:
        self._sent = False
        path = unquote(urlsplit(self.path).path)
        self._body = self.rfile.read(int(self.headers.get("content-length") or 0))
        token = (self.headers.get("authorization") or "").removeprefix("Bearer ")
        self.hub.requests.append(Request(self.command, path, token, self.headers.get("range") or ""))
        if self.hub.hangs is not None:
            self.hub.hangs.wait(60)
        if self.hub.status:
            wait = {"retry-after": self.hub.retry_after} if self.hub.retry_after else {}
            self._json({"error": "refused"}, self.hub.status, wait)
        elif self.command == "PUT":  # to the storage, which knows no tokens
            self.hub.uploaded[path.rpartition("/")[2]] = self._body
            self._send(b"", 200, {})
        elif path.startswith("/storage/"):
            self._stored(path.removeprefix("/storage/"))
        elif token and token != self.hub.token:
            self._json({"error": "Invalid credentials"}, 401)
        elif path.startswith("/api/"):
            self._api(path.removeprefix("/api/"), token)
        elif path.endswith(BATCH):
            self._json(*upload_actions(self.hub, json.loads(self._body), token))
        else:
            self._resolve(path.strip("/"), token)

    def _api(self, path: str, token: str) -> None:
        if path == "validate-yaml":
            self._json({"errors": [], "warnings": []})
            return
        if path == "repos/create":
            self._json(*created(self.hub, json.loads(self._body), token))
            return
        if path.count("/") < 2:  # the client also asks things of its own
            self._json({"error": "Not found"}, 404)
            return
        kind, owner, name, *rest = path.split("/")
        key = f"{owner}/{name}" if kind == "models" else f"{kind}/{owner}/{name}"
        repo = self._repo(key, token)
        if repo is None:
            return
        what = rest[0] if rest else "revision"
        revision = rest[1] if len(rest) > 1 else "main"
        if what == "preupload":
            self._json(upload_modes(repo, revision, json.loads(self._body)["files"], large=self.hub.large))
            return
        if what == "commit":
            self._json(*committed(self.hub, key, revision, self._body, token))
            return
        place = repo.at(revision)
        if place is None:
            self._json({"error": "Invalid rev id"}, 404, {"x-error-code": "RevisionNotFound"})
        elif what == "revision":
            self._json(self._info(f"{owner}/{name}", repo, place))
        elif what in {"tree", "paths-info"}:
            self._json(self._entries(repo.states[place], what, "/".join(rest[2:])))
        else:
            self._json({"error": "Not found"}, 404)

    def _repo(self, key: str, token: str) -> Repo | None:
        """The repository, if it is shown to who asks; else it has been said that there is none."""
        repo = self.hub.repos.get(key)
        if repo is None or (repo.private and token != self.hub.token):
            self._json({"error": "Repository not found"}, 404 if token else 401, {"x-error-code": "RepoNotFound"})
            return None
        if repo.gated and token != self.hub.token:
            self._json({"error": "Access is restricted"}, 403, {"x-error-code": "GatedRepo"})
            return None
        return repo

    def _info(self, repo_id: str, repo: Repo, place: int) -> dict[str, Any]:
        blobs = "blobs" in parse_qs(urlsplit(self.path).query)
        return {
            "id": repo_id,
            "sha": sha_of(place),
            "private": repo.private,
            "gated": "auto" if repo.gated else False,
            "tags": [],
            "cardData": {"license": repo.licence} if repo.licence else None,
            "siblings": [sibling(name, content, blobs=blobs) for name, content in repo.states[place].items()],
        }

    def _entries(self, files: Mapping[str, bytes], what: str, under: str) -> list[dict[str, Any]]:
        if what == "paths-info":
            asked = json.loads(self._body)["paths"] if self.headers["content-type"] == "application/json" else []
            asked = asked or parse_qs(self._body.decode()).get("paths", [])
            return [entry for path in asked for entry in entry_of(files, path)]
        recursive = parse_qs(urlsplit(self.path).query).get("recursive", ["false"])[0].lower() in {"1", "true"}
        prefix = f"{under}/" if under else ""
        inside = [name for name in files if name.startswith(prefix)]
        depth = prefix.count("/")
        paths = inside if recursive else {"/".join(name.split("/")[: depth + 1]) for name in inside}
        return [entry for path in sorted(paths) for entry in entry_of(files, path)]

    def _resolve(self, path: str, token: str) -> None:
        repo_id, _, rest = path.partition("/resolve/")
        revision, _, name = rest.partition("/")
        repo = self._repo(repo_id, token)
        if repo is None:
            return
        place = repo.at(revision)
        if place is None:
            self._json({"error": "Invalid rev id"}, 404, {"x-error-code": "RevisionNotFound"})
            return
        content = repo.states[place].get(name)
        if content is None:
            self._json({"error": "Entry not found"}, 404, {"x-error-code": "EntryNotFound"})
            return
        headers = {"x-repo-commit": sha_of(place)}
        if not name.endswith(LARGE):
            self._content(name, content, headers | {"etag": f'"{git_sha1(content)}"'})
            return
        sha256 = hashlib.sha256(content).hexdigest()
        # Another host's name for the same server: the client must not send its token there.
        storage = self.hub.address.replace("127.0.0.1", "localhost")
        headers |= {
            "location": f"{storage}/storage/{repo_id}/{place}/{name}",
            "x-linked-etag": f'"{sha256}"',
            "x-linked-size": str(len(content)),
            "etag": f'"{sha256}"',
        }
        self._send(b"", 302, headers)

    def _stored(self, path: str) -> None:
        repo_id = next(known for known in self.hub.repos if path.startswith(f"{known}/"))
        place, _, name = path.removeprefix(f"{repo_id}/").partition("/")
        content = self.hub.repos[repo_id].states[int(place)][name]
        self._content(name, content, {"etag": f'"{hashlib.sha256(content).hexdigest()}"'})

    def _content(self, name: str, content: bytes, headers: Mapping[str, str]) -> None:
        content = self.hub.instead.get(name, content)
        asked = self.headers.get("range") or ""
        status = 200
        more = dict(headers) | {"accept-ranges": "bytes"}
        if asked.startswith("bytes=") and not self.hub.ignores_range:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            begin, end = int(first), min(int(last or len(content)), len(content) - 1)
            more["content-range"] = f"bytes {begin}-{end}/{len(content)}"
            content, status = content[begin : end + 1], 206
        left = self.hub.breaks.get(name) or []
        self._send(content, status, more, name, left.pop(0) if left and self.command == "GET" else None)

    def _json(self, content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self._send(json.dumps(content).encode(), status, {"content-type": "application/json"} | dict(headers or {}))

    def _send(
        self, content: bytes, status: int, headers: Mapping[str, str], name: str = "", stop: int | None = None
    ) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        if self.command == "HEAD":
            return
        sent = content if stop is None else content[:stop]
        half = len(sent) // 2 if name in self.hub.holds else len(sent)
        self.wfile.write(sent[:half])
        if half < len(sent):
            self.wfile.flush()
            self.hub.holds[name].wait(30)
            self.wfile.write(sent[half:])
        if stop is not None:
            self.wfile.flush()
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing of it belongs into the tests' output."""
