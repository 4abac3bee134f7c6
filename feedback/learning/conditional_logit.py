"""Penalised conditional logit: the one fit behind heads, calibration and votes; numpy alone, milliseconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.benchmark import FloatArray, IntArray
from router_models.base import softmax

ITERATIONS = 60
CONVERGED = 1e-8
HALVINGS = 30


@dataclass(frozen=True, eq=False)
class Problem:
    """n choices among k routes, each route with q features, and where the parameters are pulled.

    Attributes:
        design: Shape (n, k, q).
        chosen: Index of the route that was labelled, (n,).
        penalty: How hard each parameter is pulled to its centre, (q,), ≥ 0.
        centre: Where to, (q,).
    """

    design: NDArray[np.float64]
    chosen: IntArray
    penalty: FloatArray
    centre: FloatArray

    def utilities(self, theta: FloatArray) -> FloatArray:
        """Utility of each route, (n, k)."""
        found: FloatArray = self.design @ theta
        return found

    def loss(self, theta: FloatArray) -> float:
        """Negative log-likelihood plus half the penalty."""
        pulled = float(self.penalty @ np.square(theta - self.centre)) / 2
        return float(log_losses(self.utilities(theta), self.chosen).sum()) + pulled


def fit(problem: Problem, start: FloatArray | None = None) -> FloatArray:
    """The parameters of least penalised loss, by Newton's method with halved steps; the loss is convex.

    Args:
        problem: What to fit.
        start: Where to begin; None begins at the centre.

    Source:
        McFadden, Conditional logit analysis of qualitative choice behavior, 1974; ridge: le Cessie and van
        Houwelingen, Ridge estimators in logistic regression, 1992.
    """
    theta = np.array(problem.centre if start is None else start, dtype=np.float64)
    loss = problem.loss(theta)
    for _ in range(ITERATIONS):
        step = _step(problem, theta)
        for _halving in range(HALVINGS):
            tried = theta - step
            found = problem.loss(tried)
            if found <= loss:
                break
            step = step / 2
        else:
            return theta
        moved, theta, loss = loss - found, tried, found
        if moved <= CONVERGED * (1 + abs(loss)):
            break
    return theta


def log_losses(utilities: FloatArray, chosen: IntArray) -> FloatArray:
    """Negative log-probability of what was chosen, (n,), of utilities (n, k)."""
    top = utilities.max(axis=1)
    logs: FloatArray = top + np.log(np.exp(utilities - top[:, None]).sum(axis=1))
    return logs - utilities[np.arange(len(chosen)), chosen]


def _step(problem: Problem, theta: FloatArray) -> FloatArray:
    n, k, q = problem.design.shape
    p = softmax(problem.utilities(theta))
    surprise = p.copy()
    surprise[np.arange(n), problem.chosen] -= 1
    gradient = np.einsum("nk,nkq->q", surprise, problem.design) + problem.penalty * (theta - problem.centre)
    flat = problem.design.reshape(n * k, q)
    mean = np.einsum("nk,nkq->nq", p, problem.design)
    hessian = (flat * p.reshape(-1, 1)).T @ flat - mean.T @ mean
    hessian[np.diag_indices(q)] += problem.penalty + 1e-9
    found: FloatArray = np.linalg.solve(hessian, gradient)
    return found
