"""The JSON API with a router that came while it served, and went again."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from router_models.hub.added import AddedRouters
from router_models.panel import RouterPanel
from tests.api.serving import client_of
from tests.router_models.hub.conftest import REPO, ROUTES
from tests.router_models.hub.stand_in import HubStandIn

NAME = "hub-somebody-hardness"
PROMPT = "Name three rivers that cross a border."
ASKED = {"text": PROMPT, "router": NAME}


def test_every_endpoint_knows_it_as_long_as_it_is_there(
    hub: HubStandIn, bert: Mapping[str, bytes], added: AddedRouters, own_panel: RouterPanel
) -> None:
    hub.put(REPO, bert)
    with client_of(own_panel, api_cached_scores=100) as client:
        assert client.post("/predict", json=ASKED).status_code == 404
        assert added.add(added.look_up(REPO), ROUTES).id == NAME
        single = client.post("/predict", json=ASKED).json()
        assert client.post("/predict", json=ASKED).json()["cached"]
        several = client.post("/predict/batch", json={"texts": [PROMPT, "x"], "router": NAME}).json()["predictions"]
        assert several[0]["score"] == pytest.approx(single["score"], abs=1e-6)
        decided = client.post("/api/decide", json={"prompt": PROMPT}).json()["decisions"]
        assert {decision["router"] for decision in decided} == {"random", "prompt-length", NAME}
        assert f"router-{NAME}" in {model["id"] for model in client.get("/v1/models").json()["data"]}

        added.remove(NAME)
        assert added.add(added.look_up(REPO), {"easy": "strong", "hard": "weak"}).id == NAME
        swapped = client.post("/predict", json=ASKED).json()
        assert not swapped["cached"]
        assert swapped["score"] == pytest.approx(1 - single["score"], abs=1e-6)

        added.remove(NAME)
        gone = client.post("/predict", json=ASKED)
        assert gone.status_code == 404
        assert NAME not in {router["id"] for router in client.get("/api/routers").json()["routers"]}
