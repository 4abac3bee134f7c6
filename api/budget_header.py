"""What a response says where a used-up budget had raised the threshold, and who asked for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request

from feedback.usage_policy import was_raised
from router_models.decision import Decision

BUDGET_HEADER = "x-router-budget"
"""Says `used-up` where a threshold was raised because the budget is used up; the warnings say from what to what."""

USED_UP = "used-up"
_TOKEN = "token:"  # noqa: S105  the kind of a caller, as the doorkeeper notes it


def budget_headers(decisions: Iterable[Decision]) -> dict[str, str]:
    """The header, where it says something."""
    return {BUDGET_HEADER: USED_UP} if any(map(was_raised, decisions)) else {}


def caller_of(request: Request) -> str:
    """Name of the API token that a request came with; '' without one. Addresses are not told."""
    state: dict[str, Any] = request.scope.get("state", {})
    caller = str(state.get("caller", ""))
    return caller.removeprefix(_TOKEN) if caller.startswith(_TOKEN) else ""


def place_of(request: Request) -> str:
    """The endpoint's path, as usage is counted by it."""
    path: str = getattr(request.scope.get("route"), "path", request.url.path)
    return path
