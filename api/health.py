"""`GET /health`: answers from the first second and says which routers are ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from feedback.usage import Usage
from router_models.panel import RouterPanel
from router_models.router_state import LOADS_WHEN_ASKED
from router_models.weights_origin import WeightsOrigin

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


class WeightsHealth(BaseModel):
    """Where the weights of the routers that ship came from."""

    source: Literal["embedded", "hub"] = Field(description="with the app, or from a repository on the Hub")
    repository: str = Field(description="which repository was asked for; '' where none was")
    commit: str = Field(description="what was taken from there; '' where nothing was")
    downloaded_at: datetime | None = Field(description="when that was downloaded")
    problem: str = Field(description="why they are not, or may not be, what was asked for")


class Health(BaseModel):
    """State of the app."""

    status: Literal["ok", "warming up", "degraded"] = Field(
        description="ok: every router is ready or loads when asked; warming up: some are not loaded yet; "
        "degraded: some are unavailable, or their weights are not those that were asked for"
    )
    routers: dict[str, str] = Field(
        description="router id → 'ready', 'not loaded yet', 'loads when asked', or why unavailable"
    )
    weights: WeightsHealth | None = Field(default=None, description="where the routers' weights came from")
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
        beside: dict[str, Any] = {
            "weights": _weights_health(panel.origin),
            "usage": _usage_health(usage),
            "feedback_copy": _copy_health(copy_status()),
        }
        if set(states.values()) <= {"ready", LOADS_WHEN_ASKED} and panel.origin.failure is None:
            return Health(status="ok", routers=states, **beside)
        if any(state == "not loaded yet" for state in states.values()):
            return Health(status="warming up", routers=states, **beside)
        return Health(status="degraded", routers=states, **beside)

    return routes


def _weights_health(origin: WeightsOrigin) -> WeightsHealth:
    return WeightsHealth(
        source=origin.source,
        repository=origin.repo_id,
        commit=origin.commit,
        downloaded_at=origin.downloaded_at,
        problem=origin.notice,
    )


def _usage_health(usage: Usage | None) -> UsageHealth | None:
    return None if usage is None else UsageHealth(**asdict(usage.recorder.state()))


def _copy_health(status: CopyStatus | None) -> CopyHealth | None:
    if status is None:
        return None
    problem = f"{status.problem.what} {status.problem.mend}" if status.problem else ""
    return CopyHealth(dataset=status.dataset, ready=status.ready, copied_at=status.copied_at, problem=problem)
