"""Groups of like prompts: what they are about, and where each router sends them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.benchmark import FloatArray, IntArray
from errors import BadInputError
from traffic.k_means import Vectors, k_means, silhouette

FEWEST, MOST = 2, 10
FEWEST_PROMPTS = 10
N_WORDS = 3
FEWEST_IN = 2
"""Prompts of a group in which a word must stand to name it."""

_WORD = re.compile(r"[^\W\d_]{3,}")
_PLAIN_WORDS = """
the and for are was were with that this from have has had not but you your our their his her its can could
will would should what which who whom how why when where there here they them than then into onto over under
about between does did doing done been being more most some any all each every other such only also just
very much many one two three please let give make get got use used using write tell say says
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())
"""Words that stand in every kind of prompt."""


@dataclass(frozen=True, slots=True)
class Group:
    """Like prompts.

    Attributes:
        name: Its most typical words.
        typical: Place among the routed prompts of the one nearest to the middle.
        size: Prompts in it.
        share: As a share of those that were grouped.
    """

    name: str
    typical: int
    size: int
    share: float


@dataclass(frozen=True, eq=False)
class Groups:
    """All groups, the largest first.

    Attributes:
        groups: k of them.
        places: Places among the routed prompts of those that were grouped, shape (e,).
        member: Group of each, shape (e,).
        points: Two coordinates of each for a picture, shape (e, 2).
        silhouette: How well they are set apart, −1 to 1; NaN where there is one group only.
        chosen: Whether k was chosen here, by the silhouette.
    """

    groups: tuple[Group, ...]
    places: IntArray = field(repr=False)
    member: IntArray = field(repr=False)
    points: FloatArray = field(repr=False)
    silhouette: float
    chosen: bool

    def shares(self, escalated: NDArray[np.bool_]) -> list[float]:
        """Share of each group that a router sends to a dearer LLM.

        Args:
            escalated: Of all routed prompts, shape (m,).
        """
        sent = escalated[self.places]
        return [float(sent[self.member == at].mean()) for at in range(len(self.groups))]


def groups_of(prompts: Sequence[str], places: IntArray, embeddings: Vectors, k: int = 0) -> Groups:
    """Finds groups.

    Args:
        prompts: The m routed texts.
        places: Of those whose embeddings are known, shape (e,).
        embeddings: Of these, shape (e, d).
        k: Number of groups; 0 chooses the one with the best silhouette.

    Raises:
        BadInputError: There are too few prompts, or k is out of range.
    """
    if len(places) < FEWEST_PROMPTS:
        raise BadInputError(
            f"{len(places)} prompts are too few to find groups among.", f"Bring {FEWEST_PROMPTS} or more."
        )
    if k and not FEWEST <= k <= MOST:
        raise BadInputError(f"{k} groups cannot be found.", f"Choose {FEWEST} to {MOST}, or 0 to have it chosen.")
    tried: list[tuple[float, IntArray, Vectors]] = []
    for number in [k] if k else range(FEWEST, min(MOST, len(places) // 3) + 1):
        member, centres = k_means(embeddings, number)
        tried.append((silhouette(embeddings, member), member, centres))
    fit, member, centres = max(tried, key=_fit)
    order = np.argsort(-np.bincount(member), kind="stable")
    member = np.argsort(order)[member].astype(np.int64)
    centres = centres[order]
    names = _names([prompts[place] for place in places.tolist()], member, len(order))
    found = []
    for at, name in enumerate(names):
        inside = np.flatnonzero(member == at)
        typical = inside[int(np.square(embeddings[inside] - centres[at]).sum(axis=1).argmin())]
        found.append(Group(name, int(places[typical]), len(inside), len(inside) / len(places)))
    return Groups(tuple(found), places, member, _plane(embeddings), fit, not k)


def _fit(tried: tuple[float, IntArray, Vectors]) -> float:
    return -math.inf if math.isnan(tried[0]) else tried[0]


def _names(prompts: Sequence[str], member: IntArray, k: int) -> list[str]:
    """The words that stand in more prompts of a group than elsewhere, by their log-odds; each group has its own name.

    Source:
        Monroe, Colaresi and Quinn, Fightin' Words, 2008, section 3.3, with a flat prior.
    """
    counts: list[Counter[str]] = [Counter() for _ in range(k)]
    for prompt, at in zip(prompts, member.tolist(), strict=True):
        counts[at].update({word for word in _WORD.findall(prompt.lower()) if word not in _PLAIN})
    every: Counter[str] = Counter()
    for one in counts:
        every.update(one)
    sizes = np.bincount(member, minlength=k)
    names: list[str] = []
    for at, one in enumerate(counts):
        inside, outside = int(sizes[at]), len(prompts) - int(sizes[at])
        worth: dict[str, float] = {}
        for word, n in one.items():
            if n < min(FEWEST_IN, inside):
                continue
            rest = every[word] - n
            odds = math.log((n + 0.5) / (inside - n + 0.5)) - math.log((rest + 0.5) / (outside - rest + 0.5))
            error = math.sqrt(1 / (n + 0.5) + 1 / (rest + 0.5))
            worth[word] = odds / error
        best = sorted((-value, word) for word, value in worth.items())[:N_WORDS]
        name = ", ".join(word for _, word in best) or f"group {at + 1}"
        names.append(name if name not in names else f"{name} ({at + 1})")
    return names


def _plane(embeddings: Vectors) -> FloatArray:
    """The two directions in which vectors differ most (principal components), shape (e, 2)."""
    centred = embeddings.astype(np.float64) - embeddings.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    return np.asarray(centred @ directions[:, -2:][:, ::-1])
