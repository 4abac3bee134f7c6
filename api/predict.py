"""One router's score: `POST /predict` for a text, `POST /predict/batch` for many."""

from __future__ import annotations

import time
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.metrics import Metrics
from api.prompt_field import PromptText
from api.request_frame import note
from api.scores import Scored, Scores
from api.strict_json import StrictRoute
from errors import BadInputError
from router_models.panel import RouterPanel
from router_models.policy import DEFAULT_THRESHOLD

DEFAULT_ROUTER = "encoder-3way"
"""Learnt from chats, so it is the one to ask when nothing is known of the caller's prompts."""

CACHE_HEADER = "x-router-cache"
"""Says `hit` where no router had to run, else `miss`."""

MAX_TEXTS = 10_000

_ROUTER = Field(default=DEFAULT_ROUTER, description="router id; GET /api/routers lists them", examples=[DEFAULT_ROUTER])
_THRESHOLD = Field(
    default=None,
    ge=0,
    le=1,
    allow_inf_nan=False,
    description="'Strong Model' where score ≥ threshold; the router's own if left out",
)


class PredictRequest(BaseModel):
    """A text for one router."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: PromptText = Field(examples=["Prove that the square root of 2 is irrational."])
    router: str = _ROUTER
    threshold: float | None = _THRESHOLD


class BatchRequest(BaseModel):
    """Texts for one router."""

    model_config = ConfigDict(extra="forbid", strict=True)

    texts: list[PromptText] = Field(
        min_length=1, max_length=MAX_TEXTS, examples=[["Say hello.", "Prove that the square root of 2 is irrational."]]
    )
    router: str = _ROUTER
    threshold: float | None = _THRESHOLD


class Prediction(BaseModel):
    """What one router says of one text."""

    text: str
    score: float = Field(ge=0, le=1, description="p_strong: 1 − P(cheapest route), from 0 to 1")
    route_label: Literal["Weak Model", "Strong Model"]
    processing_time_ms: float = Field(
        ge=0, description="what the router took in ms, for a batch the mean; from the cache, what looking it up took"
    )
    router: str
    distribution: dict[str, float] = Field(description="calibrated probability by route, cheapest first")
    confidence: float = Field(ge=0, le=1, description="probability of the side that was picked, from 0 to 1")
    threshold: float = Field(ge=0, le=1)
    caution: str = Field(description="what must be known before its pick is trusted; may be empty")
    cached: bool = Field(description="whether the same text was routed before, so that no router had to run")


class BatchPrediction(BaseModel):
    """What one router says of many texts."""

    predictions: list[Prediction] = Field(description="in the order of the texts")
    total_processing_time_ms: float = Field(ge=0, description="wall time of the whole batch in ms")
    average_processing_time_ms: float = Field(ge=0, description="the same per text in ms")


def predict_routes(panel: RouterPanel, scores: Scores, metrics: Metrics) -> APIRouter:
    """Routes that ask one router.

    Args:
        panel: The routers.
        scores: Asks them.
        metrics: Where decisions are counted.
    """
    routes = APIRouter(tags=["decisions"], route_class=StrictRoute)

    @routes.post("/predict", summary="One router's score for a text")
    async def predict(asked: PredictRequest, request: Request, response: Response) -> Prediction:
        prediction = await predict_one(panel, scores, metrics, asked)
        response.headers[CACHE_HEADER] = "hit" if prediction.cached else "miss"
        note(request, router=prediction.router, route=prediction.route_label, prompt=asked.text)
        return prediction

    @routes.post("/predict/batch", summary="One router's scores for many texts")
    async def predict_batch(asked: BatchRequest, request: Request) -> BatchPrediction:
        start = time.perf_counter()
        threshold = _threshold(panel, asked.router, asked.threshold)
        scored = await scores.scores(asked.texts, asked.router)
        note(request, router=asked.router, texts=len(scored))
        predictions = [_prediction(panel, metrics, one, threshold) for one in scored]
        total_ms = (time.perf_counter() - start) * 1000
        return BatchPrediction(
            predictions=predictions,
            total_processing_time_ms=total_ms,
            average_processing_time_ms=total_ms / len(predictions),
        )

    return routes


async def predict_one(panel: RouterPanel, scores: Scores, metrics: Metrics, asked: PredictRequest) -> Prediction:
    """What one router says of one text.

    Raises:
        PlaygroundError: The text, the router or the threshold cannot be used, or the router cannot run.
    """
    threshold = _threshold(panel, asked.router, asked.threshold)
    return _prediction(panel, metrics, await scores.score(asked.text, asked.router), threshold)


def _prediction(panel: RouterPanel, metrics: Metrics, scored: Scored, threshold: float) -> Prediction:
    score = scored.score
    p_strong = min(1.0, max(0.0, score.p_strong))
    strong = p_strong >= threshold
    metrics.decided(score.router, "strong" if strong else "weak")
    return Prediction(
        text=scored.prompt,
        score=p_strong,
        route_label="Strong Model" if strong else "Weak Model",
        processing_time_ms=scored.processing_ms,
        router=score.router,
        distribution=score.distribution,
        confidence=p_strong if strong else 1 - p_strong,
        threshold=threshold,
        caution=panel[score.router].card.caution,
        cached=scored.cached,
    )


def _threshold(panel: RouterPanel, router: str, asked: float | None) -> float:
    """The threshold to decide by: as asked, else the router's own, else one half where it has more than two routes.

    Raises:
        BadInputError: It is asked for, and follows from the router's budget.
        UnknownNameError: There is no such router.
    """
    card = panel[router].card
    if asked is None:
        own = panel.default_policy().threshold(card)
        return DEFAULT_THRESHOLD if own is None else own
    if card.threshold_is_bought:
        raise BadInputError(
            f"The threshold of {router} follows from its budget.", "Leave the threshold out for this router."
        )
    return asked
