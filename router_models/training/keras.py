"""Trains the Keras family on Ray's labelled questions: `python -m router_models.training.keras --data DIR`.

Five architectures in two configurations. *Published* repeats a README's training, with and without class weights; its
figures go to `assets/training/keras.json`. *Tuned* makes the routers that the app serves: networks with frozen
pre-trained word embeddings, stopped early, averaged in one graph, calibrated out of fold. The test file is looked at
once for each, for the figures.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray
from benchmarks.data import ray
from benchmarks.keras_study import STUDY_FILE, Architecture, Interval, Run
from benchmarks.split import question_key
from router_models.card import RouterCard
from router_models.registry import WEIGHTS
from router_models.training.keras_baseline import linear_scores
from router_models.training.keras_cards import COMMAND, KERAS_FILE, ONNX_FILE, make_card
from router_models.training.keras_data import encoder_folder, tokenize, word_table
from router_models.training.keras_onnx import export_onnx
from router_models.training.keras_published import train_published
from router_models.training.keras_recipes import ARCHITECTURES, MEMBERS, tuned
from router_models.training.keras_step import limit_threads, network_logits
from router_models.training.keras_study import PUBLISHED, PUBLISHED_SOURCE, add_runs, make_run
from router_models.training.keras_tuned import FOLD_MEMBERS, merge, question_folds, train_router
from router_models.training.operating_point import OperatingPoint, choose_operating_point
from router_models.training.out_of_fold import FOLDER, save_out_of_fold
from router_models.training.ray_figures import evaluate, two_class_metrics

SAMPLE_EPOCHS = 2

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Places:
    """Where results go: routers' weights, the study, and out-of-fold scores for routers that learn from routers."""

    weights: Path = WEIGHTS
    study: Path = STUDY_FILE
    out_of_fold: Path = FOLDER

    @classmethod
    def under(cls, folder: Path) -> Places:
        """All in one folder, for a trial."""
        return cls(folder, folder / STUDY_FILE.name, folder / "oof")


def main(arguments: Sequence[str] | None = None) -> None:
    """Train what is asked for, and write figures, models and cards."""
    parser = argparse.ArgumentParser(prog=COMMAND.removesuffix(" --data DIR"), description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public data sets")
    parser.add_argument("--architecture", choices=[*ARCHITECTURES, "all"], nargs="+", default=["all"])
    parser.add_argument("--configuration", choices=["published", "tuned", "both"], default="both")
    parser.add_argument("--seeds", type=int, default=MEMBERS, help="networks per published configuration")
    parser.add_argument("--threads", type=int, default=2, help="threads for TensorFlow")
    parser.add_argument("--sample", type=int, help="a quick trial on so many train rows: not a result")
    parser.add_argument("--out", type=Path, help="folder for a trial's files")
    options = parser.parse_args(arguments)
    if (options.sample is None) != (options.out is None):
        parser.error("--sample is a trial and needs --out; results go to the project's own folders")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    limit_threads(options.threads)
    benchmark = ray.load(options.data)
    train, test = benchmark.part("train"), benchmark.part("test")
    places = Places() if options.out is None else Places.under(options.out)
    if options.sample:
        train = train.take(np.random.default_rng(0).permutation(len(train))[: options.sample])
    epochs = SAMPLE_EPOCHS if options.sample else None
    folds = question_folds(train.questions)
    linear = None if options.configuration == "published" else linear_scores(WEIGHTS, train, test, folds)
    for architecture in ARCHITECTURES if "all" in options.architecture else options.architecture:
        if options.configuration != "tuned":
            runs = train_published(architecture, train, test, range(options.seeds), epochs)
            _report(add_runs(places.study, runs, train, test), runs)
        if linear is not None:
            run = _train_tuned(architecture, train, test, linear, places, epochs)
            _report(add_runs(places.study, [run], train, test), [run])


def _train_tuned(
    architecture: Architecture,
    train: Benchmark,
    test: Benchmark,
    linear: tuple[FloatArray, FloatArray],
    places: Places,
    epochs: int | None,
) -> Run:
    recipe, members, of_fold = tuned(architecture), MEMBERS, FOLD_MEMBERS
    if epochs is not None:
        recipe, members, of_fold = replace(recipe, epochs=epochs), 2, 1
    table = word_table(encoder_folder(), recipe.shape.dimensions)
    trained = train_router(train, recipe, table, final=members, of_fold=of_fold)
    point = choose_operating_point(trained.logits, train.route_labels, trained.folds)
    logger.info("%s out of fold: %s", architecture, point)
    by_member = network_logits(recipe.shape, trained.members.weights, len(table), table, tokenize(test.prompts))
    figures = evaluate(
        train,
        test,
        by_member.mean(axis=0),
        point,
        published={metric: {PUBLISHED_SOURCE: value} for metric, value in PUBLISHED.get(architecture, {}).items()},
        linear=linear,
    )
    folder = places.weights / f"keras-{architecture}"
    folder.mkdir(parents=True, exist_ok=True)
    model, shape = merge(trained.members, recipe, table, point.calibration.shift)
    model.save(folder / KERAS_FILE, include_optimizer=False)
    export_onnx(model, shape, folder / ONNX_FILE)
    card = make_card(shape, recipe, len(train), figures, point, folder)
    logger.info("written: %s", card.save(folder))
    save_scores(card, train, point, trained.logits, places.out_of_fold)
    metrics = [
        two_class_metrics(test.route_labels, point.calibration.probabilities(logits)[:, 1], point.threshold)
        for logits in by_member
    ]
    shipped = {
        figure.metric: Interval(value=figure.value, low=figure.low, high=figure.high)
        for figure in figures
        if figure.metric in metrics[0]
    }
    seeds = range(len(by_member))
    return make_run("tuned", recipe, point.threshold, seeds, metrics, trained.members.curves, shipped)


def save_scores(card: RouterCard, train: Benchmark, point: OperatingPoint, logits: FloatArray, folder: Path) -> Path:
    """Saves P(strong) of the train rows by networks that have not seen them.

    Args:
        card: Of the router.
        train: n rows.
        point: Its calibration.
        logits: By those networks, (n, 2).
        folder: Of the out-of-fold scores.
    """
    keys = [question_key(question) for question in train.questions]
    return save_out_of_fold(card, keys, [train.name] * len(keys), point.calibration.probabilities(logits)[:, 1], folder)


def _report(path: Path, runs: Sequence[Run]) -> None:
    for run in runs:
        for name, mean in run.over_seeds.items():
            shipped = run.shipped.get(name)
            own = f", shipped {shipped.value:.3f} [{shipped.low:.3f}, {shipped.high:.3f}]" if shipped else ""
            logger.info(
                "%s, %s: %s over seeds %.3f [%.3f, %.3f]%s",
                *(run.architecture, run.configuration, name, mean.value, mean.low, mean.high, own),
            )
    logger.info("written: %s", path)


if __name__ == "__main__":
    main()
