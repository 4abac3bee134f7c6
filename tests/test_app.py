"""The composed app: JSON API first, then the pages."""

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import app
from app import create_app, start_warm_up
from errors import PlaygroundError
from router_models import RouterPanel
from router_models.hub.added import AddedRouters
from settings import Settings, get_settings


@pytest.fixture(scope="module")
def client(panel: RouterPanel) -> TestClient:
    return TestClient(create_app(panel, Settings()), raise_server_exceptions=False)


@pytest.mark.parametrize("path", ["/", "/health", "/docs", "/openapi.json"])
def test_pages_and_documentation_are_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_the_documentation_loads_nothing_from_outside(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "//cdn." not in page
    for path in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert client.get(path).status_code == 200, path


def test_decisions_are_served_beside_the_pages(client: TestClient, panel: RouterPanel) -> None:
    answer = client.post("/api/decide", json={"prompt": "Say hello."}).json()
    assert [decision["router"] for decision in answer["decisions"]] == list(panel.immediate_ids)


def test_the_warm_up_readies_every_router_that_waits_for_no_llm(panel: RouterPanel) -> None:
    start_warm_up(panel)
    for thread in threading.enumerate():
        if thread.name == "warm-up":
            thread.join(timeout=60)
    status = panel.status()
    assert {status[name] for name in panel.immediate_ids} == {"ready"}


def test_what_may_have_to_be_downloaded_comes_after_all_else_of_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun: list[Callable[[], object]] = []

    def instead(panel: RouterPanel, *later: Callable[[], object]) -> None:
        begun.extend(later)

    def serve(*_: object, **__: object) -> None:
        """Nothing listens."""

    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(app, "start_warm_up", instead)
    monkeypatch.setattr(app.uvicorn, "run", serve)
    get_settings.cache_clear()
    try:
        assert app.main() == 0
    finally:
        get_settings.cache_clear()
    owners = [getattr(prepare, "__self__", None) for prepare in begun]
    places = [place for place, owner in enumerate(owners) if isinstance(owner, AddedRouters)]
    assert places == [len(begun) - 1]
    assert len(begun) > 1


def test_what_fails_at_the_start_keeps_nothing_else_from_it(
    panel: RouterPanel, caplog: pytest.LogCaptureFixture
) -> None:
    done = threading.Event()

    def fail() -> None:
        raise KeyError("numbers")

    app.start_warm_up(panel, fail, done.set)
    assert done.wait(timeout=60)
    assert "has failed" in caplog.text
    assert "KeyError: 'numbers'" in caplog.text


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    get_settings.cache_clear()
    monkeypatch.setenv("PORT", "many")
    with pytest.raises(PlaygroundError, match="PORT"):
        get_settings()
    get_settings.cache_clear()


def test_a_space_listens_on_every_address_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "user/name")
    get_settings.cache_clear()
    assert get_settings().host == "0.0.0.0"  # noqa: S104
    monkeypatch.setenv("HOST", "127.0.0.1")
    get_settings.cache_clear()
    assert get_settings().host == "127.0.0.1"
    get_settings.cache_clear()
