"""Labels and routes: guesses, mappings that do not fit, and sums."""

import numpy as np
import pytest

from errors import BadInputError
from router_models.hub.labels import check_routes, guess_routes, sums


@pytest.mark.parametrize(
    ("labels", "guessed"),
    [
        (("easy", "hard"), {"easy": "weak", "hard": "strong"}),
        (("WEAK_MODEL", "STRONG_MODEL"), {"WEAK_MODEL": "weak", "STRONG_MODEL": "strong"}),
        (("low", "medium", "high"), {"low": "simple", "medium": "general", "high": "reasoning"}),
        (("simple", "general", "reasoning"), {"simple": "simple", "general": "general", "reasoning": "reasoning"}),
        (("easy", "LABEL_1"), {"easy": "weak"}),
        (("LABEL_0", "LABEL_1"), {}),
        (("not hard", "hard"), {"not hard": "weak", "hard": "strong"}),
        (("weakness", "strongly"), {}),
    ],
)
def test_names_that_say_a_route_are_guessed(labels: tuple[str, ...], guessed: dict[str, str]) -> None:
    assert guess_routes(labels) == guessed


@pytest.mark.parametrize(
    ("routes", "found"),
    [
        ({"a": "weak", "b": "strong", "c": "strong"}, ("weak", "strong")),
        ({"a": "reasoning", "b": "simple", "c": "general"}, ("simple", "general", "reasoning")),
        ({"a": "reasoning", "b": "simple", "c": "simple"}, ("simple", "general", "reasoning")),
    ],
)
def test_routes_of_one_set_make_a_router(routes: dict[str, str], found: tuple[str, ...]) -> None:
    assert check_routes(("a", "b", "c"), routes) == found


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        ({}, "“a” has no route"),
        ({"a": "weak", "b": ""}, "“b” has no route"),
        ({"a": "weak", "b": "weak"}, "All labels have the route weak"),
        ({"a": "weak", "b": "reasoning"}, "do not belong together"),
        ({"a": "weak", "b": "gpt-4"}, "do not belong together"),
        ({"a": "weak", "b": "strong", "c": "strong"}, "no label “c”"),
    ],
)
def test_labels_that_do_not_map_are_refused(routes: dict[str, str], said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        check_routes(("a", "b"), routes)


def test_probabilities_of_labels_are_summed_by_route() -> None:
    routes = ("simple", "general", "reasoning")
    matrix = sums(("a", "b", "c"), {"a": "reasoning", "b": "simple", "c": "reasoning"}, routes)
    summed = np.array([[0.2, 0.3, 0.5]]) @ matrix
    np.testing.assert_allclose(summed, [[0.3, 0.0, 0.7]])
