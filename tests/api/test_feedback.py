"""`POST /api/feedback`: ratings and corrections from other products, and the copy in `/health`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.doorkeeper import Doorkeeper
from api.feedback import feedback_routes
from api.health import health_routes
from api.problems import install_problem_handlers
from api.tokens import hash_token
from feedback.identity import BROWSER_COOKIE
from feedback.label_store import LabelStore
from feedback.opening import StoreOpener, copy_status_of
from feedback.resolved_label import TIER_NAMES
from feedback.rows import sha256
from router_models import RouterPanel
from settings import ApiToken, Settings

PROMPT = "Where do swifts sleep in summer?"
RATING = {"id": "answer-1-a", "kind": "completion", "subject": "answer-1", "thumb": "up", "stars": 4}
CORRECTION = {"id": "fix-00001", "kind": "correction", "prompt": PROMPT, "should_be": "general", "router": "knn"}


class Desk:
    """A client, and what is kept of what it says."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.settings = Settings(_env_file=None, data_dir=folder, **options)
        self.opener = StoreOpener(self.settings)
        app = FastAPI()
        install_problem_handlers(app)
        app.include_router(feedback_routes(self.opener, self.settings))
        app.add_middleware(Doorkeeper, tokens=self.settings.api_tokens, per_minute=0, body_mib=1)
        self.client = TestClient(app, raise_server_exceptions=False)

    def say(self, document: dict[str, Any], **options: Any) -> Any:
        return self.client.post("/api/feedback", json=document, **options)

    @property
    def labels(self) -> LabelStore:
        return LabelStore(self.opener().access)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.opener.close()


def test_a_rating_is_kept_once_however_often_it_is_sent(desk: Desk) -> None:
    first, second = desk.say(RATING), desk.say(RATING)
    assert (first.status_code, first.json(), second.json()) == (200, {"new": True}, {"new": False})
    kept = [stored.rating for stored in desk.labels.ratings()]
    assert [(rating.subject, rating.thumb, rating.stars) for rating in kept] == [("answer-1", "up", 4)]


def test_a_correction_without_consent_keeps_hash_and_tier_alone(desk: Desk) -> None:
    assert desk.say(CORRECTION).json() == {"new": True}
    (stored,) = desk.labels.labels(sources=["correction"])
    assert (stored.label.tier, stored.label.router, stored.label.prompt_sha256) == (2, "knn", sha256(PROMPT))
    assert stored.prompt is None


def test_with_consent_the_text_is_kept_for_learning(desk: Desk) -> None:
    desk.say(CORRECTION | {"consent": True})
    assert [(label.prompt, label.tier) for label in desk.labels.resolved()] == [(PROMPT, 2)]


def test_a_correction_is_taken_back_by_one_without_a_tier(desk: Desk) -> None:
    desk.say(CORRECTION | {"consent": True})
    desk.say({"id": "fix-00002", "kind": "correction", "prompt": PROMPT})
    assert desk.labels.resolved() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"subject": None}, "subject"),
        ({"stars": 6}, "stars"),
        ({"thumb": "sideways"}, "thumb"),
        ({"id": "short"}, "id"),
        ({"comment": "x" * 2_001}, "comment"),
        ({"should_be": "general"}, "should_be"),
        ({"kind": "correction"}, "prompt"),
        ({"kind": "correction", "prompt": "  "}, "empty"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(desk: Desk, change: dict[str, Any], said: str) -> None:
    refused = desk.say({name: value for name, value in (RATING | change).items() if value is not None})
    assert refused.status_code == 422
    assert said in refused.json()["detail"]


def test_an_id_belongs_to_who_used_it(desk: Desk) -> None:
    """Nobody can make another's feedback look kept already."""
    first = {"cookie": f"{BROWSER_COOKIE}={'a' * 32}"}
    second = {"cookie": f"{BROWSER_COOKIE}={'b' * 32}"}
    assert desk.say(RATING, headers=first).json()["new"]
    assert desk.say(RATING, headers=second).json()["new"]
    authors = {stored.rating.author for stored in desk.labels.ratings()}
    assert len(authors) == 2
    assert not any("a" * 32 in author for author in authors)


def test_where_the_api_wants_a_token_feedback_does_too(tmp_path: Path) -> None:
    desk = Desk(tmp_path, api_tokens=(ApiToken(name="shop", sha256=hash_token("rp_secret")),))
    assert desk.say(RATING).status_code == 401
    assert desk.say(RATING, headers={"authorization": "Bearer rp_secret"}).json()["new"]
    assert {stored.rating.author.partition(":")[0] for stored in desk.labels.ratings()} == {"api"}
    desk.opener.close()


def test_a_store_that_is_down_is_said_and_the_same_id_may_be_sent_again(tmp_path: Path) -> None:
    blocked = tmp_path / "data"
    blocked.write_text("a file where the folder should be")
    desk = Desk(blocked)
    refused = desk.say(RATING)
    assert refused.status_code == 503
    assert refused.json()["mend"]
    blocked.unlink()
    again = Desk(blocked)
    assert again.say(RATING).json() == {"new": True}
    again.opener.close()


def test_health_says_how_the_copy_stands(panel: RouterPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")  # nobody listens there
    settings = Settings(
        _env_file=None, data_dir=tmp_path, feedback_dataset="tests/feedback", hf_token=SecretStr("hf_secret")
    )
    opener = StoreOpener(settings)
    app = FastAPI()
    app.include_router(health_routes(panel, None, copy_status_of(opener)))
    client = TestClient(app)
    assert client.get("/health").json()["feedback_copy"] is None
    opener()
    state = client.get("/health").json()["feedback_copy"]
    assert (state["dataset"], state["ready"], state["copied_at"]) == ("tests/feedback", False, None)
    assert "hf_secret" not in str(state)
    opener.close()


def test_the_schema_names_the_tiers_and_its_examples_are_taken(desk: Desk) -> None:
    document = desk.client.get("/openapi.json").json()
    tier = document["components"]["schemas"]["FeedbackRequest"]["properties"]["should_be"]
    assert tier["anyOf"][0]["enum"] == list(TIER_NAMES)
    assert tier["examples"] == ["general"]
    assert all(f"`{name}`" in tier["description"] for name in TIER_NAMES)
    body = document["paths"]["/api/feedback"]["post"]["requestBody"]["content"]["application/json"]
    kinds = [example["value"]["kind"] for example in body["examples"].values()]
    assert kinds == ["correction", "completion", "decision"]
    for example in body["examples"].values():
        assert desk.say(example["value"]).json() == {"new": True}, example["summary"]
    refused = desk.say({**CORRECTION, "should_be": "strong"})
    assert refused.status_code == 422
    assert "'simple', 'general' or 'reasoning'" in str(refused.json())
