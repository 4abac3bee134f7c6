"""k-means on unit vectors, and how well k groups fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.benchmark import IntArray

Vectors = NDArray[np.float32]

ROUNDS = 25
RESTARTS = 2
JUDGED_ROWS = 1_000
"""Vectors of which the silhouette is taken: it compares each with each."""


def k_means(vectors: Vectors, k: int, seed: int = 0) -> tuple[IntArray, Vectors]:
    """Groups vectors by the nearest centre.

    Args:
        vectors: Shape (n, d), n ≥ k.
        k: Number of groups; fewer come out where there are fewer different vectors.
        seed: Equal seeds give equal groups.

    Returns:
        Group of each vector, shape (n,), and the centres, shape (k', d).

    Source:
        Lloyd, Least squares quantization in PCM, 1982; starts from Arthur and Vassilvitskii, k-means++, 2007.
    """
    random = np.random.default_rng(seed)
    best: tuple[float, IntArray, Vectors] | None = None
    for _ in range(RESTARTS):
        centres = _starts(vectors, k, random)
        group = _nearest(vectors, centres)
        for _ in range(ROUNDS):
            centres = np.stack([vectors[group == at].mean(axis=0) for at in np.unique(group)])
            again = _nearest(vectors, centres)
            if np.array_equal(again, group):
                break
            group = again
        spread = float(np.square(vectors - centres[group]).sum())
        if best is None or spread < best[0]:
            best = spread, group, centres
    if best is None:
        raise ValueError("no restart")
    names, group = np.unique(best[1], return_inverse=True)
    return group.astype(np.int64), best[2][names]


def silhouette(vectors: Vectors, group: IntArray, seed: int = 0) -> float:
    """How much nearer vectors are to their own group than to the next, −1 to 1; of `JUDGED_ROWS` of them at most.

    Args:
        vectors: Shape (n, d).
        group: Of each, shape (n,).
        seed: Of the sample.

    Returns:
        The mean over vectors; a vector alone in its group counts 0; NaN for fewer than two groups.

    Source:
        Rousseeuw, Silhouettes, 1987.
    """
    if len(vectors) > JUDGED_ROWS:
        sample = np.random.default_rng(seed).choice(len(vectors), JUDGED_ROWS, replace=False)
        vectors, group = vectors[sample], group[sample]
    names, group = np.unique(group, return_inverse=True)
    if len(names) < 2:
        return float("nan")
    squares = np.square(vectors).sum(axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * (vectors @ vectors.T), 0.0))
    np.fill_diagonal(distances, 0.0)
    member = np.eye(len(names))[group]
    sums, sizes = distances @ member, member.sum(axis=0)
    rows = np.arange(len(vectors))
    own = sums[rows, group] / np.maximum(sizes[group] - 1, 1)
    means = sums / sizes
    means[rows, group] = np.inf
    other = means.min(axis=1)
    widest = np.maximum(own, other)
    values = np.where((sizes[group] > 1) & (widest > 0), (other - own) / np.where(widest > 0, widest, 1.0), 0.0)
    return float(values.mean())


def _starts(vectors: Vectors, k: int, random: np.random.Generator) -> Vectors:
    chosen = [int(random.integers(len(vectors)))]
    nearest = np.square(vectors - vectors[chosen[0]]).sum(axis=1).astype(np.float64)
    while len(chosen) < k and nearest.sum() > 0:
        chosen.append(int(random.choice(len(vectors), p=nearest / nearest.sum())))
        nearest = np.minimum(nearest, np.square(vectors - vectors[chosen[-1]]).sum(axis=1))
    return vectors[chosen]


def _nearest(vectors: Vectors, centres: Vectors) -> IntArray:
    distance = np.square(centres).sum(axis=1)[None, :] - 2 * (vectors @ centres.T)
    return np.asarray(distance.argmin(axis=1), dtype=np.int64)
