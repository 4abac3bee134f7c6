"""The same tests on SQLite and on PostgreSQL, and stand-ins for the Hub and for a provider whose LLMs judge."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from feedback.label_store import LabelStore
from feedback.store import FeedbackStore
from settings import Settings
from tests.api.serving import serving
from tests.feedback.copied import Copied, copying
from tests.feedback.hub import Hub
from tests.feedback.judging import Court, JudgingProvider, judging
from tests.feedback.postgres import Cluster, binaries


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server; without one a test is skipped, in CI it fails."""
    programs = binaries()
    if programs is None:
        reason = "PostgreSQL is not installed (on Debian: apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    cluster = Cluster(programs)
    yield cluster
    cluster.close()


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Settings:
    """A data folder that does not exist yet, with a name that needs care."""
    return Settings(data_dir=tmp_path / "100% möglich", database_url=None)


@pytest.fixture
def on_postgresql(cluster: Cluster, tmp_path: Path) -> Settings:
    """An empty database of the server."""
    return Settings(data_dir=tmp_path / "unused", database_url=SecretStr(cluster.new_database()))


@pytest.fixture(params=["on_sqlite", "on_postgresql"])
def database(request: pytest.FixtureRequest) -> Settings:
    """Settings with an empty database of each kind."""
    settings: Settings = request.getfixturevalue(request.param)
    return settings


@pytest.fixture
def store(database: Settings) -> Iterator[FeedbackStore]:
    """A store on an empty database of each kind."""
    store = FeedbackStore.open(database)
    assert store.problem() is None
    yield store
    store.close()


@pytest.fixture
def sqlite_labels(on_sqlite: Settings) -> Iterator[LabelStore]:
    """A store of labels on SQLite, for what no database has a say in."""
    store = FeedbackStore.open(on_sqlite)
    yield LabelStore(store.access)
    store.close()


@pytest.fixture
def labels(store: FeedbackStore) -> LabelStore:
    """A store of labels on an empty database of each kind."""
    return LabelStore(store.access)


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def endpoint(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the Hub's client looks for the Hub; it does not wait between its own tries."""
    from huggingface_hub import constants
    from huggingface_hub.utils import _http

    monkeypatch.setattr(_http, "time", SimpleNamespace(sleep=lambda _seconds: None, time=time.time))
    with serving(hub.app()) as address:
        template = constants.HUGGINGFACE_CO_URL_TEMPLATE.replace(constants.ENDPOINT, address)
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "ENDPOINT", address)
        yield address


@pytest.fixture
def copied(database: Settings, endpoint: str) -> Iterator[Copied]:
    made = Copied(copying(database))
    yield made
    made.close()


@pytest.fixture
def provider() -> Iterator[JudgingProvider]:
    with judging() as running:
        yield running


@pytest.fixture
def court(provider: JudgingProvider, tmp_path: Path) -> Court:
    return Court(provider, tmp_path)
