"""Trains matrix-factorization: `python -m router_models.training.matrix_factorization`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from router_models.card import RouterCard
from router_models.matrix_factorization import FACTORS_FILE, MatrixFactorizationRouter
from router_models.training.matrix_factors import FactorsPredictor, Recipe, fit_factors
from router_models.training.outcome_data import Outcomes
from router_models.training.outcome_features import Features
from router_models.training.outcome_fit import Fit
from router_models.training.outcome_router import Plan, run

RECIPE = Recipe()
CANDIDATES = (
    *(Recipe(penalty=penalty) for penalty in (0.05, 0.2, 0.5)),
    *(Recipe(pair_weight=weight) for weight in (0.0, 4.0)),
    Recipe(rank=8),
)


def fit_with(recipe: Recipe) -> Fit:
    """The fit of a recipe."""

    def fit(outcomes: Outcomes, features: Features) -> FactorsPredictor:
        return fit_factors(outcomes, features, recipe)

    return fit


def save(outcomes: Outcomes, features: Features, out: Path) -> dict[str, Path]:
    """Writes the factors."""
    path = out / "matrix-factorization" / FACTORS_FILE
    fit_factors(outcomes, features, RECIPE).factors.save(path)
    return {FACTORS_FILE: path}


def plan() -> Plan:
    """What this script trains."""
    return Plan(
        router="matrix-factorization",
        kind=MatrixFactorizationRouter,
        title="Matrix factorization",
        family="outcomes",
        method="Multiplies a vector of the prompt with one of each LLM, learnt from which LLM answered what right.",
        source="RouteLLM (arXiv 2406.18665), section 4.2; here with outcomes of many LLMs in place of human votes",
        parameters={"rank": RECIPE.rank},
        fit=fit_with(RECIPE),
        save=save,
        candidates={str(recipe): fit_with(recipe) for recipe in CANDIDATES},
    )


def main(arguments: Sequence[str] | None = None) -> RouterCard | None:
    """Trains, measures and writes."""
    return run(plan(), arguments)


if __name__ == "__main__":
    main()
