"""The app itself, started with weights from the Hub: it decides the same; without the Hub it says so everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from router_models import RouterPanel
from router_models.hub.publish import prepare
from tests.browser.conftest import app_served
from tests.router_models.hub.stand_in import hub_stand_in

REPO = "ann/routers"
PROMPT = "Prove that the square root of 2 is irrational, step by step."
PATIENCE_S = 180


def asked(address: str, path: str, **document: Any) -> Any:
    send = httpx.post if document else httpx.get
    options: dict[str, Any] = {"json": document} if document else {}
    return send(f"{address}{path}", timeout=PATIENCE_S, **options).raise_for_status().json()


def test_the_app_on_weights_from_the_hub_decides_as_the_embedded_ones_do(tmp_path: Path, panel: RouterPanel) -> None:
    made = prepare(REPO)
    with hub_stand_in() as hub:
        content = {name: path.read_bytes() for name, path in made.files.items()} | dict(made.texts)
        commit = hub.put(REPO, content, private=True)
        settings = {
            "ROUTERS": "hub",
            "HUB_WEIGHTS": f"{REPO}@{commit}",
            "HF_ENDPOINT": hub.address,
            "HF_TOKEN": hub.token,
            "HUB_TIMEOUT_S": "120",
        }
        with app_served(tmp_path, **settings) as address:
            weights = asked(address, "/health")["weights"]
            assert (weights["source"], weights["repository"], weights["commit"]) == ("hub", REPO, commit)
            assert weights["problem"] == ""
            decided = asked(address, "/api/decide", prompt=PROMPT)
            own = {decision.router: decision for decision in panel.decide(PROMPT)}
            assert [decision["router"] for decision in decided["decisions"]] == list(own)
            for decision in decided["decisions"]:
                same = own[decision["router"]]
                assert (decision["route"], decision["llm"]) == (same.route, same.llm)
                assert decision["distribution"] == pytest.approx(same.distribution, abs=1e-6)
            page = httpx.get(address, timeout=PATIENCE_S).text
            assert "data-notice" not in page
    assert hub.token not in (tmp_path / "app.log").read_text(encoding="utf-8")


def test_without_the_hub_the_app_serves_and_says_whose_weights_decide(tmp_path: Path) -> None:
    with hub_stand_in() as hub:
        gone = hub.address  # nobody listens there any more
    settings = {"ROUTERS": "hub", "HUB_WEIGHTS": REPO, "HF_ENDPOINT": gone}
    with app_served(tmp_path, **settings) as address:
        asked(address, "/api/decide", prompt=PROMPT)  # by now every router is loaded
        health = asked(address, "/health")
        assert health["status"] == "degraded"
        assert health["weights"]["source"] == "embedded"
        notice = health["weights"]["problem"]
        assert f"ship with the app, not on those of {REPO}. The Hub cannot be reached" in notice
        for path in ("", "/compare", "/label"):
            page = httpx.get(f"{address}{path}", timeout=PATIENCE_S).text
            assert "data-notice" in page, path
            assert notice.partition(".")[0] in page
    assert notice in (tmp_path / "app.log").read_text(encoding="utf-8")
