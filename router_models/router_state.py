"""What is said of a router that has not decided yet: ready, not loaded, or why it cannot."""

from __future__ import annotations

from router_models.base import Router
from router_models.decision import Unavailable

LOADS_WHEN_ASKED = "loads when asked"
"""State of a router that waits for an LLM, or whose memory was given back, and that nobody has asked since."""


def state_of(router: Router, failure: Unavailable | None) -> str:
    """'ready', 'not loaded yet', 'loads when asked', or why it is unavailable.

    Args:
        router: One of the panel.
        failure: Why it could not be loaded when it was last tried; None if it was not, or could.
    """
    if router.loaded:
        return "ready"
    if failure is not None:
        return failure.what
    return LOADS_WHEN_ASKED if router.waits or router.given_back else "not loaded yet"
