"""Runs with chosen probabilities, so that tests of a page's logic need no model, and a tab of the Compare page."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from router_models import RouterPanel
from router_models.decision import RouterScore, Unavailable
from router_models.panel import PanelRun
from tests.llms.misbehaving import Misbehaving, misbehaving
from tests.pages.comparing import Desk

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


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    """A provider that streams, and misbehaves on command."""
    with misbehaving() as running:
        yield running


@pytest.fixture
def desk(panel: RouterPanel, server: Misbehaving, tmp_path: Path) -> Desk:
    """A tab of the Compare page, with a key for the stand-in as OpenAI and some others."""
    return Desk(panel, server, tmp_path)
