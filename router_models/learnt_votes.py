"""Weights of other routers' votes that were learnt from labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from errors import PlaygroundError, UnavailableError
from router_models.base import Router
from router_models.ensemble import log_odds
from router_models.log_odds import sigmoid
from router_models.prompt_batch import PromptBatch


@dataclass(frozen=True, eq=False)
class VoteWeights:
    """P(strong) = σ(bias + Σ weight · log-odds of each member's P(escalate)).

    Attributes:
        members: The routers that are asked, as they ship.
        weight: Shape (n_members,).
        bias: Added to the log-odds.
    """

    members: Sequence[Router]
    weight: NDArray[np.float64]
    bias: float

    said = "How much each router's vote weighs was learnt from labels of this installation."
    asks_others = True

    def load(self) -> None:
        """Loads the members.

        Raises:
            UnavailableError: One of them cannot run; without it this is not what was measured.
        """
        for member in self.members:
            try:
                member.load()
            except PlaygroundError as error:
                raise UnavailableError(
                    f"The weights were learnt with the router '{member.id}', which is unavailable: {error.what}",
                    error.mend,
                ) from error

    def correct(self, p: NDArray[np.float64], prompts: PromptBatch) -> NDArray[np.float64]:
        """As every correction."""
        strong = sigmoid(vote_odds(self.members, prompts) @ self.weight + self.bias)
        return np.column_stack([1 - strong, strong])


def vote_odds(members: Sequence[Router], prompts: PromptBatch) -> NDArray[np.float64]:
    """Log-odds of each member's P(escalate), (n_prompts, n_members)."""
    return log_odds(np.column_stack([1 - member.probabilities(prompts)[:, 0] for member in members]))
