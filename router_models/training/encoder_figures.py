"""Figures of the two encoder routers on the test parts, measured on the ONNX file that is served."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.data import gsm8k, mmlu, mt_bench, nexos
from benchmarks.data.mmlu import STRONG, WEAK
from benchmarks.metrics import accuracy, apgr, auc, ece, macro_f1
from router_models.card import Figure
from router_models.encoder import Encoders
from router_models.encoder_routers import HEAD_FILE, QualityHead
from router_models.prompt_batch import PromptBatch
from router_models.training.calibration import Calibration
from router_models.training.encoder_baseline import frozen_picks
from router_models.training.encoder_data import Examples
from router_models.training.encoder_names import CHAT, QUALITY
from router_models.training.figures import measure
from router_models.training.temperature import apply_temperature

SPLIT = "test, question hash parts 0–1"
DISTILBERT = "fine-tuned DistilBERT, its notebook, random 20 % split"
LEAK = (
    "The published figure comes from random rows, so copies of a question stand on both sides of its split; here they "
    "never do. Compare with the frozen baseline, which was fitted and measured on the same questions as this router."
)
PUBLISHED_BERT = {"mmlu": 0.572, "gsm8k": 0.531, "mt-bench": 0.751}
"""APGR of RouteLLM's own BERT (arXiv 2406.18665 v4), on the complete sets."""


class ServedModel:
    """The exported encoder as the panel runs it.

    Args:
        weights: Folder of the routers' weights.
        calibrations: Output name → the calibration whose shifts the exported heads contain.
    """

    def __init__(self, weights: Path, calibrations: Mapping[str, Calibration]) -> None:
        self._encoders = Encoders(weights)
        self._quality = QualityHead(weights / "encoder-quality" / HEAD_FILE)
        self._calibrations = calibrations

    def probabilities(self, prompts: tuple[str, ...], head: str) -> tuple[FloatArray, FloatArray]:
        """Distributions (n, n_routes) after and before calibration."""
        batch = PromptBatch(prompts)
        if head == CHAT:
            found = self._encoders.chat_logits(batch)
        else:
            found = self._quality.logits(self._encoders.tuned_stem.means(batch))
        logits = found.astype(np.float64)
        calibration = self._calibrations[head]
        return apply_temperature(logits, calibration.temperature), apply_temperature(logits - calibration.shift, 1.0)


def three_way_figures(
    served: ServedModel, data: Path, weights: Path, train: Examples, sample: int | None = None
) -> list[Figure]:
    """Accuracy, macro F1, AUC and calibration error on the test part of the labelled chats.

    Args:
        served: The exported encoder.
        data: Folder of the public data sets.
        weights: Folder with the frozen encoder, for the baseline.
        train: What the chat head was trained on, for the baseline.
        sample: Measure on so many rows only.
    """
    test = _first(nexos.load(data).part("test"), sample)
    labels = test.route_labels
    after, before = served.probabilities(test.prompts, CHAT)
    picks, majority = after.argmax(axis=1), np.zeros_like(labels)
    guesses = np.random.default_rng(0).integers(0, len(nexos.ROUTES), len(labels))
    frozen = frozen_picks(weights, train, test.prompts)
    figure = partial(measure, n_rows=len(test), dataset=test.name, split=SPLIT, groups=test.groups)

    def baselines(metric: Callable[[IntArray, IntArray], float]) -> dict[str, float]:
        return {
            "majority class": metric(labels, majority),
            "random": metric(labels, guesses),
            "frozen MiniLM + logistic regression": metric(labels, frozen),
        }

    return [
        figure(
            "accuracy",
            lambda rows: accuracy(labels[rows], picks[rows]),
            baselines=baselines(accuracy),
            published={DISTILBERT: 0.790},
            note=LEAK,
        ),
        figure(
            "macro F1",
            lambda rows: macro_f1(labels[rows], picks[rows]),
            baselines=baselines(macro_f1),
            published={DISTILBERT: 0.7505},
            note=LEAK,
        ),
        figure(
            "AUC",
            lambda rows: auc(labels[rows], after[rows]),
            baselines={"random": 0.5},
        ),
        figure(
            "ECE",
            lambda rows: ece(labels[rows], after[rows]),
            baselines={"before calibration": ece(labels, before)},
            note="15 bins; temperature and class shifts fitted on out-of-fold predictions of the train part.",
        ),
    ]


def quality_figures(served: ServedModel, data: Path, sample: int | None = None) -> list[Figure]:
    """APGR and calibration error on the test parts of MMLU and GSM8K, and APGR on MT-Bench."""
    figures: list[Figure] = []
    for load in (mmlu.load, gsm8k.load, mt_bench.load):
        test = _first(load(data).part("test"), sample)
        after, before = served.probabilities(test.prompts, QUALITY)
        figures.append(_apgr_figure(test, after[:, 1]))
        if test.name != "mt-bench":
            figures.append(_ece_figure(test, _needed(test), after, before))
    return figures


def _apgr_figure(test: Benchmark, p_strong: FloatArray) -> Figure:
    weak, strong = test.quality[WEAK], test.quality[STRONG]
    lengths = np.array([len(prompt) for prompt in test.prompts], dtype=np.float64)
    oracle = strong - weak + 0.1 * np.random.default_rng(0).random(len(test))
    note = "Transfer: not trained on this set. " if test.name == "mt-bench" else ""
    return measure(
        "APGR",
        lambda rows: apgr(p_strong[rows], weak[rows], strong[rows]),
        len(test),
        groups=test.groups,
        dataset=test.name,
        split="all questions, RouteLLM's contaminated ones dropped" if test.name == "mt-bench" else SPLIT,
        baselines={"prompt length": apgr(lengths, weak, strong), "random": 0.5, "oracle": apgr(oracle, weak, strong)},
        published={"RouteLLM's BERT, complete set": PUBLISHED_BERT[test.name]},
        note=note + "Random means prompts in random order.",
    )


def _ece_figure(test: Benchmark, needed: IntArray, after: FloatArray, before: FloatArray) -> Figure:
    return measure(
        "ECE",
        lambda rows: ece(needed[rows], after[rows]),
        len(test),
        groups=test.groups,
        dataset=test.name,
        split=SPLIT,
        baselines={"before calibration": ece(needed, before)},
        note="15 bins, of P(strong needed): only the strong LLM is right.",
    )


def _needed(test: Benchmark) -> IntArray:
    return (test.quality[STRONG] > test.quality[WEAK]).astype(np.int64)


def _first(test: Benchmark, sample: int | None) -> Benchmark:
    return test if sample is None else test.take(range(min(sample, len(test))))
