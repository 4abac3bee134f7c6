"""Trains kmeans: `python -m router_models.training.kmeans`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from router_models.card import RouterCard
from router_models.prototypes import PROTOTYPES_FILE, PrototypesRouter
from router_models.training.outcome_data import Outcomes
from router_models.training.outcome_features import Features
from router_models.training.outcome_fit import Fit
from router_models.training.outcome_lookup import (
    LookupPredictor,
    PrototypeRecipe,
    fit_prototypes,
    prototypes_predictor,
)
from router_models.training.outcome_router import Plan, run

RECIPE = PrototypeRecipe()
CANDIDATES = tuple(
    PrototypeRecipe(clusters=clusters, sharpness=sharpness)
    for clusters in (64, 128, 256)
    for sharpness in (10.0, 20.0, 40.0)
)


def fit_with(recipe: PrototypeRecipe) -> Fit:
    """The fit of a recipe."""

    def fit(outcomes: Outcomes, features: Features) -> LookupPredictor:
        return prototypes_predictor(fit_prototypes(outcomes, features, recipe), recipe)

    return fit


def save(outcomes: Outcomes, features: Features, out: Path) -> dict[str, Path]:
    """Writes the prototypes."""
    path = out / "kmeans" / PROTOTYPES_FILE
    fit_prototypes(outcomes, features, RECIPE).save(path)
    return {PROTOTYPES_FILE: path}


def plan() -> Plan:
    """What this script trains."""
    return Plan(
        router="kmeans",
        kind=PrototypesRouter,
        title="k-means prototypes",
        family="outcomes",
        method=f"Mean outcomes of every LLM in {RECIPE.clusters} clusters of prompts, mixed by how near each one is.",
        source="LLMRouter and RouterBench's cluster routers; embeddings by all-MiniLM-L6-v2",
        parameters={"sharpness": RECIPE.sharpness},
        fit=fit_with(RECIPE),
        save=save,
        candidates={str(recipe): fit_with(recipe) for recipe in CANDIDATES},
    )


def main(arguments: Sequence[str] | None = None) -> RouterCard | None:
    """Trains, measures and writes."""
    return run(plan(), arguments)


if __name__ == "__main__":
    main()
