"""Why a router that is ready has nothing to unload."""

from __future__ import annotations

import pytest

from pages._routers_health import READY, health_of
from router_models import RouterPanel


def test_a_router_that_asks_an_llm_says_why_it_stays(panel: RouterPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RouterPanel, "status", all_ready)
    healths = health_of(panel)
    shared = healths["causal-5star"]
    assert (shared.kind, shared.unloads) == (READY, False)
    assert "cannot be unloaded: it asks an LLM that other routers and chats ask too" in shared.why
    assert healths["knn"].unloads
    assert {healths[name].why for name in ("knn", "random")} == {""}


def all_ready(panel: RouterPanel) -> dict[str, str]:
    """Every router, as once each has answered."""
    return dict.fromkeys(panel.ids, READY)
