"""The cache keeps what was asked for last, and knows apart whatever a score depends on."""

import pytest

from api.score_cache import Asked, ScoreCache, hash_of
from router_models.decision import RouterScore

SCORE = RouterScore("knn", ("weak", "strong"), (0.3, 0.7), 1.0)


def test_what_is_kept_comes_back() -> None:
    cache = ScoreCache(2)
    cache.put(Asked("knn", hash_of("Hi")), SCORE)
    assert cache.get(Asked("knn", hash_of("Hi"))) is SCORE


@pytest.mark.parametrize(
    "other",
    [
        Asked("kmeans", hash_of("Hi")),
        Asked("knn", hash_of("Hi ")),
        Asked("knn", hash_of("Hi"), novelty=True),
        Asked("knn", hash_of("Hi"), temperature=0.0),
        Asked("knn", hash_of("Hi"), attachment="image"),
        Asked("knn", hash_of("Hi"), version="v1"),
    ],
)
def test_anything_else_is_another_question(other: Asked) -> None:
    cache = ScoreCache(2)
    cache.put(Asked("knn", hash_of("Hi")), SCORE)
    assert cache.get(other) is None


def test_what_was_not_asked_for_longest_goes_first() -> None:
    cache, asked = ScoreCache(2), [Asked("knn", hash_of(text)) for text in "abc"]
    cache.put(asked[0], SCORE)
    cache.put(asked[1], SCORE)
    cache.get(asked[0])
    cache.put(asked[2], SCORE)
    assert [cache.get(one) is None for one in asked] == [False, True, False]
    assert len(cache) == 2


def test_a_cache_of_no_size_keeps_nothing() -> None:
    cache = ScoreCache(0)
    cache.put(Asked("knn", hash_of("Hi")), SCORE)
    assert len(cache) == 0
