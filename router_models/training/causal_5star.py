"""Fits the five-star head to the local LLM's hidden states: `python -m router_models.training.causal_5star --data DIR`.

The LLM itself is not trained. Ridge is chosen by cross-validation on train; test rows are looked at once, for the card.
Another GGUF, named by LOCAL_LLM, gets its head in the same way.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.metrics import auc
from llms.local import local_llm
from router_models.card import RouterCard
from router_models.causal_5star import AFTER, BEFORE, HEAD_FILE, SUFFICES, sha256
from router_models.registry import WEIGHTS
from router_models.training.causal_5star_card import five_star_card
from router_models.training.causal_5star_data import StarRows, test_rows, training_rows
from router_models.training.llm_states import StateReader
from router_models.training.operating_point import cheapest_threshold
from router_models.training.ordinal import OrdinalHead, fit_ordinal

ROUTER = "causal-5star"
RIDGES = (0.1, 0.3, 1.0, 3.0)
N_FOLDS = 5
ARTIFACTS = Path("artifacts")
logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads hidden states, fits, evaluates and writes head and card."""
    parser = argparse.ArgumentParser(prog="python -m router_models.training.causal_5star", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public data sets")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder of the routers' weights")
    parser.add_argument("--sample", type=int, help="use only the first rows of each set: a trial, not a result")
    parser.add_argument("--threads", type=int, default=1, help="threads of PyTorch")
    options = parser.parse_args(arguments)
    if options.sample and options.out == WEIGHTS:
        parser.error("--sample is a trial: give --out another folder than the shipped weights")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    learn, held_out = training_rows(options.data), test_rows(options.data)
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
    states = HiddenStates(gguf, artifacts / "llm_states", threads)
    features = np.concatenate([states.of(rows) for rows in learn])
    low, high = (np.concatenate([getattr(rows, bound) for rows in learn]) for bound in ("low", "high"))
    folds = np.array([int(key, 16) // N_FOLDS % N_FOLDS for rows in learn for key in rows.keys])
    ridge, p_strong = choose_ridge(features, low, high, folds)
    head = fit_ordinal(features, low, high, ridge)
    threshold = cheapest_threshold((high < SUFFICES).astype(np.int64), p_strong)
    folder = out / ROUTER
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / HEAD_FILE, weights=head.weights.astype(np.float32), cuts=head.cuts.astype(np.float32))
    _save_out_of_fold(artifacts / "oof" / f"{ROUTER}.npz", learn, p_strong)
    scores = [head.scores(states.of(rows)) for rows in held_out]
    card = five_star_card(learn, held_out, scores, head, threshold, sha256(gguf), ridge)
    card.save(folder)
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
            p[~rest] = p_strong_of(head, head.scores(features[~rest]))
        tried[ridge] = p
        losses[ridge] = float(-np.log(np.where(needed == 1, p, 1 - p)).mean())
        logger.info("ridge %g, out of fold: loss %.4f, AUC %.3f", ridge, losses[ridge], auc(needed, p))
    best = min(losses, key=losses.__getitem__)
    return best, tried[best]


def p_strong_of(head: OrdinalHead, scores: FloatArray) -> FloatArray:
    """P(stars < 4), (n,), of scores (n,)."""
    p: FloatArray = 1.0 / (1.0 + np.exp(scores - head.cuts[SUFFICES - 2]))
    return p


class HiddenStates:
    """Features of rows, kept on disk, because reading them takes minutes.

    Args:
        gguf: The model's file.
        cache: Folder to keep them in.
        threads: Threads of PyTorch.
    """

    def __init__(self, gguf: Path, cache: Path, threads: int) -> None:
        self._gguf = gguf
        self._cache = cache
        self._threads = threads
        self._reader: StateReader | None = None

    def of(self, rows: StarRows) -> FloatArray:
        """Mean and last hidden state side by side, (n, 2 × width)."""
        digest = hashlib.sha256("\0".join([sha256(self._gguf), *rows.prompts]).encode("utf-8", "replace")).hexdigest()
        path = self._cache / f"{rows.name}-{digest[:16]}.npz"
        if not path.is_file():
            logger.info("reading %d prompts of %s", len(rows), rows.name)
            self._reader = self._reader or StateReader(self._gguf, self._threads)
            mean, last = self._reader.states(rows.prompts, BEFORE, AFTER)
            self._cache.mkdir(parents=True, exist_ok=True)
            np.savez(path, mean=mean, last=last)
        with np.load(path, allow_pickle=False) as arrays:
            both: FloatArray = np.hstack([arrays["mean"], arrays["last"]]).astype(np.float64)
        return both


def _save_out_of_fold(path: Path, learn: Sequence[StarRows], p_strong: FloatArray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        path,
        key=np.array([key for rows in learn for key in rows.keys]),
        dataset=np.array([rows.name.removesuffix("-train") for rows in learn for _ in range(len(rows))]),
        p_strong=p_strong,
    )


if __name__ == "__main__":
    main()
