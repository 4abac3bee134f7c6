"""Curves: quality against the share of strong calls as the threshold moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import FloatArray

N_QUANTILES = 10


@dataclass(frozen=True, eq=False)
class Curve:
    """Operating points from "all prompts to the weak LLM" to "all prompts to the strong LLM".

    Attributes:
        thresholds: A prompt goes to the strong LLM where its score ≥ threshold; falling, starts at ∞; shape
            (m,).
        strong_share: Share of strong calls per point, rising from 0 to 1, shape (m,).
        quality: Mean quality per point, shape (m,).
    """

    thresholds: FloatArray
    strong_share: FloatArray
    quality: FloatArray

    @property
    def weak(self) -> float:
        """Mean quality of the weak LLM alone."""
        return float(self.quality[0])

    @property
    def strong(self) -> float:
        """Mean quality of the strong LLM alone."""
        return float(self.quality[-1])


def curve_at(thresholds: FloatArray, scores: FloatArray, weak: FloatArray, strong: FloatArray) -> Curve:
    """The curve at given thresholds; the two ends are added.

    Args:
        thresholds: Any order, shape (m,).
        scores: The higher, the rather to the strong LLM, shape (n,).
        weak: Quality of the weak LLM, shape (n,).
        strong: Quality of the strong LLM, shape (n,).
    """
    order = np.argsort(-scores, kind="stable")
    gained = np.concatenate([[0.0], np.cumsum(strong[order] - weak[order])])
    falling = np.unique(np.concatenate([thresholds, [np.min(scores), np.inf]]))[::-1]
    n_strong = len(scores) - np.searchsorted(scores[order][::-1], falling, side="left")
    return Curve(
        thresholds=falling,
        strong_share=n_strong / len(scores),
        quality=(np.sum(weak) + gained[n_strong]) / len(scores),
    )


def full_curve(scores: FloatArray, weak: FloatArray, strong: FloatArray) -> Curve:
    """The curve at every score that occurs; arguments as in `curve_at`."""
    return curve_at(scores, scores, weak, strong)


def decile_curve(scores: FloatArray, weak: FloatArray, strong: FloatArray) -> Curve:
    """The curve at the 11 edges of 10 quantile bins of the scores; arguments as in `curve_at`.

    The highest edge sends nothing to the strong LLM. Equal scores may make edges coincide: then there are
    fewer points.

    Source:
        RouteLLM, routellm/evals/evaluate.py (`pandas.qcut` of the win rates, then one evaluation per edge).
    """
    edges = np.quantile(scores, np.linspace(0.0, 1.0, N_QUANTILES + 1))
    return curve_at(edges[:-1], scores, weak, strong)
