"""Labels of a classifier, and which route each of them stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from errors import BadInputError

ROUTE_SETS = (("weak", "strong"), ("simple", "general", "reasoning"))
"""Routes of a router, cheapest first: all of one set, or none."""

MAX_LABELS = 50
_SHOWN = 60
_ASK = "Ask its author to name the labels in config.json (id2label)."

_GUESSES: Mapping[str, tuple[str, str]] = {
    word: routes
    for words, routes in {
        ("weak", "easy", "cheap", "small", "low", "trivial", "basic", "no", "beginner"): ("weak", "simple"),
        ("simple",): ("weak", "simple"),
        ("general", "medium", "moderate", "intermediate", "average", "middle"): ("strong", "general"),
        ("strong", "hard", "difficult", "complex", "large", "high", "yes", "expert", "advanced"): (
            "strong",
            "reasoning",
        ),
        ("reasoning", "reason", "math", "code", "coding"): ("strong", "reasoning"),
    }.items()
    for word in words
}
"""What words in a label's name say, for routers of two routes and of three."""


def labels_of(config: Mapping[str, Any], repo_id: str) -> tuple[str, ...]:
    """Labels of a classifier in the order of its outputs.

    A classifier with one output gives the probability of its one label; the other one is that it is not so.

    Args:
        config: Its `config.json`.
        repo_id: For the message.

    Raises:
        BadInputError: It names none, too many, or the same twice.
    """
    named = config.get("id2label")
    if named is None and config.get("architectures"):
        named = {"0": "LABEL_0", "1": "LABEL_1"}  # transformers leaves its default of two labels out of the file
    if not isinstance(named, dict) or not named:
        raise BadInputError(f"{repo_id} does not say which labels it gives.", _ASK)
    if len(named) > MAX_LABELS:
        raise BadInputError(
            f"{repo_id} has {len(named):,} labels.", f"Choose a classifier with {MAX_LABELS} labels at most."
        )
    try:
        labels = tuple(_clean(named[str(place)]) for place in range(len(named)))
    except KeyError as error:
        raise BadInputError(f"{repo_id} does not number its labels from 0 on.", _ASK) from error
    if len(set(labels)) < len(labels) or not all(labels):
        raise BadInputError(f"{repo_id} has two labels of the same name, or one without.", _ASK)
    return (f"not {labels[0]}", labels[0]) if len(labels) == 1 else labels


def guess_routes(labels: Sequence[str]) -> dict[str, str]:
    """A route for every label whose name says one, such as `weak` for “easy”; the others are left out."""
    if len(labels) == 2 and labels[0] == f"not {labels[1]}":
        route = guess_routes(labels[1:]).get(labels[1])
        opposite = {"weak": "strong", "strong": "weak"}
        return {} if route is None else {labels[0]: opposite[route], labels[1]: route}
    found = {label: _GUESSES[word] for label in labels for word in _words(label) if word in _GUESSES}
    three = len({routes[1] for routes in found.values()}) == 3
    return {label: routes[1 if three else 0] for label, routes in found.items()}


def check_routes(labels: Sequence[str], routes: Mapping[str, str]) -> tuple[str, ...]:
    """The routes of the router that a mapping makes, cheapest first.

    Args:
        labels: Of the classifier.
        routes: Route by label.

    Raises:
        BadInputError: A label has no route, a route is of no set or of two, or all labels have the same.
    """
    unknown = [label for label in routes if label not in labels]
    if unknown:
        raise BadInputError(f"It has no label “{unknown[0][:_SHOWN]}”.", f"It has {', '.join(labels)}.")
    without = [label for label in labels if not routes.get(label)]
    if without:
        raise BadInputError(f"The label “{without[0]}” has no route.", "Choose one for every label.")
    chosen = set(routes.values())
    for routes_of_set in ROUTE_SETS:
        if chosen <= set(routes_of_set):
            if len(chosen) < 2:
                raise BadInputError(
                    f"All labels have the route {chosen.pop()}.", "Give at least one of them another route."
                )
            return routes_of_set
    named = " or ".join(", ".join(routes_of_set) for routes_of_set in ROUTE_SETS)
    raise BadInputError(
        f"The routes {', '.join(sorted(chosen))} do not belong together.", f"Choose all of them from {named}."
    )


def sums(labels: Sequence[str], routes_by_label: Mapping[str, str], routes: Sequence[str]) -> NDArray[np.float64]:
    """Matrix that sums labels' probabilities to routes', (n_labels, n_routes)."""
    matrix = np.zeros((len(labels), len(routes)))
    for place, label in enumerate(labels):
        matrix[place, routes.index(routes_by_label[label])] = 1.0
    return matrix


def _clean(label: object) -> str:
    return "".join(character for character in str(label) if character.isprintable()).strip()[:_SHOWN]


def _words(label: str) -> list[str]:
    return re.findall(r"[a-z]+", label.lower())
