"""Trains similarity-weighted, on the references of knn: `python -m router_models.training.similarity_weighted`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from router_models.card import RouterCard
from router_models.outcome_references import REFERENCES_FILE
from router_models.similarity_weighted import SimilarityWeightedRouter
from router_models.training.knn import save
from router_models.training.outcome_data import Outcomes
from router_models.training.outcome_features import Features
from router_models.training.outcome_fit import Fit
from router_models.training.outcome_lookup import (
    LookupPredictor,
    WeightedRecipe,
    fit_references,
    weighted_predictor,
)
from router_models.training.outcome_router import Plan, run

RECIPE = WeightedRecipe()
CANDIDATES = tuple(WeightedRecipe(sharpness=sharpness) for sharpness in (2.0, 3.0, 5.0, 7.0, 10.0))


def fit_with(recipe: WeightedRecipe) -> Fit:
    """The fit of a recipe."""

    def fit(outcomes: Outcomes, features: Features) -> LookupPredictor:
        return weighted_predictor(fit_references(outcomes, features), recipe)

    return fit


def save_once(outcomes: Outcomes, features: Features, out: Path) -> dict[str, Path]:
    """The references are those of knn; they are written only where there are none."""
    path = out / REFERENCES_FILE
    return {REFERENCES_FILE.as_posix(): path} if path.is_file() else save(outcomes, features, out)


def plan() -> Plan:
    """What this script trains."""
    return Plan(
        router="similarity-weighted",
        kind=SimilarityWeightedRouter,
        title="Similarity-weighted ranking",
        family="outcomes",
        method="A Bradley–Terry model of the two LLMs in which battles on similar prompts weigh more.",
        source="RouteLLM (arXiv 2406.18665), section 4.1; embeddings by all-MiniLM-L6-v2",
        parameters={"sharpness": RECIPE.sharpness, "strength": RECIPE.strength},
        fit=fit_with(RECIPE),
        save=save_once,
        candidates={str(recipe): fit_with(recipe) for recipe in CANDIDATES},
        notes=(
            "RouteLLM has human votes on 55,000 chats and 64 LLMs; here a battle is a prompt that two LLMs answered, "
            "won by the better answer, a tie being half a win.",
        ),
    )


def main(arguments: Sequence[str] | None = None) -> RouterCard | None:
    """Trains, measures and writes."""
    return run(plan(), arguments)


if __name__ == "__main__":
    main()
