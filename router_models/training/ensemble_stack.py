"""What each vote is worth on one kind of prompts: a shrunk, non-negative stack."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from benchmarks.benchmark import FloatArray
from router_models.training.ensemble_data import Taught


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


def fit_stack(votes: FloatArray, part: Taught, c: float) -> Stack:
    """Penalised ordinal regression on standardised votes: log-odds of "strong needed".

    An outcome lies above two steps, "not worse" and "better" (strong was needed), which share the votes' weights and
    have an intercept each: ties teach, too, and what comes out means "needed" without a second fit that would undo the
    penalty. Labels know no ties; with them this is logistic regression. The less a vote says by itself, the dearer its
    weight; one that ranks a kind backwards is noise there, and gets none.

    Args:
        votes: Honest votes, (n, v).
        part: The same n rows.
        c: Inverse regularisation.

    Source:
        All-threshold ordinal regression: Rennie and Srebro, Loss functions for preference levels, 2005. Shrinking a
        weight by what it is alone: Breiman, Better subset regression using the nonnegative garrote, 1995.
    """
    means, scales = votes.mean(axis=0), votes.std(axis=0) + 1e-9
    standardised = (votes - means) / scales
    skills = _skills(standardised, part.wins, part.weights)
    steps = np.stack([part.needed, (part.wins >= 0.5).astype(np.float64)])
    shares, intercept = _non_negative_ordinal(standardised * skills, steps, part.weights, c)
    moves = shares * skills
    weights = moves / scales
    return Stack(weights, means, moves, intercept - float(means @ weights))


def _skills(votes: FloatArray, wins: FloatArray, weights: FloatArray) -> FloatArray:
    """Correlation of each standardised vote with the win rate, (v,), 0 where it is negative."""
    centred = wins - np.average(wins, weights=weights)
    covariances = (weights * centred) @ votes / weights.sum()
    skills: FloatArray = np.maximum(covariances / (np.sqrt(np.average(centred**2, weights=weights)) + 1e-9), 0.0)
    return skills


def _non_negative_ordinal(
    votes: FloatArray, steps: FloatArray, weights: FloatArray, c: float
) -> tuple[FloatArray, float]:
    """Weights ≥ 0, (v,), and the first step's intercept, of least penalised mean log-loss over the steps, (s, n)."""
    n_steps, width = len(steps), votes.shape[1]

    def penalised(parameters: FloatArray) -> tuple[float, FloatArray]:
        moves = parameters[n_steps:]
        odds = votes @ moves + parameters[:n_steps, None]
        loss = float(((np.logaddexp(0.0, odds) - steps * odds) @ weights).mean())
        wrong = weights * (expit(odds) - steps) / n_steps
        slopes = votes.T @ wrong.sum(axis=0) + moves / c
        return loss + float(moves @ moves) / (2 * c), np.append(wrong.sum(axis=1), slopes)

    bounds = [*[(None, None)] * n_steps, *[(0.0, None)] * width]
    found: FloatArray = minimize(penalised, np.zeros(n_steps + width), jac=True, method="L-BFGS-B", bounds=bounds).x
    return found[n_steps:], float(found[0])


def stack_out_of_fold(votes: FloatArray, part: Taught, c: float) -> FloatArray:
    """P(strong needed) of each row from a stack that has not seen its fold, (n,)."""
    p_strong = np.empty(len(part))
    for fold in np.unique(part.folds):
        seen, held_out = np.flatnonzero(part.folds != fold), np.flatnonzero(part.folds == fold)
        p_strong[held_out] = expit(fit_stack(votes[seen], part.take(seen), c)(votes[held_out]))
    return p_strong
