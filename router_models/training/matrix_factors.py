"""Fits matrix factorization to measured outcomes, all sets at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from benchmarks.benchmark import FloatArray
from router_models.log_odds import sigmoid
from router_models.matrix_factorization import Factors
from router_models.training.outcome_data import STRONG, WEAK, Outcomes
from router_models.training.outcome_features import Features


@dataclass(frozen=True)
class Recipe:
    """Hyper-parameters, chosen by cross-validation on train.

    Attributes:
        rank: Numbers per LLM and prompt.
        penalty: On the squared weights of standardised features.
        vector_penalty: On the squared numbers of the LLMs.
        pair_weight: Weight of the squared error in the reference pair's difference: routing needs that difference,
            which log-likelihoods of the two alone serve badly.
        source_weights: Weight of a row by its set; small sets would be drowned out otherwise.
        steps: Full-batch steps of Adam.
        rate: Learning rate at the start; it falls to 0 along a cosine.
    """

    rank: int = 16
    penalty: float = 0.1
    vector_penalty: float = 1e-4
    pair_weight: float = 1.0
    source_weights: tuple[tuple[str, float], ...] = (("gsm8k", 3.0),)
    steps: int = 150
    rate: float = 0.05


@dataclass(frozen=True, eq=False)
class FactorsPredictor:
    """Fitted factors as a `Predictor`."""

    factors: Factors

    def p_correct(self, features: Features) -> FloatArray:
        """Raw P(correct), (n, m)."""
        return sigmoid(self.factors.logits(features.means))

    def ranking(self, features: Features) -> FloatArray:
        """P(correct) of strong less that of weak, (n,)."""
        return self.factors.gain(features.means)


@dataclass(frozen=True, eq=False)
class _Block:
    """The rows of one set, with the LLMs that it measured; weights sum to 1 over all blocks."""

    rows: torch.Tensor
    columns: torch.Tensor
    quality: torch.Tensor
    weights: torch.Tensor


def fit_factors(outcomes: Outcomes, features: Features, recipe: Recipe, seed: int = 0) -> FactorsPredictor:
    """Minimises the log-loss of all outcomes plus the squared error of the reference pair's difference.

    Each prompt weighs the same, however many LLMs were run on it.

    Args:
        outcomes: n prompts, m LLMs.
        features: Of those prompts.
        recipe: Hyper-parameters.
        seed: Of the first values.
    """
    torch.manual_seed(seed)
    mean, scale = features.means.mean(axis=0), features.means.std(axis=0) + 1e-6
    x = torch.from_numpy((features.means - mean) / scale)
    blocks = _blocks(outcomes, dict(recipe.source_weights))
    pair = (outcomes.llms.index(WEAK), outcomes.llms.index(STRONG))
    n_llms = len(outcomes.llms)
    first = torch.zeros(recipe.rank)
    first[0] = 1.0  # one number starts as the prompt's easiness, the same for all LLMs
    projection = torch.nn.Parameter(0.02 * torch.randn(x.shape[1], recipe.rank))
    offset = torch.nn.Parameter(torch.zeros(recipe.rank))
    vectors = torch.nn.Parameter(first + 0.1 * torch.randn(n_llms, recipe.rank))
    bias = torch.nn.Parameter(torch.zeros(n_llms))
    parameters = [projection, offset, vectors, bias]
    optimizer = torch.optim.Adam(parameters, lr=recipe.rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, recipe.steps)
    rows, gained, weights = _pair_rows(outcomes, pair, dict(recipe.source_weights))
    for _ in range(recipe.steps):
        prompt_vectors = x @ projection + offset
        loss = recipe.penalty * projection.square().sum() + recipe.vector_penalty * vectors.square().sum()
        for block in blocks:
            logits = prompt_vectors[block.rows] @ vectors[block.columns].T + bias[block.columns]
            loss = loss + binary_cross_entropy_with_logits(logits, block.quality, weight=block.weights, reduction="sum")
        if len(rows):
            p = torch.sigmoid(prompt_vectors[rows] @ vectors[list(pair)].T + bias[list(pair)])
            loss = loss + recipe.pair_weight * (weights * (p[:, 1] - p[:, 0] - gained).square()).sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
        optimizer.step()
        schedule.step()
    found = [parameter.detach().numpy() for parameter in parameters]
    unscaled = found[0] / scale[:, None]
    factors = Factors(unscaled, found[1] - mean @ unscaled, found[2], found[3], outcomes.llms, pair)
    return FactorsPredictor(factors)


def _blocks(outcomes: Outcomes, source_weights: dict[str, float]) -> list[_Block]:
    total = sum(source_weights.get(source, 1.0) for source in outcomes.sources.tolist())
    blocks = []
    for source in dict.fromkeys(outcomes.sources.tolist()):
        rows = np.flatnonzero(outcomes.sources == source)
        columns = np.flatnonzero(np.isfinite(outcomes.quality[rows]).any(axis=0))
        quality = outcomes.quality[np.ix_(rows, columns)]
        known = np.isfinite(quality)
        weights = known / known.sum(axis=1, keepdims=True) * source_weights.get(source, 1.0) / total
        blocks.append(
            _Block(
                torch.from_numpy(rows),
                torch.from_numpy(columns),
                torch.from_numpy(np.nan_to_num(quality).astype(np.float32)),
                torch.from_numpy(weights.astype(np.float32)),
            )
        )
    return blocks


def _pair_rows(
    outcomes: Outcomes, pair: tuple[int, int], source_weights: dict[str, float]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Rows on which the pair was measured, the strong LLM's gain there, and weights that sum to 1."""
    rows = np.flatnonzero(outcomes.paired)
    gained = outcomes.quality[rows, pair[1]] - outcomes.quality[rows, pair[0]]
    weights = np.array([source_weights.get(source, 1.0) for source in outcomes.sources[rows].tolist()])
    weights = weights / max(weights.sum(), 1.0)
    return (
        torch.from_numpy(rows),
        torch.from_numpy(gained.astype(np.float32)),
        torch.from_numpy(weights.astype(np.float32)),
    )
