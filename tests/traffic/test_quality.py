"""Curves on the user's own labels: those of the Benchmarks page's number layer, here held against plain sums."""

import numpy as np
import pytest

from benchmarks.curves import full_curve
from benchmarks.dashboard.curves import quality_curve, random_curve
from benchmarks.dashboard.ranking import ORACLE, ranking
from errors import BadInputError
from router_models import RouterPanel
from tests.traffic.samples import first_policy, money_of, routed_of, traffic_of
from traffic.quality import MOST_LABELLED, QualityNumbers, quality_numbers

N = 240


def labelled(
    panel: RouterPanel, n: int = N, missing: int = 0
) -> tuple[QualityNumbers, np.ndarray, np.ndarray, np.ndarray]:
    """Prompts whose need the router half knows."""
    random = np.random.default_rng(2)
    need = random.uniform(size=n)
    p = np.clip(0.5 * need + 0.5 * random.uniform(size=n), 0, 1)
    weak = (random.uniform(size=n) > need).astype(float)
    strong = np.maximum(weak, (random.uniform(size=n) > 0.2).astype(float))
    weak[:missing] = np.nan
    texts = [f"Prompt number {number}" for number in range(n)]
    traffic = traffic_of(texts, weak=weak.tolist(), strong=strong.tolist())
    routed = routed_of(panel, texts, knn=p.tolist())
    money = money_of(panel.catalogue, traffic, routed)
    return quality_numbers(panel, traffic, routed, first_policy(panel), money), p, weak, strong


def test_the_curve_is_that_of_plain_sums_and_beats_chance(panel: RouterPanel) -> None:
    found, p, weak, strong = labelled(panel)
    rank = ranking(found.numbers, "knn")
    np.testing.assert_allclose(rank.scores, p)
    curve = quality_curve(found.numbers, "knn", found.basis)
    plain = full_curve(p, weak, strong)
    np.testing.assert_allclose(curve.quality, np.interp(curve.share, plain.strong_share, plain.quality), atol=0.01)
    assert (curve.quality[0], curve.quality[-1]) == (pytest.approx(weak.mean()), pytest.approx(strong.mean()))
    middle = len(curve.share) // 2
    assert curve.low[middle] <= curve.quality[middle] <= curve.high[middle]
    chance = random_curve(found.numbers, found.basis)
    assert curve.quality[middle] > np.interp(curve.share[middle], chance.share, chance.high)
    assert curve.usd_per_1000 is not None and chance.usd_per_1000 is not None
    assert curve.usd_per_1000[0] == pytest.approx(chance.usd_per_1000[0])
    assert quality_curve(found.numbers, ORACLE).quality.max() >= curve.quality.max()


def test_length_stands_beside_routers_even_if_it_did_not_run(panel: RouterPanel) -> None:
    found, *_ = labelled(panel)
    assert set(found.numbers.routers) == {"knn", "prompt-length"}
    assert found.numbers.routers["prompt-length"].p_strong.shape == (N,)
    assert found.basis is not None and set(found.basis.usd) == {"gpt-4.1-nano", "gpt-4.1"}


def test_rows_without_both_labels_do_not_count(panel: RouterPanel) -> None:
    found, *_ = labelled(panel, missing=140)
    assert len(found.numbers) == 100
    assert "Only 100 prompts" in found.warning


def test_too_few_or_no_labels_are_said(panel: RouterPanel) -> None:
    with pytest.raises(BadInputError, match="29 prompts have the quality of both"):
        labelled(panel, missing=N - 29)
    traffic, routed = traffic_of(), routed_of(panel, knn=[0.1] * 4)
    money = money_of(panel.catalogue, traffic, routed)
    with pytest.raises(BadInputError, match="does not say how good"):
        quality_numbers(panel, traffic, routed, first_policy(panel), money)


def test_of_very_many_labels_a_random_sample_counts(panel: RouterPanel) -> None:
    found, *_ = labelled(panel, n=MOST_LABELLED + 500)
    assert len(found.numbers) == MOST_LABELLED
    assert "random 5,000 of 5,500" in found.warning


def test_equal_prompts_are_one_question(panel: RouterPanel) -> None:
    texts = ["the same"] * 20 + [f"another {number}" for number in range(20)]
    labels = [0.0, 1.0] * 20
    traffic = traffic_of(texts, weak=labels, strong=[1.0] * 40)
    routed = routed_of(panel, texts, knn=[0.5] * 40)
    found = quality_numbers(panel, traffic, routed, first_policy(panel), money_of(panel.catalogue, traffic, routed))
    assert len(set(found.numbers.outcomes.questions)) == 21
