"""Cheap routers first: a prompt is passed on to a dearer router only where the cheaper one is not sure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from router_models.arrays import read_arrays
from router_models.base import Router
from router_models.card import BUDGET, RouterCard
from router_models.cascade_budget import BudgetTable, RoutePrices
from router_models.composite import CompositeRouter
from router_models.decision import RouterScore
from router_models.encoder import Encoders
from router_models.ensemble import log_odds
from router_models.log_odds import sigmoid
from router_models.prompt_batch import Meter, PromptBatch

WEIGHTS_FILE = "model.npz"
ARRAYS = ("stages", "slopes", "intercepts", "lower", "upper", "thresholds", "shares", "prompt_tokens")
LAST_RESORT_MARGIN = 0.1
"""An LLM-based router is asked where the last stage is within so much of the threshold."""


@dataclass(frozen=True, eq=False)
class Trace:
    """How n prompts went through the stages.

    Attributes:
        stage: Number of the stage that decided, from 0, (n,).
        p_strong: Its calibrated P(strong), (n,).
        latency_ms: What the stages up to it took, shared features included, (n,).
    """

    stage: NDArray[np.int64]
    p_strong: NDArray[np.float64]
    latency_ms: NDArray[np.float64]


class CascadeRouter(CompositeRouter):
    """Stages from the cheapest router to the dearest, with bounds that follow from a budget.

    The budget is for the LLMs' answers, not for the routers: it buys a threshold, the lowest whose strong calls it pays
    for, on the mix of prompts the cascade was calibrated on. A stage decides where its calibrated P(strong) is so far
    from that threshold that the last stage would hardly ever disagree; these bounds move with the threshold.

    `model.npz` holds, for s stages and g operating points: `stages` (s,) router ids; `slopes` and `intercepts` (s,),
    which calibrate a stage's log-odds; `thresholds`, `shares` (g,) and `prompt_tokens` (g, 2), see `BudgetTable`;
    `lower` and `upper` (g, s − 1): a stage decides where P(strong) ≤ lower or ≥ upper.

    Args:
        card: The router's card; its parameters are the budget and the prices.
        folder: Where `model.npz` lies.
        encoders: As for every router.
        others: Routers it may ask, by id.
        last_resort: An LLM-based router to ask where even the last stage is not sure; None, the default, asks none.

    Source:
        Viola and Jones, Rapid object detection using a boosted cascade, 2001; budgets: Chen et al., FrugalGPT,
        arXiv 2305.05176, there for LLMs, here for routers.
    """

    evidence_kind = "Cheap routers decide where they are sure and pass the rest on to dearer ones."

    def __init__(
        self,
        card: RouterCard,
        folder: Path,
        encoders: Encoders,
        others: Mapping[str, Router],
        last_resort: Router | None = None,
    ) -> None:
        super().__init__(card, folder, encoders, others)
        self._last_resort = last_resort
        self.waits = last_resort is not None

    @property
    def budget_usd_per_1000(self) -> float:
        """What the LLMs' answers to 1,000 prompts may cost, in USD."""
        return self.card.parameters[BUDGET]

    @property
    def prices(self) -> RoutePrices:
        """The prices with which the budget was turned into a threshold."""
        return RoutePrices.from_parameters(self.card.parameters)

    @property
    def strong_share(self) -> float:
        """Share of strong calls that the budget buys, on the mix of prompts it was calibrated on; reads the weights."""
        table = self.table()
        return float(table.shares[table.point(self.budget_usd_per_1000, self.prices)])

    def table(self) -> BudgetTable:
        """All operating points, for a control or a chart; reads the weights if need be."""
        names = ("thresholds", "shares", "prompt_tokens")
        return BudgetTable(**read_arrays(self.folder / WEIGHTS_FILE, names))

    def with_budget(self, usd_per_1000: float, prices: RoutePrices | None = None) -> CascadeRouter:
        """The same cascade with another budget, and with other prices where the pool is another.

        Raises:
            BadInputError: The budget is no amount, or does not even pay for the weak LLM.
            UnavailableError: The weights cannot be read.
        """
        prices = prices or self.prices
        table = self.table()
        threshold = float(table.thresholds[table.point(usd_per_1000, prices)])
        parameters = {**self.card.parameters, **prices.as_parameters(), BUDGET: usd_per_1000}
        card = self.card.model_copy(update={"threshold": min(threshold, 1.0), "parameters": parameters})
        return CascadeRouter(card, self.folder, self.encoders, self._others, self._last_resort)

    def with_last_resort(self, router: Router | None) -> CascadeRouter:
        """The same cascade with an LLM-based router as last stage, or without one."""
        return CascadeRouter(self.card, self.folder, self.encoders, self._others, router)

    def _load_weights(self) -> Sequence[str]:
        arrays = read_arrays(self.folder / WEIGHTS_FILE, ARRAYS)
        table = BudgetTable(arrays["thresholds"], arrays["shares"], arrays["prompt_tokens"])
        point = table.point(self.budget_usd_per_1000, self.prices)
        self._threshold = float(arrays["thresholds"][point])
        self._bounds = list(zip(arrays["lower"][point], arrays["upper"][point], strict=True))
        self._calibrations = list(zip(arrays["slopes"], arrays["intercepts"], strict=True))
        stages: list[str] = arrays["stages"].tolist()
        return stages

    def trace(self, prompts: PromptBatch) -> Trace:
        """Which stage decided each prompt, and how long it took until then."""
        self.load()
        return prompts.feature(f"trace of {self.id}", lambda: self._trace(prompts))

    def score(self, batch: PromptBatch) -> list[RouterScore]:
        """As for every router, but each prompt's latency counts only the stages that it went through."""
        scores = super().score(batch)
        latencies = self.trace(batch).latency_ms
        return [
            dataclasses.replace(score, latency_ms=float(latency))
            for score, latency in zip(scores, latencies, strict=True)
        ]

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        p_strong = self.trace(prompts).p_strong
        return np.column_stack([1 - p_strong, p_strong])

    def _trace(self, prompts: PromptBatch) -> Trace:
        stages = [*self.members, *([self._last_resort] if self._last_resort else [])]
        n = len(prompts)
        trace = Trace(np.zeros(n, dtype=np.int64), np.zeros(n), np.zeros(n))
        undecided = np.arange(n)
        clock = _Clock(prompts)
        for number, router in enumerate(stages):
            part = clock.part(router, undecided)
            p_strong = self._calibrated(number, clock.ask(router, part, undecided))
            trace.stage[undecided] = number
            trace.p_strong[undecided] = p_strong
            trace.latency_ms[undecided] = clock.ms_per_prompt
            undecided = undecided[~self._sure(number, p_strong)]
            if undecided.size == 0:
                break
        return trace

    def _calibrated(self, stage: int, p_strong: NDArray[np.float64]) -> NDArray[np.float64]:
        if stage == len(self._calibrations):
            return p_strong
        slope, intercept = self._calibrations[stage]
        return sigmoid(slope * log_odds(p_strong) + intercept)

    def _sure(self, stage: int, p_strong: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Where a stage decides; of the last two only if an LLM-based router comes after it."""
        if stage < len(self._bounds):
            lower, upper = self._bounds[stage]
            return np.asarray((p_strong <= lower) | (p_strong >= upper))
        return np.asarray(np.abs(p_strong - self._threshold) > LAST_RESORT_MARGIN)

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        trace = self.trace(prompts)
        return [self._said(int(stage), float(p)) for stage, p in zip(trace.stage, trace.p_strong, strict=True)]

    def _said(self, stage: int, p_strong: float) -> str:
        names = [*self._member_ids, *([self._last_resort.id] if self._last_resort else [])]
        if stage < len(self._bounds):
            return (
                f"Stage {stage + 1} of {len(names)} ({names[stage]}) decided alone, because at its P(strong) of "
                f"{p_strong:.2f} the dearer stages would rarely disagree"
            )
        if stage == 0:
            return f"Its only stage ({names[0]}) decided"
        before = ", ".join(names[:stage])
        return f"Its last stage ({names[stage]}) decided, because those before it were not sure enough ({before})"

    def _warnings(self, prompts: PromptBatch) -> list[tuple[str, ...]]:
        reads_all = [router.card.max_tokens is None for router in self.members] + [False]
        stages = self.trace(prompts).stage
        return [
            () if reads_all[stage] else warnings
            for stage, warnings in zip(stages, super()._warnings(prompts), strict=True)
        ]


class _Clock:
    """Asks stages and adds up what a prompt's way through them has taken."""

    def __init__(self, prompts: PromptBatch) -> None:
        self._prompts = prompts
        self._whole = Meter()
        self._rest_ms = 0.0

    @property
    def ms_per_prompt(self) -> float:
        """Of a prompt that has gone through all stages so far."""
        return self._prompts.latency_ms(self._whole) / len(self._prompts) + self._rest_ms

    def part(self, router: Router, undecided: NDArray[np.int64]) -> PromptBatch:
        """The batch to ask about: all prompts where they have been asked about already, else the undecided ones."""
        known = self._prompts.feature_ms(router.feature) > 0
        whole = known or len(undecided) == len(self._prompts)
        return self._prompts if whole else PromptBatch([self._prompts[row] for row in undecided])

    def ask(self, router: Router, part: PromptBatch, undecided: NDArray[np.int64]) -> NDArray[np.float64]:
        """P(strong) of the undecided prompts."""
        with part.metered() as meter:
            p_strong: NDArray[np.float64] = 1 - router.probabilities(part)[:, 0]
        if part is not self._prompts:
            self._rest_ms += part.latency_ms(meter) / len(part)
            return p_strong
        self._whole.elapsed_ms += meter.elapsed_ms
        self._whole.waiting_ms += meter.waiting_ms
        self._whole.used |= meter.used
        return p_strong[undecided]
