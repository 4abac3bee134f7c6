"""What fine-tuning of the chat head minimises: weighted cross-entropy, and the variants that were tried beside it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional


@dataclass(frozen=True)
class Loss:
    """Weighted cross-entropy with soft targets; what is 0 is left out.

    Attributes:
        class_power: Classes weigh (1 / frequency) to this power.
        label_smoothing: Share of each target that is spread over all classes.
        focal: Each class's term weighs (1 - its probability) to this power, so that easy prompts count less.
        earth_mover: Weight of the squared distance between the cumulative distributions: "simple" for "reasoning" is
            a worse mistake than "general" for "reasoning".
        agreement: Weight of the divergence between two passes with different dropout; doubles the time.

    Source:
        `focal`: Lin et al., Focal Loss for Dense Object Detection, arXiv 1708.02002, section 3.2. `earth_mover`: Hou
        et al., Squared Earth Mover's Distance-based Loss, arXiv 1611.05916, section 3. `agreement`: Liang et al.,
        R-Drop, arXiv 2106.14448, section 2.2, both terms halved.
    """

    class_power: float = 0.5
    label_smoothing: float = 0.05
    focal: float = 0.0
    earth_mover: float = 0.0
    agreement: float = 0.0

    @property
    def passes(self) -> int:
        """How often the network runs on each batch."""
        return 2 if self.agreement else 1

    def class_weights(self, targets: torch.Tensor) -> torch.Tensor:
        """Weight of each class, (n_routes,), with a mean of 1 over the targets (n, n_routes)."""
        share = targets.mean(dim=0).clamp(min=1e-3)
        weights = share**-self.class_power
        return weights / (weights * share).sum()

    def of(self, passes: list[torch.Tensor], targets: torch.Tensor, class_weights: torch.Tensor) -> torch.Tensor:
        """The mean loss of a batch.

        Args:
            passes: Logits (m, n_routes) of each pass over the batch.
            targets: Distributions over the routes, (m, n_routes).
            class_weights: Of `class_weights`.
        """
        logs = [functional.log_softmax(logits, dim=1) for logits in passes]
        total = torch.stack([self._of_one(log, targets, class_weights) for log in logs]).mean()
        if self.agreement:
            first, second = logs
            total = total + self.agreement * (_divergence(first, second) + _divergence(second, first)) / 4
        return total

    def _of_one(self, logs: torch.Tensor, targets: torch.Tensor, class_weights: torch.Tensor) -> torch.Tensor:
        smooth = (1 - self.label_smoothing) * targets + self.label_smoothing / targets.shape[1]
        terms = smooth * class_weights * logs
        if self.focal:
            terms = terms * (1 - logs.exp()) ** self.focal
        total = -terms.sum(dim=1).mean()
        if self.earth_mover:
            gaps = (logs.exp() - smooth).cumsum(dim=1)
            total = total + self.earth_mover * (gaps**2).sum(dim=1).mean()
        return total


def _divergence(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Mean Kullback–Leibler divergence of `second` from `first`, both log-probabilities (m, n_routes)."""
    return functional.kl_div(second, first, log_target=True, reduction="batchmean")
