"""Rates, references and prototypes on made-up outcomes whose answer is known."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from errors import UnavailableError
from router_models.nearest_neighbours import nearest_rates, nearest_wins
from router_models.outcome_rates import local_rates
from router_models.outcome_references import Projection, References, Similar, largest, read_references
from router_models.similarity_weighted import similarity_weights, skill_difference, weighted_rates

LLMS = ("weak", "strong", "elsewhere")


def references() -> References:
    """Two groups of prompts at right angles: on the first only strong is right, on the second both are."""
    rng = np.random.default_rng(0)
    units = np.repeat(np.eye(4, dtype=np.float32)[:2], 20, axis=0) + 0.01 * rng.random((40, 4), dtype=np.float32)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    quality = np.zeros((40, 3), dtype=np.float32)
    quality[:, 1] = 1.0
    quality[20:, 0] = 1.0
    measured = np.ones((40, 3), dtype=np.float32)
    measured[:, 2] = 0.0
    projection = Projection(np.zeros(4, np.float32), np.eye(4, dtype=np.float32))
    return References(projection, units, quality, measured, LLMS, np.array([0.0, 2.0, 1.0]), (0, 1))


def cosines(*directions: int) -> np.ndarray:
    return references().cosines(np.eye(4, dtype=np.float32)[list(directions)])


def found(*directions: int) -> Similar:
    return references().look_up(np.eye(4, dtype=np.float32)[list(directions)])


def test_rates_follow_the_outcomes_where_there_are_many() -> None:
    rates = local_rates(np.array([[900.0, 100.0]]), np.array([[1000.0, 1000.0]]), np.zeros(2), 8.0)
    assert rates[0] == pytest.approx([0.9, 0.1], abs=0.01)


def test_an_llm_never_run_nearby_is_judged_by_ability_and_the_neighbourhoods_easiness() -> None:
    abilities = np.array([0.0, 1.0])
    easy, hard = local_rates(np.array([[95.0, 0], [5.0, 0]]), np.array([[100.0, 0], [100.0, 0]]), abilities, 8.0)
    assert easy[1] > easy[0] > 0.9
    assert hard[1] < 0.3
    nothing = local_rates(np.zeros((1, 2)), np.zeros((1, 2)), abilities, 8.0)[0]
    assert nothing == pytest.approx([0.5, 1 / (1 + np.exp(-1))])


def test_neighbours_decide_knn() -> None:
    wins = nearest_wins(references(), found(0, 1), 10)
    assert wins == pytest.approx([(10 + 0.75) / 11, (5 + 0.75) / 11])  # one more with the mean win rate
    rates = nearest_rates(references(), found(0, 1), 10, 2.0)
    assert rates[0, 0] < 0.2 < 0.7 < rates[1, 0]
    assert (rates[:, 1] > 0.8).all()
    assert rates[1, 2] > rates[0, 2]  # never run, but the second group is easier


def test_the_nearest_come_first_and_are_at_most_all() -> None:
    nearest = found(1).nearest
    assert sorted(nearest[0].tolist()) == list(range(40))
    assert (np.diff(np.take_along_axis(cosines(1), nearest, axis=1)) <= 0).all()
    assert nearest[0, 0] >= 20


def test_neighbours_without_outcomes_of_the_pair_do_not_count() -> None:
    one = references()
    measured = one.measured.copy()
    measured[20:, 0] = 0.0
    mixed = dataclasses.replace(one, measured=measured)
    assert mixed.n_paired == 20
    second = mixed.look_up(np.eye(4, dtype=np.float32)[1:2])
    only_unpaired = Similar(second.cosines, second.nearest[:, :10])
    assert nearest_wins(mixed, only_unpaired, 10) == pytest.approx([mixed.mean_win])


def test_battles_on_similar_prompts_weigh_more() -> None:
    first, second = skill_difference(references(), cosines(0, 1), sharpness=7.0)
    assert first > second > 0
    level = skill_difference(references(), cosines(0, 1), sharpness=0.0)
    assert level == pytest.approx([np.log(3), np.log(3)], rel=1e-3)  # 30 of 40 battles, ties halved
    weights = similarity_weights(cosines(0), 7.0)
    assert weights.max() == pytest.approx(1.0)
    assert weights[0, :20].min() > weights[0, 20:].max()


def test_the_weighted_win_rate_is_the_maximum_of_the_weighted_likelihood() -> None:
    similar = cosines(0)
    weights, wins = similarity_weights(similar, 3.0)[0].astype(float), references().wins.astype(float)
    skill = skill_difference(references(), similar, 3.0)[0]
    slope = (weights * (wins - 1 / (1 + np.exp(-skill)))).sum()
    assert slope == pytest.approx(0.0, abs=1e-4)


def test_weighted_rates_are_probabilities() -> None:
    rates = weighted_rates(references(), found(0, 1, 2), 7.0, 4.0)
    assert ((rates > 0) & (rates < 1)).all()
    assert rates[0, 0] < rates[1, 0]


def test_references_survive_their_file(tmp_path: Path) -> None:
    before = references()
    before.save(tmp_path / "references.npz")
    after = read_references(tmp_path / "references.npz")
    assert after.llms == LLMS
    assert after.n_paired == before.n_paired == 40
    assert after.units == pytest.approx(before.units, abs=0.01)
    assert (after.quality == before.quality).all()
    assert (after.measured == before.measured).all()


def test_a_broken_or_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"references\.npz"):
        read_references(tmp_path / "references.npz")
    (tmp_path / "references.npz").write_bytes(b"no archive")
    with pytest.raises(UnavailableError, match=r"references\.npz"):
        read_references(tmp_path / "references.npz")


def test_equal_prompts_get_equal_answers() -> None:
    rates = nearest_rates(references(), found(0, 0, 0), 10, 2.0)
    assert (rates == rates[0]).all()


@pytest.mark.parametrize("count", [1, 3, 256, 3000])
@pytest.mark.parametrize("kind", ["random", "sorted", "misleading", "tied"])
def test_the_largest_are_found_whatever_the_sample_says(count: int, kind: str) -> None:
    values = np.random.default_rng(count).random(3000).astype(np.float32)
    if kind == "sorted":
        values.sort()
    if kind == "misleading":
        values[::8] += 10  # all that is sampled is large, so that the cut lies above most of what is sought
    if kind == "tied":
        values = np.round(values, 2)
    expected = np.lexsort((np.arange(3000), -values))[:count]
    assert largest(values, count).tolist() == expected.tolist()


def test_outcomes_read_from_a_file_are_those_of_the_tables(tmp_path: Path) -> None:
    written = references()
    written.save(tmp_path / "references.npz")
    read = read_references(tmp_path / "references.npz")
    assert read.percent is not None
    rows = np.array([[0, 39, 7], [20, 20, 1]])
    for taken in (read.outcomes(rows), written.outcomes(rows)):
        np.testing.assert_array_equal(taken[0], read.quality[rows])
        np.testing.assert_array_equal(taken[1], read.measured[rows])
