"""The rule table: what it does to probabilities, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from errors import BadInputError, DataError
from router_models.category_similarity import check_descriptions
from router_models.rules import (
    DEFAULT_CATEGORIES,
    Rule,
    apply_rules,
    check_rules,
    read_categories,
    rule_matrix,
    shipped_categories,
)

CATEGORIES = ("coding", "factual")
ROUTES = ("simple", "general", "reasoning")


def test_the_shipped_categories_are_complete_and_usable() -> None:
    sets = read_categories()
    assert list(sets) == ["coding-factual", "general"]
    for group in sets.values():
        described = {name: category.descriptions for name, category in group.categories.items()}
        assert check_descriptions(described, group.ids) == described
        assert check_rules(group.rules, group.ids, ROUTES) == group.rules
        assert all(len(category.descriptions) >= 12 for category in group.categories.values())
    assert shipped_categories() == sets


def test_the_projects_own_prompts_name_known_categories_and_are_no_descriptions() -> None:
    bank = yaml.safe_load((DEFAULT_CATEGORIES.parent / "category_prompts.yaml").read_text(encoding="utf-8"))
    for set_id, by_category in bank.items():
        group = shipped_categories()[set_id]
        assert tuple(by_category) == group.ids
        described = {text for category in group.categories.values() for text in category.descriptions}
        prompts = [prompt for prompts in by_category.values() for prompt in prompts]
        assert len(set(prompts)) == len(prompts)
        assert not described & set(prompts)


def test_hard_and_soft_rules_mix_by_probability() -> None:
    rules: dict[str, Rule] = {"coding": {"general": 0.75, "reasoning": 0.25}, "factual": "simple"}
    p = apply_rules(np.array([[1.0, 0.0], [0.4, 0.6]]), rules, CATEGORIES, ROUTES)
    assert p == pytest.approx(np.array([[0.0, 0.75, 0.25], [0.6, 0.3, 0.1]]))
    assert rule_matrix(rules, CATEGORIES, ROUTES).sum(axis=1) == pytest.approx([1, 1])


def test_a_table_is_put_into_the_order_of_the_categories_and_a_rule_may_be_repeated() -> None:
    rows = [("factual", "simple"), ("coding", "general"), ("factual", "simple")]
    assert check_rules(rows, CATEGORIES, ROUTES) == {"coding": "general", "factual": "simple"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "The rule table is empty"),
        ([("coding", "general")], "No rule says which route 'factual' takes"),
        (
            [("coding", "general"), ("coding", "simple"), ("factual", "simple")],
            "two different rules: general",
        ),
        ([("cooking", "general")], "no category 'cooking'"),
        ([("<b>" + "x" * 5_000, "general")], r"no category '<b>x{37}…'"),
        ([("coding", "strong")], "'strong', which is no route"),
        ([("coding", {})], "names no route"),
        ([("coding", {"general": 0.5, "simple": 0.1})], "sum to 1"),
        ([("coding", {"general": 1.5, "simple": -0.5})], "from 0 to 1"),
        ([("coding", {"general": float("nan")})], "from 0 to 1"),
        ([("coding", "general")] * 10_000, "10,000 rows"),
    ],
)
def test_an_unusable_table_is_refused_with_a_mend(rows: list[tuple[str, Rule]], said: str) -> None:
    with pytest.raises(BadInputError, match=said) as caught:
        check_rules(rows, CATEGORIES, ROUTES)
    assert caught.value.mend


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: {title: A, categories: {}, rules: {}}", "categories"),
        ("- just\n- a list", "dictionary"),
        ("a: {b", "while parsing"),
        (
            "a:\n  title: A\n  categories:\n"
            "    x: {title: X, definition: D, descriptions: [d]}\n    y: {title: Y, definition: D, descriptions: [e]}\n"
            "  rules:\n    x: simple\n    x: general\n    y: simple\n",
            "the key 'x' is given twice",
        ),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "categories.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=said) as caught:
        read_categories(path)
    assert "categories.yaml" in caught.value.what


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.yaml"):
        read_categories(tmp_path / "nowhere.yaml")
