"""What fine-tuning gains for `causal-5star` on rows it has not seen, beside the head on the LLM as it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.bootstrap import LEVEL, N_RESAMPLES, resamples
from benchmarks.data.mmlu import STRONG, WEAK
from benchmarks.metrics import apgr, auc
from router_models.causal_5star import SUFFICES, star_probabilities
from router_models.training.causal_5star_card import PUBLISHED, quadratic_weighted_kappa
from router_models.training.causal_5star_data import StarRows
from router_models.training.causal_5star_network import StarNetwork
from router_models.training.causal_5star_tuning import LowerStates, Tuning, epochs, features_of
from router_models.training.ordinal import OrdinalHead, fit_ordinal

RIDGE = 0.3
"""Of the head that training starts from, chosen by `causal_5star` for the LLM as it is."""

Metric = Callable[[FloatArray, IntArray], float]
"""Takes P(stars), (n, 5), and row numbers, (m,)."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Scores from networks that have not seen the row; epoch 0 is the head on the LLM as it is.

    Attributes:
        margin: Score less the cut from which on the weak LLM suffices, (epochs + 1, seeds, n).
        stars: P(stars), (epochs + 1, seeds, n, 5).
    """

    margin: FloatArray
    stars: FloatArray

    def losses(self, needed: IntArray) -> FloatArray:
        """Mean −log P of "suffices or not" by epoch, (epochs + 1,); `needed` is 1 where the strong LLM is, (n,)."""
        p_weak = self.stars[..., SUFFICES - 1 :].sum(axis=-1)
        p = np.clip(np.where(needed == 1, 1 - p_weak, p_weak), 1e-12, 1.0)
        losses: FloatArray = -np.log(p).mean(axis=(1, 2))
        return losses


@dataclass(frozen=True)
class Gain:
    """One metric after an epoch, with what it gained over epoch 0 on the same rows; intervals of 95 %."""

    dataset: str
    metric: str
    epoch: int
    rows: int
    value: float
    low: float
    high: float
    gain: float
    gain_low: float
    gain_high: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def out_of_fold(
    network: StarNetwork,
    states: LowerStates,
    low: IntArray,
    high: IntArray,
    folds: IntArray,
    plan: Tuning,
    seeds: Sequence[int],
) -> OutOfFold:
    """Cross-validates; the network is left with the weights it came with.

    Args:
        network: With the LLM's own weights.
        states: All rows below the tuned layers.
        low: Fewest stars of each row, (n,).
        high: Most stars, (n,).
        folds: The fold of each row, (n,).
        plan: Hyper-parameters.
        seeds: One run of training each; the mean over runs is what counts.
    """
    untuned = {name: parameter.detach().clone() for name, parameter in network.trained().items()}
    frozen = features_of(network, states, np.arange(len(low)))
    margin = np.zeros((plan.epochs + 1, len(seeds), len(low)))
    stars = np.zeros((*margin.shape, 5))
    for fold in np.unique(folds):
        rest, held_out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        first = fit_ordinal(frozen[rest], low[rest], high[rest], RIDGE)
        margin[0][:, held_out], stars[0][:, held_out] = _scored(first, frozen[held_out])
        for run, seed in enumerate(seeds):
            logger.info("fold %d, seed %d", fold, seed)
            restore(network, untuned)
            network.set_head(first, frozen[rest])
            for epoch in epochs(network, states, low, high, rest, plan, seed):
                read = features_of(network, states, held_out)
                margin[epoch, run, held_out], stars[epoch, run, held_out] = _scored(network.head(), read)
    restore(network, untuned)
    return OutOfFold(margin, stars)


@torch.no_grad()
def restore(network: StarNetwork, kept: Mapping[str, torch.Tensor]) -> None:
    """Puts back trained parameters, by name."""
    for name, parameter in network.trained().items():
        parameter.copy_(kept[name])


def gains(learn: Sequence[StarRows], found: OutOfFold) -> list[Gain]:
    """AUC and APGR of every set that has outcomes, QWK of rated ones, after every epoch."""
    gained = []
    start = 0
    for rows in learn:
        stars = found.stars[:, :, start : start + len(rows)]
        start += len(rows)
        dataset = rows.name.removesuffix("-train")
        for name, metric in _metrics(rows).items():
            value, drawn = _by_epoch(metric, stars, np.arange(len(rows))), _drawn(metric, stars)
            for epoch in range(len(stars)):
                figures = (
                    *(value[epoch], *_interval(drawn[:, epoch])),
                    *(value[epoch] - value[0], *_interval(drawn[:, epoch] - drawn[:, 0])),
                )
                gained.append(Gain(dataset, name, epoch, len(rows), *(round(float(each), 4) for each in figures)))
    return gained


def calibration_line(found: OutOfFold, epoch: int, low: IntArray, high: IntArray) -> OrdinalHead:
    """Slope and cuts that make the out-of-fold margins of one epoch honest; `low` and `high` are (n,)."""
    runs = found.margin[epoch]
    return fit_ordinal(runs.reshape(-1, 1), np.tile(low, len(runs)), np.tile(high, len(runs)), ridge=0.0)


def _scored(head: OrdinalHead, features: FloatArray) -> tuple[FloatArray, FloatArray]:
    scores = head.scores(features)
    return scores - head.cuts[SUFFICES - 2], star_probabilities(scores, head.cuts)


def _by_epoch(metric: Metric, stars: FloatArray, rows: IntArray) -> FloatArray:
    """The mean of a metric over runs, (epochs + 1,)."""
    return np.array([np.mean([metric(run, rows) for run in epoch]) for epoch in stars])


def _drawn(metric: Metric, stars: FloatArray) -> FloatArray:
    """The same of resampled rows, (resamples, epochs + 1), so that epochs are compared on equal rows."""
    drawn = resamples(stars.shape[2], None, np.random.default_rng(0), N_RESAMPLES)
    return np.array([_by_epoch(metric, stars, rows) for rows in drawn])


def _interval(drawn: FloatArray) -> tuple[float, float]:
    kept = drawn[~np.isnan(drawn)]
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(kept, [tail, 1 - tail]) if kept.size else (np.nan, np.nan)
    return float(low), float(high)


def _metrics(rows: StarRows) -> dict[str, Metric]:
    metrics: dict[str, Metric] = {}
    needed = (rows.high < SUFFICES).astype(np.int64)
    if 0 < needed.sum() < len(needed):
        metrics["AUC"] = partial(_auc, needed)
    if rows.source is not None and STRONG in rows.source.quality and rows.name.removesuffix("-train") in PUBLISHED:
        metrics["APGR"] = partial(_apgr, rows.source.quality[WEAK], rows.source.quality[STRONG])
    if bool((rows.low == rows.high).all()):
        metrics["QWK"] = partial(_qwk, rows.low)
    return metrics


def _p_strong(stars: FloatArray) -> FloatArray:
    p_strong: FloatArray = 1 - stars[:, SUFFICES - 1 :].sum(axis=1)
    return p_strong


def _auc(needed: IntArray, stars: FloatArray, rows: IntArray) -> float:
    return auc(needed[rows], _p_strong(stars[rows]))


def _apgr(weak: FloatArray, strong: FloatArray, stars: FloatArray, rows: IntArray) -> float:
    return apgr(_p_strong(stars[rows]), weak[rows], strong[rows])


def _qwk(rated: IntArray, stars: FloatArray, rows: IntArray) -> float:
    return quadratic_weighted_kappa(rated[rows], stars[rows].argmax(axis=1) + 1)
