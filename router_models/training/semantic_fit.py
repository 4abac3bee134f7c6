"""Fits what turns similarities into categories, and categories into routes.

Nobody has labelled the route data by category, so temperature, biases and rule table are fitted together to the route
labels: the likelihood of a route is Σ P(category) · P(route | category). Weak priors keep the biases small and the
table near the routes' overall shares where a category is rare, so that a category keeps the meaning of its
descriptions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.split import N_PARTS, question_key

BIAS_PENALTY = 0.3
TABLE_PENALTY = 0.001
START_TEMPERATURE = 0.05
TEMPERATURES = (float(np.log(0.005)), 0.0)
"""Logarithms of the least and the greatest; a few rows would ask for none at all."""

N_FOLDS = 5
LEAST = 1e-12
"""Where a few rows make a fit sure of the wrong thing, its loss is great but finite."""


@dataclass(frozen=True, eq=False)
class TableFit:
    """Temperature, biases and rule table.

    Attributes:
        temperature: Divides similarity plus bias.
        bias: Shape (n_categories,).
        table: P(route | category), shape (n_categories, n_routes).
    """

    temperature: float
    bias: FloatArray
    table: FloatArray

    def p_category(self, similarity: FloatArray) -> FloatArray:
        """P(category), (n, n_categories), of similarities of that shape."""
        probabilities: FloatArray = softmax((similarity + self.bias) / self.temperature, axis=1)
        return probabilities

    def p_route(self, similarity: FloatArray) -> FloatArray:
        """P(route), (n, n_routes)."""
        return self.p_category(similarity) @ self.table


def fit_to_routes(similarity: FloatArray, labels: IntArray, n_routes: int) -> TableFit:
    """Temperature, biases and table of greatest penalised likelihood of the route labels.

    Args:
        similarity: Of prompts with categories, shape (n, n_categories).
        labels: Route index, shape (n,).
        n_routes: How many routes there are.
    """
    n, k = similarity.shape
    prior = np.log(np.bincount(labels, minlength=n_routes) + 1.0) - np.log(n + n_routes)
    hit = np.eye(n_routes)[labels]

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        inverse, bias, scores = np.exp(-parameters[0]), parameters[1 : k + 1], parameters[k + 1 :].reshape(k, n_routes)
        logits = (similarity + bias) * inverse
        p, table = softmax(logits, axis=1), softmax(scores, axis=1)
        joint = p * table.T[labels]
        likelihood = joint.sum(axis=1)
        share = joint / likelihood[:, None]  # of each category in having produced the label
        to_logits = (p - share) / n
        to_scores = (share.sum(axis=0)[:, None] * table - share.T @ hit) / n
        drift = scores - prior
        value = -np.log(likelihood).mean() + BIAS_PENALTY * (bias**2).sum() + TABLE_PENALTY * (drift**2).mean()
        gradient = np.concatenate(
            [
                [-(to_logits * logits).sum()],
                to_logits.sum(axis=0) * inverse + 2 * BIAS_PENALTY * bias,
                (to_scores + 2 * TABLE_PENALTY * drift / drift.size).ravel(),
            ]
        )
        return float(value), gradient

    start = np.concatenate([[np.log(START_TEMPERATURE)], np.zeros(k), np.tile(prior, k)])
    # The table starts equal in all rows, where only the categories' own shares can move it apart.
    bounds = [TEMPERATURES, *[(None, None)] * (len(start) - 1)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}).x
    table: FloatArray = softmax(found[k + 1 :].reshape(k, n_routes), axis=1)
    return TableFit(float(np.exp(found[0])), found[1 : k + 1], table)


def fit_to_categories(similarity: FloatArray, labels: IntArray) -> tuple[float, FloatArray]:
    """Temperature and biases of greatest likelihood of category labels.

    Args:
        similarity: Shape (n, n_categories).
        labels: Category index, shape (n,).
    """
    k = similarity.shape[1]

    def loss(parameters: FloatArray) -> float:
        bias = np.append(0.0, parameters[1:])
        log_p = log_softmax((similarity + bias) * np.exp(-parameters[0]), axis=1)
        return float(-log_p[np.arange(len(labels)), labels].mean())

    found = minimize(loss, np.append(np.log(START_TEMPERATURE), np.zeros(k - 1)), method="Nelder-Mead").x
    bias = np.append(0.0, found[1:])
    return float(np.exp(found[0])), bias - bias.mean()


def fit_table(p_category: FloatArray, labels: IntArray, n_routes: int, rounds: int = 200) -> FloatArray:
    """The rule table of greatest likelihood where P(category) is given, by expectation and maximisation.

    Args:
        p_category: Shape (n, n_categories).
        labels: Route index, shape (n,).
        n_routes: How many routes there are.
        rounds: How often to repeat.

    Returns:
        P(route | category), shape (n_categories, n_routes).

    Source:
        Dempster, Laird and Rubin, Maximum Likelihood from Incomplete Data via the EM Algorithm, 1977.
    """
    hit = np.eye(n_routes)[labels]
    table: FloatArray = np.tile((hit.sum(axis=0) + 1) / (len(labels) + n_routes), (p_category.shape[1], 1))
    for _ in range(rounds):
        joint = p_category * table.T[labels]
        counts = (joint / joint.sum(axis=1, keepdims=True)).T @ hit
        table = counts / counts.sum(axis=1, keepdims=True)
    return table


def fold_of(questions: Sequence[str]) -> IntArray:
    """The fold of each question, (n,), 0 to 4: equal questions share one, for every router that others learn from.

    The train part leaves three of five remainders of a question's hash, so the fold is taken from the rest of it.
    """
    return np.array([int(question_key(question), 16) // N_PARTS % N_FOLDS for question in questions], dtype=np.int64)


def out_of_fold(similarity: FloatArray, labels: IntArray, folds: IntArray, n_routes: int) -> FloatArray:
    """P(route) of each row from a fit that has not seen its fold, shape (n, n_routes)."""
    p = np.empty((len(labels), n_routes))
    for fold in range(N_FOLDS):
        left_out = folds == fold
        if left_out.any():
            fit = fit_to_routes(similarity[~left_out], labels[~left_out], n_routes)
            p[left_out] = fit.p_route(similarity[left_out])
    return p


def choose_nearest(p_by_nearest: Mapping[int, FloatArray], labels: IntArray) -> int:
    """The number of descriptions that count, by least out-of-fold loss.

    Args:
        p_by_nearest: Out-of-fold P(route), (n, n_routes), by that number.
        labels: Route index, shape (n,).
    """

    def loss(nearest: int) -> float:
        labelled = p_by_nearest[nearest][np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(labelled, LEAST)).mean())

    return min(p_by_nearest, key=loss)
