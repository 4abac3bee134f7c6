"""The same tests on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from feedback.label_store import LabelStore
from feedback.store import FeedbackStore
from settings import Settings
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
