"""Every request has an id and a line in the log, which holds neither prompts nor keys."""

import json
import logging
from typing import Any

import pytest
from fastapi.testclient import TestClient

from router_models import RouterPanel
from tests.api.serving import client_of
from tests.llms.misbehaving import KEY, Misbehaving

PROMPT = "Where did I leave my umbrella?"


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [json.loads(record.message) for record in caplog.records if record.name == "playground.requests"]


def test_an_id_is_made_or_taken_over(keyless: TestClient) -> None:
    first, second = (keyless.get("/health").headers["x-request-id"] for _ in range(2))
    assert first != second
    assert keyless.get("/health", headers={"x-request-id": "mine-1"}).headers["x-request-id"] == "mine-1"
    for odd in ("two words", "x" * 65, "", "<b>"):
        assert keyless.get("/health", headers={"x-request-id": odd}).headers["x-request-id"] != odd


def test_refusals_have_an_id_too(keyless: TestClient) -> None:
    assert keyless.post("/predict", json={}).headers["x-request-id"]


def test_pages_are_not_framed(keyless: TestClient) -> None:
    assert "x-request-id" not in keyless.get("/docs").headers


@pytest.mark.parametrize("log_prompts", [False, True])
def test_the_log_says_what_was_decided_and_prompts_only_on_demand(
    panel: RouterPanel, server: Misbehaving, caplog: pytest.LogCaptureFixture, log_prompts: bool
) -> None:
    caplog.set_level(logging.INFO)
    client = client_of(panel, server, log_prompts=log_prompts)
    sent = {"x-openai-api-key": "sk-callers-own-key", "x-request-id": "r-1"}
    client.post("/route", json={"prompt": PROMPT, "router": "always-weak"}, headers=sent)
    ask = {"model": "router-always-strong", "messages": [{"role": "user", "content": PROMPT}]}
    client.post("/v1/chat/completions", json=ask, headers=sent)
    client.post("/predict", json={"text": PROMPT, "router": "always-weak"})
    route, chat, predict = lines(caplog)
    assert route["id"] == "r-1"
    assert (route["path"], route["status"]) == ("/route", 200)
    assert (route["router"], route["route"], route["llm"]) == ("always-weak", "weak", "gpt-4.1-nano")
    assert route["cost_usd"] > 0
    assert (chat["router"], chat["llm"], chat["stop"]) == ("always-strong", "gpt-4.1", "stop")
    assert (predict["router"], predict["status"]) == ("always-weak", 200)
    for line in (route, chat, predict):
        assert (line.get("prompt") == PROMPT) == log_prompts
        assert line["ms"] > 0
    everything = caplog.text
    assert (PROMPT in everything) == log_prompts
    assert "sk-callers-own-key" not in everything
    assert KEY not in everything


def test_a_defect_is_logged_with_its_id_and_shows_nothing(
    keyless: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer = keyless.get("/api/defect")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert answer.json()["mend"]
    (line,) = lines(caplog)
    assert line["status"] == 500
    assert answer.headers["x-request-id"] == line["id"]
