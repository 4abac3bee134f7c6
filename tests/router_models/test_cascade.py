"""Stages, bounds, budgets, and who pays for which latency."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from errors import BadInputError, UnavailableError
from router_models.cascade import CascadeRouter
from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch
from tests.router_models.composites import PROMPTS, Scripted, cascade, encoders


def _stages(shared: Encoders) -> list[Scripted]:
    """The first is sure of the short prompt only, the second of the long one too; the last takes what remains."""
    return [Scripted("cheap", 0.0015, shared), Scripted("middle", 0.02, shared), Scripted("dear", 0.01, shared)]


def _router(tmp_path: Path, stages: list[Scripted], shared: Encoders) -> CascadeRouter:
    """At threshold 0.5: a stage is sure below 0.3 and above 0.7."""
    router = cascade(tmp_path, stages, shared)
    thresholds, costs = router.table().thresholds, router.table().usd_per_1000(router.prices)
    return router.with_budget(float(costs[thresholds.searchsorted(0.5)]))


def test_each_prompt_stops_at_the_first_stage_that_is_sure(tmp_path: Path) -> None:
    shared = encoders()
    stages = _stages(shared)
    router = _router(tmp_path, stages, shared)
    trace = router.trace(PromptBatch(["x" * 10, "x" * 250, "x" * 215, "x" * 20]))
    assert router.card.threshold == pytest.approx(0.5)
    assert trace.stage.tolist() == [0, 1, 1, 0]
    assert [stage.asked for stage in stages] == [4, 2, 0]
    assert trace.p_strong[1] == pytest.approx(0.98)


def test_what_no_stage_is_sure_of_the_last_one_decides(tmp_path: Path) -> None:
    shared = encoders()
    stages = [Scripted("cheap", 0.01, shared), Scripted("middle", 0.009, shared), Scripted("dear", 0.008, shared)]
    router = _router(tmp_path, stages, shared)
    score = router.score(PromptBatch(["x" * 50]))[0]
    assert score.evidence == (
        "Its last stage (dear) decided, because those before it were not sure enough (cheap, middle)"
    )
    assert score.p_strong == pytest.approx(0.42)


def test_the_evidence_says_which_stage_decided_and_why(tmp_path: Path) -> None:
    shared = encoders()
    router = _router(tmp_path, _stages(shared), shared)
    assert router.score(PromptBatch(["x" * 10]))[0].evidence == (
        "Stage 1 of 3 (cheap) decided alone, because at its P(strong) of 0.04 the dearer stages would rarely disagree"
    )


def test_latency_counts_only_the_stages_that_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = encoders()
    stages = _stages(shared)
    router = _router(tmp_path, stages, shared)
    predict = Scripted._predict_proba

    def slow(stage: Scripted, prompts: PromptBatch) -> NDArray[np.floating]:
        time.sleep(0.002 if stage is stages[0] else 0.2)
        return predict(stage, prompts)

    monkeypatch.setattr(Scripted, "_predict_proba", slow)
    batch = PromptBatch(["x" * 10])
    for stage in stages:  # as in a panel, where all of them have run before
        stage.probabilities(batch)
    assert 2 <= router.score(batch)[0].latency_ms < 200


def test_a_batch_says_what_its_prompts_say_alone(tmp_path: Path) -> None:
    shared = encoders()
    router = _router(tmp_path, _stages(shared), shared)
    alone = np.vstack([router.predict_proba([prompt]) for prompt in PROMPTS])
    assert np.allclose(router.predict_proba(PROMPTS), alone)


def test_a_larger_budget_never_lowers_the_number_of_strong_calls(tmp_path: Path) -> None:
    shared = encoders()
    router = cascade(tmp_path, _stages(shared), shared)
    costs = router.table().usd_per_1000(router.prices)
    thresholds = []
    for budget in np.linspace(costs[-1], costs[0] * 1.1, 23):
        poorer = router.with_budget(float(budget))
        assert poorer.card.threshold is not None
        spent = costs[router.table().thresholds.searchsorted(poorer.card.threshold)]
        assert spent <= budget
        assert poorer.budget_usd_per_1000 == budget
        thresholds.append(poorer.card.threshold)
    assert thresholds == sorted(thresholds, reverse=True)
    assert thresholds[0] == 1.0
    assert thresholds[-1] == 0.0


@pytest.mark.parametrize("budget", [float("nan"), -1.0, 0.0, 0.01])
def test_a_budget_that_buys_nothing_is_refused_with_the_least_that_would_do(tmp_path: Path, budget: float) -> None:
    shared = encoders()
    with pytest.raises(BadInputError) as refused:
        cascade(tmp_path, _stages(shared), shared).with_budget(budget)
    if budget >= 0:
        assert "Give at least 0.13 USD" in refused.value.mend


def test_a_last_resort_is_asked_only_near_the_threshold_and_makes_the_panel_wait(tmp_path: Path) -> None:
    shared = encoders()
    stages = [Scripted("cheap", 0.01, shared), Scripted("dear", 0.009, shared)]
    resort = Scripted("llm-router", 0.018, shared)
    plain = _router(tmp_path, stages, shared)
    router = plain.with_last_resort(resort)
    assert router.waits
    assert not plain.waits
    trace = router.trace(PromptBatch(["x" * 50, "x" * 5, "x" * 60]))
    assert trace.stage.tolist() == [2, 0, 2]
    assert resort.asked == 2
    assert trace.p_strong[0] == pytest.approx(0.92)


def test_without_a_stage_it_is_unavailable_and_names_it(tmp_path: Path) -> None:
    shared = encoders()
    stages = [Scripted("cheap", 0.01, shared), Scripted("dear", 0.009, shared, broken=True)]
    with pytest.raises(UnavailableError, match="'dear', which is unavailable: Its weights are missing"):
        cascade(tmp_path, stages, shared).predict_proba(PROMPTS)
