"""Runs during which the panel changes: versions that are switched, routers that are removed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from router_models import RouterPanel
from router_models.base import Router
from router_models.panel import PanelRun
from router_models.prompt_batch import PromptBatch
from tests.traffic.test_routing import CHEAP, ended
from traffic.routing import CHUNK_ROWS, RoutingRun


class Standing(Router):
    """A router of another id or version that says the same of every prompt."""

    def __init__(self, like: Router, p_strong: float, **changed: object) -> None:
        super().__init__(like.card.model_copy(update=changed), like.folder, like.encoders)
        self._p_strong = p_strong

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        return np.tile([1 - self._p_strong, self._p_strong], (len(prompts), 1))


class Between:
    """Does something once, at the call of the panel that is named, just before it runs."""

    def __init__(self, panel: RouterPanel, monkeypatch: pytest.MonkeyPatch, at: int, what: Callable[[], None]) -> None:
        self._run, self._at, self._what = panel.run_batch, at, what
        self._calls = 0
        monkeypatch.setattr(panel, "run_batch", self)

    def __call__(self, *given: Any, **options: Any) -> list[PanelRun]:
        self._calls += 1
        if self._calls == self._at:
            self._what()
        return self._run(*given, **options)


@pytest.mark.parametrize("groups", [False, True])
def test_a_version_that_is_switched_during_a_run_does_not_answer_in_it(
    panel: RouterPanel, monkeypatch: pytest.MonkeyPatch, groups: bool
) -> None:
    other = Standing(panel["prompt-length"], 0.9, version="another")
    card = panel["prompt-length"].card

    def switch() -> None:
        panel.install({"prompt-length": other}, {})

    Between(panel, monkeypatch, 2, switch)
    try:
        run = RoutingRun(panel, ["Why?"] * (3 * CHUNK_ROWS), CHEAP, groups=groups)
        found = ended(run).result().scores["prompt-length"]
        assert panel["prompt-length"] is other
    finally:
        panel.install({}, {})
    assert np.ptp(found.p_strong) == 0
    assert found.p_strong[0] != pytest.approx(0.9)
    assert found.card is card


@pytest.mark.parametrize("groups", [False, True])
def test_a_router_that_is_removed_during_a_run_is_named_and_the_others_go_on(
    panel: RouterPanel, monkeypatch: pytest.MonkeyPatch, groups: bool
) -> None:
    panel.add(Standing(panel["prompt-length"], 0.9, router="mine", title="Mine"))

    def remove() -> None:
        panel.remove("mine")

    Between(panel, monkeypatch, 2, remove)
    try:
        run = RoutingRun(panel, ["Why?"] * (3 * CHUNK_ROWS), ["mine", "always-strong"], groups=groups)
        found = ended(run).result()
    finally:
        panel.remove("mine")
    assert found.whole
    assert tuple(found.scores) == ("always-strong",)
    assert found.unavailable["mine"].what == "Mine was removed while it ran."
