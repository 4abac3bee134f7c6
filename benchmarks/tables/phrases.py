"""Numbers of the Benchmarks page in words: estimates with their intervals, shares and money."""

from __future__ import annotations

import math

from benchmarks.bootstrap import Estimate


def share(value: float) -> str:
    """A share in [0, 1] as percent, `37.2 %`."""
    return f"{100 * value:.1f} %"


def shares(estimate: Estimate) -> str:
    """The 95 % interval of a share."""
    return f"{100 * estimate.low:.1f} to {100 * estimate.high:.1f} %"


def quality(value: float) -> str:
    """A quality, three digits."""
    return f"{value:.3f}"


def qualities(estimate: Estimate) -> str:
    """The 95 % interval of a quality."""
    return f"{estimate.low:.3f} to {estimate.high:.3f}"


def signed(value: float) -> str:
    """A difference with its sign, `−0.012`."""
    return f"{value:+.3f}".replace("-", "−")


def signeds(estimate: Estimate) -> str:
    """The 95 % interval of a difference."""
    return f"{signed(estimate.low)} to {signed(estimate.high)}"


def dollars(value: float) -> str:
    """An amount in USD with three digits that matter, `$1,230`, `$0.0412`, `−$12.3`."""
    if not math.isfinite(value):
        return "not known"
    sign, size = ("−" if value < 0 else ""), abs(value)
    if size >= 100:
        return f"{sign}${size:,.0f}"
    if size == 0:
        return "$0"
    digits = max(2, 2 - math.floor(math.log10(size)))
    return f"{sign}${size:.{min(digits, 8)}f}"


def dollar_range(estimate: Estimate) -> str:
    """The 95 % interval of an amount."""
    return f"{dollars(estimate.low)} to {dollars(estimate.high)}"


def threshold(value: float) -> str:
    """A threshold with four digits; `none` where nothing is escalated."""
    return f"{value:.4f}" if math.isfinite(value) else "above every score"


def linked_threshold(value: float) -> float:
    """A threshold as a link carries it: six digits, rounded down, so that scores equal to it stay on its side."""
    return math.floor(value * 1e6) / 1e6
