"""Trains knn, and the references that it shares with similarity-weighted: `python -m router_models.training.knn`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from router_models.card import RouterCard
from router_models.nearest_neighbours import NearestNeighboursRouter
from router_models.outcome_references import REFERENCES_FILE
from router_models.training.outcome_data import Outcomes
from router_models.training.outcome_features import Features
from router_models.training.outcome_fit import Fit
from router_models.training.outcome_lookup import (
    LookupPredictor,
    NeighbourRecipe,
    fit_references,
    neighbours_predictor,
)
from router_models.training.outcome_router import Plan, run
from router_models.training.reference_embeddings import SAMPLE, write_embeddings

NOVELTY_FILE = Path("references") / "outcomes.npz"
"""What the hint that a prompt is unlike the training prompts needs; all outcome routers share it."""

RECIPE = NeighbourRecipe()
CANDIDATES = (
    *(NeighbourRecipe(pair_neighbours=count) for count in (50, 100, 200, 400, 800)),
    *(NeighbourRecipe(neighbours=count, strength=strength) for count in (32, 128) for strength in (4.0, 16.0)),
)


def fit_with(recipe: NeighbourRecipe) -> Fit:
    """The fit of a recipe."""

    def fit(outcomes: Outcomes, features: Features) -> LookupPredictor:
        return neighbours_predictor(fit_references(outcomes, features), recipe)

    return fit


def save(outcomes: Outcomes, features: Features, out: Path) -> dict[str, Path]:
    """Writes the references, also for similarity-weighted, and the novelty hint's sample."""
    path = out / REFERENCES_FILE
    fit_references(outcomes, features).save(path)
    first = np.unique(outcomes.prompts, return_index=True)[1]
    sample = np.random.default_rng(0).permutation(first)[:SAMPLE]
    write_embeddings(out / NOVELTY_FILE, features.embeddings[sample])
    return {REFERENCES_FILE.as_posix(): path}


def plan() -> Plan:
    """What this script trains."""
    return Plan(
        router="knn",
        kind=NearestNeighboursRouter,
        title="k nearest neighbours",
        family="outcomes",
        method="Looks up how every LLM did on the most similar of 14,000 prompts with measured outcomes.",
        source="RouterBench (arXiv 2403.12031), section 4, KNN router; embeddings by all-MiniLM-L6-v2",
        parameters={
            "neighbours": RECIPE.neighbours,
            "pair_neighbours": RECIPE.pair_neighbours,
            "strength": RECIPE.strength,
        },
        fit=fit_with(RECIPE),
        save=save,
        candidates={str(recipe): fit_with(recipe) for recipe in CANDIDATES},
    )


def main(arguments: Sequence[str] | None = None) -> RouterCard | None:
    """Trains, measures and writes."""
    return run(plan(), arguments)


if __name__ == "__main__":
    main()
