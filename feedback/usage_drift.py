"""Drift: are the prompts of the last days farther from the training data than those before?

Each prompt has a percentile: the share of a data set's own prompts that lie closer to the rest than it does. Prompts
like the training data spread evenly over 1 to 100, so 5 % lie beyond the 95th.

Sources: Wilson (1927), "Probable Inference", for the interval of a share; Stephens (1970), "Use of the
Kolmogorov–Smirnov Statistics Without Extensive Tables", for the two-sample test's p-value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

FAR = 95
"""Percentile beyond which a prompt counts as far."""

EXPECTED = 0.05
RECENT_DAYS, BEFORE_DAYS = 7, 28
FEWEST = 30
"""With fewer prompts nothing is said of a change."""

LEAST_DISTANCE = 0.1
HIGHEST_P = 0.01
_Z = 1.959964
_TERMS = 100

Direction = Literal["farther", "closer", "no change", "too few"]
Counts = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval.

    Attributes:
        value: From 0 to 1; NaN of nothing.
        low: Lower end.
        high: Upper end.
        of: How many it is a share of.
    """

    value: float
    low: float
    high: float
    of: int


@dataclass(frozen=True, slots=True)
class Drift:
    """The prompts of the last days against those before, for one data set.

    Attributes:
        reference: The data set.
        recent: Share of far prompts in the last days.
        before: The same in the days before.
        distance: Largest distance between the two distributions of percentiles, from 0 to 1.
        p_value: Of the Kolmogorov–Smirnov test that both are the same; 1 where it was not made.
        direction: What the prompts did.
    """

    reference: str
    recent: Share
    before: Share
    distance: float
    p_value: float
    direction: Direction

    @property
    def sentence(self) -> str:
        """What it means, in plain words."""
        recent, name = self.recent, self.reference
        if self.direction == "too few" and recent.of < FEWEST:
            return f"{name}: {recent.of} prompts in the last {RECENT_DAYS} days are too few to say anything."
        said = (
            f"{name}: of {recent.of:,} prompts in the last {RECENT_DAYS} days {100 * recent.value:.0f} % "
            f"({100 * recent.low:.0f} to {100 * recent.high:.0f} %) lie farther from the training data than "
            f"{FAR} % of it does itself"
        )
        expected = (
            "clearly more than the 5 % of familiar prompts"
            if recent.low > EXPECTED
            else "fewer than the 5 % of familiar prompts"
            if recent.high < EXPECTED
            else "about the 5 % of familiar prompts"
        )
        if self.direction == "too few":
            return f"{said}, {expected}; there is too little from before to speak of a change."
        test = f"(largest distance {self.distance:.2f}, p {_written(self.p_value)})"
        change = {
            "farther": "farther away than",
            "closer": "closer than",
            "no change": "no change that matters against",
        }[self.direction]
        advice = ": trust the routers that learnt from it less" if self.direction == "farther" else ""
        return f"{said}, {expected}; {change} in the {BEFORE_DAYS} days before {test}{advice}."


def drift(reference: str, days: Mapping[date, Counts], today: date) -> Drift:
    """Compares the last days with those before.

    Args:
        reference: The data set.
        days: Prompts by percentile, by day.
        today: The last of the last days.
    """
    begin = today - timedelta(days=RECENT_DAYS - 1)
    recent = summed(days, begin, today)
    before = summed(days, begin - timedelta(days=BEFORE_DAYS), begin - timedelta(days=1))
    now, then = far_share(recent), far_share(before)
    if now.of < FEWEST or then.of < FEWEST:
        return Drift(reference, now, then, 0.0, 1.0, "too few")
    distance, p_value = kolmogorov_smirnov(recent, before)
    moved = p_value < HIGHEST_P and distance >= LEAST_DISTANCE
    farther: Direction = "farther" if _mean(recent) > _mean(before) else "closer"
    return Drift(reference, now, then, distance, p_value, farther if moved else "no change")


def summed(days: Mapping[date, Counts], first: date, last: date) -> dict[int, int]:
    """Prompts by percentile over some days."""
    total: dict[int, int] = {}
    for day, counts in days.items():
        if first <= day <= last:
            for percentile, count in counts.items():
                total[percentile] = total.get(percentile, 0) + count
    return total


def far_share(counts: Counts) -> Share:
    """Share of prompts beyond the 95th percentile."""
    return wilson(sum(count for percentile, count in counts.items() if percentile > FAR), sum(counts.values()))


def wilson(hits: int, of: int) -> Share:
    """A share with Wilson's 95 % interval; NaN with the interval 0 to 1 of nothing."""
    if not of:
        return Share(math.nan, 0.0, 1.0, 0)
    share, square = hits / of, _Z**2
    centre = (share + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of**2))
    return Share(share, max(0.0, centre - half), min(1.0, centre + half), of)


def kolmogorov_smirnov(one: Counts, other: Counts) -> tuple[float, float]:
    """Distance and p-value of the two-sample test; of whole percentiles, so that ties make p rather too large.

    Args:
        one: Numbers by value, at least one.
        other: Likewise.
    """
    of_one, of_other = sum(one.values()), sum(other.values())
    distance = up_to_one = up_to_other = 0.0
    for value in sorted({*one, *other}):
        up_to_one += one.get(value, 0) / of_one
        up_to_other += other.get(value, 0) / of_other
        distance = max(distance, abs(up_to_one - up_to_other))
    root = math.sqrt(of_one * of_other / (of_one + of_other))
    scaled = (root + 0.12 + 0.11 / root) * distance
    if scaled < 0.2:  # the series converges too slowly there, and p is 1 to many digits
        return distance, 1.0
    series = (2 * (-1) ** (term - 1) * math.exp(-2 * (term * scaled) ** 2) for term in range(1, _TERMS))
    return distance, min(1.0, max(0.0, sum(series)))


def _mean(counts: Counts) -> float:
    return sum(value * count for value, count in counts.items()) / sum(counts.values())


def _written(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"
