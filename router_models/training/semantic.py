"""Fits the semantic router's temperature, biases and number of neighbours: `python -m router_models.training.semantic`.

The descriptions are written by hand and are not fitted. Everything is chosen by grouped cross-validation on the train
part of nexos; the test part is looked at once, for the card.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.model_selection import GroupKFold

from benchmarks.benchmark import Benchmark
from benchmarks.data import nexos
from benchmarks.metrics import accuracy, auc, ece, macro_f1
from router_models.card import RouterCard, TrainingData
from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch
from router_models.registry import WEIGHTS
from router_models.semantic import DESCRIPTIONS_FILE, read_descriptions, route_similarity
from router_models.training.figures import measure
from router_models.training.reference_embeddings import write_reference
from router_models.training.temperature import apply_temperature, negative_log_likelihood

NEIGHBOURS = (1, 2, 3, 5, 12)
ROUTER = "semantic"
COMMAND = "python -m router_models.training.semantic --data DIR"
FloatArray = NDArray[np.float64]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fit:
    """Fitted parameters: logits are (similarity + bias) / temperature; the first route's bias is 0."""

    nearest: int
    temperature: float
    bias: FloatArray

    def logits(self, similarity: FloatArray) -> FloatArray:
        """Logits, (n, k), of similarities of that shape, before the temperature."""
        return similarity + self.bias


def main(arguments: Sequence[str] | None = None) -> None:
    """Fits on the train part, evaluates on the test part, and writes the card."""
    parser = argparse.ArgumentParser(prog="python -m router_models.training.semantic", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public data sets")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder of the routers' weights")
    parser.add_argument("--sample", type=int, help="use only the first rows: a quick trial, not a result")
    options = parser.parse_args(arguments)
    if options.sample and options.out == WEIGHTS:
        parser.error("--sample is a trial: give --out another folder than the shipped weights")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    data = nexos.load(options.data)
    if options.sample:
        data = data.take(range(min(options.sample, len(data))))
    card = train(data, options.out)
    for figure in card.figures:
        logger.info("%s %s %.3f [%.3f, %.3f]", figure.dataset, figure.metric, figure.value, figure.low, figure.high)


def train(data: Benchmark, out: Path, weights: Path = WEIGHTS) -> RouterCard:
    """Fits, evaluates and saves `out/semantic/card.json`; returns the card.

    Args:
        data: nexos, both parts.
        out: Folder of the routers' weights to write to.
        weights: Folder with the frozen encoder and the descriptions.
    """
    encoders = Encoders(weights)
    descriptions = read_descriptions(weights / ROUTER / DESCRIPTIONS_FILE, nexos.ROUTES)
    texts = [text for route in nexos.ROUTES for text in descriptions[route]]
    owners = [route for route in nexos.ROUTES for _ in descriptions[route]]
    embedded = encoders.embeddings(PromptBatch(texts))
    learn, held_out = data.part("train"), data.part("test")
    cosines = {part: encoders.embeddings(PromptBatch(part.prompts)) @ embedded.T for part in (learn, held_out)}

    def similarity(part: Benchmark, nearest: int) -> FloatArray:
        return route_similarity(cosines[part], owners, nexos.ROUTES, nearest)

    fit = choose({nearest: similarity(learn, nearest) for nearest in NEIGHBOURS}, learn.route_labels, learn.groups)
    probabilities = apply_temperature(fit.logits(similarity(held_out, fit.nearest)), fit.temperature)
    card = _card(fit, learn, held_out, probabilities, _hashes(weights))
    folder = out / ROUTER
    folder.mkdir(parents=True, exist_ok=True)
    write_reference(folder, learn.prompts, weights / "encoder", seed=0)
    card.save(folder)
    return card


def choose(similarities: dict[int, FloatArray], labels: NDArray[np.int64], groups: NDArray[np.int64]) -> Fit:
    """The number of neighbours of least cross-validated loss, fitted on all rows.

    Args:
        similarities: Per number of neighbours, (n, k).
        labels: Route index, (n,).
        groups: Equal questions have equal numbers, (n,).
    """
    losses = {}
    for nearest, similarity in similarities.items():
        fold_losses = []
        out_of_fold = np.empty_like(similarity)
        for fitted, left_out in GroupKFold(n_splits=5).split(similarity, labels, groups):
            temperature, bias = _minimise(similarity[fitted], labels[fitted])
            out_of_fold[left_out] = apply_temperature(similarity[left_out] + bias, temperature)
            fold_losses.append(negative_log_likelihood(similarity[left_out] + bias, labels[left_out], temperature))
        losses[nearest] = float(np.mean(fold_losses))
        picks = out_of_fold.argmax(axis=1)
        logger.info(
            "%d nearest descriptions, out of fold: loss %.3f, accuracy %.3f, macro F1 %.3f, AUC %.3f",
            *(nearest, losses[nearest], accuracy(labels, picks), macro_f1(labels, picks), auc(labels, out_of_fold)),
        )
    best = min(losses, key=losses.__getitem__)
    return Fit(best, *_minimise(similarities[best], labels))


def _minimise(similarity: FloatArray, labels: NDArray[np.int64]) -> tuple[float, FloatArray]:
    """Temperature and biases of least negative log-likelihood."""
    routes = similarity.shape[1]

    def loss(parameters: FloatArray) -> float:
        bias = np.concatenate([[0.0], parameters[1:]])
        return negative_log_likelihood(similarity + bias, labels, float(np.exp(parameters[0])))

    found = minimize(loss, np.concatenate([[np.log(0.1)], np.zeros(routes - 1)]), method="Nelder-Mead")
    return float(np.exp(found.x[0])), np.concatenate([[0.0], found.x[1:]])


def _hashes(weights: Path) -> dict[str, str]:
    """sha256 of what the fitted numbers hang on: other descriptions or another encoder ask for another fit."""
    files = (f"{ROUTER}/{DESCRIPTIONS_FILE}", "encoder/model.onnx")
    return {name: hashlib.sha256((weights / name).read_bytes()).hexdigest() for name in files}


def _card(
    fit: Fit, learn: Benchmark, held_out: Benchmark, probabilities: FloatArray, files: dict[str, str]
) -> RouterCard:
    labels, picks = held_out.route_labels, probabilities.argmax(axis=1)
    majority = np.full_like(picks, np.bincount(learn.route_labels).argmax())
    figure = partial(
        measure,
        n_rows=len(labels),
        groups=held_out.groups,
        dataset="nexos",
        split="test, question hash parts 0–1",
    )
    figures = (
        figure(
            "accuracy",
            lambda rows: accuracy(labels[rows], picks[rows]),
            baselines={"majority class": accuracy(labels, majority)},
        ),
        figure(
            "macro F1",
            lambda rows: macro_f1(labels[rows], picks[rows]),
            baselines={"majority class": macro_f1(labels, majority)},
        ),
        figure("AUC", lambda rows: auc(labels[rows], probabilities[rows]), baselines={"random": 0.5}),
        figure("ECE", lambda rows: ece(labels[rows], probabilities[rows])),
    )
    return RouterCard(
        router=ROUTER,
        title="Semantic similarity",
        family="similarity",
        routes=nexos.ROUTES,
        method="Softmax of the prompt's cosine similarity with hand-written descriptions of each route.",
        source="aurelio-labs/semantic-router; embeddings by all-MiniLM-L6-v2",
        trained_on=(
            TrainingData(
                name="nexos",
                rows=len(set(learn.groups.tolist())),
                licence="MIT (as its README says; queries are from LMSYS Chatbot Arena conversations)",
                origin="Edvard-exe/nexos-hw",
                note="Only a temperature, two biases and the number of neighbours are fitted. "
                "Labels are what an LLM thought suitable, not outcomes.",
            ),
        ),
        split="question hash mod 5: parts 2–4 train, parts 0–1 test",
        figures=figures,
        calibrated=True,
        temperature=round(fit.temperature, 5),
        max_tokens=256,
        parameters={
            "nearest": fit.nearest,
            **{f"bias_{route}": round(float(b), 5) for route, b in zip(nexos.ROUTES, fit.bias, strict=True)},
        },
        training_command=COMMAND,
        files=files,
        trained_at=datetime.now(UTC).date(),
    )


if __name__ == "__main__":
    main()
