"""Trains the keras-cnn router: `python -m router_models.training.keras_cnn --data DIR`.

A small convolutional network learns from Ray's hand-labelled questions whether the strong LLM is needed.
Calibration and default threshold come from out-of-fold predictions on the train file; the test file is looked at
once, for the card.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark
from benchmarks.data import ray
from router_models.card import Figure, RouterCard, TrainingData
from router_models.registry import WEIGHTS
from router_models.training.keras_data import ENCODER_WEIGHTS, MAX_TOKENS, encoder_folder, tokenize, word_table
from router_models.training.keras_fit import Recipe, fit_network, limit_threads, out_of_fold, predict_logits, shift_bias
from router_models.training.keras_onnx import export_onnx
from router_models.training.operating_point import OperatingPoint, choose_operating_point
from router_models.training.ray_figures import evaluate
from router_models.training.reference_embeddings import write_reference

ROUTER = "keras-cnn"
COMMAND = "python -m router_models.training.keras_cnn --data DIR"
KERAS_FILE = "model.keras"
ONNX_FILE = "model.onnx"
N_FOLDS = 5
N_FOLDS_OF_SAMPLE = 2

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train on the train file, evaluate on the test file, and write both models and the card."""
    parser = argparse.ArgumentParser(prog=COMMAND.removesuffix(" --data DIR"), description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public data sets")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder of the routers' weights")
    parser.add_argument("--seed", type=int, default=0, help="of folds, weights and dropout")
    parser.add_argument("--sample", type=int, help="train on so many rows only: a quick trial, not a result")
    options = parser.parse_args(arguments)
    if options.sample and options.out == WEIGHTS:
        parser.error("--sample is a trial: give --out another folder than the shipped weights")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    limit_threads()
    recipe = Recipe()
    benchmark = ray.load(options.data)
    train, test = benchmark.part("train"), benchmark.part("test")
    if options.sample:
        rng = np.random.default_rng(options.seed)
        train = train.take(rng.permutation(len(train))[: options.sample])
    table = word_table(encoder_folder(), recipe.shape.dimensions)
    rows, labels = tokenize(train.prompts), train.route_labels

    n_folds = N_FOLDS_OF_SAMPLE if options.sample else N_FOLDS
    logits, folds = out_of_fold(rows, labels, table, recipe, n_folds, options.seed)
    point = choose_operating_point(logits, labels, folds)
    logger.info("out of fold: %s", point)
    model = fit_network(rows, labels, table, recipe, options.seed)
    figures = evaluate(train, test, predict_logits(model, tokenize(test.prompts)), point)
    for figure in figures:
        logger.info(
            "%s on the test file: %.3f [%.3f, %.3f] beside %s",
            *(figure.metric, figure.value, figure.low, figure.high, {**figure.baselines, **figure.published}),
        )
    folder = options.out / ROUTER
    folder.mkdir(parents=True, exist_ok=True)
    shift_bias(model, recipe.shape.members, point.calibration.shift)
    model.save(folder / KERAS_FILE, include_optimizer=False)
    export_onnx(model, recipe.shape, folder / ONNX_FILE)
    write_reference(folder, train.prompts, ENCODER_WEIGHTS, options.seed)
    card = _card(train, figures, point, recipe, folder)
    logger.info("written: %s", card.save(folder))


def _card(
    train: Benchmark, figures: Sequence[Figure], point: OperatingPoint, recipe: Recipe, folder: Path
) -> RouterCard:
    shape = recipe.shape
    widths = ", ".join(map(str, shape.widths))
    return RouterCard(
        router=ROUTER,
        title="Keras CNN",
        family="keras",
        routes=ray.ROUTES,
        method=f"{shape.filters} convolution filters each over {widths} tokens find phrases of prompts that "
        "needed the strong LLM.",
        source="Kim, Convolutional Neural Networks for Sentence Classification, arXiv 1408.5882",
        trained_on=(
            TrainingData(
                name="ray",
                rows=len(train),
                licence="CC BY 4.0",
                origin="ray-project/llm-applications",
                note="One row per question; without questions of the test file or with both labels. "
                "Word embeddings are principal components of all-MiniLM-L6-v2's (Apache-2.0).",
            ),
        ),
        split="the set's own train and test files",
        figures=tuple(figures),
        calibrated=True,
        temperature=round(point.calibration.temperature, 4),
        threshold=round(point.threshold, 4),
        max_tokens=MAX_TOKENS,
        training_command=COMMAND,
        trained_at=datetime.now(UTC).date(),
        files={name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (KERAS_FILE, ONNX_FILE)},
        caution="Learnt from questions about the Ray library: expect little of it elsewhere.",
        notes=(
            "The default threshold is the highest whose out-of-fold balanced accuracy is within one standard error "
            "of the best; by plain accuracy a constant “weak” wins, because few test rows need the strong LLM.",
        ),
    )


if __name__ == "__main__":
    main()
