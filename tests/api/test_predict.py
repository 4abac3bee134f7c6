"""One router, one text or many: the shapes of the API, and that neither batch nor cache changes a score."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fastapi.testclient import TestClient

from router_models import RouterPanel
from tests.api.serving import api_app, client_of, serving, settings

TEXTS = [
    "Say hello.",
    "Prove that the square root of 2 is irrational.",
    "Übersetze „guten Morgen“ ins Finnische. 🙂",
    "Summarise these minutes. " + "The chair opened the meeting and thanked everybody. " * 60,
]
SHAPE = {
    "text",
    "score",
    "route_label",
    "processing_time_ms",
    "router",
    "distribution",
    "confidence",
    "threshold",
    "caution",
    "cached",
    "warnings",
}


def test_a_prediction_has_the_promised_shape(keyless: TestClient) -> None:
    answer = keyless.post("/predict", json={"text": TEXTS[1]}).json()
    assert set(answer) == SHAPE
    assert answer["router"] == "encoder-3way"
    assert answer["route_label"] == ("Strong Model" if answer["score"] > 0.5 else "Weak Model")
    assert answer["threshold"] == 0.5
    assert sum(answer["distribution"].values()) == pytest.approx(1)
    assert answer["score"] == pytest.approx(1 - answer["distribution"]["simple"])


def test_a_batch_has_the_promised_shape(keyless: TestClient) -> None:
    answer = keyless.post("/predict/batch", json={"texts": TEXTS, "router": "keras-cnn"}).json()
    assert set(answer) == {"predictions", "total_processing_time_ms", "average_processing_time_ms"}
    assert [one["text"] for one in answer["predictions"]] == TEXTS
    assert answer["average_processing_time_ms"] == pytest.approx(answer["total_processing_time_ms"] / len(TEXTS))


def test_a_batch_scores_as_single_calls_do(keyless: TestClient, panel: RouterPanel) -> None:
    for router in panel.immediate_ids:
        batch = keyless.post("/predict/batch", json={"texts": TEXTS, "router": router}).json()["predictions"]
        for text, one in zip(TEXTS, batch, strict=True):
            single = keyless.post("/predict", json={"text": text, "router": router}).json()
            assert one["score"] == pytest.approx(single["score"], abs=1e-5), router
            assert one["route_label"] == single["route_label"]


def test_concurrent_calls_share_runs_and_score_as_single_calls_do(
    panel: RouterPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    run_batch = panel.run_batch

    def counted(prompts: list[str], *rest: object, **options: object) -> object:
        sizes.append(len(prompts))
        return run_batch(prompts, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(panel, "run_batch", counted)
    texts = [f"{TEXTS[number % len(TEXTS)]} Variant {number}." for number in range(48)]
    with (
        serving(api_app(panel, settings())) as url,
        httpx.Client(base_url=url, limits=httpx.Limits(max_connections=16)) as client,
        ThreadPoolExecutor(16) as threads,
    ):

        def ask(text: str) -> float:
            answer = client.post("/predict", json={"text": text, "router": "encoder-quality"}, timeout=60)
            return float(answer.json()["score"])

        together = list(threads.map(ask, texts))
        assert sum(sizes) == len(texts)
        assert max(sizes) > 1
        alone = [ask(text) for text in texts[:8]]
    assert together[:8] == pytest.approx(alone, abs=1e-6)


def test_the_same_text_is_routed_once_and_the_hit_is_shown(panel: RouterPanel) -> None:
    client = client_of(panel, api_cached_scores=2)
    ask = {"text": TEXTS[0], "router": "encoder-quality"}
    first, second = client.post("/predict", json=ask), client.post("/predict", json=ask)
    assert (first.json()["cached"], second.json()["cached"]) == (False, True)
    assert (first.headers["x-router-cache"], second.headers["x-router-cache"]) == ("miss", "hit")
    assert first.json()["score"] == second.json()["score"]
    assert second.json()["processing_time_ms"] < first.json()["processing_time_ms"]
    moved = client.post("/predict", json=ask | {"threshold": 0.0}).json()
    assert (moved["cached"], moved["route_label"]) == (True, "Strong Model")
    other = client.post("/predict", json=ask | {"router": "keras-cnn"}).json()
    assert not other["cached"]
    for text in TEXTS[1:3]:  # the cache holds two: the first text has gone now
        client.post("/predict", json=ask | {"text": text})
    assert not client.post("/predict", json=ask).json()["cached"]


def test_the_whole_panel_is_cached_too_and_its_policy_is_not(panel: RouterPanel) -> None:
    client = client_of(panel, api_cached_scores=100)
    ask = {"prompt": "What is 2 + 2?", "routers": ["encoder-3way", "knn"]}
    first, second = client.post("/api/decide", json=ask), client.post("/api/decide", json=ask)
    assert (first.json()["cached"], second.json()["cached"]) == (False, True)
    assert second.headers["x-router-cache"] == "hit"
    assert first.json()["decisions"] == second.json()["decisions"]
    other = client.post("/api/decide", json=ask | {"pool": "measured"}).json()
    assert other["cached"]
    assert {one["llm"] for one in other["decisions"]} <= {"gpt-4o-mini", "gpt-4o", "o1-mini"}


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"texts": []}, 422, "texts"),
        ({"texts": ["x"] * 10_001}, 422, "texts"),
        ({"texts": ["Hi", " \n"]}, 422, "empty"),
        ({"texts": ["Hi"], "router": "nobody"}, 404, "no router 'nobody'"),
        ({"texts": "Hi"}, 422, "texts"),
        ({"texts": ["Hi"], "router": "cascade", "threshold": 0.5}, 422, "budget"),
    ],
)
def test_a_bad_batch_is_refused_with_the_reason(
    keyless: TestClient, body: dict[str, object], status: int, said: str
) -> None:
    answer = keyless.post("/predict/batch", json=body)
    assert answer.status_code == status
    assert said in answer.json()["detail"]


def test_an_unknown_router_is_told_the_valid_ones(keyless: TestClient, panel: RouterPanel) -> None:
    mend = keyless.post("/predict", json={"text": "Hi", "router": "nobody"}).json()["mend"]
    assert all(name in mend for name in panel.ids)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "مرحبا", "\u202eolleh", "a\x00b\x07", "🙂" * 500, "x" * 100_000]
)
def test_odd_texts_are_routed(keyless: TestClient, text: str) -> None:
    answer = keyless.post("/predict", json={"text": text, "router": "keras-cnn"})
    assert answer.status_code == 200
    assert answer.json()["text"] == text
