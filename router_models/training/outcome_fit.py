"""Out-of-fold predictions of a router over measured outcomes, and the calibration that follows from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.curves import full_curve
from benchmarks.metrics import apgr, pgr
from router_models.log_odds import logit, sigmoid
from router_models.outcome_router import MOST
from router_models.training.calibration import fit_calibration
from router_models.training.outcome_data import STRONG, WEAK, Outcomes
from router_models.training.outcome_features import Features

DEFAULT_PGR = 0.5
"""The default threshold recovers this share of the quality gap out of fold."""


class Predictor(Protocol):
    """A fitted router before calibration."""

    def p_correct(self, features: Features) -> FloatArray:
        """Raw P(correct), inside (0, 1), (n, m)."""

    def ranking(self, features: Features) -> FloatArray:
        """The higher, the rather to the strong LLM, (n,)."""


Fit = Callable[[Outcomes, Features], Predictor]


@dataclass(frozen=True, eq=False)
class Predictions:
    """Raw predictions for n prompts.

    Attributes:
        p_correct: (n, m).
        ranking: (n,).
    """

    p_correct: FloatArray
    ranking: FloatArray


@dataclass(frozen=True)
class Platt:
    """σ(slope · x + shift)."""

    slope: float
    shift: float

    def __call__(self, x: FloatArray) -> FloatArray:
        """Probabilities of raw scores."""
        return sigmoid(self.slope * x + self.shift)


def out_of_fold(fit: Fit, outcomes: Outcomes, features: Features) -> Predictions:
    """Predictions for every prompt by a model that has not seen its question."""
    p_correct, ranking = np.empty_like(outcomes.quality), np.empty(len(outcomes))
    folds = outcomes.folds
    for fold in np.unique(folds):
        seen, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        model = fit(outcomes.take(seen), features.take(seen))
        p_correct[held] = model.p_correct(features.take(held))
        ranking[held] = model.ranking(features.take(held))
    return Predictions(p_correct, ranking)


def fit_platt(scores: FloatArray, targets: FloatArray) -> Platt:
    """Slope and shift of least negative log-likelihood.

    Args:
        scores: Raw scores, (n,).
        targets: Share of right answers, 0 to 1, (n,).
    """
    scale = float(scores.std()) or 1.0
    two = np.stack([np.zeros_like(scores), scores / scale], axis=1)
    found = fit_calibration(two, np.stack([1 - targets, targets], axis=1))
    slope = 1 / (found.temperature * scale)
    return Platt(slope, float(found.shift[1] / found.temperature))


def fit_p_calibration(p_correct: FloatArray, quality: FloatArray) -> Platt:
    """One calibration for all LLMs, of log-odds, on the cells that were measured; both (n, m)."""
    known = np.isfinite(quality)
    return fit_platt(logit(np.clip(p_correct[known], 1 - MOST, MOST)), quality[known])


def strong_needed(outcomes: Outcomes) -> IntArray:
    """1 where the strong LLM did better than the weak one, (n,); rows of the pair only."""
    needed: IntArray = (outcomes.column(STRONG) > outcomes.column(WEAK)).astype(np.int64)
    return needed


def default_threshold(p_strong: FloatArray, outcomes: Outcomes) -> float:
    """The highest P(strong) at which out-of-fold routing recovers `DEFAULT_PGR` of the gap; rows of the pair."""
    curve = full_curve(p_strong, outcomes.column(WEAK), outcomes.column(STRONG))
    recovered = np.array([pgr(float(quality), curve.weak, curve.strong) for quality in curve.quality])
    return float(curve.thresholds[np.flatnonzero(recovered >= DEFAULT_PGR)[0]])


def apgr_by_set(ranking: FloatArray, outcomes: Outcomes) -> dict[str, float]:
    """APGR on each set that measured the reference pair; `ranking` has shape (n,)."""
    values = {}
    for source in dict.fromkeys(outcomes.sources[outcomes.paired].tolist()):
        rows = np.flatnonzero(outcomes.paired & (outcomes.sources == source))
        part = outcomes.take(rows)
        values[source] = apgr(ranking[rows], part.column(WEAK), part.column(STRONG))
    return values


def log_loss(p_correct: FloatArray, outcomes: Outcomes) -> dict[str, float]:
    """Mean negative log-likelihood of the measured cells by set; `p_correct` has shape (n, m)."""
    p = np.clip(p_correct, 1 - MOST, MOST)
    quality = outcomes.quality
    known = np.isfinite(quality)
    right = np.where(known, quality, 0.0)
    loss = -(right * np.log(p) + (1 - right) * np.log(1 - p))
    return {
        source: float(loss[(outcomes.sources == source)[:, None] & known].mean())
        for source in dict.fromkeys(outcomes.sources.tolist())
    }
