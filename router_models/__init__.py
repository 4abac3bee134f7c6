"""Routers: each turns prompts into a probability distribution over its routes; the panel runs them together."""

from __future__ import annotations

from pathlib import Path

from llms.catalogue import load_catalogue
from router_models.decision import Decision
from router_models.encoder import Encoders
from router_models.panel import DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT_S, RouterPanel
from router_models.registry import WEIGHTS, build_routers
from router_models.weights_origin import EMBEDDED, WeightsOrigin

__all__ = ["Decision", "RouterPanel", "load_panel"]


def load_panel(
    weights: Path = WEIGHTS,
    threads: int = 0,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    concurrency: int = DEFAULT_CONCURRENCY,
    origin: WeightsOrigin = EMBEDDED,
) -> RouterPanel:
    """The panel of all routers with embedded weights; no network, no weights read before the first prompt.

    Args:
        weights: Folder with one folder per router.
        threads: Threads for one encoder run; 0 means one per core.
        timeout_s: How long the panel waits for routers that wait for a network or an LLM.
        concurrency: How many runs may compute at the same time.
        origin: Where the weights came from.

    Raises:
        DataError: The LLM catalogue is missing or invalid. A broken router is shown as unavailable instead.
    """
    encoders = Encoders(weights, threads)
    panel = RouterPanel(build_routers(encoders, weights), encoders, load_catalogue(), timeout_s, concurrency)
    panel.origin = origin
    return panel
