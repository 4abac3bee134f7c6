"""A decision as the JSON API tells it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from router_models.decision import Decision


class DecisionView(BaseModel):
    """What one router decides on one prompt, as `python -m router_models --json` prints it."""

    model_config = ConfigDict(extra="allow")

    router: str
    version: str = Field(default="", description="of the router; learnt ones are v1, v2 and so on")
    route: str = Field(description="the picked route")
    llm: str = Field(description="id of the LLM that serves it in the pool")
    distribution: dict[str, float] = Field(description="calibrated probability by route, cheapest first")
    confidence: float = Field(description="calibrated probability of the pick, from 0 to 1")
    p_strong: float = Field(description="1 − P(cheapest route)")
    threshold: float | None = Field(description="operating point; null where no threshold decided")
    latency_ms: float = Field(description="what the router took, or would have taken alone, in ms")
    estimated_cost_usd: float | None = Field(description="of sending the prompt to the LLM; null without a price")
    cost_note: str
    reason: str = Field(description="one sentence")
    warnings: list[str] = Field(description="what must be read beside the decision")
    caution: str = Field(default="", description="what must be known of the router before its pick is trusted")


def view_of(decision: Decision) -> DecisionView:
    """The view of a decision."""
    return DecisionView.model_validate(decision.as_json())
