"""Many routers' votes, weighed by what kind of prompt it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from router_models.arrays import read_arrays
from router_models.base import softmax
from router_models.composite import CompositeRouter
from router_models.log_odds import logit, sigmoid
from router_models.prompt_batch import PromptBatch
from router_models.wide_features import wide_features

WEIGHTS_FILE = "model.npz"
ARRAYS = (
    "members",
    "kinds",
    "gate_weights",
    "gate_bias",
    "head_weights",
    "head_bias",
    "vote_weights",
    "vote_means",
    "vote_bias",
)
SHOWN = 3
"""Members named in the evidence."""

CLIP = 1e-3
"""Probabilities nearer to 0 or 1 count as this near: log-odds have no end."""


def log_odds(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds of clipped probabilities, same shape."""
    return logit(np.clip(p, CLIP, 1 - CLIP))


@dataclass(frozen=True, eq=False)
class Ballot:
    """What the ensemble made of n prompts.

    Attributes:
        kind: How much each prompt resembles each kind of training prompts, (n, k), rows sum to 1.
        votes: P(strong) of each member, (n, m).
        weight: How far each member moves the log-odds of each prompt, (n, m).
        p_strong: (n,).
    """

    kind: NDArray[np.float64]
    votes: NDArray[np.float64]
    weight: NDArray[np.float64]
    p_strong: NDArray[np.float64]


class EnsembleRouter(CompositeRouter):
    """A stacked logistic regression per kind of prompt, mixed by a gate that says which kind a prompt is.

    Votes are the log-odds of m members and of h linear heads of its own on the frozen encoder. `model.npz` holds, for
    k kinds: `members` (m,), `kinds` (k,), `gate_weights` (w, k), `gate_bias` (k,), `head_weights` (w, h), `head_bias`
    (h,), `vote_weights` and `vote_means` (m + h, k), `vote_bias` (k,).

    Source:
        Stacking: Wolpert, Stacked generalization, 1992; gate: Jacobs et al., Adaptive mixtures of local experts, 1991.
    """

    evidence_kind = "It weighs the other routers' votes by what each is worth on this kind of prompt."

    def _load_weights(self) -> Sequence[str]:
        arrays = read_arrays(self.folder / WEIGHTS_FILE, ARRAYS)
        self._kinds: list[str] = arrays["kinds"].tolist()
        self._weights = np.hstack([arrays["gate_weights"], arrays["head_weights"]])
        self._bias = np.concatenate([arrays["gate_bias"], arrays["head_bias"]])
        self._vote_weights = arrays["vote_weights"].astype(np.float64)
        self._vote_means = arrays["vote_means"].astype(np.float64)
        self._vote_bias = arrays["vote_bias"].astype(np.float64)
        members: list[str] = arrays["members"].tolist()
        return members

    def ballot(self, prompts: PromptBatch) -> Ballot:
        """Kinds, votes and weights behind each decision."""
        self.load()
        return prompts.feature(f"ballot of {self.id}", lambda: self._count(prompts))

    def _count(self, prompts: PromptBatch) -> Ballot:
        votes = np.column_stack([1 - member.probabilities(prompts)[:, 0] for member in self.members])
        own = wide_features(self.encoders, prompts) @ self._weights + self._bias
        kind = softmax(own[:, : len(self._kinds)])
        odds = np.hstack([log_odds(votes), own[:, len(self._kinds) :]])
        by_kind = odds @ self._vote_weights + self._vote_bias
        p_strong = (kind * sigmoid(by_kind)).sum(axis=1)
        moved = (odds[:, :, None] - self._vote_means) * self._vote_weights
        weight = np.einsum("nvk,nk->nv", moved, kind)[:, : votes.shape[1]]
        return Ballot(kind, votes, weight, p_strong)

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        p_strong = self.ballot(prompts).p_strong
        return np.column_stack([1 - p_strong, p_strong])

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        ballot = self.ballot(prompts)
        heaviest = np.argsort(-np.abs(ballot.weight), axis=1)[:, :SHOWN]
        return [self._said(ballot, row, columns.tolist()) for row, columns in enumerate(heaviest)]

    def _said(self, ballot: Ballot, row: int, heaviest: list[int]) -> str:
        best = int(ballot.kind[row].argmax())
        named = [f"{self._member_ids[column]} ({ballot.votes[row, column]:.2f})" for column in heaviest]
        kind = f"Most like {self._kinds[best]} (P {ballot.kind[row, best]:.2f})"
        return f"{kind}, where the weightiest votes on P(strong) are {', '.join(named)}"
