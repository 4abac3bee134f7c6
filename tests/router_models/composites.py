"""Small composites with weights made up by formula, for tests of serving: no training, no data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from errors import UnavailableError
from router_models.base import Router
from router_models.card import RouterCard
from router_models.cascade import CascadeRouter
from router_models.cascade_budget import RoutePrices
from router_models.encoder import Encoders
from router_models.ensemble import EnsembleRouter
from router_models.hierarchical import HierarchicalRouter
from router_models.prompt_batch import PromptBatch
from router_models.registry import WEIGHTS

WIDTH = 1153
PRICES = RoutePrices((0.1, 2.0), (0.4, 8.0), (300.0, 300.0))
PROMPTS = ("short", "a prompt of middling length, to be sure", "long " * 60)


class Scripted(Router):
    """Says of each prompt what a function of its length says, and counts how many prompts it was asked about."""

    def __init__(self, name: str, by_length: float, encoders: Encoders, broken: bool = False) -> None:
        card = RouterCard(router=name, title=name, family="test", routes=("weak", "strong"), method="scripted")
        super().__init__(card, Path(), encoders)
        self._by_length = by_length
        self._broken = broken
        self.asked = 0

    def _load(self) -> None:
        if self._broken:
            raise UnavailableError("Its weights are missing.", "Restore them.")

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        self.asked += len(prompts)
        p = np.array([min(0.98, 0.02 + self._by_length * len(prompt)) for prompt in prompts])
        return np.column_stack([1 - p, p])


def card(router: str, **more: object) -> RouterCard:
    """A card of a two-route router."""
    return RouterCard.model_validate(
        {"router": router, "title": router.capitalize(), "family": "composite", "routes": ("weak", "strong")}
        | {"method": "made up", "max_tokens": 256}
        | more
    )


def hierarchical(folder: Path, encoders: Encoders) -> HierarchicalRouter:
    """Three domains with random weights."""
    rng = np.random.default_rng(0)
    np.savez(
        folder / "model.npz",
        domains=np.array(["law", "physics", "everyday chat"]),
        domain_weights=rng.normal(size=(384, 3)).astype(np.float32),
        domain_bias=np.zeros(3, dtype=np.float32),
        complexity_weights=0.1 * rng.normal(size=(WIDTH, 3)).astype(np.float32),
        complexity_bias=np.zeros(3, dtype=np.float32),
        complexity_quantiles=np.tile(np.linspace(-3, 3, 101)[:, None], 3),
        route_weights=0.1 * rng.normal(size=(WIDTH, 3)).astype(np.float32),
        route_bias=np.zeros(3, dtype=np.float32),
    )
    return HierarchicalRouter(card("hierarchical"), folder, encoders)


def ensemble(
    folder: Path, members: Sequence[Router], encoders: Encoders, others: Sequence[Router] | None = None
) -> EnsembleRouter:
    """Two kinds, of which each listens to other members; the second member always weighs most."""
    rng, m = np.random.default_rng(1), len(members)
    np.savez(
        folder / "model.npz",
        members=np.array([member.id for member in members]),
        kinds=np.array(["questions", "chats"]),
        gate_weights=0.1 * rng.normal(size=(WIDTH, 2)).astype(np.float32),
        gate_bias=np.zeros(2, dtype=np.float32),
        head_weights=0.01 * rng.normal(size=(WIDTH, 2)).astype(np.float32),
        head_bias=np.zeros(2, dtype=np.float32),
        vote_weights=np.vstack([np.array([[0.1], [2.0], *[[0.2]] * (m - 2)]) * [1.0, 1.5], np.full((2, 2), 0.01)]),
        vote_means=np.zeros((m + 2, 2)),
        vote_bias=np.array([0.0, -0.5]),
    )
    known = {router.id: router for router in (members if others is None else others)}
    return EnsembleRouter(card("ensemble"), folder, encoders, known)


def cascade(folder: Path, stages: Sequence[Router], encoders: Encoders, budget: float = 1.0) -> CascadeRouter:
    """Uncalibrated stages; at threshold t a stage is sure 0.2 away from it; shares fall evenly with t."""
    thresholds = np.linspace(0, 1, 11)
    early = len(stages) - 1
    np.savez(
        folder / "model.npz",
        stages=np.array([stage.id for stage in stages]),
        slopes=np.ones(len(stages)),
        intercepts=np.zeros(len(stages)),
        lower=np.tile(thresholds[:, None] - 0.2, early),
        upper=np.tile(thresholds[:, None] + 0.2, early),
        thresholds=thresholds,
        shares=1 - thresholds,
        prompt_tokens=np.column_stack([100 * thresholds, 100 * (1 - thresholds)]),
    )
    parameters = {"budget_usd_per_1000": budget, **PRICES.as_parameters()}
    bare = CascadeRouter(
        card("cascade", parameters=parameters), folder, encoders, {stage.id: stage for stage in stages}
    )
    return bare.with_budget(budget)


def encoders() -> Encoders:
    """The real ones."""
    return Encoders(WEIGHTS)
