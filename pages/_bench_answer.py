"""The plain answer at the head of the Benchmarks page: which router, at what threshold, what it saves, how sure."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.choice import Goal
from benchmarks.dashboard.costs import CostBasis
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.operating_point import OperatingPoint, compare_at_share
from benchmarks.dashboard.ranking import ORACLE, PROMPT_LENGTH, ranking, ranking_names
from benchmarks.dashboard.target import NEARLY_ALL, Answer, halves, reach
from pages._bench_source import PLAIN, best_basis, learnt_names
from pages._bench_words import dollar_range, dollars, qualities, quality, share, shares, signed, signeds, threshold

KEEP = 0.8
"""Of what the strong LLM's answers are better by, so much is to be kept unless the reader wants more or less."""


@dataclass(frozen=True)
class PlainAnswer:
    """What the page says first of a benchmark.

    Attributes:
        headline: The answer in one sentence.
        router: The router to take; empty where none helps.
        point: It on the half of the questions that took no part in the choice; None where there is none.
        facts: Term, value and what is known of its error.
        sure: How sure that is, a sentence.
        length: Whether sorting by length would have done as well, a sentence.
        settled: Whether it beats sorting by length beyond chance: True, False (worse), None (not settled).
        basis: What is counted.
    """

    headline: str
    router: str
    point: OperatingPoint | None
    facts: tuple[tuple[str, str, str], ...]
    sure: str
    length: str
    settled: bool | None
    basis: str


def plain_answer(numbers: Numbers, keep: float = KEEP) -> PlainAnswer:
    """The answer for a benchmark.

    Args:
        numbers: A benchmark with a pair.
        keep: Share of the strong LLM's advantage that is to be kept, 0–1.
    """
    both = ranking(numbers, ORACLE)
    weak, strong = float(both.weak.mean()), float(both.strong.mean())
    pair, basis = numbers.pair, best_basis(numbers)
    measured = f"{len(both):,} prompts, {pair.weak} against {pair.strong}"
    if strong <= weak:
        headline = f"Send every prompt to {pair.weak}: here the dearer LLM is no better, so no router can gain by it."
        facts = (("quality of the cheap LLM", quality(weak), ""), ("of the dear LLM", quality(strong), ""))
        return PlainAnswer(headline, "", None, facts, f"Measured on {measured}.", "", None, "")
    goal = Goal("quality", weak + keep * (strong - weak))
    routers = [name for name in learnt_names(numbers) if name not in PLAIN and _has_threshold(numbers, name)]
    found = reach(numbers, goal, basis, among=routers)
    if found.best is None or found.point is None or found.best.chosen.share >= NEARLY_ALL:
        headline = (
            f"No router keeps {keep:.0%} of what {pair.strong} is better by. "
            f"Send every prompt to it, or be content with less."
        )
        facts = (("quality of the cheap LLM", quality(weak), ""), ("of the dear LLM", quality(strong), ""))
        return PlainAnswer(headline, "", None, facts, f"Measured on {measured}.", "", None, "")
    return _found(numbers, found, found.point, basis, keep)


def _has_threshold(numbers: Numbers, name: str) -> bool:
    router = numbers.routers.get(name)
    return router is not None and len(router.routes) == 2


def _found(
    numbers: Numbers,
    found: Answer,
    point: OperatingPoint,
    basis: CostBasis | None,
    keep: float,
) -> PlainAnswer:
    pair = numbers.pair
    if point.saving_share is not None:
        saving, said = point.saving_share, "of the money"
    else:
        saving = Estimate(1 - point.share.value, 1 - point.share.high, 1 - point.share.low)
        said = "of the calls to the strong LLM"
    headline = (
        f"Take {point.name} at threshold {threshold(point.threshold)}: it saves {saving.value:.0%} {said} "
        f"and keeps {point.recovered:.0%} of what {pair.strong} is better by."
    )
    facts = [
        ("saving", share(saving.value), shares(saving)),
        ("sent to the strong LLM", share(point.share.value), shares(point.share)),
        ("quality", quality(point.quality.value), qualities(point.quality)),
        (f"with {pair.strong} alone", quality(point.baseline.quality.value), qualities(point.baseline.quality)),
    ]
    month, gain = point.usd_for(), point.saving_usd_for()
    if month is not None and gain is not None:
        facts.append(("1 million prompts a month", dollars(month.value), dollar_range(month)))
        facts.append(("saved a month", dollars(gain.value), dollar_range(gain)))
    length, settled = _against_length(numbers, point)
    return PlainAnswer(
        headline, point.name, point, tuple(facts), _sure(numbers, found, point, keep), length, settled, _counted(basis)
    )


def _counted(basis: CostBasis | None) -> str:
    if basis is None:
        return "No costs are known here, so calls to the strong LLM are counted."
    return f"Counted with {basis.title}. {basis.note}"


def _sure(numbers: Numbers, found: Answer, point: OperatingPoint, keep: float) -> str:
    held = {
        True: f"There it keeps the wanted {keep:.0%}, beyond chance.",
        False: f"There it misses the wanted {keep:.0%}: ask for more than you need.",
        None: f"Whether it keeps the wanted {keep:.0%} of the advantage is not settled by so few questions.",
    }[found.confirmed]
    router = numbers.routers[point.name]
    learnt = (
        "The router learnt from other prompts of this kind; on your own it will do worse than here."
        if router.protocol == "in-domain"
        else "The router never saw prompts of this benchmark."
    )
    return (
        f"Chosen on one half of the questions and judged on the other: {point.n_rows:,} prompts. {held} {learnt} "
        "Ranges are 95 % intervals."
    )


def _against_length(numbers: Numbers, point: OperatingPoint) -> tuple[str, bool | None]:
    if point.name == PROMPT_LENGTH:
        return "This is sorting by length: no trained router does better here.", None
    if PROMPT_LENGTH not in ranking_names(numbers):
        return "Prompt length is not among these routers.", None
    judge = halves(numbers)[1]
    more = compare_at_share(judge, point.name, PROMPT_LENGTH, point.share.value)
    figures = f"{signed(more.value)} in quality [{signeds(more)}] at the same share of strong calls"
    if more.low > 0:
        return f"No: sorting prompts by length is worse. The router gains {figures}.", True
    if more.high < 0:
        return f"Sorting prompts by length would have been better: {figures}.", False
    return f"It might have: against sorting by length the router gains {figures}, which chance may explain.", None
