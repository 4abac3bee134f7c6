"""Runs with chosen probabilities, so that tests of the page's logic need no model."""

from collections.abc import Callable

import pytest

from router_models import RouterPanel
from router_models.decision import RouterScore, Unavailable
from router_models.panel import PanelRun

MakeRun = Callable[..., PanelRun]


@pytest.fixture
def make_run(panel: RouterPanel) -> MakeRun:
    """Makes a run of the whole panel in which every router has the p_strong given for it, and 0.1 otherwise."""

    def make(prompt: str = "Hello there", gone: tuple[str, ...] = (), **p_strong: float) -> PanelRun:
        chosen = {name.replace("_", "-").removeprefix("r-"): p for name, p in p_strong.items()}
        results: list[RouterScore | Unavailable] = []
        for name in panel.ids:
            p, routes = chosen.get(name, 0.1), panel[name].routes
            shares = (1 - p, *(p / (len(routes) - 1) for _ in routes[1:]))
            score = RouterScore(name, routes, shares, latency_ms=1.5, evidence=f"Evidence of {name}")
            results.append(Unavailable(name, "Its weights are missing.", "Restore them.") if name in gone else score)
        return PanelRun(prompt, tuple(results), wall_ms=3.0)

    return make
