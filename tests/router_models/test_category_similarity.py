"""Similarity with categories, and the descriptions it is taken from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from errors import BadInputError, DataError, UnavailableError
from router_models.category_similarity import (
    CategoryFit,
    KnownEmbeddings,
    category_similarity,
    check_descriptions,
    nearest_mean,
    read_fits,
    write_embeddings,
    write_fits,
)

CATEGORIES = ("coding", "factual")
USABLE = {"coding": ("write code",), "factual": ("tell me a fact",)}


def test_similarity_is_the_mean_of_the_nearest_whatever_their_order() -> None:
    cosines = np.array([[0.1, 0.5, 0.3, 0.9, -0.2], [-1.0, 1.0, 0.0, -0.5, 0.5]], dtype=np.float32)
    sizes = [3, 2]
    expected = [[(0.5 + 0.3) / 2, (0.9 - 0.2) / 2], [0.5, 0.0]]
    assert category_similarity(cosines, sizes, nearest_mean(sizes, 2)) == pytest.approx(np.array(expected), abs=1e-6)


def test_a_category_with_few_descriptions_uses_all_it_has() -> None:
    cosines = np.array([[0.2, 0.4, 0.9]])
    assert category_similarity(cosines, [2, 1], nearest_mean([2, 1], 5))[0] == pytest.approx([0.3, 0.9])


def test_fits_and_embeddings_are_read_as_they_were_written(tmp_path: Path) -> None:
    fit = CategoryFit(nearest=5, temperature=0.04, bias={"coding": 0.1}, rules={"coding": {"simple": 1.0}})
    write_fits(tmp_path / "fits.json", {"general": fit})
    assert read_fits(tmp_path / "fits.json") == {"general": fit}
    rows = np.random.default_rng(0).normal(size=(2, 384)).astype(np.float32)
    write_embeddings(tmp_path / "known.npz", ["one", "two"], rows)
    known = KnownEmbeddings(tmp_path / "known.npz")
    assert known["two"] == pytest.approx(rows[1], abs=2e-3)
    assert "three" not in known


def test_missing_and_broken_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "fits.json").write_text('{"general": {"nearest": 0}}', encoding="utf-8")
    with pytest.raises(DataError, match=r"fits\.json"):
        read_fits(tmp_path / "fits.json")
    with pytest.raises(UnavailableError, match=r"known\.npz"):
        KnownEmbeddings(tmp_path / "known.npz")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"coding": ()}, "'coding' has no description"),
        ({"coding": ("  ", "", "\x00\u200b")}, "'coding' has no description"),
        ({"factual": ("Write CODE",)}, "describes both 'coding' and 'factual'"),
        ({"coding": ("x" * 401,)}, "401 characters"),
        ({"coding": tuple(f"line {i}" for i in range(10_000))}, "10,000 descriptions"),
        ({"cooking": ("bake",)}, "no category 'cooking'"),
    ],
)
def test_unusable_descriptions_are_refused_with_a_mend(changed: dict[str, tuple[str, ...]], said: str) -> None:
    with pytest.raises(BadInputError, match=said) as caught:
        check_descriptions({**USABLE, **changed}, CATEGORIES)
    assert caught.value.mend


def test_descriptions_are_cleaned_but_stay_text() -> None:
    html = "<script>alert(1)</script>"
    cleaned = check_descriptions({**USABLE, "coding": ("  write code ", "\u2003", html)}, CATEGORIES)
    assert cleaned["coding"] == ("write code", html)
