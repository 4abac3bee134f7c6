"""Gradio's own API stays clean: no event of a page is public, and none hides an endpoint of the JSON API."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app import create_app
from router_models import RouterPanel
from tests.api.serving import settings


@pytest.fixture(scope="module")
def app_client(panel: RouterPanel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("data")
    with TestClient(create_app(panel, settings(data_dir=folder)), raise_server_exceptions=False) as client:
        yield client


def test_no_event_of_a_page_is_public(app_client: TestClient) -> None:
    assert app_client.get("/gradio_api/info").json() == {"named_endpoints": {}, "unnamed_endpoints": {}}


def test_every_event_is_named_and_private(app_client: TestClient) -> None:
    events = app_client.get("/config").json()["dependencies"]
    assert events
    assert {event["api_visibility"] for event in events} == {"private"}


@pytest.mark.parametrize("path", ["/predict", "/health", "/api/decide"])
def test_the_json_api_goes_before_the_pages(app_client: TestClient, path: str) -> None:
    assert app_client.get(path).headers["content-type"].startswith("application/")


def test_pages_are_served_under_the_root(app_client: TestClient) -> None:
    assert "text/html" in app_client.get("/").headers["content-type"]
