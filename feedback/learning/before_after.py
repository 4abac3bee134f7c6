"""Compares a router before and after learning, on labels held out from it, with paired bootstrap intervals."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from benchmarks.benchmark import FloatArray
from benchmarks.bootstrap import N_RESAMPLES, Estimate, resamples
from benchmarks.curves import Curve
from benchmarks.resample import estimate
from feedback.learning.figures import ECE, ESCALATED, METRICS, SERVED, Routed, curve_of
from feedback.learning.labelled import LabelledPrompts, Split
from feedback.learning.report import Compared, Interval, Report, Side, Verdict
from feedback.learning.target import Target
from feedback.learning.words import sentence_of
from feedback.resolved_label import TIER_NAMES, TIERS

SHARES = tuple(round(share / 20, 2) for share in range(21))
BAND_RESAMPLES = 400
DIGITS = 5


def compare(
    before: Routed, after: Routed, split: Split, headline: str, target: Target | None, caveats: tuple[str, ...] = ()
) -> Report:
    """The report of a version.

    Args:
        before: The router as it ships, on the held-out prompts.
        after: The version, on the same prompts.
        split: The labels.
        headline: The figure that the verdict is about.
        target: What the operating point was chosen for; None where it was not.
        caveats: What else must be said.
    """
    held = split.held_out
    figures = _all_compared(before, after, held)
    found = next(figure for figure in figures if figure.metric == headline)
    verdict = _verdict(found)
    shares, sources = Counter(label.tier for label in split.used), Counter(label.source for label in split.used)
    return Report(
        verdict=verdict,
        sentence=sentence_of(found, verdict, len(held), figures, target),
        headline=headline,
        figures=figures,
        shares=SHARES,
        before=_side(before, held),
        after=_side(after, held),
        learning=len(split.learning),
        held_out=len(held),
        random=split.random,
        by_tier={TIER_NAMES[tier - 1]: shares[tier] for tier in TIERS},
        by_source=dict(sources),
        target="" if target is None else str(target),
        caveats=(*_caveats(split), *caveats),
    )


def _all_compared(before: Routed, after: Routed, held: LabelledPrompts) -> tuple[Compared, ...]:
    """Every figure of both on the labels and on the same resamples of whole questions."""
    n = len(held)
    drawn = [np.arange(n), *resamples(n, held.groups, np.random.default_rng(0), N_RESAMPLES)]
    compared = []
    for name, metric in METRICS.items():
        was = np.array([metric(before, held, rows) for rows in drawn])
        now = np.array([metric(after, held, rows) for rows in drawn])
        sides = (_interval(estimate(values)) for values in (was, now, now - was))
        compared.append(_compared(name, *sides))
    return tuple(compared)


def _compared(name: str, before: Interval, after: Interval, difference: Interval) -> Compared:
    return Compared(
        metric=name,
        before=before,
        after=after,
        difference=difference,
        lower_is_better=name == ECE,
        neutral=name == ESCALATED,
    )


def _interval(estimate: Estimate) -> Interval:
    return Interval(value=_known(estimate.value), low=_known(estimate.low), high=_known(estimate.high))


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), DIGITS)


def _verdict(found: Compared) -> Verdict:
    low, high = found.difference.low, found.difference.high
    if low is None or high is None or low <= 0 <= high:
        return "within noise"
    return "better" if (low > 0) != found.lower_is_better else "worse"


def _side(routed: Routed, held: LabelledPrompts) -> Side:
    n = len(held)
    random = np.random.default_rng(0)
    everything = np.arange(n)
    bands = np.array(
        [_at_shares(curve_of(routed, held, rows)) for rows in resamples(n, held.groups, random, BAND_RESAMPLES)]
    )
    low, high = np.quantile(bands, [0.025, 0.975], axis=0)
    return Side(
        quality=_rounded(_at_shares(curve_of(routed, held, everything))),
        low=_rounded(low),
        high=_rounded(high),
        share_at=round(METRICS[ESCALATED](routed, held, everything), DIGITS),
        quality_at=round(METRICS[SERVED](routed, held, everything), DIGITS),
    )


def _at_shares(curve: Curve) -> FloatArray:
    found: FloatArray = np.interp(SHARES, curve.strong_share, curve.quality)
    return found


def _rounded(values: FloatArray) -> tuple[float, ...]:
    return tuple(round(float(value), DIGITS) for value in values)


def _caveats(split: Split) -> tuple[str, ...]:
    said = []
    if not split.random:
        said.append(
            "Too few of the held-out prompts came up at random, so all held-out labels count: they lean towards "
            "prompts on which the routers disagree, and the figures may differ on everyday prompts."
        )
    if {label.source for label in split.used} == {"judge"}:
        said.append("All labels come from a judge LLM: what was learnt is its taste, not people's.")
    if split.unusable:
        said.append(f"{split.unusable} labels do not count: their prompts are not kept, or were labelled again.")
    return tuple(said)
