"""Figures of the cascade: quality over all budgets, honesty, what is spent, and who decides."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.benchmark import Benchmark, BoolArray, FloatArray
from benchmarks.data.mmlu import STRONG, WEAK
from router_models.card import Figure
from router_models.cascade_budget import RoutePrices
from router_models.training.cascade_fit import Cascade
from router_models.training.composite_figures import HASH_SPLIT, SPLITS, strong_needed_figures
from router_models.training.figures import measure


def cascade_figures(
    cascade: Cascade,
    point: int,
    prices: RoutePrices,
    test: Mapping[str, Benchmark],
    votes: Mapping[str, FloatArray],
    rates: Mapping[str, float],
    tokens: Mapping[str, FloatArray],
) -> list[Figure]:
    """All figures on the test parts, at the default budget.

    Args:
        cascade: Calibrated on the train parts.
        point: Operating point of the default budget.
        prices: Of the default pool.
        test: Test part by name.
        votes: Of the stages on each, (n, s).
        rates: How often strong was needed in each train part.
        tokens: Prompt tokens on each, (n,).
    """
    figures: list[Figure] = []
    for name, part in test.items():
        stage, p_strong = cascade.decide(votes[name], point)
        note = "Transfer." if name not in rates else "Stages trained on this set's train part."
        figures += strong_needed_figures(part, p_strong, rates.get(name), note)
        strong = p_strong >= cascade.thresholds[point]
        figures.append(_spent(part, strong, tokens[name], prices))
        figures.append(_early(part, stage < votes[name].shape[1] - 1))
        if part.labels is None:
            figures.append(_quality(part, strong))
    return figures


def _measure(
    metric: str, part: Benchmark, values: FloatArray, note: str, baselines: Mapping[str, float] | None = None
) -> Figure:
    """The mean of a value per prompt, at the default budget."""
    return measure(
        metric,
        lambda rows: float(values[rows].mean()),
        len(part),
        dataset=part.name,
        split=SPLITS.get(part.name, HASH_SPLIT),
        groups=part.groups,
        baselines=baselines,
        note=note,
    )


def _spent(part: Benchmark, strong: BoolArray, tokens: FloatArray, prices: RoutePrices) -> Figure:
    per_prompt = np.column_stack(
        [
            tokens * of_input + of_output * length
            for of_input, of_output, length in zip(
                prices.input_usd_per_mtok, prices.output_usd_per_mtok, prices.output_tokens, strict=True
            )
        ]
    )
    usd_per_1000 = per_prompt / 1_000
    always = {"always weak": float(usd_per_1000[:, 0].mean()), "always strong": float(usd_per_1000[:, 1].mean())}
    note = f"At the default budget; {strong.mean():.0%} strong calls. The budget is for the mix of all sets."
    spent = usd_per_1000[np.arange(len(part)), strong.astype(np.int64)]
    return _measure("USD per 1,000 prompts", part, spent, note, always)


def _early(part: Benchmark, early: BoolArray) -> Figure:
    note = "Prompts that never reach the last stage, at the default budget."
    return _measure("share decided early", part, early.astype(np.float64), note)


def _quality(part: Benchmark, strong: BoolArray) -> Figure:
    weak_quality, strong_quality = part.quality[WEAK], part.quality[STRONG]
    share, weak_mean, strong_mean = float(strong.mean()), float(weak_quality.mean()), float(strong_quality.mean())
    baselines = {
        "always weak": weak_mean,
        "always strong": strong_mean,
        "random, as many strong calls": (1 - share) * weak_mean + share * strong_mean,
    }
    note = "At the default budget; measured with Mixtral-8x7B and GPT-4 Turbo, whatever pool the budget is for."
    return _measure("mean quality", part, np.where(strong, strong_quality, weak_quality), note, baselines)
