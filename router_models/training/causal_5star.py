"""Fits the five-star head to the local LLM's hidden states: `python -m router_models.training.causal_5star --data DIR`.

The LLM itself is not trained. Ridge is chosen by cross-validation on train; test rows are looked at once, for the card.
Another GGUF, named by LOCAL_LLM, gets its head in the same way.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.metrics import auc
from llms.local import local_llm
from router_models.card import RouterCard
from router_models.causal_5star import AFTER, BEFORE, HEAD_FILE, SUFFICES
from router_models.log_odds import sigmoid
from router_models.training.causal_5star_card import COMMAND, five_star_card
from router_models.training.causal_5star_data import StarRows, test_rows, training_rows
from router_models.training.command_line import training_options, training_parser
from router_models.training.file_hash import sha256_of
from router_models.training.judged import add_judged_option, judged_stars
from router_models.training.llm_readings import Readings
from router_models.training.llm_states import StateReader, States
from router_models.training.operating_point import cheapest_threshold
from router_models.training.ordinal import fit_ordinal
from router_models.training.out_of_fold import save_out_of_fold

ROUTER = "causal-5star"
RIDGES = (0.1, 0.3, 1.0, 3.0)
N_FOLDS = 5
ARTIFACTS = Path("artifacts")
logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads hidden states, fits, evaluates and writes head and card."""
    parser = training_parser(COMMAND, __doc__)
    parser.add_argument("--threads", type=int, default=1, help="threads of PyTorch")
    add_judged_option(parser)
    options = training_options(parser, arguments)
    learn = [*training_rows(options.data), *map(judged_stars, options.judged)]
    held_out = test_rows(options.data)
    if options.sample:
        learn, held_out = (
            [rows.take(range(min(options.sample, len(rows)))) for rows in part] for part in (learn, held_out)
        )
    card = train(learn, held_out, options.out, ARTIFACTS if not options.sample else options.out, options.threads)
    for figure in card.figures:
        logger.info("%s %s %.3f [%.3f, %.3f]", figure.dataset, figure.metric, figure.value, figure.low, figure.high)


def train(
    learn: Sequence[StarRows], held_out: Sequence[StarRows], out: Path, artifacts: Path, threads: int = 1
) -> RouterCard:
    """Fits the head and saves `out/causal-5star/{head.npz,card.json}`; returns the card.

    Args:
        learn: Training rows.
        held_out: Test rows.
        out: Folder of the routers' weights to write to.
        artifacts: Folder for hidden states and out-of-fold scores, which are no part of the project.
        threads: Threads of PyTorch.
    """
    gguf = local_llm().file()
    readings = Readings(gguf, artifacts / "llm_states", threads)
    features = np.concatenate([hidden_states(readings, rows) for rows in learn])
    low, high = (np.concatenate([getattr(rows, bound) for rows in learn]) for bound in ("low", "high"))
    folds = np.array([int(key, 16) // N_FOLDS % N_FOLDS for rows in learn for key in rows.keys])
    ridge, p_strong = choose_ridge(features, low, high, folds)
    head = fit_ordinal(features, low, high, ridge)
    threshold = cheapest_threshold((high < SUFFICES).astype(np.int64), p_strong)
    folder = out / ROUTER
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / HEAD_FILE, weights=head.weights.astype(np.float32), cuts=head.cuts.astype(np.float32))
    scores = [head.scores(hidden_states(readings, rows)) for rows in held_out]
    card = five_star_card(learn, held_out, scores, head, threshold, sha256_of(gguf), ridge)
    card.save(folder)
    keys = [key for rows in learn for key in rows.keys]
    names = [rows.name.removesuffix("-train") for rows in learn for _ in range(len(rows))]
    save_out_of_fold(card, keys, names, p_strong, artifacts / "oof")
    return card


def choose_ridge(features: FloatArray, low: IntArray, high: IntArray, folds: IntArray) -> tuple[float, FloatArray]:
    """The ridge of least out-of-fold loss on "suffices or not", and its out-of-fold P(strong), (n,)."""
    needed = (high < SUFFICES).astype(np.int64)
    tried: dict[float, FloatArray] = {}
    losses: dict[float, float] = {}
    for ridge in RIDGES:
        p = np.empty(len(features))
        for fold in np.unique(folds):
            rest = folds != fold
            head = fit_ordinal(features[rest], low[rest], high[rest], ridge)
            p[~rest] = sigmoid(head.cuts[SUFFICES - 2] - head.scores(features[~rest]))
        tried[ridge] = p
        losses[ridge] = float(-np.log(np.where(needed == 1, p, 1 - p)).mean())
        logger.info("ridge %g, out of fold: loss %.4f, AUC %.3f", ridge, losses[ridge], auc(needed, p))
    best = min(losses, key=losses.__getitem__)
    return best, tried[best]


def hidden_states(readings: Readings, rows: StarRows) -> FloatArray:
    """Mean and last hidden state of each prompt side by side, (n, 2 × width)."""

    def read(reader: StateReader) -> dict[str, States]:
        mean, last = reader.states(rows.prompts, BEFORE, AFTER)
        return {"mean": mean, "last": last}

    arrays = readings.kept(rows.name, rows.prompts, read)
    return np.hstack([arrays["mean"], arrays["last"]]).astype(np.float64)


if __name__ == "__main__":
    main()
