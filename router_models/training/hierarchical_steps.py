"""The first two steps of the hierarchical router: which domain, and how hard within it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from benchmarks.benchmark import FloatArray, IntArray
from router_models.training.composite_ridge import Affine, fit_ridge
from router_models.training.hierarchical_data import CHAT, CHAT_SOURCE, CODING, DOMAINS, MATHEMATICS, Rows
from router_models.wide_features import EMBEDDING_WIDTH

N_DOMAINS = len(DOMAINS)
MIN_ROWS = 20
"""A domain of a data set with fewer rows has no mean difficulty of its own."""

NEVER = -50.0
"""Log-odds of a domain that no row has, as in a small sample."""


@dataclass(frozen=True)
class Recipe:
    """Hyper-parameters, chosen by cross-validation on train.

    Attributes:
        domain_c: Inverse regularisation of the domain classifier, on unit embeddings.
        common_ridge: Penalty of what complexity is in all domains.
        own_ridge: Penalty of what a domain adds to it; the higher, the nearer domains are to the common model.
        route_ridge: Penalty of the route's features.
        step_penalty: Factor on that penalty for the two earlier steps: the route shall listen to them first.
        source_weights: Weight of a row in the route by its data set.
    """

    domain_c: float = 3.0
    common_ridge: float = 10_000.0
    own_ridge: float = 10_000.0
    route_ridge: float = 30_000.0
    step_penalty: float = 0.01
    source_weights: tuple[tuple[str, float], ...] = (("mmlu", 1.0), ("gsm8k", 3.0), ("nexos", 1.0))


@dataclass(frozen=True, eq=False)
class DomainModel:
    """P(domain), a softmax of embedding · weights + bias; weights (384, k), bias (k,)."""

    weights: FloatArray
    bias: FloatArray

    def probabilities(self, features: FloatArray) -> FloatArray:
        """(n, k) of features (n, width)."""
        logits = features[:, :EMBEDDING_WIDTH] @ self.weights + self.bias
        probabilities: FloatArray = softmax(logits, axis=1)
        return probabilities


def fit_domains(features: FloatArray, domains: IntArray, recipe: Recipe) -> DomainModel:
    """Multinomial logistic regression on the embedding; rows of unknown domain (−1) do not count.

    Domains that no row has get probability 0.
    """
    known = domains >= 0
    fitted = LogisticRegression(C=recipe.domain_c, max_iter=300).fit(features[known, :EMBEDDING_WIDTH], domains[known])
    weights, bias = np.zeros((EMBEDDING_WIDTH, N_DOMAINS)), np.full(N_DOMAINS, NEVER)
    weights[:, fitted.classes_], bias[fitted.classes_] = fitted.coef_.T, fitted.intercept_
    return DomainModel(weights, bias)


def with_chat_domain(features: FloatArray, rows: Rows, recipe: Recipe) -> IntArray:
    """The domains of all rows, chats included.

    No set states the domain of a chat. A classifier of the other domains says which chats are code or mathematics:
    these stay unknown, and the others are everyday chat.
    """
    domains = rows.domain_numbers
    elsewhere = fit_domains(features, domains, recipe).probabilities(features)
    technical = elsewhere[:, [DOMAINS.index(CODING), DOMAINS.index(MATHEMATICS)]].sum(axis=1)
    everyday = (rows.sources == CHAT_SOURCE) & (technical < 0.5)
    return np.where(everyday, DOMAINS.index(CHAT), domains)


def fit_complexity(features: FloatArray, rows: Rows, domains: IntArray, recipe: Recipe) -> tuple[Affine, ...]:
    """Difficulty relative to the rest of the same domain of the same data set, one model per domain.

    Each is a common ridge regression plus what the domain's own rows add to it.

    Args:
        features: (n, width).
        rows: n rows.
        domains: Index into `DOMAINS` of each row, (n,).
        recipe: Hyper-parameters.
    """
    known = np.isfinite(rows.difficulty)
    target = relative(rows.difficulty, rows.sources, domains)
    common = fit_ridge(features[known], target[known], rows.trust[known], recipe.common_ridge)
    rest = target - common(features)
    models = []
    for domain in range(N_DOMAINS):
        of_domain = known & (domains == domain)
        if of_domain.sum() < MIN_ROWS:
            models.append(common)
            continue
        own = fit_ridge(features[of_domain], rest[of_domain], rows.trust[of_domain], recipe.own_ridge)
        models.append(Affine(common.weights + own.weights, common.bias + own.bias))
    return tuple(models)


def relative(difficulty: FloatArray, sources: NDArray[np.str_], domains: IntArray) -> FloatArray:
    """Difficulty less the mean of its domain in its data set, in standard deviations of the set; NaN stays, (n,)."""
    result = difficulty.copy()
    for source in np.unique(sources):
        of_source = (sources == source) & np.isfinite(difficulty)
        if not of_source.any():
            continue
        mean = difficulty[of_source].mean()
        for domain in np.unique(domains[of_source]):
            cell = of_source & (domains == domain)
            result[cell] -= difficulty[cell].mean() if cell.sum() >= MIN_ROWS else mean
        result[of_source] /= result[of_source].std() + 1e-9
    return result


def steps_out_of_fold(
    features: FloatArray, rows: Rows, domains: IntArray, recipe: Recipe
) -> tuple[FloatArray, FloatArray]:
    """P(domain) and complexity under each domain, both (n, k), of rows that the models have not seen."""
    p_domain, levels = np.empty((len(rows), N_DOMAINS)), np.empty((len(rows), N_DOMAINS))
    for fold in np.unique(rows.folds):
        seen, held_out = np.flatnonzero(rows.folds != fold), np.flatnonzero(rows.folds == fold)
        p_domain[held_out] = fit_domains(features[seen], domains[seen], recipe).probabilities(features[held_out])
        models = fit_complexity(features[seen], rows.take(seen), domains[seen], recipe)
        levels[held_out] = np.column_stack([model(features[held_out]) for model in models])
    return p_domain, levels
