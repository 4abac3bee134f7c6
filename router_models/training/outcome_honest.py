"""What an outcome router's recipe says of training prompts that its models have not seen, calibrated and kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from router_models.card import RouterCard
from router_models.training.out_of_fold import save_out_of_fold
from router_models.training.outcome_data import Outcomes
from router_models.training.outcome_features import Features
from router_models.training.outcome_fit import (
    Fit,
    Platt,
    Predictions,
    fit_p_calibration,
    fit_platt,
    out_of_fold,
    strong_needed,
)

EXAMS = ("mmlu", "gsm8k")
"""Sets whose out-of-fold scores other routers learn from, and whose gap the default threshold halves."""


@dataclass(frozen=True, eq=False)
class Honest:
    """What a recipe says of n training prompts that its models have not seen.

    Attributes:
        found: Raw predictions.
        ranking: Calibration of the ranking, to "only the strong LLM is right".
        rates: Calibration of P(correct).
        p_strong: (n,).
        exams: Rows of the exam sets on which the pair was measured.
    """

    found: Predictions
    ranking: Platt
    rates: Platt
    p_strong: FloatArray
    exams: IntArray


def honest_predictions(fit: Fit, outcomes: Outcomes, features: Features) -> Honest:
    """Cross-validates a recipe and calibrates what it says."""
    found = out_of_fold(fit, outcomes, features)
    paired = np.flatnonzero(outcomes.paired)
    pair = outcomes.take(paired)
    ranking = fit_platt(found.ranking[paired], strong_needed(pair).astype(np.float64))
    rates = fit_p_calibration(found.p_correct, outcomes.quality)
    exams = paired[np.isin(pair.sources, EXAMS)]
    return Honest(found, ranking, rates, ranking(found.ranking), exams)


def save_scores(card: RouterCard, outcomes: Outcomes, honest: Honest, folder: Path) -> Path:
    """Saves P(strong), out of fold, of the exam questions."""
    exams = outcomes.take(honest.exams)
    return save_out_of_fold(card, exams.keys, exams.sources.tolist(), honest.p_strong[honest.exams], folder)
