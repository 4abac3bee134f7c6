"""`GET /api/info`: what this is, and what it answers."""

from __future__ import annotations

import tomllib
from pathlib import Path

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, Field

_PROJECT = Path(__file__).parent.parent / "pyproject.toml"


class EndpointView(BaseModel):
    """One endpoint."""

    method: str
    path: str
    summary: str


class Info(BaseModel):
    """The app and its JSON API."""

    name: str
    version: str
    documentation: str = Field(description="path of the interactive documentation")
    endpoints: list[EndpointView]


def app_version() -> str:
    """The version of the project."""
    version: str = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    return version


def info_routes(app: FastAPI) -> APIRouter:
    """The route that describes an app."""
    routes = APIRouter(tags=["about"])

    @routes.get("/api/info", summary="Name, version and endpoints")
    async def info() -> Info:
        paths = app.openapi()["paths"]
        endpoints = [
            EndpointView(method=method.upper(), path=path, summary=str(said.get("summary", "")))
            for path, methods in paths.items()
            for method, said in methods.items()
        ]
        return Info(name=app.title, version=app_version(), documentation=app.docs_url or "", endpoints=endpoints)

    return routes
