"""k-means against groups that are known, the silhouette against scikit-learn's, and names that tell groups apart."""

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from benchmarks.plots.theme import theme
from errors import BadInputError
from router_models import RouterPanel
from router_models.prompt_batch import PromptBatch
from tests.traffic.samples import routed_of, traffic_of
from traffic.analysis import Analysis, Assumptions
from traffic.charts import groups_chart
from traffic.groups import groups_of
from traffic.k_means import k_means, silhouette

ROSES = [
    f"How do I prune roses in {place} in {month}?"
    for place in ("Ghent", "Leeds", "Graz")
    for month in ("May", "June", "July", "March")
]
SUMS = [f"What is {a} per cent of {b} euros plus VAT?" for a in (5, 12, 30) for b in (40, 250, 999, 7)]
CODE = [
    f"Write a Python function that {what} a list."
    for what in ("sorts", "reverses", "merges", "shuffles", "splits", "sums")
]
PROMPTS = (*ROSES, *SUMS, *CODE)


def clouds(*sizes: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Points round centres far apart, and whose centre is whose."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(len(sizes), 16)) * 10
    member = np.repeat(np.arange(len(sizes)), sizes)
    points = centres[member] + random.normal(size=(len(member), 16))
    return points.astype(np.float32), member


def same_partition(one: np.ndarray, other: np.ndarray) -> bool:
    return (
        len(set(zip(one.tolist(), other.tolist(), strict=True))) == len(set(one.tolist())) == len(set(other.tolist()))
    )


def test_clouds_are_found_again_and_the_centres_are_means() -> None:
    points, member = clouds(40, 25, 60)
    found, centres = k_means(points, 3)
    assert same_partition(found, member)
    for at in range(3):
        np.testing.assert_allclose(centres[at], points[found == at].mean(axis=0), rtol=1e-4, atol=1e-4)


def test_fewer_different_points_than_groups_give_fewer_groups() -> None:
    points = np.repeat(np.eye(2, 4, dtype=np.float32), 5, axis=0)
    found, centres = k_means(points, 4)
    assert len(centres) == 2 == len(set(found.tolist()))


def test_equal_seeds_give_equal_groups() -> None:
    points, _ = clouds(30, 30, 30, 30)
    assert np.array_equal(k_means(points, 3, seed=5)[0], k_means(points, 3, seed=5)[0])


@pytest.mark.parametrize("k", [2, 3, 5])
def test_the_silhouette_is_scikit_learns(k: int) -> None:
    points, _ = clouds(40, 25, 60)
    found, _ = k_means(points, k)
    assert silhouette(points, found) == pytest.approx(silhouette_score(points, found), abs=1e-3)
    assert np.isnan(silhouette(points, np.zeros(len(points), dtype=np.int64)))


def test_prompts_of_three_subjects_make_three_groups_with_their_words(panel: RouterPanel) -> None:
    places = np.arange(len(PROMPTS))
    embeddings = panel.encoders.embeddings(PromptBatch(PROMPTS))
    found = groups_of(PROMPTS, places, embeddings)
    subjects = np.repeat([0, 1, 2], [len(ROSES), len(SUMS), len(CODE)])
    fixed = groups_of(PROMPTS, places, embeddings, k=3)
    assert same_partition(fixed.member, subjects)
    assert [group.size for group in fixed.groups] == sorted((group.size for group in fixed.groups), reverse=True)
    named = {subjects[group.typical]: group.name for group in fixed.groups}
    assert "roses" in named[0]
    assert "euros" in named[1]
    assert "python" in named[2]
    assert found.chosen and not fixed.chosen
    assert found.silhouette >= fixed.silhouette > 0.2
    assert sum(group.share for group in found.groups) == pytest.approx(1)
    assert found.points.shape == (len(PROMPTS), 2)


def test_shares_of_a_group_are_counted_among_its_prompts(panel: RouterPanel) -> None:
    embeddings = panel.encoders.embeddings(PromptBatch(PROMPTS))
    found = groups_of(PROMPTS, np.arange(len(PROMPTS)), embeddings, k=3)
    escalated = np.array([prompt in SUMS or prompt == CODE[0] for prompt in PROMPTS])
    shares = {
        PROMPTS[group.typical] in SUMS: share
        for group, share in zip(found.groups, found.shares(escalated), strict=True)
    }
    assert shares[True] == 1.0
    by_code = [
        share
        for group, share in zip(found.groups, found.shares(escalated), strict=True)
        if PROMPTS[group.typical] in CODE
    ]
    assert by_code == [pytest.approx(1 / len(CODE))]


def test_too_few_prompts_and_odd_numbers_of_groups_are_refused() -> None:
    with pytest.raises(BadInputError, match="too few"):
        groups_of(PROMPTS[:3], np.arange(3), np.eye(3, dtype=np.float32))
    points, _ = clouds(20)
    for k in (1, 99):
        with pytest.raises(BadInputError, match="groups cannot be found"):
            groups_of(["a prompt"] * 20, np.arange(20), points, k)


def test_equal_prompts_are_one_group_and_no_figure_says_how_well_it_is_set_apart(panel: RouterPanel) -> None:
    texts = ["What is a fjord?"] * 12
    found = groups_of(texts, np.arange(12), np.repeat(np.eye(1, 4, dtype=np.float32), 12, axis=0))
    assert [group.size for group in found.groups] == [12]
    assert np.isnan(found.silhouette)
    routed = routed_of(panel, texts, prompt_length=[0.5] * 12)
    assumed = Assumptions(panel.catalogue.default_pool.name)
    analysis = Analysis(panel.catalogue, traffic_of(texts), routed, assumed, 0.03)
    said = groups_chart(found, analysis, theme("light")).how_to_read
    assert "All prompts are in one group" in said
    assert "inf" not in said and "nan" not in said and "Set apart" not in said


def test_groups_without_words_have_names_all_the_same() -> None:
    points, _ = clouds(10, 10)
    found = groups_of(["?!"] * 20, np.arange(20), points, 2)
    assert len({group.name for group in found.groups}) == 2
