"""What there is: routers with cards, LLMs with prices, endpoints, health and figures."""

import re

import pytest
from fastapi.testclient import TestClient

from llms.prices import price_of
from router_models import RouterPanel
from tests.api.serving import client_of

PAGES = {"/", "/compare", "/benchmarks", "/traffic", "/label", "/routers", "/usage"}


def test_every_router_is_listed_with_its_card(keyless: TestClient, panel: RouterPanel) -> None:
    listed = keyless.get("/api/routers").json()["routers"]
    assert [one["id"] for one in listed] == list(panel.ids)
    for one in listed:
        card = panel[one["id"]].card
        assert one["routes"] == list(card.routes)
        assert one["card"]["method"] == card.method
        assert len(one["card"]["figures"]) == len(card.figures)
        assert one["asks_llm"] == (one["id"] in panel.waiting_ids)
        assert keyless.get(f"/api/routers/{one['id']}").json()["card"] == one["card"]


def test_an_unknown_router_is_told_the_valid_ones(keyless: TestClient) -> None:
    answer = keyless.get("/api/routers/nobody")
    assert answer.status_code == 404
    assert "encoder-3way" in answer.json()["mend"]


def test_every_llm_is_listed_with_its_price_and_why_it_cannot_be_asked(keyless: TestClient, panel: RouterPanel) -> None:
    models = {one["id"]: one for one in keyless.get("/models").json()["models"]}
    assert list(models) == list(panel.catalogue.ids)
    for name, one in models.items():
        price = price_of(panel.catalogue, name)
        assert one["input_usd_per_mtok"] == (None if price is None else float(price.input_usd_per_mtok))
        assert one["callable"] == (one["why_not"] is None)
    assert models["smollm2-135m"]["callable"]
    assert "OPENAI_API_KEY" in models["gpt-4.1"]["why_not"]


def test_a_key_makes_its_providers_llms_callable(keyless: TestClient) -> None:
    answer = keyless.get("/models", headers={"x-openai-api-key": "sk-mine", "x-groq-api-key": "gsk-mine"}).json()
    callable_ = {one["id"] for one in answer["models"] if one["callable"]}
    assert {"gpt-4.1", "llama-3.1-8b", "smollm2-135m"} <= callable_
    assert "mistral-small-4" not in callable_
    pools = {one["short_name"]: one for one in answer["pools"]}
    assert pools["local"]["callable"]
    assert pools["measured"]["callable"]
    assert "sk-mine" not in str(answer)


def test_the_info_names_every_endpoint_and_no_page(keyless: TestClient) -> None:
    info = keyless.get("/api/info").json()
    assert info["name"] == "Router Playground"
    assert re.fullmatch(r"\d+\.\d+\.\d+", info["version"])
    paths = {(one["method"], one["path"]) for one in info["endpoints"]}
    promised = {
        ("POST", "/route"),
        ("POST", "/route/with-file"),
        ("GET", "/models"),
        ("GET", "/health"),
        ("GET", "/api/info"),
        ("POST", "/predict"),
        ("POST", "/predict/batch"),
        ("POST", "/api/decide"),
        ("GET", "/api/routers"),
        ("GET", "/api/routers/{router_id}"),
        ("POST", "/v1/chat/completions"),
        ("GET", "/v1/models"),
        ("GET", "/metrics"),
    }
    assert promised <= paths
    assert not {path for _, path in paths} & PAGES
    assert all(one["summary"] for one in info["endpoints"])


def test_openai_clients_see_routers_and_what_can_be_asked(keyless: TestClient, panel: RouterPanel) -> None:
    answer = keyless.get("/v1/models").json()
    assert answer["object"] == "list"
    names = [one["id"] for one in answer["data"]]
    assert names == ["router", *(f"router-{name}" for name in panel.ids), "smollm2-135m"]
    assert {one["object"] for one in answer["data"]} == {"model"}
    with_key = keyless.get("/v1/models", headers={"authorization": "Bearer sk-mine"}).json()
    assert "gpt-4.1" in {one["id"] for one in with_key["data"]}


@pytest.mark.parametrize(("name", "owner"), [("router-knn@cost=0.3", "router-playground"), ("gpt-4.1", "openai")])
def test_one_model_name_can_be_looked_up(keyless: TestClient, name: str, owner: str) -> None:
    answer = keyless.get(f"/v1/models/{name}").json()
    assert (answer["id"], answer["owned_by"]) == (name, owner)


def test_an_unknown_model_is_an_error_in_openais_shape(keyless: TestClient) -> None:
    answer = keyless.get("/v1/models/gpt-9")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "model_not_found"
    assert "encoder-3way" in answer.json()["error"]["message"]


def test_the_figures_count_what_was_asked(panel: RouterPanel) -> None:
    client = client_of(panel, api_cached_scores=10)
    for _ in range(2):
        client.post("/predict", json={"text": "Hi", "router": "always-strong"})
    client.post("/predict", json={"text": "Hi", "router": "nobody"})
    client.get("/v1/nothing/here/at/all")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    for line in (
        'playground_decisions_total{route="strong",router="always-strong"} 2.0',
        'playground_score_lookups_total{result="hit"} 1.0',
        'playground_score_lookups_total{result="miss"} 1.0',
        'playground_router_seconds_count{router="always-strong"} 1.0',
        'playground_request_seconds_count{endpoint="/predict",method="POST",status="200"} 2.0',
        'playground_request_seconds_count{endpoint="/predict",method="POST",status="404"} 1.0',
        'playground_request_seconds_count{endpoint="unknown",method="GET",status="404"} 1.0',
    ):
        assert line in lines
