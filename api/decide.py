"""Decisions over HTTP: `POST /predict` asks one router, `POST /api/decide` the whole panel."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from errors import BadInputError, UnavailableError
from router_models.base import Router
from router_models.llm_router import LlmRouter
from router_models.panel import RouterPanel
from router_models.policy import DEFAULT_THRESHOLD
from router_models.request_facts import Attachment

DEFAULT_ROUTER = "encoder-3way"
"""Learnt from chats, so it is the one to ask when nothing is known of the caller's prompts."""


class PredictRequest(BaseModel):
    """A text for one router."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(examples=["Prove that the square root of 2 is irrational."])
    router: str = Field(default=DEFAULT_ROUTER, description="router id")
    threshold: float | None = Field(
        default=None, ge=0, le=1, description="'Strong Model' where score ≥ threshold; the router's own if left out"
    )


class Prediction(BaseModel):
    """What one router says of one text."""

    text: str
    score: float = Field(description="p_strong: 1 − P(cheapest route), from 0 to 1")
    route_label: Literal["Weak Model", "Strong Model"]
    processing_time_ms: float
    router: str
    distribution: dict[str, float] = Field(description="calibrated probability by route, cheapest first")
    confidence: float = Field(description="probability of the side that was picked, from 0 to 1")
    threshold: float


class DecideRequest(BaseModel):
    """A prompt for the whole panel."""

    model_config = ConfigDict(extra="forbid")

    prompt: str = Field(examples=["Translate 'good morning' into Finnish."])
    routers: list[str] | None = Field(
        default=None, min_length=1, max_length=100, description="router ids; all that ask no LLM if left out"
    )
    llm_routers: bool = Field(default=False, description="also those that ask an LLM, which take seconds")
    temperature: float | None = Field(default=None, ge=0, le=2, description="sampling temperature, for llm-router")
    attachment: Attachment | None = Field(default=None, description="kind of attachment, for llm-router")


class DecideResponse(BaseModel):
    """Every router's decision, and the routers that could not run."""

    decisions: list[dict[str, Any]] = Field(description="decision objects, as `python -m router_models --json` prints")
    unavailable: list[dict[str, str]] = Field(description="router, what, mend")
    wall_ms: float


def decide_routes(panel: RouterPanel) -> APIRouter:
    """Routes that run routers. The endpoints are plain functions: FastAPI runs them in its thread pool."""
    routes = APIRouter(tags=["decisions"])

    @routes.post("/predict", summary="One router's score for a text")
    def predict(request: PredictRequest) -> Prediction:
        if request.threshold is not None and panel[request.router].card.threshold_is_bought:
            raise BadInputError(
                f"The threshold of {request.router} follows from its budget.",
                "Leave the threshold out for this router.",
            )
        run = panel.run(request.text, only=[request.router], novelty=False)
        if run.unavailable:
            raise UnavailableError(run.unavailable[0].what, run.unavailable[0].mend)
        score = run.scores[0]
        threshold = request.threshold if request.threshold is not None else _own_threshold(panel, score.router)
        strong = score.p_strong >= threshold
        return Prediction(
            text=run.prompt,
            score=score.p_strong,
            route_label="Strong Model" if strong else "Weak Model",
            processing_time_ms=score.latency_ms,
            router=score.router,
            distribution=score.distribution,
            confidence=score.p_strong if strong else 1 - score.p_strong,
            threshold=threshold,
        )

    @routes.post("/api/decide", summary="Every router's decision on a prompt")
    def decide(request: DecideRequest) -> DecideResponse:
        run = panel.run(request.prompt, request.routers, _informed(panel, request), waiting=request.llm_routers)
        return DecideResponse(
            decisions=[decision.as_json() for decision in panel.decisions(run)],
            unavailable=[{"router": u.router, "what": u.what, "mend": u.mend} for u in run.unavailable],
            wall_ms=run.wall_ms,
        )

    return routes


def _informed(panel: RouterPanel, request: DecideRequest) -> dict[str, Router]:
    """Routers that look at more of a request than its prompt, told of it; none where there is nothing to tell."""
    if request.temperature is None and request.attachment is None:
        return {}
    readers = [router for router in map(panel.__getitem__, panel.ids) if isinstance(router, LlmRouter)]
    return {router.id: router.with_request(request.temperature, request.attachment) for router in readers}


def _own_threshold(panel: RouterPanel, router: str) -> float:
    """The router's operating point, as on its card; one half for routers with more than two routes."""
    own = panel.default_policy().threshold(panel[router].card)
    return DEFAULT_THRESHOLD if own is None else own
