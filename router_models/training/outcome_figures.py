"""Figures of an outcome router on the test parts: in-domain as it is served, transfer by refitting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray
from benchmarks.data import gsm8k, mmlu, mt_bench
from benchmarks.data.mmlu import STRONG as STRONG_IN_SETS
from benchmarks.data.mmlu import WEAK as WEAK_IN_SETS
from benchmarks.metrics import apgr, brier, ece
from router_models.card import Figure
from router_models.outcome_router import OutcomeRouter
from router_models.prompt_batch import PromptBatch
from router_models.training.figures import measure
from router_models.training.outcome_data import load_outcomes
from router_models.training.outcome_features import features_of, known_batch
from router_models.training.outcome_fit import Fit

TEST = "test, question hash parts 0–1"
PUBLISHED: Mapping[str, Mapping[str, float]] = {
    "mmlu": {"RouteLLM, best": 0.603},
    "gsm8k": {"RouteLLM, best": 0.622},
    "mt-bench": {"RouteLLM, best": 0.802},
}
"""APGR on the complete sets (arXiv 2406.18665 v4): routers trained on human votes and augmented data."""

BATCH = 256


def exam_tests(data: Path, sample: int | None) -> list[Benchmark]:
    """Test parts of the sets that measured the reference pair; all of MT-Bench, which nobody trains on."""
    return [_first(load(data).part("test"), sample) for load in (mmlu.load, gsm8k.load, mt_bench.load)]


@dataclass(frozen=True, eq=False)
class Served:
    """A router as it is served, asked about prompts whose features are in the cache.

    Attributes:
        router: With its weights written.
        weights: Folder with the frozen encoder.
        cache: Where the prompts' features are kept.
    """

    router: OutcomeRouter
    weights: Path
    cache: Path | None

    def p_strong(self, prompts: Sequence[str]) -> FloatArray:
        """P(strong), (n,)."""
        return np.concatenate([self.router.probabilities(batch)[:, 1] for batch in self._batches(prompts)])

    def p_correct(self, prompts: Sequence[str], llms: Sequence[str]) -> FloatArray:
        """P(correct) of some LLMs, (n, len(llms))."""
        p = np.concatenate([self.router.p_correct(batch) for batch in self._batches(prompts)])
        return p[:, [self.router.llms.index(llm) for llm in llms]]

    def _batches(self, prompts: Sequence[str]) -> Iterator[PromptBatch]:
        features = features_of(prompts, self.weights, self.cache)
        for start in range(0, len(prompts), BATCH):
            part = prompts[start : start + BATCH]
            yield known_batch(part, features.take(np.arange(start, start + len(part))))


def in_domain_figures(served: Served, tests: Sequence[Benchmark]) -> list[Figure]:
    """APGR, ECE and Brier score of the router as it is served."""
    figures = []
    for test in tests:
        p_strong = served.p_strong(test.prompts)
        note = "" if test.name != "mt-bench" else "Never trained on; 72 questions, so the interval is wide."
        figures.append(_apgr_figure(test, p_strong, TEST if test.name != "mt-bench" else "all questions", note))
        if test.name != "mt-bench":
            figures.extend(_calibration_figures(test, p_strong))
    return figures


def transfer_figures(
    fit: Fit, data: Path, weights: Path, cache: Path | None, tests: Sequence[Benchmark], sample: int | None
) -> list[Figure]:
    """APGR of the same recipe fitted without the benchmark, so that it compares with routers that never saw it."""
    figures = []
    for test in tests:
        if test.name == "mt-bench":
            continue
        outcomes = load_outcomes(data, without=[test.name], sample=sample)
        fitted = fit(outcomes, features_of(outcomes.prompts, weights, cache))
        ranking = fitted.ranking(features_of(test.prompts, weights, cache))
        note = f"Transfer: fitted without {test.name}. Compare the published figure with this one."
        figures.append(_apgr_figure(test, ranking, f"{TEST}; transfer", note))
    return figures


def _apgr_figure(test: Benchmark, ranking: FloatArray, split: str, note: str) -> Figure:
    weak, strong = test.quality[WEAK_IN_SETS], test.quality[STRONG_IN_SETS]
    lengths = np.array([len(prompt) for prompt in test.prompts], dtype=np.float64)
    return measure(
        "APGR",
        lambda rows: apgr(ranking[rows], weak[rows], strong[rows]),
        len(test),
        groups=test.groups,
        dataset=test.name,
        split=split,
        baselines={"prompt length": apgr(lengths, weak, strong), "random": 0.5},
        published=PUBLISHED[test.name],
        note=note,
    )


def _calibration_figures(test: Benchmark, p_strong: FloatArray) -> list[Figure]:
    needed = (test.quality[STRONG_IN_SETS] > test.quality[WEAK_IN_SETS]).astype(np.int64)
    both = np.stack([1 - p_strong, p_strong], axis=1)
    base = np.tile([1 - needed.mean(), needed.mean()], (len(needed), 1))
    return [
        measure(
            "ECE",
            lambda rows: ece(needed[rows], both[rows]),
            len(test),
            groups=test.groups,
            dataset=test.name,
            split=TEST,
            note="15 bins, of P(strong needed): only the strong LLM is right.",
        ),
        measure(
            "Brier",
            lambda rows: brier(needed[rows], both[rows]),
            len(test),
            groups=test.groups,
            dataset=test.name,
            split=TEST,
            baselines={"share of strong needed": brier(needed, base)},
        ),
    ]


def _first(test: Benchmark, sample: int | None) -> Benchmark:
    return test if sample is None else test.take(range(min(sample, len(test))))
