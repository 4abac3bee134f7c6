"""The JSON API answers with the version that decides now, whatever it has cached."""

from __future__ import annotations

import numpy as np
import pytest
from fastapi.testclient import TestClient

from router_models import RouterPanel, load_panel
from router_models.learnt_head import LinearHead
from router_models.learnt_router import LearntRouter
from tests.api.serving import api_app, settings

PROMPT = "Which of these rivers is longer?"


@pytest.fixture(scope="module")
def own_panel() -> RouterPanel:
    """A panel in which versions may come and go."""
    return load_panel()


def learnt(panel: RouterPanel) -> LearntRouter:
    base = panel.line_up.shipped("semantic")
    head = LinearHead(base.encoders, "embedding", 1.0, np.zeros((384, 3), dtype=np.float32), np.array([0.0, 0.0, 9.0]))
    return LearntRouter(base.card.model_copy(update={"version": "v1"}), base, head)


def test_another_version_answers_at_once_and_the_old_one_comes_back(own_panel: RouterPanel) -> None:
    client = TestClient(api_app(own_panel, settings(api_cached_scores=64)))

    def decide() -> tuple[str, str, bool]:
        found = client.post("/api/decide", json={"prompt": PROMPT, "routers": ["semantic"]}).json()
        return found["decisions"][0]["version"], found["decisions"][0]["route"], found["cached"]

    def predict() -> float:
        return float(client.post("/predict", json={"text": PROMPT, "router": "semantic"}).json()["score"])

    shipped, score = decide(), predict()
    assert decide() == (*shipped[:2], True)
    own_panel.install({"semantic": learnt(own_panel)}, {})
    assert decide() == ("v1", "reasoning", False)
    assert predict() > max(score, 0.9)
    own_panel.install({}, {})
    assert decide() == (*shipped[:2], True)
    assert predict() == pytest.approx(score)


def test_a_version_beside_a_router_can_be_asked_for_by_its_own_name(own_panel: RouterPanel) -> None:
    client = TestClient(api_app(own_panel, settings(api_cached_scores=64)))
    beside = learnt(own_panel)
    beside.card = beside.card.model_copy(update={"router": "semantic-v1"})
    own_panel.install({}, {"semantic": (beside,)})
    found = client.post("/api/decide", json={"prompt": PROMPT}).json()["decisions"]
    routes = {made["router"]: made["route"] for made in found}
    assert routes["semantic-v1"] == "reasoning"
    own_panel.install({}, {})
    gone = client.post("/api/decide", json={"prompt": PROMPT, "routers": ["semantic-v1"]})
    assert gone.status_code == 404
