"""One router's score: `POST /predict` for a text, `POST /predict/batch` for many."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.budget_header import BUDGET_HEADER, USED_UP, caller_of, place_of
from api.metrics import Metrics
from api.prompt_field import PromptText
from api.request_frame import note
from api.scores import Scored, Scores
from api.strict_json import StrictRoute
from errors import BadInputError
from feedback.usage import Usage
from feedback.usage_budget import Budget
from feedback.usage_policy import raised_threshold, threshold_warning
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
    warnings: list[str] = Field(
        default_factory=list,
        description="what must be read beside it, such as that a used-up budget raised the threshold",
    )


class BatchPrediction(BaseModel):
    """What one router says of many texts."""

    predictions: list[Prediction] = Field(description="in the order of the texts")
    total_processing_time_ms: float = Field(ge=0, description="wall time of the whole batch in ms")
    average_processing_time_ms: float = Field(ge=0, description="the same per text in ms")


@dataclass(frozen=True, slots=True)
class _Limit:
    """The threshold to decide by, and the one before a used-up budget raised it; None where none did."""

    threshold: float
    before: float | None = None
    budget: Budget | None = None

    def warning(self, p_strong: float) -> str:
        """What must be said of it beside a score."""
        if self.budget is None or self.before is None:
            return ""
        changed = self.before <= p_strong < self.threshold
        effect = "Without that it would have picked Strong Model." if changed else "The pick is the same without that."
        return threshold_warning(self.budget, self.before, self.threshold, effect)


def predict_routes(panel: RouterPanel, scores: Scores, metrics: Metrics, usage: Usage) -> APIRouter:
    """Routes that ask one router.

    Args:
        panel: The routers.
        scores: Asks them.
        metrics: Where decisions are counted.
        usage: Where they are recorded, and the budget.
    """
    routes = APIRouter(tags=["decisions"], route_class=StrictRoute)

    @routes.post("/predict", summary="One router's score for a text")
    async def predict(asked: PredictRequest, request: Request, response: Response) -> Prediction:
        prediction = await predict_one(panel, scores, metrics, usage, asked, place_of(request), caller_of(request))
        response.headers[CACHE_HEADER] = "hit" if prediction.cached else "miss"
        if prediction.warnings:
            response.headers[BUDGET_HEADER] = USED_UP
        note(request, router=prediction.router, route=prediction.route_label, prompt=asked.text)
        return prediction

    @routes.post("/predict/batch", summary="One router's scores for many texts")
    async def predict_batch(asked: BatchRequest, request: Request, response: Response) -> BatchPrediction:
        start = time.perf_counter()
        limit = _limit(panel, usage, asked.router, asked.threshold)
        scored = await scores.scores(asked.texts, asked.router)
        note(request, router=asked.router, texts=len(scored))
        predictions = [_prediction(panel, metrics, one, limit) for one in scored]
        _record(usage, scored, limit, place_of(request), caller_of(request))
        if limit.before is not None:
            response.headers[BUDGET_HEADER] = USED_UP
        total_ms = (time.perf_counter() - start) * 1000
        return BatchPrediction(
            predictions=predictions,
            total_processing_time_ms=total_ms,
            average_processing_time_ms=total_ms / len(predictions),
        )

    return routes


async def predict_one(
    panel: RouterPanel,
    scores: Scores,
    metrics: Metrics,
    usage: Usage,
    asked: PredictRequest,
    place: str,
    caller: str = "",
) -> Prediction:
    """What one router says of one text.

    Args:
        panel: The routers.
        scores: Asks them.
        metrics: Where decisions are counted.
        usage: Where they are recorded, and the budget.
        asked: The text, the router and the threshold.
        place: Endpoint that was asked.
        caller: Name of the API token.

    Raises:
        PlaygroundError: The text, the router or the threshold cannot be used, or the router cannot run.
    """
    limit = _limit(panel, usage, asked.router, asked.threshold)
    scored = await scores.score(asked.text, asked.router)
    _record(usage, [scored], limit, place, caller)
    return _prediction(panel, metrics, scored, limit)


def _prediction(panel: RouterPanel, metrics: Metrics, scored: Scored, limit: _Limit) -> Prediction:
    score, threshold = scored.score, limit.threshold
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
        warnings=[warning] if (warning := limit.warning(p_strong)) else [],
    )


def _record(usage: Usage, scored: Sequence[Scored], limit: _Limit, place: str, caller: str) -> None:
    scores = [one.score for one in scored]
    usage.scored(place, scores, limit.threshold, raised=limit.before is not None, caller=caller)


def _limit(panel: RouterPanel, usage: Usage, router: str, asked: float | None) -> _Limit:
    """The threshold to decide by, raised where the budget is used up; raises as `_threshold`."""
    threshold, budget = _threshold(panel, router, asked), usage.raising()
    if budget is None:
        return _Limit(threshold)
    raised = raised_threshold(budget, panel[router].card, threshold)
    return _Limit(raised, threshold, budget) if raised > threshold else _Limit(threshold)


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
