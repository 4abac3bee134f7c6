"""The editor of a router's categories: their descriptions, and the rule that says where each goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from errors import BadInputError
from pages._cards import Segment, tier_of
from pages._tools import Choice
from pages._view import require_text
from router_models.base import Router
from router_models.category_similarity import MAX_DESCRIPTIONS, Descriptions
from router_models.llm_classifier import LlmClassifierRouter
from router_models.rules import CategorySet, Rule, Rules, rule_matrix, shipped_categories
from router_models.semantic import AS_TRAINED, DEFAULT_SET, SemanticRouter

DEFAULT_RULE = ""
"""What the page sends for a category that keeps its rule."""


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category.

    Attributes:
        id: As in the rule table.
        title: Name for people.
        definition: One sentence on what belongs here.
        lines: Its descriptions, one a line; '' where they cannot be changed.
        count: How many there are.
        default: The rule it has by itself: P(route | category), cheapest route first.
        rule: The route that the user gave it; '' where the default holds.
    """

    id: str
    title: str
    definition: str
    lines: str
    count: int
    default: tuple[Segment, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class CategoriesForm:
    """What the editor shows.

    Attributes:
        set_id: The category set in use.
        sets: All category sets to choose from; empty where there is no choice.
        routes: Routes that a rule may name.
        rows: The categories.
        default: What a default rule is called.
        edited: Whether anything differs from what was trained.
        most: How many descriptions a category may have.
    """

    set_id: str
    sets: tuple[Choice, ...]
    routes: tuple[str, ...]
    rows: tuple[CategoryRow, ...]
    default: str
    edited: bool
    most: int = MAX_DESCRIPTIONS


def form_of(router: Router) -> CategoriesForm | None:
    """The editor for a router; None for one that sorts into no categories.

    Raises:
        DataError: The categories or the router's fits are missing or broken.
    """
    if isinstance(router, SemanticRouter):
        rows = _rows(router.category_set, router.fit.rules, router.edits.rules, router.routes, router.descriptions)
        sets = tuple(Choice(set_id, group.title) for set_id, group in shipped_categories().items())
        edited = router.edits != AS_TRAINED
        return CategoriesForm(router.edits.set_id, sets, router.routes, rows, "as learnt", edited)
    if isinstance(router, LlmClassifierRouter):
        rows = _rows(router.categories, router.categories.rules, router.own_rules, router.routes)
        return CategoriesForm(DEFAULT_SET, (), router.routes, rows, "by default", router.own_rules is not None)
    return None


def edited_router(router: Router, sent: object) -> Router | None:
    """The router with what the page sent; None if that is what was trained, or the router has no categories.

    Args:
        router: The panel's own router.
        sent: `{"set": id, "descriptions": {category: lines}, "rules": [[category, route], …]}`, of which any may be
            left out; None to restore what was trained.

    Raises:
        BadInputError: The descriptions or rules are empty, contradictory or huge, or name something unknown.
        UnknownNameError: There is no such category set.
    """
    if not isinstance(router, SemanticRouter | LlmClassifierRouter) or sent is None:
        return None
    if not isinstance(sent, Mapping):
        raise BadInputError("The page sent no categories.", "Reload the page and try again.")
    rules = _rules(sent.get("rules", []))
    if isinstance(router, LlmClassifierRouter):
        ruled = router.with_rules(rules)
        return None if ruled.own_rules is None else ruled
    set_id = require_text(sent.get("set", DEFAULT_SET), "set")
    edited = router.with_edits(set_id, _descriptions(sent.get("descriptions")), rules)
    return None if edited.edits == AS_TRAINED else edited


def _rows(
    group: CategorySet,
    defaults: Rules,
    own: Rules | None,
    routes: tuple[str, ...],
    described: Descriptions | None = None,
) -> tuple[CategoryRow, ...]:
    rows = []
    for (name, category), shares in zip(
        group.categories.items(), rule_matrix(defaults, group.ids, routes), strict=True
    ):
        segments = tuple(
            Segment(route, "", float(share), tier_of(index, len(routes)))
            for index, (route, share) in enumerate(zip(routes, shares, strict=True))
        )
        lines, rule = (described or {}).get(name, ()), (own or {}).get(name, DEFAULT_RULE)
        hard = rule if isinstance(rule, str) else DEFAULT_RULE
        rows.append(
            CategoryRow(name, category.title, category.definition, "\n".join(lines), len(lines), segments, hard)
        )
    return tuple(rows)


def _descriptions(sent: object) -> dict[str, tuple[str, ...]] | None:
    if sent is None:
        return None
    if not isinstance(sent, Mapping):
        raise BadInputError("The page sent no descriptions.", "Reload the page and try again.")
    return {str(name): tuple(require_text(lines, "descriptions").splitlines()) for name, lines in sent.items()}


def _rules(sent: object) -> list[tuple[str, Rule]]:
    """Rows of the table that replace a learnt rule."""
    if not isinstance(sent, list) or not all(isinstance(row, list) and len(row) == 2 for row in sent):
        raise BadInputError("The page sent no rule table.", "Reload the page and try again.")
    rows = [(require_text(category, "rules"), require_text(route, "rules")) for category, route in sent]
    return [(category, route) for category, route in rows if route != DEFAULT_RULE]
