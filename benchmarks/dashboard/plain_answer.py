"""The plain answer at the head of the Benchmarks page: which router, at what threshold, what it saves, how sure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.choice import Goal
from benchmarks.dashboard.costs import CostBasis
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.operating_point import OperatingPoint, compare_at_share
from benchmarks.dashboard.ranking import ORACLE, PROMPT_LENGTH, ranking, ranking_names
from benchmarks.dashboard.source import PLAIN, best_basis, learnt_names
from benchmarks.dashboard.target import NEARLY_ALL, Answer, halves, reach
from benchmarks.tables.phrases import (
    dollar_range,
    dollars,
    qualities,
    quality,
    share,
    shares,
    signed,
    signeds,
    threshold,
)

KEEP = 0.8
"""Of what the strong LLM's answers are better by, so much is to be kept unless the reader wants more or less."""

MARGIN = True
"""Whether a setting must keep the wanted share with a margin of error (`Goal.sure`), if any does.

It must, because the answer is the cheapest of some twenty routers, each at the cheapest of its thresholds: whichever
was luckiest on the half on which it was chosen wins, and luck does not come again on the other half. On the ten
benchmarks on which the dear LLM is better at all, with 80 % to be kept, the choice without a margin kept 80 % on the
other half on 3 and missed it beyond chance on 3; with the margin it kept it on 7 and missed it beyond chance on none,
at 78 % instead of 65 % strong calls. That is the price of a promise that mostly holds: those who will take the risk ask
for less to be kept, or choose no margin under “Reach a target”. The margin is the one-sided 95 % error of the kept
share on the same prompts (`choice.floor_terms`), not that of the mean quality, which is larger, because it counts how
hard the prompts happen to be, and left 4 of the ten without an answer. Where even so no router is sure, the answer is
the choice without a margin, and says so. tests/benchmarks/dashboard/test_plain_answer.py counts this again.
"""


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
        instead: What to do where no router helps, in a few words; empty where one does.
        margin: Whether the setting was chosen with a margin of error.
        confirmed: Whether it kept the wanted share where it was judged, beyond chance: True, False (missed), or None.
        saving: Share of the money saved, or of the strong calls where no costs are known; None where no router helps.
        saved: Which of the two, such as `of the money`.
        over_length: Quality gained over sorting by length at the same share of strong calls; None if not measured.
    """

    headline: str
    router: str
    point: OperatingPoint | None
    facts: tuple[tuple[str, str, str], ...]
    sure: str
    length: str
    settled: bool | None
    basis: str
    instead: str = ""
    margin: bool = False
    confirmed: bool | None = None
    saving: Estimate | None = None
    saved: str = ""
    over_length: Estimate | None = None

    @property
    def is_length(self) -> bool:
        """Whether the router to take is sorting by length itself."""
        return self.router == PROMPT_LENGTH


def plain_answer(numbers: Numbers, keep: float = KEEP) -> PlainAnswer:
    """The answer for a benchmark, computed once.

    Args:
        numbers: A benchmark with a pair.
        keep: Share of the strong LLM's advantage that is to be kept, 0–1.
    """
    return numbers.remember(("plain answer", keep), lambda: _plain_answer(numbers, keep))


def _plain_answer(numbers: Numbers, keep: float) -> PlainAnswer:
    both = ranking(numbers, ORACLE)
    weak, strong = float(both.weak.mean()), float(both.strong.mean())
    pair, basis = numbers.pair, best_basis(numbers)
    if strong <= weak:
        headline = f"Send every prompt to {pair.weak}: here the dearer LLM is no better, so no router can gain by it."
        return _without(numbers, headline, "the cheap LLM for every prompt")
    routers = [name for name in learnt_names(numbers) if name not in PLAIN and _has_threshold(numbers, name)]
    for margin in (MARGIN, False):
        found = reach(numbers, Goal("kept", keep, margin), basis, among=routers)
        if found.best is not None and found.point is not None and found.best.chosen.share < NEARLY_ALL:
            return _found(numbers, found, found.point, basis, keep)
    headline = (
        f"No router keeps {keep:.0%} of what {pair.strong} is better by. "
        f"Send every prompt to it, or be content with less."
    )
    return _without(numbers, headline, "the dear LLM for every prompt")


def _without(numbers: Numbers, headline: str, instead: str) -> PlainAnswer:
    """The answer where no router helps."""
    both, pair = ranking(numbers, ORACLE), numbers.pair
    qualities_of = (float(both.weak.mean()), float(both.strong.mean()))
    terms = ("quality of the cheap LLM", "of the dear LLM")
    facts = tuple((term, quality(value), "") for term, value in zip(terms, qualities_of, strict=True))
    measured = f"Measured on {len(both):,} prompts, {pair.weak} against {pair.strong}."
    return PlainAnswer(headline, "", None, facts, measured, "", None, "", instead)


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
        f"and {_kept(point, pair.strong, keep)}."
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
    length, settled, more = _against_length(numbers, point)
    return PlainAnswer(
        headline,
        point.name,
        point,
        tuple(facts),
        _sure(numbers, found, point, keep),
        length,
        settled,
        _counted(basis),
        margin=found.goal.sure,
        confirmed=found.confirmed,
        saving=saving,
        saved=said,
        over_length=more,
    )


def _kept(point: OperatingPoint, strong: str, wanted: float) -> str:
    if math.isfinite(point.recovered):
        short = f", not the {wanted:.0%} asked for" if round(point.recovered, 2) < wanted else ""
        return f"keeps {point.recovered:.0%} of what {strong} is better by{short}"
    return f"what it keeps cannot be said, as {strong} was no better on the prompts it was judged on"


def _counted(basis: CostBasis | None) -> str:
    if basis is None:
        return "No costs are known here, so calls to the strong LLM are counted."
    return f"Counted with {basis.title}. {basis.note}"


def _sure(numbers: Numbers, found: Answer, point: OperatingPoint, keep: float) -> str:
    if not found.goal.sure:
        held = (
            f"On these questions no router keeps {keep:.0%} with a margin of error; this one looked best without. "
            + ("There it missed. " if point.recovered < keep else "")
            + "Take it as a guess."
        )
    else:
        held = {
            True: f"There it keeps the wanted {keep:.0%}, beyond chance.",
            False: f"There it misses the wanted {keep:.0%}: ask for more than you need.",
            None: f"It was chosen with a margin of error, but whether it keeps {keep:.0%} there is not settled.",
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


def _against_length(numbers: Numbers, point: OperatingPoint) -> tuple[str, bool | None, Estimate | None]:
    if point.name == PROMPT_LENGTH:
        return "This is sorting by length: no trained router does better here.", None, None
    if PROMPT_LENGTH not in ranking_names(numbers):
        return "Prompt length is not among these routers.", None, None
    judge = halves(numbers)[1]
    more = compare_at_share(judge, point.name, PROMPT_LENGTH, point.share.value)
    figures = f"{signed(more.value)} in quality [{signeds(more)}] at the same share of strong calls"
    if more.low > 0:
        return f"No: sorting prompts by length is worse. The router gains {figures}.", True, more
    if more.high < 0:
        return f"Yes, and better: against sorting prompts by length the router gains {figures}.", False, more
    said = f"Perhaps: against sorting by length the router gains {figures}, which chance may explain."
    return said, None, more
