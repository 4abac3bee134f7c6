"""Figures that weigh quality against cost: AIQ on RouterBench's part, and ZeroEval's trio at the cost of one LLM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.aiq import COST_WEIGHTS, Aiq, aiq_of_rows
from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.data import routerbench_part, zeroeval
from benchmarks.metrics import ece
from benchmarks.split import Side
from benchmarks.trio_cost import CHARACTERS_PER_TOKEN, hidden_usd, load_with_cost, usd_per_token
from benchmarks.trio_cost import TRIO as MEASURED
from router_models.card import Figure
from router_models.outcome_score import cheapest_that_pays
from router_models.policy import DEFAULT_OUTPUT_TOKENS, DEFAULT_REASONING_TOKENS
from router_models.training.figures import measure
from router_models.training.outcome_data import Outcomes, release_names, unified
from router_models.training.outcome_figures import TEST, Served

TRIO = dict(zip(("gpt-4o-mini", "gpt-4o", "o1-mini"), MEASURED, strict=True))
"""Catalogue id → measured name, cheapest first: the pool “Measured”."""

BASELINE = "gpt-4o"


def aiq_figures(served: Served, data: Path, sample: int | None) -> list[Figure]:
    """AIQ of picking by P(correct) − cost weight × price, and how far it lies above the Zero router.

    The price of an LLM is its mean cost on the train part; what a pick really cost is measured.
    """
    whole = routerbench_part.load(data)
    test = whole.part("test")
    test = test if sample is None else test.take(range(min(sample, len(test))))
    names = release_names()
    quality = unified(test.quality, names)
    cost = unified(test.cost_usd, names)
    prices = unified(whole.part("train").cost_usd, names)
    mean_price = np.array([np.nanmean(prices[llm]) for llm in quality])
    p = served.p_correct(test.prompts, tuple(quality))
    picks = np.stack([(p - weight * mean_price / mean_price.max()).argmax(axis=1) for weight in COST_WEIGHTS])
    single = np.stack([cost[llm] for llm in quality]), np.stack([quality[llm] for llm in quality])
    routed = [values[picks, np.arange(len(test))] for values in single]

    def of_rows(rows: IntArray) -> Aiq:
        return aiq_of_rows(routed[0][:, rows], routed[1][:, rows], single[0][:, rows], single[1][:, rows])

    def above(rows: IntArray) -> float:
        found = of_rows(rows)
        return found.router - found.zero

    note = f"RouterBench's definition, {len(quality)} LLMs, costs as measured; curve over {len(picks)} cost weights."
    return [
        measure(
            "AIQ",
            lambda rows: of_rows(rows).router,
            len(test),
            groups=test.groups,
            dataset=test.name,
            split=TEST,
            baselines={"Zero router": of_rows(np.arange(len(test))).zero},
            note=note,
        ),
        measure(
            "AIQ above the Zero router",
            above,
            len(test),
            groups=test.groups,
            dataset=test.name,
            split=TEST,
            note="Difference on the same resampled rows.",
        ),
    ]


@dataclass(frozen=True, eq=False)
class Trio:
    """ZeroEval's three sets, one after the other, as the three LLMs answered them.

    Attributes:
        prompts: n texts.
        groups: A number per question, (n,).
        quality: 1 for a right answer, (n, 3).
        visible_usd: What prompt and visible answer cost at list prices, (n, 3).
        hidden_usd: What the assumed hidden reasoning tokens add, (3,).
        expected_shares: Cost expected before the answer is known, as a share of the dearest LLM's, (n, 3).
    """

    prompts: tuple[str, ...]
    groups: IntArray
    quality: FloatArray
    visible_usd: FloatArray
    hidden_usd: FloatArray
    expected_shares: FloatArray

    def picks(self, p_correct: FloatArray, weight: float) -> IntArray:
        """Column of highest P(correct) − cost weight × price share, (n,)."""
        return np.asarray((p_correct - weight * self.expected_shares).argmax(axis=1), dtype=np.int64)

    def mean_usd(self, picks: IntArray, rows: IntArray, hidden: bool) -> float:
        """Mean cost of the picks on some rows, hidden tokens billed or not."""
        usd = self.visible_usd + (self.hidden_usd if hidden else 0.0)
        return float(usd[rows, picks[rows]].mean())


def load_trio(data: Path, side: Side, sample: int | None = None) -> Trio:
    """Rows that all three LLMs answered, with the costs that the benchmarks assume."""
    parts = [load_with_cost(data, subset).part(side) for subset in zeroeval.SUBSETS]
    parts = parts if sample is None else [part.take(range(min(sample, len(part)))) for part in parts]
    prompts = tuple(prompt for part in parts for prompt in part.prompts)
    tokens_in = np.array([len(prompt) for prompt in prompts]) / CHARACTERS_PER_TOKEN
    usd_in, usd_out = np.array([usd_per_token(llm) for llm in MEASURED]).T
    hidden = np.array([hidden_usd(llm) for llm in MEASURED])
    quality, usd = (np.column_stack([_joined(parts, llm, of) for llm in MEASURED]) for of in ("quality", "cost_usd"))
    expected = tokens_in[:, None] * usd_in + DEFAULT_OUTPUT_TOKENS * usd_out + hidden
    known = np.flatnonzero(np.isfinite(quality + usd).all(axis=1))
    return Trio(
        prompts=tuple(prompts[row] for row in known),
        groups=np.concatenate([part.groups + 10_000 * i for i, part in enumerate(parts)])[known],
        quality=quality[known],
        visible_usd=(usd - hidden)[known],
        hidden_usd=hidden,
        expected_shares=(expected / expected.max(axis=1, keepdims=True))[known],
    )


def _joined(parts: Sequence[Benchmark], llm: str, field: str) -> FloatArray:
    return np.concatenate([getattr(part, field)[llm] for part in parts])


def choose_cost_weight(trio: Trio, p_correct: FloatArray) -> float:
    """The cost weight of best accuracy that costs no more than always asking the baseline, hidden tokens billed.

    Args:
        trio: The train part.
        p_correct: Out of fold, (n, 3).
    """
    rows = np.arange(len(trio.prompts))
    limit = trio.mean_usd(np.full(len(rows), list(TRIO).index(BASELINE)), rows, hidden=True)
    best, chosen = -1.0, float(COST_WEIGHTS[-1])
    for weight in COST_WEIGHTS:
        picks = trio.picks(p_correct, float(weight))
        right = float(trio.quality[rows, picks].mean())
        if trio.mean_usd(picks, rows, hidden=True) <= limit and right > best:
            best, chosen = right, float(weight)
    return round(chosen, 4)


def trio_figures(served: Served, data: Path, weight: float, sample: int | None) -> list[Figure]:
    """Accuracy and cost of choosing among the trio, against always asking one of them."""
    trio = load_trio(data, "test", sample)
    p_correct = served.p_correct(trio.prompts, tuple(TRIO.values()))
    picks = trio.picks(p_correct, weight)
    rows = np.arange(len(trio.prompts))
    always = {f"always {llm}": np.full(len(rows), i) for i, llm in enumerate(TRIO)}
    shares = ", ".join(f"{llm} {np.mean(picks == i):.0%}" for i, llm in enumerate(TRIO))
    baseline = always[f"always {BASELINE}"]

    def saved(hidden: bool) -> Figure:
        billed = f"{DEFAULT_REASONING_TOKENS:,} hidden tokens per o1-mini answer billed" if hidden else "none billed"
        return measure(
            f"cost against always {BASELINE}, {'with' if hidden else 'without'} hidden tokens",
            lambda part: trio.mean_usd(picks, part, hidden) / trio.mean_usd(baseline, part, hidden),
            len(rows),
            groups=trio.groups,
            dataset="zeroeval trio",
            split=TEST,
            baselines={name: _ratio(trio, pick, baseline, rows, hidden) for name, pick in always.items()},
            note=f"List prices, four characters a token; {billed}.",
        )

    accuracy = measure(
        "accuracy",
        lambda part: float(trio.quality[part, picks[part]].mean()),
        len(rows),
        groups=trio.groups,
        dataset="zeroeval trio",
        split=TEST,
        baselines=_accuracies(trio, always, rows),
        note=f"Picks at cost weight {weight:g}, chosen out of fold: {shares}.",
    )
    cheapest = np.where(trio.quality.max(axis=1) > 0, trio.quality.argmax(axis=1), 0)
    shared = cheapest_that_pays(p_correct, tuple(TRIO))
    calibration = measure(
        "ECE",
        lambda part: ece(cheapest[part], shared[part]),
        len(rows),
        groups=trio.groups,
        dataset="zeroeval trio",
        split=TEST,
        note="15 bins, of the distribution over the pool's three LLMs: which is the cheapest that is right.",
    )
    return [accuracy, saved(hidden=True), saved(hidden=False), calibration]


def _ratio(trio: Trio, pick: IntArray, baseline: IntArray, rows: IntArray, hidden: bool) -> float:
    return trio.mean_usd(pick, rows, hidden) / trio.mean_usd(baseline, rows, hidden)


def _accuracies(trio: Trio, always: Mapping[str, IntArray], rows: IntArray) -> dict[str, float]:
    known = {name: float(trio.quality[rows, pick].mean()) for name, pick in always.items()}
    return {**known, "best of the three": float(trio.quality.max(axis=1).mean())}


def trio_out_of_fold(outcomes: Outcomes, p_correct: FloatArray, trio: Trio) -> FloatArray:
    """Out-of-fold P(correct) of the trio's LLMs for its prompts, (n, 3).

    Args:
        outcomes: What was predicted.
        p_correct: Calibrated, (len(outcomes), m).
        trio: The train part.
    """
    row_of = {prompt: row for row, prompt in enumerate(outcomes.prompts)}
    rows = [row_of[prompt] for prompt in trio.prompts]
    return p_correct[np.ix_(rows, [outcomes.llms.index(llm) for llm in TRIO.values()])]
