"""Figures of the hierarchical router: each step on its own, then the route."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.bootstrap import Metric
from benchmarks.metrics import accuracy, ece
from router_models.card import Figure
from router_models.training.composite_features import wide_features_of
from router_models.training.composite_figures import HASH_SPLIT, strong_needed_figures, test_parts
from router_models.training.figures import measure
from router_models.training.hierarchical_data import Rows, load_rows
from router_models.training.hierarchical_fit import HierarchicalModel
from router_models.training.hierarchical_steps import relative

NOTES = {"mt-bench": "Transfer: not trained on this set.", "ray": "Transfer: not trained on this set."}
IN_DOMAIN = "In-domain: trained on this set's train part."


def figures_on_test(
    model: HierarchicalModel, data: Path, train: Rows, sample: int | None, cache: Path | None
) -> list[Figure]:
    """All figures on the test parts.

    Args:
        model: The fitted steps.
        data: Folder of the public data sets.
        train: The train rows, for the constants that baselines use.
        sample: Only so many rows of each set.
        cache: Of features.
    """
    rows = load_rows(data, "test", sample)
    exams = rows.take(np.flatnonzero(rows.sources == "mmlu-pro"))
    figures = step_figures(model, exams, wide_features_of(exams.prompts, cache), train)
    for name, part in test_parts(data, sample).items():
        features = wide_features_of(part.prompts, cache)
        taught = train.sources == name
        rate = float(np.nanmean(train.needed[taught])) if taught.any() else None
        note = NOTES.get(name, IN_DOMAIN)
        figures += strong_needed_figures(part, model.p_strong(features), rate, note)
    return figures


def step_figures(model: HierarchicalModel, exams: Rows, features: FloatArray, train: Rows) -> list[Figure]:
    """Domain accuracy and calibration, and the rank correlation of complexity, on MMLU-Pro.

    Args:
        model: The fitted steps.
        exams: Test rows of MMLU-Pro, n.
        features: Theirs, (n, width).
        train: The train rows; their most frequent domain is the baseline.
    """
    domains, p_domain = exams.domain_numbers, model.domain.probabilities(features)
    picks = p_domain.argmax(axis=1)
    learnt = train.domain_numbers[train.sources == "mmlu-pro"]
    majority = np.full_like(domains, np.bincount(learnt).argmax())
    own = np.column_stack([level(features) for level in model.complexity])[np.arange(len(exams)), domains]
    groups = np.unique(exams.keys, return_inverse=True)[1].astype(np.int64)

    def figure(metric: str, of_rows: Metric, baselines: dict[str, float], note: str) -> Figure:
        return measure(
            metric,
            of_rows,
            len(exams),
            dataset="mmlu-pro",
            split=HASH_SPLIT,
            groups=groups,
            baselines=baselines,
            note=note,
        )

    return [
        figure(
            "domain accuracy",
            lambda rows: accuracy(domains[rows], picks[rows]),
            {"majority domain": accuracy(domains, majority)},
            "14 domains; the router also knows coding and everyday chat, and both are counted as wrong here.",
        ),
        figure(
            "domain ECE",
            lambda rows: ece(domains[rows], p_domain[rows]),
            {},
            "Of the likeliest domain's probability.",
        ),
        figure(
            "rank correlation of complexity",
            lambda rows: complexity_correlation(exams.take(rows), domains[rows], own[rows])[0],
            {"prompt length": complexity_correlation(exams, domains, own)[1]},
            "Spearman, with the share of 29 LLMs that were wrong, within the true domain.",
        ),
    ]


def complexity_correlation(rows: Rows, domains: IntArray, own: FloatArray) -> tuple[float, float]:
    """Spearman correlation of difficulty, less its domain's mean, with complexity and with prompt length.

    Args:
        rows: n rows of one data set.
        domains: Index of each row's domain, −1 where unknown, (n,).
        own: Complexity under that domain, (n,).

    Returns:
        Both correlations; NaN where no difficulty is known.
    """
    known = np.flatnonzero(np.isfinite(rows.difficulty) & (domains >= 0))
    if known.size < 3:
        return float("nan"), float("nan")
    target = relative(rows.difficulty, rows.sources, domains)[known]
    lengths = np.array([len(rows.prompts[row]) for row in known])
    return float(spearmanr(own[known], target)[0]), float(spearmanr(lengths, target)[0])
