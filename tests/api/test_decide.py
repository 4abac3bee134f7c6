import json

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.decide import decide_routes
from api.health import health_routes
from api.problems import install_problem_handlers
from router_models import RouterPanel
from router_models.llm_router import LlmRouter
from tests.llms.stand_in import stand_in


@pytest.fixture
def client(panel: RouterPanel) -> TestClient:
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(health_routes(panel))
    app.include_router(decide_routes(panel))

    @app.get("/defect")
    def defect() -> None:
        raise ZeroDivisionError("secret detail")

    return TestClient(app, raise_server_exceptions=False)


def test_predict_gives_the_routers_own_score(client: TestClient, panel: RouterPanel) -> None:
    text = "Prove that the square root of 2 is irrational."
    answer = client.post("/predict", json={"text": text, "router": "encoder-quality"}).json()
    p_strong = panel["encoder-quality"].predict_proba([text])[0, 1]
    assert answer["text"] == text
    assert answer["score"] == pytest.approx(p_strong, abs=1e-6)
    assert answer["threshold"] == panel["encoder-quality"].card.threshold
    assert answer["route_label"] == ("Strong Model" if p_strong >= answer["threshold"] else "Weak Model")
    assert answer["processing_time_ms"] > 0
    assert answer["caution"] == panel["encoder-quality"].card.caution != ""


@pytest.mark.parametrize(("threshold", "label"), [(0.0, "Strong Model"), (1.0, "Weak Model")])
def test_the_threshold_moves_the_label(client: TestClient, threshold: float, label: str) -> None:
    answer = client.post("/predict", json={"text": "Hello!", "router": "keras-cnn", "threshold": threshold}).json()
    assert answer["route_label"] == label
    picked = "strong" if label == "Strong Model" else "weak"
    assert answer["confidence"] == pytest.approx(answer["distribution"][picked])


def test_decide_runs_the_whole_panel(client: TestClient, panel: RouterPanel) -> None:
    answer = client.post("/api/decide", json={"prompt": "Say hello."}).json()
    assert [decision["router"] for decision in answer["decisions"]] == list(panel.immediate_ids)
    assert answer["unavailable"] == []
    assert {d["router"]: d["caution"] for d in answer["decisions"]} == {
        name: panel[name].card.caution for name in panel.immediate_ids
    }


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"text": "  "}, 422, "empty"),
        ({"text": "x" * 200_001}, 422, "200,001 characters"),
        ({"text": "Hi", "router": "nobody"}, 404, "There is no router 'nobody'"),
        ({"text": "Hi", "router": "cascade", "threshold": 0.5}, 422, "follows from its budget"),
        ({"text": "Hi", "threshold": 2}, 422, "threshold"),
        ({"text": "Hi", "router": "x" * 10_000}, 404, "xxx…"),
        ({"text": "Hi", "routers": ["random"]}, 422, "routers"),
        ({}, 422, "text"),
    ],
)
def test_bad_requests_are_problems_that_say_how_to_mend(
    client: TestClient, body: dict[str, object], status: int, said: str
) -> None:
    answer = client.post("/predict", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]
    assert answer.json()["mend"]


def test_a_lone_surrogate_is_routed_as_the_replacement_character(client: TestClient) -> None:
    answer = client.post("/predict", content=b'{"text": "Hi \\ud800"}', headers={"content-type": "application/json"})
    assert answer.status_code == 200
    assert answer.json()["text"] == "Hi \ufffd"
    unknown = client.post(
        "/predict", content=b'{"text": "Hi", "router": "\\ud800"}', headers={"content-type": "application/json"}
    )
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("POST", "/predict", b'{"text": "\xff\xfe"}', 400),
        ("POST", "/predict", b"not json", 422),
        ("GET", "/predict", None, 405),
        ("GET", "/nothing-here", None, 404),
        ("POST", "/api/decide", b'{"prompt": "Hi", "routers": []}', 422),
    ],
)
def test_every_refusal_is_a_problem_document(
    client: TestClient, method: str, path: str, content: bytes | None, status: int
) -> None:
    answer = client.request(method, path, content=content, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["mend"]


def test_a_router_named_many_times_decides_once(client: TestClient) -> None:
    answer = client.post("/api/decide", json={"prompt": "Hi", "routers": ["random"] * 50}).json()
    assert len(answer["decisions"]) == 1


def test_a_defect_shows_no_detail(client: TestClient) -> None:
    answer = client.get("/defect")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text


def test_health_names_every_router(client: TestClient, panel: RouterPanel) -> None:
    client.post("/api/decide", json={"prompt": "Say hello."})
    answer = client.get("/health").json()
    assert answer["status"] == "ok"
    assert list(answer["routers"]) == list(panel.ids)
    assert all(answer["routers"][name] == "ready" for name in panel.immediate_ids)
    assert {answer["routers"][name] for name in panel.waiting_ids} <= {"ready", "loads when asked"}


def test_routers_that_ask_an_llm_run_only_when_asked(client: TestClient, panel: RouterPanel) -> None:
    assert panel.waiting_ids
    answer = client.post("/api/decide", json={"prompt": "Hi", "routers": [panel.waiting_ids[0]]}).json()
    assert len(answer["decisions"]) + len(answer["unavailable"]) == 1
    for field, value in {"temperature": 3, "attachment": "zip", "llm_routers": "perhaps"}.items():
        assert client.post("/api/decide", json={"prompt": "Hi", field: value}).status_code == 422


@pytest.mark.parametrize("told", [{}, {"temperature": 1.5}, {"attachment": "pdf"}])
def test_a_request_for_an_llm_router_is_paid_for_once(panel: RouterPanel, told: dict[str, object]) -> None:
    own = panel["llm-router"]
    assert isinstance(own, LlmRouter)
    with stand_in() as provider:
        label = ("simple", {"simple": -0.1, "general": -3.0, "reasoning": -4.0})
        content = json.dumps({"route": "simple", "reason": "short"})
        provider.say(content, [(token, {token: 0.0}) for token in ('{"', "route", '":', ' "')] + [label])
        router = own.with_connection(provider.connection())
        app = FastAPI()
        app.include_router(decide_routes(RouterPanel([router], panel.encoders, panel.catalogue)))
        asker = TestClient(app)
        for _ in range(2):
            answer = asker.post("/api/decide", json={"prompt": "Hi", "routers": ["llm-router"], **told}).json()
            assert [decision["router"] for decision in answer["decisions"]] == ["llm-router"]
        assert router.loaded
        assert len(provider.requests) == 1
