"""`python app.py` with a router that was added before: there without the Hub, and nothing heavy is imported for it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from router_models.hub.added import added_routers
from router_models.panel import RouterPanel
from settings import Settings
from tests.browser.comparing import PATIENCE_MS
from tests.browser.conftest import app_served
from tests.router_models.hub.conftest import REPO, ROUTES
from tests.router_models.hub.stand_in import HubStandIn

PATIENCE_S = PATIENCE_MS / 1000
PROMPT = "Name three rivers that cross a border."


def state_of(address: str, router_id: str) -> str:
    """State of a router as soon as the app has made up its mind."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        answer = httpx.get(f"{address}/api/routers", timeout=PATIENCE_S).json()
        routers = {router["id"]: router["state"] for router in answer["routers"]}
        if routers.get(router_id, "not loaded yet") != "not loaded yet":
            return str(routers[router_id])
        time.sleep(0.2)
    raise AssertionError(f"{router_id} never came")


def test_the_app_starts_with_what_was_added_and_without_the_hub(
    hub: HubStandIn, bert: Mapping[str, bytes], own_panel: RouterPanel, tmp_path: Path
) -> None:
    hub.put(REPO, bert)
    added = added_routers(own_panel, Settings(data_dir=tmp_path / "data"))
    router = added.add(added.look_up(REPO), ROUTES, threshold=0.3)
    expected = own_panel.run(PROMPT, only=[router.id]).scores[0].p_strong
    hub.status = 503
    with app_served(tmp_path, HF_ENDPOINT=hub.address) as address:
        assert state_of(address, router.id) == "ready"
        body = {"prompt": PROMPT, "routers": [router.id]}
        decision = httpx.post(f"{address}/api/decide", json=body, timeout=PATIENCE_S).json()["decisions"][0]
        assert decision["p_strong"] == pytest.approx(expected, abs=1e-5)
        assert decision["threshold"] == 0.3
        assert httpx.get(f"{address}/health", timeout=PATIENCE_S).status_code == 200
        listed = httpx.get(f"{address}/api/routers/{router.id}", timeout=PATIENCE_S).json()
    assert listed["card"]["caution"].startswith("Somebody else's classifier")
    assert json.loads((tmp_path / "data" / "hub" / "added" / "added.json").read_text())[0]["id"] == router.id
