"""Fitting the ensemble: its own heads, a stack per kind of prompts, and the gate between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression

from benchmarks.benchmark import FloatArray
from router_models.training.composite_ridge import Affine, fit_ridge, platt, ridge_out_of_fold
from router_models.training.ensemble_blend import Blend, Unseen
from router_models.training.ensemble_data import Taught
from router_models.training.ensemble_stack import Stack, fit_stack


@dataclass(frozen=True)
class Recipe:
    """Hyper-parameters, chosen by cross-validation on train.

    Attributes:
        head_ridge: Penalty of the head of each kind, by name; the noisier its labels, the higher.
        gate_c: Inverse regularisation of the gate: a soft gate lets members vote on prompts of
            which they know nothing.
        stack_c: Inverse regularisations of the votes' weights to choose from.
    """

    head_ridge: tuple[tuple[str, float], ...] = (
        ("documentation questions", 1_000.0),
        ("exam questions", 30_000.0),
        ("chats", 3_000.0),
    )
    gate_c: float = 100.0
    stack_c: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)


@dataclass(frozen=True, eq=False)
class Gate:
    """How much a prompt resembles each kind: softmax of features · weights + bias; weights (width, k), bias (k,)."""

    weights: FloatArray
    bias: FloatArray

    def __call__(self, features: FloatArray) -> FloatArray:
        """Probabilities, (n, k), of features (n, width)."""
        kinds: FloatArray = softmax(self.logits(features), axis=1)
        return kinds

    def logits(self, features: FloatArray) -> FloatArray:
        """Unnormalised log-probabilities, (n, k), of features (n, width)."""
        logits: FloatArray = features @ self.weights + self.bias
        return logits


@dataclass(frozen=True, eq=False)
class EnsembleModel:
    """All fitted parts, kinds in the order of `KINDS`.

    Attributes:
        gate: Between the kinds.
        heads: One per kind, log-odds of features.
        stacks: One per kind.
    """

    gate: Gate
    heads: tuple[Affine, ...]
    stacks: tuple[Stack, ...]

    def p_strong(self, odds: FloatArray, features: FloatArray) -> FloatArray:
        """P(strong), (n,), of members' log-odds (n, m) and features (n, width)."""
        votes = np.column_stack([odds, *(head(features) for head in self.heads)])
        by_kind = expit(np.column_stack([stack(votes) for stack in self.stacks]))
        mixed: FloatArray = (self.gate(features) * by_kind).sum(axis=1)
        return mixed


def fit(
    taught: Sequence[Taught], votes: Sequence[FloatArray], stack_c: Sequence[float], recipe: Recipe, blend: Blend
) -> EnsembleModel:
    """Fits everything on all rows.

    Args:
        taught: Train rows by kind.
        votes: Of members and heads on those rows, as `honest_head_votes` gives them.
        stack_c: Chosen inverse regularisation of each kind's votes.
        recipe: Hyper-parameters.
        blend: Of gate and stacks, fitted out of fold.
    """
    gate = fit_gate(taught, recipe)
    heads = tuple(fit_head(part, recipe) for part in taught)
    stacks = tuple(fit_stack(*given) for given in zip(votes, taught, stack_c, strict=True))
    return EnsembleModel(Gate(blend.sharpness * gate.weights, blend.sharpness * gate.bias), heads, stacks)


def out_of_fold(
    taught: Sequence[Taught], votes: Sequence[FloatArray], stack_c: Sequence[float], recipe: Recipe
) -> Unseen:
    """What gates and stacks that have not seen a row's fold say of it; arguments as `fit`."""
    kinds, odds = ([np.empty((len(part), len(taught))) for part in taught] for _ in range(2))
    for fold in np.unique(np.concatenate([part.folds for part in taught])):
        seen = [np.flatnonzero(part.folds != fold) for part in taught]
        learnt = [part.take(rows) for part, rows in zip(taught, seen, strict=True)]
        gate = fit_gate(learnt, recipe)
        stacks = [
            fit_stack(of_kind[rows], part, c)
            for of_kind, rows, part, c in zip(votes, seen, learnt, stack_c, strict=True)
        ]
        for number, (part, of_kind) in enumerate(zip(taught, votes, strict=True)):
            held_out = np.flatnonzero(part.folds == fold)
            kinds[number][held_out] = gate.logits(part.features[held_out])
            odds[number][held_out] = np.column_stack([stack(of_kind[held_out]) for stack in stacks])
    return Unseen(
        np.vstack(kinds),
        np.vstack(odds),
        np.concatenate([part.needed for part in taught]),
        np.concatenate([part.weights / part.weights.sum() for part in taught]),
        np.concatenate([part.folds for part in taught]),
        [len(part) for part in taught],
    )


def honest_head_votes(taught: Sequence[Taught], recipe: Recipe) -> list[FloatArray]:
    """Votes of members and heads on each kind's rows, (n, m + k): a kind's own head votes out of fold."""
    heads = [fit_head(part, recipe) for part in taught]
    return [
        np.column_stack(
            [
                part.odds,
                *(
                    head_out_of_fold(part, recipe) if part is own else head(part.features)
                    for own, head in zip(taught, heads, strict=True)
                ),
            ]
        )
        for part in taught
    ]


def fit_head(part: Taught, recipe: Recipe) -> Affine:
    """A ridge regression of the kind's win rate on the frozen encoder's features, calibrated to log-odds."""
    ridge = dict(recipe.head_ridge)[part.kind]
    model = fit_ridge(part.features, part.wins, part.weights, ridge)
    slope, intercept = platt(ridge_out_of_fold(part.features, part.wins, part.weights, ridge, part.folds), part.needed)
    return Affine(slope * model.weights, slope * model.bias + intercept)


def head_out_of_fold(part: Taught, recipe: Recipe) -> FloatArray:
    """Log-odds of the kind's own head on rows it has not seen, (n,)."""
    ridge = dict(recipe.head_ridge)[part.kind]
    scores = ridge_out_of_fold(part.features, part.wins, part.weights, ridge, part.folds)
    slope, intercept = platt(scores, part.needed)
    odds: FloatArray = slope * scores + intercept
    return odds


def fit_gate(taught: Sequence[Taught], recipe: Recipe) -> Gate:
    """Multinomial logistic regression that tells the kinds apart; every kind weighs the same."""
    features = np.vstack([part.features for part in taught])
    kinds = np.repeat(np.arange(len(taught)), [len(part) for part in taught])
    means, scales = features.mean(axis=0), (features.std(axis=0) + 1e-9) * np.sqrt(features.shape[1])
    fitted = LogisticRegression(C=recipe.gate_c, max_iter=300, class_weight="balanced")
    fitted.fit((features - means) / scales, kinds)
    weights = fitted.coef_.T / scales[:, None]
    return Gate(weights, fitted.intercept_ - means @ weights)
