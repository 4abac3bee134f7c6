"""Categories of prompts, and the editable rule table that turns a category into a route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from errors import BadInputError, DataError

DEFAULT_CATEGORIES = Path(__file__).resolve().parent.parent / "assets" / "categories.yaml"
"""The categories that ship with the project."""

MAX_RULES = 100
SUM_TOLERANCE = 0.01
_NAME_SHOWN = 40

Rule = str | Mapping[str, float]
"""A route, or a probability for each route; routes that are left out have none."""

Rules = Mapping[str, Rule]
"""One rule per category."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Category(_Frozen):
    """What a prompt may be about.

    Attributes:
        title: Name for people.
        definition: One sentence that says which prompts belong here; LLM-based routers read it.
        descriptions: Typical requests, worded as people ask; similarity-based routers compare with them.
    """

    title: str = Field(min_length=1)
    definition: str = Field(min_length=1)
    descriptions: tuple[str, ...] = Field(min_length=1)


class CategorySet(_Frozen):
    """Categories that are told apart from each other, and the default rule of each.

    Attributes:
        title: Name for people.
        categories: By id, in the order in which they are shown.
        rules: The default rule table.
    """

    title: str = Field(min_length=1)
    categories: dict[str, Category] = Field(min_length=2)
    rules: dict[str, str | dict[str, float]]

    @model_validator(mode="after")
    def _every_category_has_a_rule(self) -> CategorySet:
        check_rules(self.rules, self.ids, _routes_in(self.rules))
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        """Category ids, in order."""
        return tuple(self.categories)


def read_categories(path: Path = DEFAULT_CATEGORIES) -> dict[str, CategorySet]:
    """Reads category sets by id.

    Raises:
        DataError: The file is missing, is not of that form, or names a key twice.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506  a SafeLoader
        return TypeAdapter(dict[str, CategorySet]).validate_python(content)
    except (OSError, ValueError, yaml.YAMLError, ValidationError, BadInputError) as error:
        raise DataError(f"The categories {path} cannot be read: {error}.", "Restore the file.") from error


@cache
def shipped_categories() -> Mapping[str, CategorySet]:
    """The category sets that ship with the project, read once.

    Raises:
        DataError: The file is missing or broken.
    """
    return read_categories()


def check_rules(
    rules: Rules | Iterable[tuple[str, Rule]], categories: Sequence[str], routes: Sequence[str]
) -> dict[str, Rule]:
    """Makes sure that every category has one rule, and that it names routes that there are.

    Args:
        rules: A table, or its rows as (category, rule), in which a category may occur twice.
        categories: All category ids.
        routes: All routes.

    Returns:
        The rules in the order of `categories`.

    Raises:
        BadInputError: The table is empty, huge, contradictory or incomplete, or names something unknown.
    """
    rows = list(rules.items() if isinstance(rules, Mapping) else rules)
    if not rows:
        raise BadInputError("The rule table is empty.", "Give every category a route.")
    if len(rows) > MAX_RULES:
        raise BadInputError(f"The rule table has {len(rows):,} rows.", f"Keep at most {MAX_RULES}.")
    table: dict[str, Rule] = {}
    for category, rule in rows:
        if category not in categories:
            raise BadInputError(
                f"There is no category '{_shown(category)}'.", f"Choose one of: {', '.join(categories)}."
            )
        checked = _check_rule(category, rule, routes)
        if table.setdefault(category, checked) != checked:
            raise BadInputError(
                f"The category '{category}' has two different rules: {_said(table[category])} and {_said(checked)}.",
                "Keep one of them.",
            )
    missing = [category for category in categories if category not in table]
    if missing:
        raise BadInputError(f"No rule says which route '{missing[0]}' takes.", "Give every category a route.")
    return {category: table[category] for category in categories}


def override_rules(
    rows: Iterable[tuple[str, Rule]], defaults: Rules, categories: Sequence[str], routes: Sequence[str]
) -> dict[str, Rule] | None:
    """A user's rules, checked as part of the whole table, whose other rows keep their default.

    Args:
        rows: As (category, rule); a category may be left out.
        defaults: A rule for every category.
        categories: All category ids.
        routes: All routes.

    Returns:
        Only the user's rules; None if there are none.

    Raises:
        BadInputError: The rules are contradictory or huge, or name something unknown.
    """
    own = list(rows)
    named = {category for category, _ in own}
    table = check_rules(
        [*own, *((name, defaults[name]) for name in categories if name not in named)], categories, routes
    )
    return {category: rule for category, rule in table.items() if category in named} or None


def apply_rules(
    p_category: NDArray[np.floating], rules: Rules, categories: Sequence[str], routes: Sequence[str]
) -> NDArray[np.float64]:
    """The distribution over routes that follows from one over categories: Σ P(category) · P(route | category).

    Args:
        p_category: Shape (n, n_categories), rows sum to 1.
        rules: A checked table.
        categories: Category ids in the order of the columns.
        routes: Routes in the order of the result's columns.

    Returns:
        Shape (n, n_routes), rows sum to 1.
    """
    return np.asarray(p_category, dtype=np.float64) @ rule_matrix(rules, categories, routes)


def rule_matrix(rules: Rules, categories: Sequence[str], routes: Sequence[str]) -> NDArray[np.float64]:
    """P(route | category), shape (n_categories, n_routes), of a checked table."""
    matrix = np.zeros((len(categories), len(routes)))
    for row, category in enumerate(categories):
        rule = rules[category]
        for route, probability in ({rule: 1.0} if isinstance(rule, str) else rule).items():
            matrix[row, routes.index(route)] = probability
    normalised: NDArray[np.float64] = matrix / matrix.sum(axis=1, keepdims=True)
    return normalised


def _check_rule(category: str, rule: Rule, routes: Sequence[str]) -> Rule:
    named = [rule] if isinstance(rule, str) else list(rule)
    unknown = [route for route in named if route not in routes]
    if unknown or not named:
        said = f"'{_shown(unknown[0])}', which is no route" if unknown else "no route"
        raise BadInputError(f"The rule of '{category}' names {said}.", f"Choose one of: {', '.join(routes)}.")
    if isinstance(rule, str):
        return rule
    probabilities = list(rule.values())
    if not all(0 <= p <= 1 for p in probabilities) or abs(sum(probabilities) - 1) > SUM_TOLERANCE:
        raise BadInputError(
            f"The probabilities of '{category}' are {_said(rule)}.", "Use numbers from 0 to 1 that sum to 1."
        )
    return dict(rule)


def _shown(name: str) -> str:
    """An unknown name, short enough to be quoted."""
    return name if len(name) <= _NAME_SHOWN else f"{name[:_NAME_SHOWN]}…"


def _said(rule: Rule) -> str:
    return rule if isinstance(rule, str) else ", ".join(f"{route} {p:g}" for route, p in rule.items())


def _routes_in(rules: Rules) -> tuple[str, ...]:
    named = [[rule] if isinstance(rule, str) else list(rule) for rule in rules.values()]
    return tuple(dict.fromkeys(route for routes in named for route in routes))


class _UniqueKeys(yaml.SafeLoader):
    """YAML, but a key that is given twice is an error: one of two contradictory rules would win unseen."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [key.value for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.constructor.ConstructorError(
                problem=f"the key '{min(twice)}' is given twice", problem_mark=node.start_mark
            )
        return dict(super().construct_mapping(node, deep))
