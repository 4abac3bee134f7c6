"""What the stand-in for the Hub answers to who makes repositories, uploads files and commits."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tests.router_models.hub.stand_in_repo import LARGE, Repo, git_sha1, sha_of

if TYPE_CHECKING:
    from tests.router_models.hub.stand_in import HubStandIn

BATCH = ".git/info/lfs/objects/batch"
Answer = tuple[dict[str, Any], int]
"""A document and a status."""


def created(hub: HubStandIn, asked: dict[str, Any], token: str) -> Answer:
    """Makes a repository."""
    if token != hub.token:
        return {"error": "Invalid credentials"}, 401
    kind = asked.get("type") or "model"
    repo_id = f"{asked.get('organization') or 'tests'}/{asked['name']}"
    key = repo_id if kind == "model" else f"{kind}s/{repo_id}"
    there = key in hub.repos
    if not there:
        hidden = bool(asked.get("private")) or asked.get("visibility") == "private"
        hub.repos[key] = Repo(private=hidden)
        hub.repos[key].commit({})
    return {"url": f"{hub.address}/{key}", "name": repo_id}, 409 if there else 200


def upload_modes(repo: Repo, branch: str, files: Sequence[dict[str, Any]], *, large: bool) -> dict[str, Any]:
    """Which files go into the storage, and what is there of each already."""
    known = {name: git_sha1(content) for name, content in repo.files(branch).items()}
    return {
        "files": [
            {
                "path": file["path"],
                "uploadMode": "lfs" if large and file["path"].endswith(LARGE) else "regular",
                "shouldIgnore": False,
                "oid": known.get(file["path"]),
            }
            for file in files
        ]
    }


def upload_actions(hub: HubStandIn, asked: dict[str, Any], token: str) -> Answer:
    """Where large files are to be sent, but for those that the storage has."""
    if token != hub.token:
        return {"error": "You may not write here"}, 403
    objects: list[dict[str, Any]] = []
    for wanted in asked["objects"]:
        entry = {"oid": wanted["oid"], "size": wanted["size"]}
        if wanted["oid"] not in hub.uploaded:
            entry["actions"] = {"upload": {"href": f"{hub.address}/lfs/{wanted['oid']}"}}
        objects.append(entry)
    return {"transfer": "basic", "objects": objects}, 200


def committed(hub: HubStandIn, key: str, branch: str, body: bytes, token: str) -> Answer:
    """Takes a commit, unless another came before it."""
    if token != hub.token:
        return {"error": "You may not write here"}, 403
    repo = hub.repos[key]
    added: dict[str, bytes] = {}
    deleted: set[str] = set()
    for line in body.splitlines():
        sent = json.loads(line)
        value = sent["value"]
        if sent["key"] == "header":
            parent = value.get("parentCommit")
            if parent and parent != sha_of(repo.branches[branch]):
                return {"error": "A commit has happened since. Please refresh and try again."}, 412
        elif sent["key"] == "file":
            added[value["path"]] = base64.b64decode(value["content"])
        elif sent["key"] == "lfsFile":
            added[value["path"]] = hub.uploaded[value["oid"]]
        else:
            deleted.add(value["path"])
    sha = repo.commit(added, branch, deleted)
    return {"success": True, "commitOid": sha, "commitUrl": f"{hub.address}/{key}/commit/{sha}", "hookOutput": ""}, 200
