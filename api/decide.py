"""Decisions over HTTP: `POST /api/decide` asks the whole panel; `/predict` is beside it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.budget_header import BUDGET_HEADER, USED_UP, caller_of, place_of
from api.decision_view import DecisionView, view_of
from api.metrics import Metrics
from api.pools import pool_of
from api.predict import CACHE_HEADER, predict_routes
from api.prompt_field import PromptText
from api.request_frame import note
from api.scores import Scores
from api.strict_json import StrictRoute
from feedback.usage import Usage, unrecorded
from feedback.usage_policy import was_raised
from router_models.panel import RouterPanel
from router_models.policy import Policy
from router_models.request_facts import Attachment

POOL_SAID = "which LLM serves each route: a pool of GET /models by name, or an object of route → LLM id"
COST_WEIGHT = Field(
    default=0.0,
    ge=0,
    le=1,
    allow_inf_nan=False,
    description="points of probability that the dearest route must be worth over a free one; for routers without "
    "a threshold",
)


class DecideRequest(BaseModel):
    """A prompt for the whole panel."""

    model_config = ConfigDict(extra="forbid", strict=True)

    prompt: PromptText = Field(examples=["Translate 'good morning' into Finnish."])
    routers: list[str] | None = Field(
        default=None, min_length=1, max_length=100, description="router ids; all that ask no LLM if left out"
    )
    llm_routers: bool = Field(default=False, description="also those that ask an LLM, which take seconds")
    temperature: float | None = Field(
        default=None, ge=0, le=2, allow_inf_nan=False, description="sampling temperature, for llm-router"
    )
    attachment: Attachment | None = Field(default=None, description="kind of attachment, for llm-router")
    pool: str | dict[str, str] | None = Field(default=None, description=POOL_SAID, examples=["measured"])
    cost_weight: float = COST_WEIGHT


class UnavailableRouter(BaseModel):
    """A router that could not run."""

    router: str
    what: str = Field(description="what happened")
    mend: str = Field(description="what can be done about it")


class DecideResponse(BaseModel):
    """Every router's decision, and the routers that could not run."""

    decisions: list[DecisionView]
    unavailable: list[UnavailableRouter]
    wall_ms: float = Field(description="what the whole panel took for this request, in ms")
    cached: bool = Field(description="whether no router had to run, as the same was asked before")
    budget_used_up: bool = Field(
        default=False, description="whether thresholds were raised as the budget is used up; see the warnings"
    )


def decide_routes(
    panel: RouterPanel, scores: Scores | None = None, metrics: Metrics | None = None, usage: Usage | None = None
) -> APIRouter:
    """Routes that run routers.

    Args:
        panel: The routers.
        scores: Asks them; None makes one for these routes.
        metrics: Where decisions are counted; None makes one for these routes.
        usage: Where they are recorded, and the budget.
    """
    counted, recorded = metrics or Metrics(), usage or unrecorded(panel)
    asker = scores or Scores(panel, counted, callers=_one)
    routes = APIRouter(tags=["decisions"], route_class=StrictRoute)
    routes.include_router(predict_routes(panel, asker, counted, recorded))

    @routes.post("/api/decide", summary="Every router's decision on a prompt")
    def decide(asked: DecideRequest, request: Request, response: Response) -> DecideResponse:
        decided = decide_on(panel, asker, counted, recorded, asked, place_of(request), caller_of(request))
        note(request, routers=len(decided.decisions), prompt=asked.prompt)
        response.headers[CACHE_HEADER] = "hit" if decided.cached else "miss"
        if decided.budget_used_up:
            response.headers[BUDGET_HEADER] = USED_UP
        return decided

    return routes


def decide_on(
    panel: RouterPanel,
    scores: Scores,
    metrics: Metrics,
    usage: Usage,
    asked: DecideRequest,
    place: str,
    caller: str = "",
) -> DecideResponse:
    """What the panel decides on a prompt. Blocks while the routers run: call it from a thread.

    Args:
        panel: The routers.
        scores: Asks them.
        metrics: Where decisions are counted.
        usage: Where they are recorded, and the budget.
        asked: The prompt, and how it shall be routed.
        place: Endpoint that was asked.
        caller: Name of the API token.

    Raises:
        PlaygroundError: The prompt, a router or the pool cannot be used.
    """
    policy = Policy(pool_of(panel.catalogue, asked.pool), cost_weight=asked.cost_weight)
    run, cached = scores.run(
        asked.prompt,
        asked.routers,
        waiting=asked.llm_routers,
        temperature=asked.temperature,
        attachment=asked.attachment,
    )
    decisions = usage.decisions(run, policy)
    usage.decided(place, run.prompt, decisions, policy, caller)
    for decision in decisions:
        metrics.decided(decision.router, decision.route)
    return DecideResponse(
        decisions=[view_of(decision) for decision in decisions],
        unavailable=[UnavailableRouter(router=u.router, what=u.what, mend=u.mend) for u in run.unavailable],
        wall_ms=run.wall_ms,
        cached=cached,
        budget_used_up=any(map(was_raised, decisions)),
    )


def _one() -> int:
    return 1
