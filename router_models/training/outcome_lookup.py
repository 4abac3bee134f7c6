"""Builds what knn, kmeans and similarity-weighted look prompts up in: references and prototypes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from benchmarks.benchmark import FloatArray
from router_models.nearest_neighbours import nearest_rates, nearest_wins
from router_models.outcome_rates import local_rates
from router_models.outcome_references import LEVELS, Projection, References
from router_models.prototypes import Prototypes
from router_models.similarity_weighted import skill_difference, weighted_rates
from router_models.training.outcome_abilities import fit_abilities
from router_models.training.outcome_data import STRONG, WEAK, Outcomes
from router_models.training.outcome_features import Features

DIMENSIONS = 64
UNPAIRED = 1_000
"""Most prompts of each set without outcomes of the reference pair: enough for P(correct) of the other LLMs."""

CHUNK = 512


@dataclass(frozen=True)
class NeighbourRecipe:
    """Of knn: see `NearestNeighboursRouter`."""

    neighbours: int = 64
    pair_neighbours: int = 100
    strength: float = 4.0


@dataclass(frozen=True)
class WeightedRecipe:
    """Of similarity-weighted: see `SimilarityWeightedRouter`."""

    sharpness: float = 7.0
    strength: float = 4.0


@dataclass(frozen=True)
class PrototypeRecipe:
    """Of kmeans: `clusters` of them, shares of `sharpness`, shrunk by `strength` outcomes."""

    clusters: int = 128
    sharpness: float = 20.0
    strength: float = 8.0


def fit_projection(embeddings: NDArray[np.float32], seed: int = 0) -> Projection:
    """The first principal directions of embeddings (n, 384), from a sample of them."""
    rows = np.random.default_rng(seed).permutation(len(embeddings))[:8_000]
    centre = embeddings.mean(axis=0)
    directions = np.linalg.svd(embeddings[rows] - centre, full_matrices=False)[2][:DIMENSIONS].T
    return Projection(centre, np.ascontiguousarray(directions).astype(np.float16).astype(np.float32))


def fit_references(outcomes: Outcomes, features: Features, seed: int = 0) -> References:
    """Every prompt with outcomes of the pair, and some of each other set, as they are served: in 8 bits."""
    projection = fit_projection(features.embeddings)
    random = np.random.default_rng(seed)
    paired = np.flatnonzero(outcomes.paired)
    rest = [
        random.permutation(np.flatnonzero((outcomes.sources == source) & ~outcomes.paired))[:UNPAIRED]
        for source in dict.fromkeys(outcomes.sources.tolist())
    ]
    rows = np.concatenate([paired, *rest])
    quality = outcomes.quality[rows]
    measured = np.isfinite(quality)
    return References(
        projection=projection,
        units=(np.rint(projection(features.embeddings[rows]) * LEVELS) / LEVELS).astype(np.float32),
        quality=np.where(measured, quality, 0.0).astype(np.float32),
        measured=measured.astype(np.float32),
        llms=outcomes.llms,
        abilities=fit_abilities(outcomes.quality),
        pair=(outcomes.llms.index(WEAK), outcomes.llms.index(STRONG)),
    )


def fit_prototypes(outcomes: Outcomes, features: Features, recipe: PrototypeRecipe, seed: int = 0) -> Prototypes:
    """Clusters all prompts and averages outcomes softly, as prompts will later belong to several clusters."""
    projection = fit_projection(features.embeddings)
    units = projection(features.embeddings)
    clusters = min(recipe.clusters, len(units))
    centres = KMeans(clusters, n_init=1, random_state=seed).fit(units).cluster_centers_.astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    empty = np.empty((clusters, 0), np.float32)
    shares = Prototypes(projection, centres, empty, empty, ()).shares(features.embeddings, recipe.sharpness)
    known = np.isfinite(outcomes.quality)
    rates = local_rates(
        shares.T @ np.where(known, outcomes.quality, 0.0),
        shares.T @ known,
        fit_abilities(outcomes.quality),
        recipe.strength,
    )
    paired = outcomes.paired
    wins = (1 + outcomes.column(STRONG) - outcomes.column(WEAK))[paired] / 2
    weights = shares[paired]
    shrunk = (weights.T @ wins + recipe.strength * wins.mean()) / (weights.sum(axis=0) + recipe.strength)
    return Prototypes(projection, centres, rates.astype(np.float32), shrunk.astype(np.float32), outcomes.llms)


@dataclass(frozen=True, eq=False)
class LookupPredictor:
    """A fitted look-up as a `Predictor`, in chunks, because cosines with all references are many."""

    rates: Callable[[NDArray[np.float32]], FloatArray]
    wins: Callable[[NDArray[np.float32]], FloatArray]

    def p_correct(self, features: Features) -> FloatArray:
        """Raw P(correct), (n, m)."""
        return _in_chunks(self.rates, features.embeddings)

    def ranking(self, features: Features) -> FloatArray:
        """The higher, the rather to the strong LLM, (n,)."""
        return _in_chunks(self.wins, features.embeddings)


def neighbours_predictor(references: References, recipe: NeighbourRecipe) -> LookupPredictor:
    """What `NearestNeighboursRouter` computes, before calibration."""

    def rates(embeddings: NDArray[np.float32]) -> FloatArray:
        return nearest_rates(references, references.look_up(embeddings), recipe.neighbours, recipe.strength)

    def wins(embeddings: NDArray[np.float32]) -> FloatArray:
        return nearest_wins(references, references.look_up(embeddings), recipe.pair_neighbours) - 0.5

    return LookupPredictor(rates, wins)


def weighted_predictor(references: References, recipe: WeightedRecipe) -> LookupPredictor:
    """What `SimilarityWeightedRouter` computes, before calibration."""

    def rates(embeddings: NDArray[np.float32]) -> FloatArray:
        return weighted_rates(references, references.look_up(embeddings), recipe.sharpness, recipe.strength)

    def wins(embeddings: NDArray[np.float32]) -> FloatArray:
        return skill_difference(references, references.cosines(embeddings), recipe.sharpness)

    return LookupPredictor(rates, wins)


def prototypes_predictor(prototypes: Prototypes, recipe: PrototypeRecipe) -> LookupPredictor:
    """What `PrototypesRouter` computes, before calibration."""

    def rates(embeddings: NDArray[np.float32]) -> FloatArray:
        return prototypes.shares(embeddings, recipe.sharpness) @ prototypes.rates

    def wins(embeddings: NDArray[np.float32]) -> FloatArray:
        return prototypes.shares(embeddings, recipe.sharpness) @ prototypes.wins - 0.5

    return LookupPredictor(rates, wins)


def _in_chunks(compute: Callable[[NDArray[np.float32]], FloatArray], rows: NDArray[np.float32]) -> FloatArray:
    return np.concatenate([compute(rows[start : start + CHUNK]) for start in range(0, len(rows), CHUNK)])
