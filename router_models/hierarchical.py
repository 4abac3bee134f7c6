"""Routing in three steps: which domain, how hard within that domain, then which route."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from router_models.arrays import read_arrays
from router_models.base import Router, softmax
from router_models.log_odds import sigmoid
from router_models.prompt_batch import PromptBatch
from router_models.wide_features import EMBEDDING_WIDTH, wide_features

WEIGHTS_FILE = "model.npz"
ARRAYS = (
    "domains",
    "domain_weights",
    "domain_bias",
    "complexity_weights",
    "complexity_bias",
    "complexity_quantiles",
    "route_weights",
    "route_bias",
)


@dataclass(frozen=True, eq=False)
class Steps:
    """The three steps of n prompts, under each of k domains.

    Attributes:
        domain: Probability of each domain, (n, k), rows sum to 1.
        complexity: How hard each prompt would be if it were of that domain, in standard deviations, (n, k).
        p_strong: P(strong needed) if the prompt were of that domain, (n, k).
    """

    domain: NDArray[np.float64]
    complexity: NDArray[np.float64]
    p_strong: NDArray[np.float64]


class HierarchicalRouter(Router):
    """Domain → complexity within the domain → route, each step a linear model on the frozen encoder.

    The domains' votes on the route are averaged, weighted by how likely each domain is, so that a prompt between two
    domains is not decided by a coin.

    `model.npz` holds, for k domains and w features: `domains` (k,); `domain_weights` (384, k) and `domain_bias` (k,);
    `complexity_weights` (w, k), `complexity_bias` (k,) and `complexity_quantiles` (101, k), the percentiles of each
    domain's training prompts; `route_weights` (w, k) and `route_bias` (k,), log-odds of "strong needed" into which the
    complexity of the domain is folded.
    """

    evidence_kind = "It names the domain first, then how hard the prompt is for that domain, then the route."

    def _load(self) -> None:
        arrays = read_arrays(self.folder / WEIGHTS_FILE, ARRAYS)
        self._domains: list[str] = arrays["domains"].tolist()
        self._quantiles = arrays["complexity_quantiles"]
        width, k = arrays["complexity_weights"].shape
        domain = np.zeros((width, k), dtype=np.float32)
        domain[:EMBEDDING_WIDTH] = arrays["domain_weights"]
        self._weights = np.hstack([domain, arrays["complexity_weights"], arrays["route_weights"]])
        self._bias = np.concatenate([arrays[f"{step}_bias"] for step in ("domain", "complexity", "route")])

    def steps(self, prompts: PromptBatch) -> Steps:
        """What each step says of each prompt."""
        self.load()
        return prompts.feature(f"steps of {self.id}", lambda: self._steps(prompts))

    def _steps(self, prompts: PromptBatch) -> Steps:
        values = wide_features(self.encoders, prompts) @ self._weights + self._bias
        domain, complexity, route = np.split(values.astype(np.float64), 3, axis=1)
        return Steps(softmax(domain), complexity, sigmoid(route))

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        steps = self.steps(prompts)
        p_strong = (steps.domain * steps.p_strong).sum(axis=1)
        return np.column_stack([1 - p_strong, p_strong])

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        steps = self.steps(prompts)
        return [
            self._said(domain, complexity) for domain, complexity in zip(steps.domain, steps.complexity, strict=True)
        ]

    def _said(self, domain: NDArray[np.float64], complexity: NDArray[np.float64]) -> str:
        best = int(domain.argmax())
        harder = int(np.searchsorted(self._quantiles[:, best], complexity[best]).clip(0, 100))
        return (
            f"First the domain, {self._domains[best]} (P {domain[best]:.2f}); then how hard it is there, harder than "
            f"{harder} % of that domain's training prompts"
        )
