"""Makes out-of-fold scores of shipped routers again: `python -m router_models.training.honest_scores --data DIR`.

Composites are fitted on them, and they are kept on the machine that trained the members only. This cross-validates the
members' recipes anew, without touching their weights. It holds as long as weights and recipes belong together, which
nobody can check: where a recipe has changed, train the router instead. The encoders' scores are in their training run,
prompt-length's are written by the ensemble's script.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import get_args

from benchmarks.data import nexos, ray
from benchmarks.keras_study import Architecture
from router_models.card import RouterCard, load_card
from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch
from router_models.registry import WEIGHTS
from router_models.rules import shipped_categories
from router_models.semantic import SemanticRouter
from router_models.training import hierarchical, kmeans, knn, matrix_factorization, semantic
from router_models.training import similarity_weighted as weighted
from router_models.training.command_line import training_options, training_parser
from router_models.training.composite_features import wide_features_of
from router_models.training.hierarchical_data import load_rows
from router_models.training.hierarchical_fit import p_strong_out_of_fold
from router_models.training.hierarchical_steps import Recipe as HierarchicalRecipe
from router_models.training.hierarchical_steps import steps_out_of_fold, with_chat_domain
from router_models.training.out_of_fold import FOLDER
from router_models.training.outcome_data import load_outcomes
from router_models.training.outcome_features import CACHE, features_of
from router_models.training.outcome_honest import honest_predictions, save_scores
from router_models.training.outcome_router import Plan

COMMAND = "python -m router_models.training.honest_scores --data DIR"
PLANS = tuple(each.plan() for each in (knn, kmeans, weighted, matrix_factorization))
Make = Callable[[RouterCard, Path, Path, int | None], Path]
"""Makes one router's scores from its card, the data sets, the folder to write to, and the rows of a trial."""

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes a file per router."""
    parser = training_parser(COMMAND, __doc__)
    parser.add_argument("--oof", type=Path, default=FOLDER, help="folder of the out-of-fold scores")
    parser.add_argument("--routers", default=",".join(MAKERS), help="router ids, separated by commas")
    options = training_options(parser, arguments)
    folder = options.out / "oof" if options.sample else options.oof
    for name in options.routers.split(","):
        if name not in MAKERS:
            parser.error(f"{name} is none of {', '.join(MAKERS)}")
        logger.info("written: %s", MAKERS[name](load_card(WEIGHTS / name), options.data, folder, options.sample))


def _outcomes(plan: Plan, card: RouterCard, data: Path, folder: Path, sample: int | None) -> Path:
    outcomes = load_outcomes(data, sample=sample)
    features = features_of(outcomes.prompts, WEIGHTS, None if sample else CACHE)
    return save_scores(card, outcomes, honest_predictions(plan.fit, outcomes, features), folder)


def _hierarchical(card: RouterCard, data: Path, folder: Path, sample: int | None) -> Path:
    rows, recipe = load_rows(data, sample=sample), HierarchicalRecipe()
    features = wide_features_of(rows.prompts, None if sample else CACHE)
    domains = with_chat_domain(features, rows, recipe)
    p_domain, levels = steps_out_of_fold(features, rows, domains, recipe)
    p_strong = p_strong_out_of_fold(features, p_domain, levels, rows, recipe)
    return hierarchical.save_scores(card, rows, p_strong, folder)


def _semantic(card: RouterCard, data: Path, folder: Path, sample: int | None) -> Path:
    weights = WEIGHTS / card.router
    chats = semantic.first(nexos.load(data), sample).part("train")
    router = SemanticRouter(card, weights, Encoders(WEIGHTS))
    found = semantic.similarities(router, shipped_categories()["general"], PromptBatch(chats.prompts))
    p_chats = semantic.fit_general(found, chats)[1]
    return semantic.save_scores(folder, data, chats, p_chats, weights, sample)


def _keras(architecture: Architecture, card: RouterCard, data: Path, folder: Path, sample: int | None) -> Path:
    from router_models.training import keras
    from router_models.training.keras_data import encoder_folder, word_table
    from router_models.training.keras_recipes import tuned
    from router_models.training.keras_tuned import train_router
    from router_models.training.operating_point import choose_operating_point

    train, recipe = semantic.first(ray.load(data).part("train"), sample), tuned(architecture)
    trained = train_router(train, recipe, word_table(encoder_folder(), recipe.shape.dimensions), final=0)
    point = choose_operating_point(trained.logits, train.route_labels, trained.folds)
    return keras.save_scores(card, train, point, trained.logits, folder)


MAKERS: Mapping[str, Make] = {
    **{plan.router: partial(_outcomes, plan) for plan in PLANS},
    "hierarchical": _hierarchical,
    "semantic": _semantic,
    **{f"keras-{architecture}": partial(_keras, architecture) for architecture in get_args(Architecture)},
}
"""Router id → how its scores are made."""


if __name__ == "__main__":
    main()
