"""`GET /health`: answers from the first second and says which routers are ready."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from router_models.panel import LOADS_WHEN_ASKED, RouterPanel


class Health(BaseModel):
    """State of the app."""

    status: Literal["ok", "warming up", "degraded"] = Field(
        description="ok: every router is ready or loads when asked; warming up: some are not loaded yet; "
        "degraded: some are unavailable"
    )
    routers: dict[str, str] = Field(
        description="router id → 'ready', 'not loaded yet', 'loads when asked', or why unavailable"
    )


def health_routes(panel: RouterPanel) -> APIRouter:
    """Routes that tell whether the app and its routers are up."""
    routes = APIRouter(tags=["health"])

    @routes.get("/health", summary="Which routers are ready")
    async def health() -> Health:
        states = panel.status()
        if set(states.values()) <= {"ready", LOADS_WHEN_ASKED}:
            return Health(status="ok", routers=states)
        if any(state == "not loaded yet" for state in states.values()):
            return Health(status="warming up", routers=states)
        return Health(status="degraded", routers=states)

    return routes
