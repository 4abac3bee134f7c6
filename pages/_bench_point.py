"""The operating point beside the curve: one setting of one router in figures, and its link to the Route page."""

from __future__ import annotations

from urllib.parse import urlencode

from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.operating_point import OperatingPoint
from benchmarks.tables.phrases import (
    dollar_range,
    dollars,
    linked_threshold,
    qualities,
    quality,
    share,
    shares,
    signed,
    signeds,
    threshold,
)
from pages._templates import render
from pages._view import THRESHOLD_PREFIX


def point_html(numbers: Numbers, point: OperatingPoint, served: frozenset[str]) -> str:
    """The figures of a setting.

    Args:
        numbers: The benchmark.
        point: The setting.
        served: Routers of the Route page that have a threshold to set.
    """
    link, why = link_of(point.name, point.threshold, served)
    return render("bench_point.html", point=point, tiles=_tiles(point), money=_money(point), link=link, why=why)


def _tiles(point: OperatingPoint) -> list[tuple[str, str, str]]:
    """Name, value and interval."""
    return [
        ("threshold", threshold(point.threshold), "escalate where the score is at least this"),
        ("sent to the strong LLM", share(point.share.value), shares(point.share)),
        ("quality", quality(point.quality.value), qualities(point.quality)),
        ("quality against the baseline", signed(point.quality_gain.value), signeds(point.quality_gain)),
    ]


def _money(point: OperatingPoint) -> list[tuple[str, str, str]]:
    month, base, saved = point.usd_for(), point.baseline_usd_for(), point.saving_usd_for()
    if month is None or base is None or saved is None:
        return []
    rows = [
        ("1 million prompts a month", dollars(month.value), dollar_range(month)),
        ("the same with the baseline", dollars(base.value), dollar_range(base)),
        ("saved a month", _with_share(saved, point.saving_share), dollar_range(saved)),
    ]
    own = point.router_usd_per_1000
    if own:
        rows.append(("of which the router itself", dollars(own * 1000), "time on a rented machine, see Speed"))
    return rows


def _with_share(saved: Estimate, of: Estimate | None) -> str:
    return dollars(saved.value) if of is None else f"{dollars(saved.value)} ({share(of.value)})"


def link_of(router: str, at: float, served: frozenset[str]) -> tuple[str, str]:
    """Address of the Route page with a threshold, or why there is none.

    Args:
        router: The ranking.
        at: The threshold.
        served: Routers of the Route page that have a threshold to set.
    """
    if router not in served:
        return "", f"{router} has no threshold that could be set on the Route page."
    if not 0 <= at <= 1:
        return "", "This setting sends nothing to the strong LLM, so there is no threshold to carry over."
    return "/?" + urlencode({THRESHOLD_PREFIX + router: f"{linked_threshold(at):g}"}), ""
