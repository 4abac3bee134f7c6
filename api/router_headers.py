"""The headers `x-router-*`: what was decided, why, and what it cost, for clients that read only OpenAI's bodies."""

from __future__ import annotations

from api.asking import Routed
from api.budget_header import budget_headers
from api.predict import CACHE_HEADER
from llms.completion import Completion

DECISION_HEADERS = tuple(
    f"x-router-{name}"
    for name in (
        "llm",
        "id",
        "route",
        "score",
        "confidence",
        "threshold",
        "pool",
        "latency-ms",
        "reason",
        "warnings",
        "estimated-cost-usd",
        "cost-usd",
    )
)
"""All of them, for web pages, which may read only what is named to them."""

_ASCII = str.maketrans({"“": '"', "”": '"', "’": "'", "–": "-", "−": "-", "≥": ">=", "≤": "<=", "…": "..."})


def router_headers(llm: str, routed: Routed | None = None, answer: Completion | None = None) -> dict[str, str]:
    """Headers of an answer.

    Args:
        llm: Id of the LLM that answers.
        routed: The decision; None where the caller named the LLM.
        answer: The answer, where it has ended before the headers are sent.
    """
    headers = {"x-router-llm": llm}
    if routed is not None:
        decision = routed.decision
        headers |= {
            "x-router-id": decision.router,
            "x-router-route": decision.route,
            "x-router-score": f"{decision.p_strong:.6f}",
            "x-router-confidence": f"{decision.confidence:.6f}",
            "x-router-threshold": "" if decision.threshold is None else f"{decision.threshold:g}",
            "x-router-pool": _plain(routed.pool.name),
            "x-router-latency-ms": f"{decision.latency_ms:.3f}",
            "x-router-reason": _plain(decision.reason),
            "x-router-warnings": _plain(" ".join(decision.warnings)),
            "x-router-estimated-cost-usd": ""
            if decision.estimated_cost_usd is None
            else f"{decision.estimated_cost_usd:f}",
            CACHE_HEADER: "hit" if routed.cached else "miss",
            **budget_headers([decision]),
        }
    if answer is not None and answer.cost is not None and answer.cost.usd is not None:
        headers["x-router-cost-usd"] = f"{answer.cost.usd:f}"
    return {name: value for name, value in headers.items() if value}


def _plain(text: str) -> str:
    """A text as a header can carry it."""
    ascii_text = text.translate(_ASCII).encode("ascii", "replace").decode("ascii")
    return "".join(character if character.isprintable() else " " for character in ascii_text)[:1000]
