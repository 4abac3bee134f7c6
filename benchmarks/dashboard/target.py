"""From a goal to a router and a threshold, without judging the choice on the prompts it was made on.

The questions are halved by their hash. On one half every router's threshold, and then the router, is chosen; on the
other half, which took no part, it is judged. What is chosen on few questions may be luck, and the second half shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import BoolArray, FloatArray
from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.choice import FLOORS, Goal, Setting, best_setting, floor_terms
from benchmarks.dashboard.costs import CostBasis
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.operating_point import OperatingPoint, operating_point
from benchmarks.dashboard.ranking import ALWAYS_STRONG, CONSTANT, ORACLE, RANDOM, Ranking, ranking, ranking_names
from errors import BadInputError

NEARLY_ALL = 0.995
"""Share of strong calls from which on a router is no better than the strong LLM alone."""

HOW_JUDGED = (
    "Chosen on one half of the questions and judged on the other half, which took no part in the choice; "
    "the halves are fixed by each question's hash."
)


@dataclass(frozen=True)
class Candidate:
    """One router for a goal.

    Attributes:
        name: The ranking.
        chosen: Its setting, as it looked on the first half.
        share: Share of strong calls of that setting on the second half.
        quality: Mean quality there.
        usd_per_1000: Mean cost of 1,000 prompts there; None without a cost basis.
        above_floor: For a floor, by how much its mean lies above it there (`choice.floor_terms`); 0 for a limit.
    """

    name: str
    chosen: Setting
    share: Estimate
    quality: Estimate
    usd_per_1000: Estimate | None
    above_floor: Estimate


@dataclass(frozen=True)
class Answer:
    """What can be said to a goal.

    Attributes:
        goal: The goal.
        best: The router to take; None where none reaches the goal.
        point: It on the second half, held against the baseline; None where there is no best.
        candidates: Every router that reached the goal on the first half, the best there first.
        left_out: Rankings that were run on a sample of the prompts only, so cannot be compared with the others.
        verdict: One or two sentences.
        confirmed: Whether the second half agrees: True, False, or None where its interval holds both.
        how_judged: A sentence on the halves.
    """

    goal: Goal
    best: Candidate | None
    point: OperatingPoint | None
    candidates: tuple[Candidate, ...]
    left_out: tuple[str, ...]
    verdict: str
    confirmed: bool | None
    how_judged: str = HOW_JUDGED


def halves(numbers: Numbers) -> tuple[Numbers, Numbers]:
    """The half on which to choose, and the half on which to judge; equal questions are in one half."""
    first = first_half(numbers)
    return numbers.remember("halves", lambda: (numbers.take(first), numbers.take(~first)))


def first_half(numbers: Numbers) -> BoolArray:
    """True where a row is in the half on which to choose, shape (n,)."""
    return np.array([int(question, 16) % 2 == 0 for question in numbers.outcomes.questions])


def reach(
    numbers: Numbers,
    goal: Goal,
    basis: CostBasis | None = None,
    among: Sequence[str] | None = None,
    baseline: str = ALWAYS_STRONG,
) -> Answer:
    """The best router and threshold for a goal.

    Args:
        numbers: A benchmark with a pair.
        goal: What is wanted.
        basis: What answers cost; needed for a budget, and a quality is then reached at least cost, not share.
        among: Rankings to choose from; all but the random and the constant ones if left out.
        baseline: What the choice is held against; see `baseline_names`.

    Raises:
        BadInputError: The goal is out of range, a budget has no cost basis, or a half has no questions.
        UnknownNameError: There is no such ranking or baseline.
    """
    _check(goal, basis)
    choose, judge = halves(numbers)
    if min(len(choose), len(judge)) == 0:
        what = f"{numbers.entry.title} has too few questions to choose on one half and judge on the other."
        raise BadInputError(what, "Choose a larger benchmark.")
    first = first_half(numbers)
    on_first, on_second = (_cut(basis, rows) for rows in (first, ~first))
    names = [name for name in ranking_names(numbers) if name not in {RANDOM, *CONSTANT}] if among is None else among
    complete = {name: len(ranking(numbers, name)) == len(ranking(numbers, ORACLE)) for name in names}
    settings: dict[str, Setting] = {}
    for name in (name for name in names if complete[name]):
        setting = best_setting(choose, ranking(choose, name), goal, on_first)
        if setting:
            settings[name] = setting
    found = sorted(_judged(judge, settings, goal, on_second), key=_Order(goal))
    best = found[0] if found else None
    point = operating_point(judge, best.name, best.chosen.threshold, on_second, baseline) if best else None
    verdict, confirmed = _verdict(goal, best)
    left_out = tuple(name for name in names if not complete[name])
    return Answer(goal, best, point, tuple(found), left_out, verdict, confirmed)


def _check(goal: Goal, basis: CostBasis | None) -> None:
    if not np.isfinite(goal.value) or goal.value < 0:
        raise BadInputError(f"The goal is {goal.value}.", "Give a number from 0.")
    if goal.kind == "strong calls" and goal.value > 1:
        raise BadInputError(f"The share of strong calls is {goal.value}.", "Choose one from 0 to 1.")
    if goal.kind == "budget" and basis is None:
        raise BadInputError("A budget needs prices.", "Choose a cost basis, or limit the share of strong calls.")


def _cut(basis: CostBasis | None, rows: BoolArray) -> CostBasis | None:
    """The cost basis of some rows."""
    if basis is None:
        return None
    return CostBasis(basis.kind, basis.title, {llm: usd[rows] for llm, usd in basis.usd.items()}, basis.note)


def _judged(judge: Numbers, settings: dict[str, Setting], goal: Goal, basis: CostBasis | None) -> list[Candidate]:
    """All candidates on the second half, in one product with its resamples; each of them was run on all of its rows."""
    if not settings:
        return []
    columns = []
    for name, setting in settings.items():
        rank = ranking(judge, name)
        escalated = rank.escalated(setting.threshold)
        below, above, floor = floor_terms(rank, goal) if goal.kind in FLOORS else (rank.weak, rank.weak, rank.weak)
        added = below + escalated * (above - below) - floor
        columns += [escalated, rank.weak + escalated * rank.gain, _spent(judge, rank, escalated, basis), added]
    estimates = judge.draws.estimates(ranking(judge, ORACLE).rows, np.column_stack(columns))
    found = []
    for number, (name, setting) in enumerate(settings.items()):
        share, quality, usd, surplus = estimates[4 * number : 4 * number + 4]
        found.append(Candidate(name, setting, share, quality, usd if basis else None, surplus))
    return found


def _spent(judge: Numbers, rank: Ranking, escalated: FloatArray, basis: CostBasis | None) -> FloatArray:
    """USD per 1,000 prompts, row by row; zeros without a cost basis."""
    if basis is None:
        return np.zeros(len(rank))
    weak, strong = rank.usd(basis, judge)
    return np.asarray(1000.0 * (weak + escalated * (strong - weak)))


class _Order:
    """Best first, by what the first half says: cheapest for a floor, best quality for a limit."""

    def __init__(self, goal: Goal) -> None:
        self._cheapest = goal.kind in FLOORS

    def __call__(self, candidate: Candidate) -> tuple[float, float]:
        price, quality = candidate.chosen.price, candidate.chosen.quality
        return (price, -quality) if self._cheapest else (-quality, price)


def _verdict(goal: Goal, best: Candidate | None) -> tuple[str, bool | None]:
    if best is None:
        return f"No router reaches {goal.said()} on this benchmark, at any threshold.", False
    if goal.kind in FLOORS and best.chosen.share >= NEARLY_ALL:
        return f"Only sending every prompt to the strong LLM gives {goal.said()}: no router saves anything.", False
    if goal.kind in FLOORS:
        found, verb, form = best.quality, "reaches a quality of", "{:.3f}"
        held, missed = best.above_floor.low >= 0, best.above_floor.high < 0
    else:
        usd = best.usd_per_1000 if goal.kind == "budget" else None
        found, verb, form = (best.share, "spends", "{:.1%}") if usd is None else (usd, "spends", "${:,.4g}")
        held, missed = found.high <= goal.value, found.low > goal.value
    value, low, high = (form.format(number) for number in (found.value, found.low, found.high))
    there = f"On the other half it {verb} {value} [{low}, {high}]"
    sure = "so the goal holds." if held else "so the goal is missed." if missed else "so it may or may not hold."
    confirmed = True if held else False if missed else None
    return f"{best.name} reaches {goal.said()} where it was chosen. {there}, {sure}", confirmed
