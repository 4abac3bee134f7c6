from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from router_models import RouterPanel
from tests.api.serving import api_app, client_of, serving, settings
from tests.llms.misbehaving import Misbehaving, misbehaving


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    """A provider that streams, and misbehaves on command."""
    with misbehaving() as running:
        yield running


@pytest.fixture(scope="module")
def keyless(panel: RouterPanel) -> TestClient:
    """The API without any key: only the local LLM can be asked."""
    return client_of(panel)


@pytest.fixture
def client(panel: RouterPanel, server: Misbehaving) -> TestClient:
    """The API with the stand-in as OpenAI."""
    return client_of(panel, server)


@pytest.fixture(scope="module")
def local_url(panel: RouterPanel) -> Iterator[str]:
    """The API without any key on a port of this machine."""
    with serving(api_app(panel, settings(api_cached_scores=64))) as url:
        yield url
