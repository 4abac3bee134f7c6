"""Learns online how much each router's vote weighs, with some exploration of which every step is logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from feedback.learning.conditional_logit import Problem, fit, log_losses
from feedback.learning.head import LEAST_SCALE
from feedback.version_records import Pick
from router_models.log_odds import sigmoid

RATES = (0.03, 0.1, 0.3, 1.0)
"""Learning rates that are tried."""

FIRST_SHARE = 0.5
"""What the first router, the ensemble that ships, weighs before any label; the others share the rest."""

EXPLORATION = 0.1
"""Share of picks that follow a router drawn evenly, whatever it weighs."""

LEAST_SPREAD = 0.01
"""A router whose log-odds vary less says the same of every prompt, and has no vote."""

EVEN = 0.5
_PULL = 1.0


@dataclass(frozen=True, eq=False)
class VotesFit:
    """Weights of m routers' log-odds.

    Attributes:
        shares: How much each router is trusted, (m,), summing to 1.
        weight: Of its log-odds, calibration included, (m,).
        bias: Added to them.
        rate: The learning rate that was chosen.
        p_strong: P(strong) of each labelled prompt by the weights before its label moved them, (n,). The
            calibrations of the routers and of the vote were fitted on all labels, this one among them.
        picks: Which router was followed on each label, in order.
    """

    shares: FloatArray
    weight: FloatArray
    bias: float
    rate: float
    p_strong: FloatArray
    picks: tuple[Pick, ...]


def fit_votes(
    odds: FloatArray, needed: IntArray, members: Sequence[str], prompts: Sequence[str], seed: int = 0
) -> VotesFit:
    """Goes through the labels once, in their order, by exponentiated gradient on the log loss of the weighted vote.

    A label says what every router would have got, so all weights learn from each of them. Which router would have been
    followed is drawn from the weights, mixed with some exploration, and logged with its probability, so that the log
    also tells what another rule would have got that saw nothing but its own picks.

    Args:
        odds: Log-odds of each router's P(escalate), (n, m), in the order of the labels.
        needed: 1 where more than the cheapest tier is needed, (n,).
        members: Router ids, m; the first one starts with half of the weight.
        prompts: Hashes of the labels' prompts, n.
        seed: Of the draws.

    Source:
        Kivinen and Warmuth, Exponentiated gradient versus gradient descent, 1997; exploration and propensities: Auer
        et al., The nonstochastic multiarmed bandit problem, 2002, section 3, and Bottou et al., 2013.
    """
    mean, spread = odds.mean(axis=0), odds.std(axis=0)
    spread = np.where(spread >= LEAST_SPREAD, spread, np.inf)
    standard = (odds - mean) / spread
    platt = np.array([calibrate(column, needed) for column in standard.T])
    fair = standard * platt[:, 0] + platt[:, 1]
    passes = {rate: _go_through(fair, needed, rate) for rate in RATES}
    losses = {rate: float(_log_loss(said, needed).mean()) for rate, (said, _) in passes.items()}
    rate = min(losses, key=losses.__getitem__)
    said, shares = passes[rate]
    scale, shift = calibrate(said, needed)
    last = shares[-1]
    return VotesFit(
        shares=last,
        weight=scale * last * platt[:, 0] / spread,
        bias=float(scale * (last @ (platt[:, 1] - platt[:, 0] * mean / spread)) + shift),
        rate=rate,
        p_strong=sigmoid(scale * said + shift),
        picks=_explore(shares[:-1], fair, needed, members, prompts, seed),
    )


def calibrate(odds: FloatArray, needed: IntArray) -> tuple[float, float]:
    """Scale ≥ 0.05 and shift that calibrate log-odds (n,).

    Source:
        Platt, Probabilistic outputs for support vector machines, 1999, with a pull towards leaving them as they are.
    """
    n = len(odds)
    design = np.zeros((n, 2, 2))
    design[:, 1, 0], design[:, 1, 1] = odds, 1.0
    problem = Problem(design, needed, np.array([_PULL, _PULL / 10]), np.array([1.0, 0.0]))
    scale, shift = fit(problem)
    if scale < LEAST_SCALE:
        fixed = Problem(design, needed, np.array([1e6, _PULL / 10]), np.array([LEAST_SCALE, 0.0]))
        scale, shift = fit(fixed)
    return float(scale), float(shift)


def _go_through(odds: FloatArray, needed: IntArray, rate: float) -> tuple[FloatArray, FloatArray]:
    """Log-odds of each label before it was seen, (n,), and the weights before each and after the last, (n + 1, m)."""
    n, m = odds.shape
    shares, said = np.empty((n + 1, m)), np.empty(n)
    shares[0] = np.full(m, (1 - FIRST_SHARE) / max(m - 1, 1))
    shares[0, 0] = FIRST_SHARE if m > 1 else 1.0
    for row in range(n):
        said[row] = odds[row] @ shares[row]
        surprise = float(sigmoid(said[row : row + 1])[0]) - needed[row]
        moved = np.log(shares[row]) - rate * surprise * odds[row]
        grown = np.exp(moved - moved.max())
        shares[row + 1] = np.maximum(grown / grown.sum(), 1e-12)
        shares[row + 1] /= shares[row + 1].sum()
    return said, shares


def _explore(
    shares: FloatArray,
    odds: FloatArray,
    needed: IntArray,
    members: Sequence[str],
    prompts: Sequence[str],
    seed: int,
) -> tuple[Pick, ...]:
    random = np.random.default_rng(seed)
    m = len(members)
    picks = []
    for row, prompt in enumerate(prompts):
        chances = (1 - EXPLORATION) * shares[row] + EXPLORATION / m
        drawn = int(random.choice(m, p=chances / chances.sum()))
        right = (sigmoid(odds[row, drawn : drawn + 1])[0] >= EVEN) == bool(needed[row])
        picks.append(Pick(prompt, members[drawn], float(chances[drawn]), bool(right)))
    return tuple(picks)


def _log_loss(odds: FloatArray, needed: IntArray) -> FloatArray:
    return log_losses(np.column_stack([np.zeros(len(odds)), odds]), needed)
