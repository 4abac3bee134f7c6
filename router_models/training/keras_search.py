"""Compares recipes by cross-validation: `python -m router_models.training.keras_search --data DIR`.

It reads the train rows only; docs/training/keras.md holds its table.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.data import ray
from benchmarks.metrics import auc
from router_models.training.keras_data import encoder_folder, word_table
from router_models.training.keras_recipes import TUNED, Recipe
from router_models.training.keras_step import limit_threads
from router_models.training.keras_tuned import N_FOLDS, train_router

logger = logging.getLogger(__name__)


def recipes() -> dict[str, Recipe]:
    """Name → recipe; each changes one thing of the chosen one."""
    found: dict[str, Recipe] = {}
    for name, best in TUNED.items():
        shape = best.shape
        found[name] = best
        found[f"{name}, length"] = replace(best, shape=replace(shape, length=True))
        found[f"{name}, label smoothing .1"] = replace(best, label_smoothing=0.1)
        found[f"{name}, class weights"] = replace(best, class_weights=True)
        found[f"{name}, 64 dimensions"] = replace(best, shape=replace(shape, dimensions=64))
        if name == "dnn":
            found["dnn, no hidden layer"] = replace(best, shape=replace(shape, hidden=0))
            found["dnn, maximum and mean"] = replace(best, shape=replace(shape, pooling="max+mean"))
        if name in ("bilstm", "bilstm2"):
            found[f"{name}, final state"] = replace(best, shape=replace(shape, pooling="last"))
            found[f"{name}, more dropout"] = replace(best, shape=replace(shape, dropout=0.6, embedding_dropout=0.4))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Log, for every recipe, the AUC over all rows out of fold, and its mean and standard deviation over the folds."""
    parser = argparse.ArgumentParser(prog="python -m router_models.training.keras_search", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public data sets")
    parser.add_argument("--only", nargs="*", help="names of recipes")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    limit_threads(1)
    train = ray.load(options.data).part("train")
    for name, recipe in recipes().items():
        if options.only and name not in options.only:
            continue
        table = word_table(encoder_folder(), recipe.shape.dimensions)
        trained = train_router(train, recipe, table, final=0)
        scores = trained.logits[:, 1] - trained.logits[:, 0]
        by_fold = [auc(train.route_labels[trained.folds == f], scores[trained.folds == f]) for f in range(N_FOLDS)]
        epochs = [len(curve.train_loss) for curve in trained.members.curves]
        logger.info(
            "%-36s AUC %.4f, by fold %.4f ± %.4f %s",
            *(name, auc(train.route_labels, scores), np.mean(by_fold), np.std(by_fold), epochs),
        )


if __name__ == "__main__":
    main()
