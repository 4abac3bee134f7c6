"""The advice on a version: by the interval of the difference, in plain words."""

from __future__ import annotations

import pytest

from feedback.learning.figures import APGR, ECE, ESCALATED, SERVED
from feedback.learning.report import Compared, Interval, Report, Side, Verdict
from feedback.learning.words import advice_of, direction_of

SIDE = Side(quality=(0.5,), low=(0.4,), high=(0.6,), share_at=0.5, quality_at=0.5)


def compared(metric: str, low: float | None, high: float | None, **more: bool) -> Compared:
    """A figure whose difference lies between the two."""
    nothing = Interval(value=0.5, low=0.4, high=0.6)
    middle = None if low is None or high is None else (low + high) / 2
    return Compared(
        metric=metric, before=nothing, after=nothing, difference=Interval(value=middle, low=low, high=high), **more
    )


def report(verdict: Verdict, *figures: Compared) -> Report:
    return Report(
        verdict=verdict,
        sentence="",
        headline=APGR,
        figures=figures,
        shares=(0.5,),
        before=SIDE,
        after=SIDE,
        learning=60,
        held_out=40,
        random=True,
        by_tier={},
        by_source={},
    )


def test_a_version_that_is_better_is_to_be_activated_and_the_interval_says_why() -> None:
    advice = advice_of(report("better", compared(APGR, 0.02, 0.1), compared(SERVED, -0.05, 0.05)))
    assert advice.headline.startswith("Activate it")
    assert "+.02 to +.10" in advice.why
    assert "right side of zero" in advice.why
    assert "costs more" not in advice.why
    dearer = compared(ESCALATED, 0.1, 0.3, neutral=True)
    assert "costs more" in advice_of(report("better", compared(APGR, 0.02, 0.1), dearer)).why


def test_a_gain_that_costs_something_else_is_to_be_weighed_up_and_the_loss_is_named() -> None:
    loss = compared(ECE, 0.03, 0.09, lower_is_better=True)
    advice = advice_of(report("better", compared(APGR, 0.02, 0.1), loss))
    assert advice.headline.startswith("Weigh it up")
    assert ECE in advice.why


def test_what_is_worse_is_not_to_be_activated() -> None:
    advice = advice_of(report("worse", compared(APGR, -0.1, -0.02)))
    assert advice.headline.startswith("Do not activate it")
    assert "wrong side of zero" in advice.why


def test_what_may_be_chance_is_no_reason_to() -> None:
    advice = advice_of(report("within noise", compared(APGR, -0.02, 0.1)))
    assert advice.headline.startswith("No reason to activate it")
    assert "includes zero" in advice.why
    unknown = advice_of(report("within noise", compared(APGR, None, None)))
    assert "do not say" in unknown.why


@pytest.mark.parametrize(
    ("low", "high", "more", "direction"),
    [
        (0.01, 0.2, {}, "better"),
        (-0.2, -0.01, {}, "worse"),
        (-0.2, -0.01, {"lower_is_better": True}, "better"),
        (0.01, 0.2, {"lower_is_better": True}, "worse"),
        (0.01, 0.2, {"neutral": True}, "dearer"),
        (-0.2, -0.01, {"neutral": True}, "cheaper"),
        (-0.1, 0.1, {}, "within noise"),
        (0.0, 0.1, {}, "within noise"),
        (None, None, {}, "within noise"),
    ],
)
def test_a_direction_needs_the_whole_interval(
    low: float | None, high: float | None, more: dict[str, bool], direction: str
) -> None:
    assert direction_of(compared(ESCALATED, low, high, **more)) == direction
