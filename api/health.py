"""`GET /health`: answers from the first second and says which routers are ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from feedback.usage import Usage
from router_models.panel import LOADS_WHEN_ASKED, RouterPanel

if TYPE_CHECKING:
    from feedback.hub_copy import CopyStatus


class UsageHealth(BaseModel):
    """How recording of decisions and costs goes; nothing else depends on it."""

    waiting: int = Field(description="events that are not in the database yet")
    written: int = Field(description="events written since the start")
    dropped: int = Field(description="events lost since the start")
    problem: str = Field(description="why nothing can be written at the moment; it is tried again")


class CopyHealth(BaseModel):
    """How the copy of feedback on the Hub stands; without it a Space loses what it was told at its next restart."""

    dataset: str = Field(description="which dataset it is")
    ready: bool = Field(description="whether what the copy had is in the database, so that feedback is taken")
    copied_at: datetime | None = Field(description="when the copy had everything last")
    problem: str = Field(description="what went wrong last; it is tried again")


class Health(BaseModel):
    """State of the app."""

    status: Literal["ok", "warming up", "degraded"] = Field(
        description="ok: every router is ready or loads when asked; warming up: some are not loaded yet; "
        "degraded: some are unavailable"
    )
    routers: dict[str, str] = Field(
        description="router id → 'ready', 'not loaded yet', 'loads when asked', or why unavailable"
    )
    usage: UsageHealth | None = Field(default=None, description="how recording goes for the Usage page")
    feedback_copy: CopyHealth | None = Field(default=None, description="the copy of feedback, where there is one")


def _no_copy() -> None:
    """There is no copy."""


def health_routes(
    panel: RouterPanel, usage: Usage | None = None, copy_status: Callable[[], CopyStatus | None] = _no_copy
) -> APIRouter:
    """Routes that tell whether the app and its routers are up.

    Args:
        panel: The routers.
        usage: Says how recording goes.
        copy_status: Says how the copy of feedback stands.
    """
    routes = APIRouter(tags=["health"])

    @routes.get("/health", summary="Which routers are ready")
    async def health() -> Health:
        states = panel.status()
        beside: dict[str, Any] = {"usage": _usage_health(usage), "feedback_copy": _copy_health(copy_status())}
        if set(states.values()) <= {"ready", LOADS_WHEN_ASKED}:
            return Health(status="ok", routers=states, **beside)
        if any(state == "not loaded yet" for state in states.values()):
            return Health(status="warming up", routers=states, **beside)
        return Health(status="degraded", routers=states, **beside)

    return routes


def _usage_health(usage: Usage | None) -> UsageHealth | None:
    return None if usage is None else UsageHealth(**asdict(usage.recorder.state()))


def _copy_health(status: CopyStatus | None) -> CopyHealth | None:
    if status is None:
        return None
    problem = f"{status.problem.what} {status.problem.mend}" if status.problem else ""
    return CopyHealth(dataset=status.dataset, ready=status.ready, copied_at=status.copied_at, problem=problem)
