"""Fitting the ensemble: its own heads, a stacked logistic regression per kind of prompts, and the gate between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression

from benchmarks.benchmark import FloatArray
from router_models.training.composite_ridge import Affine, fit_ridge, platt, ridge_out_of_fold
from router_models.training.ensemble_data import Taught


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
    stack_c: tuple[float, ...] = (0.001, 0.003, 0.01, 0.03, 0.1, 1.0)


@dataclass(frozen=True, eq=False)
class Stack:
    """Log-odds of "strong needed" from v votes: votes · weights + bias.

    Attributes:
        weights: (v,).
        means: Mean vote on the kind's train rows, (v,), for the evidence.
        moves: How far one standard deviation of each vote moves the log-odds, (v,), for the card.
        bias: Of the whole.
    """

    weights: FloatArray
    means: FloatArray
    moves: FloatArray
    bias: float

    def __call__(self, votes: FloatArray) -> FloatArray:
        """Log-odds, (n,), of votes (n, v)."""
        odds: FloatArray = votes @ self.weights + self.bias
        return odds


@dataclass(frozen=True, eq=False)
class Gate:
    """How much a prompt resembles each kind: softmax of features · weights + bias; weights (width, k), bias (k,)."""

    weights: FloatArray
    bias: FloatArray

    def __call__(self, features: FloatArray) -> FloatArray:
        """Probabilities, (n, k), of features (n, width)."""
        kinds: FloatArray = softmax(features @ self.weights + self.bias, axis=1)
        return kinds


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
    taught: Sequence[Taught], votes: Sequence[FloatArray], stack_c: Sequence[float], recipe: Recipe
) -> EnsembleModel:
    """Fits everything on all rows.

    Args:
        taught: Train rows by kind.
        votes: Of members and heads on those rows, as `honest_head_votes` gives them.
        stack_c: Chosen inverse regularisation of each kind's votes.
        recipe: Hyper-parameters.
    """
    gate = fit_gate(taught, recipe)
    heads = tuple(fit_head(part, recipe) for part in taught)
    stacks = tuple(fit_stack(*given) for given in zip(votes, taught, stack_c, strict=True))
    return EnsembleModel(gate, heads, stacks)


def out_of_fold(
    taught: Sequence[Taught], votes: Sequence[FloatArray], stack_c: Sequence[float], recipe: Recipe
) -> list[FloatArray]:
    """P(strong needed) of each kind's rows from gate and stacks that have not seen their fold; arguments as `fit`."""
    p_strong = [np.empty(len(part)) for part in taught]
    for fold in np.unique(np.concatenate([part.folds for part in taught])):
        seen = [np.flatnonzero(part.folds != fold) for part in taught]
        learnt = [part.take(rows) for part, rows in zip(taught, seen, strict=True)]
        gate = fit_gate(learnt, recipe)
        stacks = [
            fit_stack(of_kind[rows], part, c)
            for of_kind, rows, part, c in zip(votes, seen, learnt, stack_c, strict=True)
        ]
        for part, of_kind, p in zip(taught, votes, p_strong, strict=True):
            held_out = np.flatnonzero(part.folds == fold)
            odds = np.column_stack([stack(of_kind[held_out]) for stack in stacks])
            p[held_out] = (gate(part.features[held_out]) * expit(odds)).sum(axis=1)
    return p_strong


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


def fit_stack(votes: FloatArray, part: Taught, c: float) -> Stack:
    """Logistic regression of the win rate on standardised votes, then calibrated to "strong needed" (Platt).

    No vote may count against itself: a member that ranks a kind backwards is noise there, and gets no weight.

    Args:
        votes: Honest votes, (n, v).
        part: The same n rows.
        c: Inverse regularisation.
    """
    means, scales = votes.mean(axis=0), votes.std(axis=0) + 1e-9
    standardised = (votes - means) / scales
    moves = _non_negative_logistic(standardised, part.wins, part.weights, c)
    slope, intercept = platt(standardised @ moves, part.needed)
    weights = slope * moves / scales
    return Stack(weights, means, slope * moves, intercept - float(means @ weights))


def _non_negative_logistic(votes: FloatArray, targets: FloatArray, weights: FloatArray, c: float) -> FloatArray:
    """Weights ≥ 0, (v,), of least penalised log-loss; the intercept is free and left to the calibration."""

    def penalised(parameters: FloatArray) -> tuple[float, FloatArray]:
        odds = votes @ parameters[1:] + parameters[0]
        wrong = weights * (expit(odds) - targets)
        loss = float(weights @ (np.logaddexp(0.0, odds) - targets * odds))
        return loss + float(np.square(parameters[1:]).sum()) / (2 * c), np.append(
            wrong.sum(), votes.T @ wrong + parameters[1:] / c
        )

    width = votes.shape[1]
    bounds = [(None, None), *[(0.0, None)] * width]
    start = np.append(0.0, np.full(width, 0.01))
    found: FloatArray = minimize(penalised, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found[1:] + (1e-6 if not found[1:].any() else 0.0)


def stack_out_of_fold(votes: FloatArray, part: Taught, c: float) -> FloatArray:
    """P(strong needed) of each row from a stack that has not seen its fold, (n,)."""
    p_strong = np.empty(len(part))
    for fold in np.unique(part.folds):
        seen, held_out = np.flatnonzero(part.folds != fold), np.flatnonzero(part.folds == fold)
        p_strong[held_out] = expit(fit_stack(votes[seen], part.take(seen), c)(votes[held_out]))
    return p_strong


def fit_gate(taught: Sequence[Taught], recipe: Recipe) -> Gate:
    """Multinomial logistic regression that tells the kinds apart; every kind weighs the same."""
    features = np.vstack([part.features for part in taught])
    kinds = np.repeat(np.arange(len(taught)), [len(part) for part in taught])
    means, scales = features.mean(axis=0), (features.std(axis=0) + 1e-9) * np.sqrt(features.shape[1])
    fitted = LogisticRegression(C=recipe.gate_c, max_iter=300, class_weight="balanced")
    fitted.fit((features - means) / scales, kinds)
    weights = fitted.coef_.T / scales[:, None]
    return Gate(weights, fitted.intercept_ - means @ weights)
