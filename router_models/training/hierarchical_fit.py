"""The third step of the hierarchical router, the route, and all three together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from benchmarks.benchmark import FloatArray, IntArray
from router_models.training.composite_ridge import Affine, fit_ridge, platt, ridge_out_of_fold
from router_models.training.hierarchical_data import CHAT, CHAT_SOURCE, CODING, DOMAINS, Rows
from router_models.training.hierarchical_steps import (
    N_DOMAINS,
    DomainModel,
    Recipe,
    fit_complexity,
    fit_domains,
    steps_out_of_fold,
)

EXAMS, CHATS = "exams", "chats"
GROUP_OF_DOMAIN = tuple(CHATS if domain in (CODING, CHAT) else EXAMS for domain in DOMAINS)
"""Which rows teach a domain's route: measured outcomes of exam questions, or an LLM's labels of chats."""


@dataclass(frozen=True, eq=False)
class HierarchicalModel:
    """All three steps.

    Attributes:
        domain: The domain classifier.
        complexity: Per domain, in the order of `DOMAINS`.
        route: Log-odds of "strong needed" per domain, complexity folded in.
    """

    domain: DomainModel
    complexity: tuple[Affine, ...]
    route: tuple[Affine, ...]

    def p_strong(self, features: FloatArray) -> FloatArray:
        """P(strong needed), (n,), of features (n, width)."""
        votes = expit(np.column_stack([route(features) for route in self.route]))
        mixed: FloatArray = (self.domain.probabilities(features) * votes).sum(axis=1)
        return mixed


def fit(features: FloatArray, rows: Rows, domains: IntArray, recipe: Recipe) -> HierarchicalModel:
    """Fits all steps on all rows, the route on what earlier steps say of rows that they have not seen.

    Args:
        features: (n, width).
        rows: n rows.
        domains: Index into `DOMAINS` of each row, −1 where unknown, (n,).
        recipe: Hyper-parameters.
    """
    domain = fit_domains(features, domains, recipe)
    complexity = fit_complexity(features, rows, domains, recipe)
    p_domain, levels = steps_out_of_fold(features, rows, domains, recipe)
    return HierarchicalModel(domain, complexity, fit_routes(features, p_domain, levels, rows, complexity, recipe))


def p_strong_out_of_fold(
    features: FloatArray, p_domain: FloatArray, levels: FloatArray, rows: Rows, recipe: Recipe
) -> FloatArray:
    """P(strong needed) of each row from routes that have not seen it, (n,); earlier steps are given out of fold."""
    p_strong = np.empty(len(rows))
    for fold in np.unique(rows.folds):
        seen, held_out = np.flatnonzero(rows.folds != fold), np.flatnonzero(rows.folds == fold)
        routes = _routes(features[seen], p_domain[seen], levels[seen], rows.take(seen), recipe)
        votes = expit(route_log_odds(routes, features[held_out], levels[held_out]))
        p_strong[held_out] = (p_domain[held_out] * votes).sum(axis=1)
    return p_strong


@dataclass(frozen=True, eq=False)
class GroupRoute:
    """Log-odds of "strong needed" in one group of domains: features, own complexity, and a constant per domain.

    Attributes:
        features: Over the features.
        complexity: Weight of the complexity under the domain.
        constants: Per domain, (k,).
    """

    features: Affine
    complexity: float
    constants: FloatArray


def route_log_odds(routes: dict[str, GroupRoute], features: FloatArray, levels: FloatArray) -> FloatArray:
    """Log-odds of "strong needed" under each domain, (n, k), of features (n, width) and complexities (n, k)."""
    columns = []
    for number, group in enumerate(GROUP_OF_DOMAIN):
        route = routes[group]
        columns.append(route.features(features) + route.complexity * levels[:, number] + route.constants[number])
    return np.column_stack(columns)


def fit_routes(
    features: FloatArray,
    p_domain: FloatArray,
    levels: FloatArray,
    rows: Rows,
    complexity: tuple[Affine, ...],
    recipe: Recipe,
) -> tuple[Affine, ...]:
    """The route under each domain as one linear model: the complexity is linear too and is folded in."""
    routes = _routes(features, p_domain, levels, rows, recipe)
    folded = []
    for number, (group, level) in enumerate(zip(GROUP_OF_DOMAIN, complexity, strict=True)):
        route = routes[group]
        folded.append(
            Affine(
                route.features.weights + route.complexity * level.weights,
                route.features.bias + route.complexity * level.bias + float(route.constants[number]),
            )
        )
    return tuple(folded)


def _routes(
    features: FloatArray, p_domain: FloatArray, levels: FloatArray, rows: Rows, recipe: Recipe
) -> dict[str, GroupRoute]:
    """A ridge regression of the strong LLM's win rate per group, calibrated to "strong needed" (Platt).

    The win rate, a tie counting half, ranks held-out prompts better than the bare label: it learns from both kinds of
    surprise.
    """
    design = np.column_stack([features, p_domain, (p_domain * levels).sum(axis=1)])
    width = features.shape[1]
    penalties = np.append(np.ones(width), np.full(N_DOMAINS + 1, recipe.step_penalty))
    weights = np.array([dict(recipe.source_weights).get(source, 0.0) for source in rows.sources])
    weights = np.where(np.isfinite(rows.wins), weights, 0.0)
    chats = rows.sources == CHAT_SOURCE
    routes = {}
    for group, members in ((EXAMS, ~chats), (CHATS, chats)):
        taught = np.where(members, weights, 0.0)
        used = np.flatnonzero(taught > 0)
        scores = ridge_out_of_fold(
            design[used], rows.wins[used], taught[used], recipe.route_ridge, rows.folds[used], penalties
        )
        slope, intercept = platt(scores, rows.needed[used])
        model = fit_ridge(design[used], rows.wins[used], taught[used], recipe.route_ridge, penalties)
        routes[group] = GroupRoute(
            Affine(slope * model.weights[:width], slope * model.bias + intercept),
            slope * float(model.weights[-1]),
            slope * model.weights[width:-1],
        )
    return routes
