"""What requests leave behind for the Usage page, and what a used-up budget does to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import install_api
from api.budget_header import BUDGET_HEADER
from api.tokens import hash_token
from feedback.store import FeedbackStore
from feedback.usage import Usage
from feedback.usage_budget import Budget
from feedback.usage_export import NAMES, event_pages
from feedback.usage_sums import UsageFilter
from llms.completions import Completions
from router_models import RouterPanel
from settings import ApiToken, Settings
from tests.api.serving import settings
from tests.llms.misbehaving import Misbehaving

PROMPT = "Prove that the square root of 2 is irrational, and generalise it to every prime number."
EASY = "What is the capital of Finland?"
PATIENCE_S = 60.0


class Office:
    """An app that records, and what it recorded."""

    def __init__(self, panel: RouterPanel, chosen: Settings) -> None:
        self.store = FeedbackStore(chosen)
        self.usage = Usage(panel, chosen, self._open)
        app = FastAPI()
        install_api(app, panel, Completions(panel.catalogue, chosen), chosen, self.usage)
        self.client = TestClient(app, raise_server_exceptions=False)

    def _open(self) -> FeedbackStore:
        return self.store

    def post(self, path: str, body: Any, **options: Any) -> Any:
        answer = self.client.post(path, json=body, **options)
        assert answer.status_code == 200, answer.text
        return answer

    def events(self) -> list[dict[str, Any]]:
        assert self.usage.recorder.flush(PATIENCE_S), self.usage.recorder.state()
        ever = UsageFilter(first=date(2020, 1, 1), last=date(2999, 12, 31))
        return [row for page in event_pages(self.store.access, ever) for row in page]

    def close(self) -> None:
        self.usage.close(PATIENCE_S)
        self.store.close()


@pytest.fixture
def office(panel: RouterPanel, server: Misbehaving, tmp_path: Path) -> Iterator[Office]:
    office = Office(panel, settings(server, data_dir=tmp_path / "data", database_url=None))
    yield office
    office.close()


def test_every_endpoint_leaves_its_events(office: Office, panel: RouterPanel) -> None:
    office.post("/predict", {"text": PROMPT, "router": "keras-cnn", "threshold": 0.0})
    office.post("/predict/batch", {"texts": [PROMPT, EASY, EASY], "router": "keras-cnn"})
    decided = office.post("/api/decide", {"prompt": PROMPT, "routers": ["keras-cnn", "knn", "encoder-3way"]}).json()
    office.post("/route", {"prompt": EASY, "router": "always-weak"})
    office.post("/v1/chat/completions", {"model": "router-knn", "messages": [{"role": "user", "content": PROMPT}]})
    events = office.events()
    assert [event["place"] for event in events] == [
        "/predict",
        *["/predict/batch"] * 3,
        *["/api/decide"] * 3,
        "/route",
        "/v1/chat/completions",
    ]
    first = events[0]
    assert (first["router"], first["route"], first["escalated"], first["threshold"]) == ("keras-cnn", "strong", True, 0)
    of_router = {event["router"]: event for event in events[4:7]}
    for decision in decided["decisions"]:
        event = of_router[decision["router"]]
        assert {name: event[name] for name in ("router", "route", "llm")} == {
            name: decision[name] for name in ("router", "route", "llm")
        }
        assert event["p_strong"] == pytest.approx(decision["p_strong"], abs=1e-6)
        assert float(event["estimated_usd"]) == pytest.approx(decision["estimated_cost_usd"])
    assert [event["answered"] for event in events] == [False] * 7 + [True] * 2
    assert events[7]["route"] == "weak"
    assert all(event["router_usd"] > 0 for event in events)
    assert not [event for event in events if PROMPT in repr(event) or EASY in repr(event)]


def test_events_sum_up_to_the_bill(office: Office, server: Misbehaving) -> None:
    """What the answers' own responses and the figures for Prometheus say was paid is what the events say."""
    server.behave(words=7, hidden=5)
    paid = Decimal(0)
    for router in ("always-weak", "always-strong"):
        paid += Decimal(str(office.post("/route", {"prompt": EASY, "router": router}).json()["cost_usd"]))
    chat = {"messages": [{"role": "user", "content": EASY}]}
    for model in ("router-always-strong", "gpt-4.1"):
        answer = office.post("/v1/chat/completions", {"model": model, **chat})
        paid += Decimal(answer.headers["x-router-cost-usd"])
    streamed = {"model": "router-always-weak", "stream": True, "stream_options": {"include_usage": True}, **chat}
    text = office.post("/v1/chat/completions", streamed).text
    paid += Decimal(text.split('"cost_usd":')[1].split("}")[0])
    events = office.events()
    assert len(events) == 5
    assert sum(event["cost_usd"] for event in events) == pytest.approx(paid)
    told = office.client.get("/metrics").text.splitlines()
    counted = [line.split()[-1] for line in told if line.startswith("playground_cost_usd_total")]
    assert sum(map(float, counted)) == pytest.approx(float(paid))
    today = events[0]["at"].date()
    total = office.usage.report.total(UsageFilter(first=today, last=today), answered=True)
    assert (total.usd, total.decisions, total.events) == (sum(event["cost_usd"] for event in events), 4, 5)
    named = next(event for event in events if not event["router"])
    assert (named["llm"], named["baseline"], named["baseline_usd"]) == ("gpt-4.1", "", None)
    strong = next(event for event in events if event["escalated"])
    assert strong["baseline_usd"] == strong["cost_usd"]
    weak = next(event for event in events if event["route"] == "weak")
    assert weak["baseline_usd"] > weak["cost_usd"]


def test_an_answer_that_fails_is_counted_and_costs_nothing(office: Office, server: Misbehaving) -> None:
    server.behave(status=401)
    assert office.client.post("/route", json={"prompt": EASY, "router": "always-weak"}).status_code >= 400
    (event,) = office.events()
    assert (event["answered"], event["cost_usd"], event["baseline_usd"]) == (True, Decimal(0), None)


def test_a_callers_own_key_and_the_name_of_a_token_are_told_apart(panel: RouterPanel, tmp_path: Path) -> None:
    token, address = "a" * 40, "203.0.113.77"
    named = ApiToken(name="ci", sha256=hash_token(token))
    office = Office(panel, settings(data_dir=tmp_path, database_url=None, api_tokens=(named,)))
    sent = {"authorization": f"Bearer {token}", "x-forwarded-for": address}
    office.post("/predict", {"text": EASY, "router": "prompt-length"}, headers=sent)
    (event,) = office.events()
    assert event["caller"] == "ci"
    office.close()
    openly = Office(panel, settings(data_dir=tmp_path / "open", database_url=None))
    openly.post("/predict", {"text": EASY, "router": "prompt-length"})
    (event,) = openly.events()
    assert event["caller"] == ""
    assert set(event) == set(NAMES)
    assert not [value for value in event.values() if value in (token, address, "testclient")]
    openly.close()


def test_a_used_up_budget_raises_thresholds_and_says_so_everywhere(office: Office) -> None:
    before = office.post("/route", {"prompt": PROMPT, "router": "keras-cnn", "threshold": 0.0})
    assert BUDGET_HEADER not in before.headers
    assert before.json()["selected_model"] == "gpt-4.1"
    office.usage.recorder.flush(PATIENCE_S)
    office.usage.budget.put(Budget(usd=Decimal("0.0000001"), threshold=1.0), "ann")
    office.usage.guard.refresh()

    route = office.post("/route", {"prompt": PROMPT, "router": "keras-cnn", "threshold": 0.0})
    assert route.headers[BUDGET_HEADER] == "used-up"
    assert route.json()["selected_model"] == "gpt-4.1-nano"
    warning = route.json()["decision"]["warnings"][-1]
    assert "The budget of today is used up, so the threshold was raised from 0.00 to 1.00." in warning
    assert "it would have picked strong (gpt-4.1)" in warning

    chat = {"model": "router-keras-cnn", "messages": [{"role": "user", "content": PROMPT}]}
    answer = office.post("/v1/chat/completions", chat)
    assert answer.headers[BUDGET_HEADER] == "used-up"
    assert "budget of today is used up" in answer.headers["x-router-warnings"]

    one = office.post("/predict", {"text": PROMPT, "router": "encoder-3way", "threshold": 0.2})
    assert (one.headers[BUDGET_HEADER], one.json()["threshold"]) == ("used-up", 1.0)
    assert "raised from 0.20 to 1.00" in one.json()["warnings"][0]
    assert "Without that it would have picked Strong Model." in one.json()["warnings"][0]
    many = office.post("/predict/batch", {"texts": [PROMPT], "router": "keras-cnn"})
    assert many.headers[BUDGET_HEADER] == "used-up"
    assert many.json()["predictions"][0]["warnings"]

    panel = office.post("/api/decide", {"prompt": PROMPT, "routers": ["keras-cnn", "encoder-3way", "cascade"]})
    assert panel.headers[BUDGET_HEADER] == "used-up"
    assert panel.json()["budget_used_up"]
    said = {one["router"]: " ".join(one["warnings"]) for one in panel.json()["decisions"]}
    assert "threshold was raised" in said["keras-cnn"]
    assert "cost weight was raised" in said["encoder-3way"]
    assert "budget of today" not in said["cascade"], "its threshold follows from its own budget"

    assert {(event["place"], event["router"], event["raised"]) for event in office.events()} == {
        ("/route", "keras-cnn", False),
        ("/route", "keras-cnn", True),
        ("/v1/chat/completions", "keras-cnn", True),
        ("/predict", "encoder-3way", True),
        ("/predict/batch", "keras-cnn", True),
        ("/api/decide", "keras-cnn", True),
        ("/api/decide", "encoder-3way", True),
        ("/api/decide", "cascade", False),
    }
    office.usage.budget.switch("ann", back=True)
    office.usage.guard.refresh()
    after = office.post("/route", {"prompt": PROMPT, "router": "keras-cnn", "threshold": 0.0})
    assert BUDGET_HEADER not in after.headers
    assert after.json()["selected_model"] == "gpt-4.1"
    assert [line.happened for line in office.usage.budget.lines()] == ["switched back", "raised", "alert", "set"]


def test_health_tells_how_recording_goes_and_requests_do_not_care(panel: RouterPanel, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    office = Office(panel, settings(data_dir=tmp_path / "taken", database_url=None))
    office.post("/predict", {"text": EASY, "router": "prompt-length"})
    assert not office.usage.recorder.flush(1.0)
    told = office.client.get("/health").json()["usage"]
    assert told["waiting"] == 1
    assert "Usage could not be saved" in told["problem"]
    office.post("/predict", {"text": EASY, "router": "prompt-length"})
    (tmp_path / "taken").unlink()
    assert len(office.events()) == 2
    told = office.client.get("/health").json()["usage"]
    assert told == {"waiting": 0, "written": 2, "dropped": 0, "problem": ""}
    assert "playground_usage_events_lost 0.0" in office.client.get("/metrics").text
    office.close()


def test_what_waits_is_written_when_the_app_ends(panel: RouterPanel, tmp_path: Path) -> None:
    """The whole app, pages and all: its end must not cost the last second."""
    from app import create_app

    chosen = settings(data_dir=tmp_path / "data", database_url=None)
    store = FeedbackStore(chosen)
    with TestClient(create_app(panel, chosen, lambda: store)) as client:
        assert client.post("/predict", json={"text": EASY, "router": "prompt-length"}).status_code == 200
    ever = UsageFilter(first=date(2020, 1, 1), last=date(2999, 12, 31))
    assert [row["place"] for page in event_pages(store.access, ever) for row in page] == ["/predict"]
    store.close()
