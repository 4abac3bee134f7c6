"""`GET /metrics`: the figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.metrics import CONTENT_TYPE, Metrics


def metrics_routes(metrics: Metrics) -> APIRouter:
    """The route that Prometheus reads."""
    routes = APIRouter(tags=["about"])

    @routes.get("/metrics", summary="Figures for Prometheus", response_class=Response)
    async def figures() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return routes
