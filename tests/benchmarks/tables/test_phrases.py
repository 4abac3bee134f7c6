"""Numbers in words."""

import pytest

from benchmarks.bootstrap import Estimate
from benchmarks.tables.phrases import dollar_range, dollars, linked_threshold, share, shares, signed, threshold


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1234.5, "$1,234"),
        (12.345, "$12.35"),
        (0.0412, "$0.0412"),
        (0.00000123, "$0.00000123"),
        (0.0, "$0"),
        (-3.2, "−$3.20"),
        (float("nan"), "not known"),
        (float("inf"), "not known"),
    ],
)
def test_dollars(value: float, said: str) -> None:
    assert dollars(value) == said


def test_shares_and_differences() -> None:
    assert share(0.4567) == "45.7 %"
    assert shares(Estimate(0.5, 0.25, 0.75)) == "25.0 to 75.0 %"
    assert signed(-0.0125) == "−0.013" or signed(-0.0125) == "−0.012"
    assert signed(0.25) == "+0.250"
    assert dollar_range(Estimate(1, -1, 2)) == "−$1.00 to $2.00"


def test_threshold() -> None:
    assert threshold(0.18434) == "0.1843"
    assert threshold(float("inf")) == "above every score"


def test_a_linked_threshold_keeps_equal_scores_on_their_side() -> None:
    score = 0.16962999999999995
    assert linked_threshold(score) <= score
    assert score - linked_threshold(score) < 1e-6
    assert float(f"{linked_threshold(score):g}") <= score
