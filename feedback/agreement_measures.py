"""Agreement beyond chance: Cohen's kappa, Fleiss' kappa, Krippendorff's alpha.

All of them are 1 where everybody always agrees and 0 where they agree as often as chance would have it. They take
what occurs and how often it does, so that many resamples of the same prompts are one matrix product.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Level = Literal["nominal", "ordinal"]


def cohen_kappa(table: FloatArray, times: FloatArray | None = None) -> FloatArray:
    """Cohen's kappa of two annotators.

    Args:
        table: Pairs of categories that occur, as numbers from 0, shape (n_kinds, 2).
        times: How often each pair occurs, shape (..., n_kinds); None is once.

    Returns:
        Kappa, shape (...); NaN where both always gave one and the same category.

    Source:
        Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20, 1960.
    """
    weights = np.ones(len(table)) if times is None else times
    total = weights.sum(axis=-1)
    observed = weights @ (table[:, 0] == table[:, 1]).astype(float) / total
    categories = np.unique(table)
    first, second = ((table[:, side, None] == categories).astype(float) for side in (0, 1))
    expected = ((weights @ first) * (weights @ second)).sum(axis=-1) / total**2
    return _beyond_chance(observed, expected)


def fleiss_kappa(kinds: FloatArray, times: FloatArray | None = None) -> FloatArray:
    """Fleiss' kappa of any number of annotators, who need not be the same for every prompt.

    Where prompts have different numbers of labels, each counts once, as in the original where all have the same.

    Args:
        kinds: How many annotators gave each category, shape (n_kinds, n_categories); at least 2 a row.
        times: How many prompts look like that, shape (..., n_kinds); None is one.

    Returns:
        Kappa, shape (...); NaN where all always gave one and the same category.

    Source:
        Fleiss, Measuring nominal scale agreement among many raters, Psychological Bulletin 76(5), 1971.
    """
    weights = np.ones(len(kinds)) if times is None else times
    raters = kinds.sum(axis=1)
    within = (kinds * (kinds - 1)).sum(axis=1) / (raters * (raters - 1))
    total = weights.sum(axis=-1)
    observed = weights @ within / total
    shares = (weights @ (kinds / raters[:, None])) / total[..., None]
    return _beyond_chance(observed, (shares**2).sum(axis=-1))


def nominal_alpha(kinds: FloatArray, times: FloatArray | None = None) -> FloatArray:
    """Krippendorff's alpha with any two categories equally far apart; as `krippendorff_alpha`."""
    return krippendorff_alpha(kinds, times, level="nominal")


def ordinal_alpha(kinds: FloatArray, times: FloatArray | None = None) -> FloatArray:
    """Krippendorff's alpha of categories with an order; as `krippendorff_alpha`."""
    return krippendorff_alpha(kinds, times, level="ordinal")


def krippendorff_alpha(kinds: FloatArray, times: FloatArray | None = None, *, level: Level) -> FloatArray:
    """Krippendorff's alpha of any number of annotators, each of whom may have left prompts out.

    Args:
        kinds: How many annotators gave each category, in their order, shape (n_kinds, n_categories); rows with fewer
            than 2 tell nothing and do not count.
        times: How many prompts look like that, shape (..., n_kinds); None is one.
        level: Whether the order of the categories matters.

    Returns:
        Alpha, shape (...); NaN where all always gave one and the same category.

    Source:
        Krippendorff, Computing Krippendorff's alpha-reliability, 2011, sections C to E; and Content Analysis, 4th
        edition, 2018, section 12.3.
    """
    weights = np.ones(len(kinds)) if times is None else times
    raters = kinds.sum(axis=1)
    paired = raters > 1
    kinds, weights, raters = kinds[paired], weights[..., paired], raters[paired]
    n_categories = kinds.shape[1]
    pairs = kinds[:, :, None] * kinds[:, None, :] - np.eye(n_categories) * kinds[:, :, None]
    each = (pairs / (raters - 1)[:, None, None]).reshape(len(kinds), -1)
    coincidences = (weights @ each).reshape(*weights.shape[:-1], n_categories, n_categories)
    values = coincidences.sum(axis=-1)
    total = values.sum(axis=-1)
    by_chance = values[..., :, None] * values[..., None, :] - np.eye(n_categories) * values[..., :, None]
    distance = _distance(values, level)
    observed = (coincidences * distance).sum(axis=(-1, -2))
    expected = (by_chance * distance).sum(axis=(-1, -2)) / np.maximum(total - 1, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(expected > 0, 1 - observed / expected, np.nan))


def _distance(values: FloatArray, level: Level) -> FloatArray:
    """Squared distance of categories, shape (..., n, n); of ordered ones by how many values lie between them."""
    n_categories = values.shape[-1]
    if level == "nominal":
        return np.ones((n_categories, n_categories)) - np.eye(n_categories)
    middle = np.cumsum(values, axis=-1) - values / 2
    return np.asarray((middle[..., :, None] - middle[..., None, :]) ** 2)


def _beyond_chance(observed: FloatArray, expected: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(expected < 1 - 1e-12, (observed - expected) / (1 - expected), np.nan))
