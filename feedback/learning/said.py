"""What routers and encoders say of labelled prompts, computed piece by piece so that progress can be shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.benchmark import FloatArray
from router_models.base import Router
from router_models.learnt_head import HeadFeature, head_features
from router_models.learnt_votes import vote_odds
from router_models.prompt_batch import PromptBatch

PIECE = 32
"""Prompts at a time: of like length, so that little is padding."""

Progress = Callable[[float, str], None]
"""Told how much is done, 0 to 1, and of what."""


@dataclass(frozen=True, eq=False)
class Said:
    """What there is to learn from, of n prompts.

    Attributes:
        p: What the router says as it ships, (n, k).
        features: What a head or a look-up reads, (n, d); (n, 0) if nothing does.
        odds: Log-odds of members' P(escalate), (n, m); (n, 0) without members.
    """

    p: FloatArray
    features: NDArray[np.float32]
    odds: FloatArray


def ask(
    router: Router,
    prompts: Sequence[str],
    progress: Progress,
    *,
    feature: HeadFeature | None = None,
    members: Sequence[Router] = (),
    begin: float = 0.0,
    end: float = 1.0,
) -> Said:
    """Asks a router about prompts.

    Args:
        router: As it ships.
        prompts: Cleaned.
        progress: Told how far it is, between `begin` and `end`.
        feature: What of the encoder to keep beside it.
        members: Routers whose votes to keep beside it.
        begin: Progress before.
        end: Progress after.

    Raises:
        UnavailableError: The router or a member cannot run.
    """
    router.load()
    for member in members:
        member.load()
    order = sorted(range(len(prompts)), key=[len(prompt) for prompt in prompts].__getitem__)
    parts: list[tuple[FloatArray, NDArray[np.float32], FloatArray]] = []
    for start in range(0, len(order), PIECE):
        progress(begin + (end - begin) * start / len(order), f"Reading {len(order):,} labelled prompts")
        batch = PromptBatch([prompts[row] for row in order[start : start + PIECE]])
        nothing = np.empty((len(batch), 0))
        read = nothing.astype(np.float32) if feature is None else head_features(router.encoders, feature, batch)
        parts.append((router.probabilities(batch), read, vote_odds(members, batch) if members else nothing))
    back = np.argsort(order)
    p, features, odds = (np.concatenate(column)[back] for column in zip(*parts, strict=True))
    return Said(p, features, odds)
