"""Fits the prompt-length router: `python -m router_models.training.prompt_length --data DIR`.

A logistic regression of "the strong LLM is needed" on log(1 + characters). Needed means: the weak LLM is wrong and the
strong one right. That is the only case in which a strong call pays, so P(needed) is what a threshold on cost should be
held against. It is fitted on the train parts of MMLU and GSM8K and is its own Platt calibration; the test parts are
looked at once, for the card.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.curves import full_curve
from benchmarks.data import gsm8k, mmlu
from benchmarks.data.mmlu import STRONG, WEAK
from benchmarks.metrics import apgr, ece, pgr
from router_models.card import Figure, RouterCard, TrainingData
from router_models.training.command_line import training_options, training_parser
from router_models.training.figures import measure

ROUTER = "prompt-length"
SPLIT = "test, question hash parts 0–1"
COMMAND = "python -m router_models.training.prompt_length --data DIR"
DEFAULT_PGR = 0.5
"""The default threshold recovers this share of the quality gap on the train part."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LengthModel:
    """P(strong needed) = sigmoid(intercept + slope · log(1 + characters))."""

    intercept: float
    slope: float

    def p_strong(self, prompts: Sequence[str]) -> FloatArray:
        """P(strong needed) per prompt, shape (n,)."""
        lengths = np.log1p(np.array([len(prompt) for prompt in prompts], dtype=np.float64))
        probabilities: FloatArray = expit(self.intercept + self.slope * lengths)
        return probabilities


def strong_needed(benchmark: Benchmark) -> IntArray:
    """1 where the weak LLM is wrong and the strong one right, shape (n,)."""
    return (benchmark.quality[STRONG] > benchmark.quality[WEAK]).astype(np.int64)


def fit(parts: Sequence[Benchmark]) -> LengthModel:
    """Fit the two parameters, without regularisation, on the rows of all parts."""
    prompts = [prompt for part in parts for prompt in part.prompts]
    needed = np.concatenate([strong_needed(part) for part in parts])
    lengths = np.log1p([[len(prompt)] for prompt in prompts])
    model = LogisticRegression(C=np.inf).fit(lengths, needed)
    return LengthModel(float(model.intercept_[0]), float(model.coef_[0, 0]))


def threshold_for(model: LengthModel, parts: Sequence[Benchmark], target_pgr: float = DEFAULT_PGR) -> float:
    """The highest threshold at which the router recovers a share of the quality gap on the given rows."""
    scores = np.concatenate([model.p_strong(part.prompts) for part in parts])
    weak, strong = (np.concatenate([part.quality[llm] for part in parts]) for llm in (WEAK, STRONG))
    curve = full_curve(scores, weak, strong)
    recovered = [pgr(float(quality), curve.weak, curve.strong) for quality in curve.quality]
    return float(curve.thresholds[np.flatnonzero(np.array(recovered) >= target_pgr)[0]])


def oracle_scores(benchmark: Benchmark, seed: int) -> FloatArray:
    """The gain of a strong call, known only afterwards, ties in random order; shape (n,)."""
    gain = benchmark.quality[STRONG] - benchmark.quality[WEAK]
    return gain + 0.1 * np.random.default_rng(seed).random(len(benchmark))


def evaluate(model: LengthModel, part: Benchmark, train_rate: float, seed: int) -> list[Figure]:
    """APGR and ECE on a test part.

    Args:
        model: The fitted model.
        part: The test part of MMLU or GSM8K.
        train_rate: Share of train prompts that need the strong LLM, the constant that ECE is compared with.
        seed: Breaks the oracle's ties.
    """
    weak, strong = part.quality[WEAK], part.quality[STRONG]
    p_strong = model.p_strong(part.prompts)
    needed = strong_needed(part)
    base_rate = np.full(len(part), train_rate)

    def both(p: FloatArray) -> FloatArray:
        return np.stack([1.0 - p, p], axis=1)

    oracle = apgr(oracle_scores(part, seed), weak, strong)
    return [
        measure(
            "APGR",
            lambda rows: apgr(p_strong[rows], weak[rows], strong[rows]),
            len(part),
            groups=part.groups,
            dataset=part.name,
            split=SPLIT,
            baselines={"random": 0.5, "oracle": oracle},
        ),
        measure(
            "ECE",
            lambda rows: ece(needed[rows], both(p_strong)[rows]),
            len(part),
            groups=part.groups,
            dataset=part.name,
            split=SPLIT,
            baselines={"constant at the train parts' rate": ece(needed, both(base_rate))},
            note="Of P(strong needed); fitted on both sets together.",
        ),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit on the train parts, evaluate on the test parts, and write the card."""
    parser = training_parser(COMMAND, __doc__, sample=False)
    parser.add_argument("--seed", type=int, default=0, help="breaks the oracle's ties")
    options = training_options(parser, arguments)
    sets = [mmlu.load(options.data), gsm8k.load(options.data)]
    train = [benchmark.part("train") for benchmark in sets]
    model = fit(train)
    train_rate = float(np.concatenate([strong_needed(part) for part in train]).mean())
    figures = [
        figure for benchmark in sets for figure in evaluate(model, benchmark.part("test"), train_rate, options.seed)
    ]
    folder = options.out / ROUTER
    folder.mkdir(parents=True, exist_ok=True)
    path = _card(model, train, figures).save(folder)
    for figure in figures:
        logger.info(
            "%s on %s: %.3f [%.3f, %.3f] beside %s",
            *(figure.metric, figure.dataset, figure.value, figure.low, figure.high, figure.baselines),
        )
    logger.info("%s written to %s", model, path)


def _card(model: LengthModel, train: Sequence[Benchmark], figures: Sequence[Figure]) -> RouterCard:
    return RouterCard(
        router=ROUTER,
        title="Prompt length",
        family="baseline",
        routes=("weak", "strong"),
        method="Logistic regression of “the strong LLM is needed” on the logarithm of the prompt's length.",
        source="A baseline; RouteLLM (arXiv 2406.18665) gives the data and APGR.",
        trained_on=tuple(
            TrainingData(
                name=part.name,
                rows=len(part),
                licence="Apache-2.0; the questions have licences of their own",
                origin="lm-sys/RouteLLM",
                note="Needed = Mixtral-8x7B is wrong and GPT-4 Turbo right.",
            )
            for part in train
        ),
        split="question hash mod 5: parts 2–4 train, parts 0–1 test",
        figures=tuple(figures),
        calibrated=True,
        threshold=round(threshold_for(model, train), 4),
        parameters={"intercept": round(model.intercept, 6), "slope": round(model.slope, 6)},
        training_command=COMMAND,
        trained_at=datetime.now(UTC).date(),
        notes=(
            "Long questions are harder, and that is all it knows. Any learnt router should beat it.",
            f"The default threshold recovers {DEFAULT_PGR:.0%} of the quality gap on the train parts.",
        ),
    )


if __name__ == "__main__":
    main()
