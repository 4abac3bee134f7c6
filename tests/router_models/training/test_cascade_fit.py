"""Calibrating a cascade on made-up votes: bounds keep their promise, budgets are kept, the served router agrees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from router_models.cascade import CascadeRouter
from router_models.cascade_budget import BudgetTable, RoutePrices
from router_models.prompt_batch import PromptBatch
from router_models.training.cascade import joined, spent_usd_per_1000, write
from router_models.training.cascade_fit import Votes, fit_cascade, stage_bounds
from router_models.training.ensemble_data import LOADERS, distinct
from tests.router_models.composites import PRICES, Scripted, card, encoders


def made_up(n: int, seed: int) -> Votes:
    """Three stages, each noisier than the next, whose last one is right as often as it says."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n)
    votes = np.column_stack([expit(0.5 * truth + noise * rng.normal(size=n) - 1) for noise in (1.0, 0.3, 0.0)])
    needed = (rng.random(n) < expit(2 * truth - 1)).astype(float)
    return Votes(votes, needed, rng.integers(5, 400, n).astype(float), np.full(n, 1 / n))


def test_an_early_stage_decides_only_where_the_last_one_would_mostly_agree() -> None:
    votes = made_up(4_000, 0)
    cascade = fit_cascade(votes, 0.9)
    calibrated = cascade.calibrated(votes.p_strong)
    decided_early = []
    for point in range(0, len(cascade.thresholds), 10):
        threshold = cascade.thresholds[point]
        stage, p_strong = cascade.decide(votes.p_strong, point)
        early = stage < 2
        agree = (p_strong >= threshold) == (calibrated[:, -1] >= threshold)
        decided_early.append(early.mean())
        assert not early.any() or agree[early].mean() >= 0.9
    assert min(decided_early) < 0.9 < max(decided_early)


def test_a_cautious_cascade_passes_more_on() -> None:
    votes = made_up(2_000, 1)
    early = [(fit_cascade(votes, agreement).decide(votes.p_strong, 50)[0] < 2).mean() for agreement in (0.8, 0.99)]
    assert early[0] > early[1]


def test_a_stage_without_any_clue_decides_nothing() -> None:
    rng = np.random.default_rng(2)
    calibrated = np.column_stack([rng.random(2_000), rng.random(2_000)])
    lower, upper = stage_bounds(calibrated, np.full(2_000, 1 / 2_000), 0.5, 0.95)
    assert (calibrated[:, 0] <= lower[0]).mean() < 0.03
    assert (calibrated[:, 0] >= upper[0]).mean() < 0.03


@pytest.mark.parametrize("part", [0.05, 0.2, 0.5, 0.9])
def test_the_budget_is_kept_on_prompts_it_was_not_calibrated_on(part: float) -> None:
    cascade = fit_cascade(made_up(6_000, 3), 0.95)
    table = BudgetTable(cascade.thresholds, cascade.shares, cascade.prompt_tokens)
    costs = table.usd_per_1000(PRICES)
    budget = float(costs[-1] + part * (costs[0] - costs[-1]))
    point = table.point(budget, PRICES)
    spent = []
    for seed in range(20):
        votes = made_up(1_000, 100 + seed)
        strong = cascade.decide(votes.p_strong, point)[1] >= cascade.thresholds[point]
        spent.append(spent_usd_per_1000(votes, strong, PRICES))
    assert np.mean([usd <= budget for usd in spent]) >= 0.9
    assert np.mean(spent) > 0.8 * budget


def test_costs_fall_as_thresholds_rise_and_end_at_the_weak_llm_alone() -> None:
    votes = made_up(3_000, 4)
    cascade = fit_cascade(votes, 0.95)
    costs = BudgetTable(cascade.thresholds, cascade.shares, cascade.prompt_tokens).usd_per_1000(PRICES)
    assert (np.diff(costs) <= 0.05 * costs[0]).all()
    everything = np.ones(len(votes.tokens), dtype=bool)
    assert costs[0] == pytest.approx(spent_usd_per_1000(votes, everything, PRICES))
    assert costs[-1] == pytest.approx(spent_usd_per_1000(votes, ~everything, PRICES), rel=0.05)


def test_what_is_written_decides_as_what_was_fitted(tmp_path: Path) -> None:
    shared = encoders()
    stages = [Scripted("cheap", 0.003, shared), Scripted("middle", 0.002, shared), Scripted("dear", 0.0025, shared)]
    cascade = fit_cascade(made_up(2_000, 5), 0.9)
    write(cascade, stages, tmp_path / "model.npz")
    prompts = PromptBatch(["x" * length for length in range(1, 300, 7)])
    votes = np.column_stack([1 - stage.probabilities(prompts)[:, 0] for stage in stages])
    table = BudgetTable(cascade.thresholds, cascade.shares, cascade.prompt_tokens)
    prices = RoutePrices((0.2, 3.0), (0.5, 9.0), (200.0, 900.0))
    budget = float(table.usd_per_1000(prices)[40])
    parameters = {"budget_usd_per_1000": budget, **prices.as_parameters()}
    served = CascadeRouter(
        card("cascade", parameters=parameters), tmp_path, shared, {stage.id: stage for stage in stages}
    )
    stage, p_strong = cascade.decide(votes, table.point(budget, prices))
    assert served.trace(prompts).stage.tolist() == stage.tolist()
    assert served.predict_proba(prompts)[:, 1] == pytest.approx(p_strong)
    assert len(set(stage.tolist())) > 1


def test_every_data_set_weighs_the_same_and_rows_without_a_vote_are_left_out(data_dir: Path) -> None:
    parts = {name: distinct(load(data_dir).part("train")).take(range(40)) for name, load in LOADERS.items()}
    honest = {name: np.full((40, 2), 0.3) for name in parts}
    honest["ray"][:10, 1] = np.nan
    votes, folds = joined(parts, honest)
    assert len(votes.needed) == len(folds) == 150
    assert votes.weights.sum() == pytest.approx(1)
    assert votes.weights[0] * 30 == pytest.approx(votes.weights[-1] * 40)
