"""What tests of learning share: a panel of their own, because versions come and go in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from feedback.learning.learn import Learnt, learn
from feedback.learning.target import Target
from feedback.resolved_label import ResolvedLabel
from feedback.store import FeedbackStore
from feedback.version_store import VersionStore
from feedback.visitor import Visitor
from router_models import RouterPanel
from settings import Settings

ME = Visitor("browser:abc", name="Ada", may_learn=True)

Learn = Callable[..., Learnt]


@pytest.fixture(scope="session")
def learned(panel: RouterPanel) -> Learn:
    """Lets a router of the real panel learn; what was learnt before in the same way is not learnt again."""
    known: dict[object, Learnt] = {}

    def run(
        router: str, task: str, labels: list[ResolvedLabel], target: Target | None = None, **more: object
    ) -> Learnt:
        key = (router, task, tuple((label.prompt_sha256, label.tier) for label in labels), target, *more)
        if key not in known:
            known[key] = learn(panel.line_up, router, task, labels, ME, target, **more)  # type: ignore[arg-type]
        return known[key]

    return run


@pytest.fixture
def feedback_store(tmp_path: Path) -> FeedbackStore:
    """A store in a folder of its own."""
    return FeedbackStore.open(Settings(data_dir=tmp_path / "data", database_url=None))


@pytest.fixture
def versions(feedback_store: FeedbackStore) -> VersionStore:
    """Versions in that store."""
    return VersionStore(feedback_store.access)
