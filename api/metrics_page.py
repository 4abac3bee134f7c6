"""`GET /metrics`: the figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.metrics import CONTENT_TYPE, Metrics
from feedback.usage import Usage


def metrics_routes(metrics: Metrics, usage: Usage) -> APIRouter:
    """The route that Prometheus reads.

    Args:
        metrics: The figures.
        usage: Says how many events were lost.
    """
    routes = APIRouter(tags=["about"])

    @routes.get("/metrics", summary="Figures for Prometheus", response_class=Response)
    async def figures() -> Response:
        metrics.lost_events(usage.recorder.state().dropped)
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return routes
