"""The editor of categories and rules: what it shows, and what it makes of what the page sends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from errors import BadInputError, PlaygroundError
from pages._categories import edited_router, form_of
from router_models import RouterPanel
from router_models.base import Router
from router_models.card import RouterCard
from router_models.llm_classifier import LlmClassifierRouter
from router_models.semantic import SemanticRouter


@pytest.fixture
def semantic(panel: RouterPanel) -> SemanticRouter:
    router = panel["semantic"]
    assert isinstance(router, SemanticRouter)
    return router


def as_sent(router: Router) -> dict[str, object]:
    """What the page sends where nobody has changed anything."""
    form = form_of(router)
    assert form is not None
    descriptions = {row.id: row.lines for row in form.rows}
    return {"set": form.set_id, "descriptions": descriptions, "rules": [[row.id, row.rule] for row in form.rows]}


def test_every_category_is_shown_with_its_learnt_rule(semantic: SemanticRouter) -> None:
    form = form_of(semantic)
    assert form is not None
    assert [row.id for row in form.rows] == list(semantic.category_set.ids)
    assert not form.edited
    for row in form.rows:
        assert sum(segment.share for segment in row.default) == pytest.approx(1, abs=1e-3)
        assert row.count == len(row.lines.splitlines())
        assert row.rule == ""


def test_only_routers_with_categories_can_be_edited(panel: RouterPanel) -> None:
    assert form_of(panel["prompt-length"]) is None
    assert edited_router(panel["prompt-length"], {"set": "general"}) is None


def test_sending_back_what_was_shown_changes_nothing(semantic: SemanticRouter) -> None:
    assert edited_router(semantic, as_sent(semantic)) is None
    assert edited_router(semantic, None) is None


def test_an_edit_is_shown_again_as_it_was_sent(semantic: SemanticRouter) -> None:
    sent = as_sent(semantic)
    sent["rules"] = [[row, "reasoning" if row == "coding" else ""] for row, _ in sent["rules"]]  # type: ignore[attr-defined]
    edited = edited_router(semantic, sent)
    assert edited is not None
    assert as_sent(edited) == sent
    form = form_of(edited)
    assert form is not None
    assert form.edited


def test_another_set_starts_as_it_ships(semantic: SemanticRouter) -> None:
    edited = edited_router(semantic, {"set": "coding-factual"})
    assert edited is not None
    form = form_of(edited)
    assert form is not None
    assert [row.id for row in form.rows] == ["coding", "factual"]
    assert form.edited


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("nonsense", "no categories"),
        ({"set": 7}, "no text as 'set'"),
        ({"set": "<b>"}, "no categories '<b>'"),
        ({"descriptions": [1]}, "no descriptions"),
        ({"descriptions": {}}, "'coding' has no description"),
        ({"descriptions": {"coding": 3}}, "no text as 'descriptions'"),
        ({"descriptions": {"<script>": "x"}}, "no category '<script>'"),
        ({"rules": {"coding": "simple"}}, "no rule table"),
        ({"rules": [["coding"]]}, "no rule table"),
        ({"rules": [["coding", 7]]}, "no text as 'rules'"),
        ({"rules": [["coding", "simple"], ["coding", "general"]]}, "two different rules"),
        ({"rules": [["coding", "strong"]]}, "no route"),
        ({"rules": [["coding", "simple"]] * 10_000}, "10,0.. rows"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_mend(semantic: SemanticRouter, sent: object, said: str) -> None:
    with pytest.raises(PlaygroundError, match=said) as caught:
        edited_router(semantic, sent)
    assert caught.value.mend


def test_ten_thousand_lines_are_refused(semantic: SemanticRouter) -> None:
    sent = as_sent(semantic)
    sent["descriptions"]["coding"] = "\n".join(f"line {i}" for i in range(10_000))  # type: ignore[index]
    with pytest.raises(BadInputError, match="10,000 descriptions"):
        edited_router(semantic, sent)


def test_the_llm_classifier_has_rules_to_edit_but_no_descriptions(panel: RouterPanel) -> None:
    card = RouterCard(
        router="llm-classifier", title="LLM classifier", family="llm", routes=panel["semantic"].routes, method="Asks."
    )
    router = LlmClassifierRouter(card, Path(), panel.encoders)
    form = form_of(router)
    assert form is not None
    assert form.sets == ()
    assert not form.edited
    assert all(max(segment.share for segment in row.default) == 1 and row.count == 0 for row in form.rows)
    edited = edited_router(router, {"descriptions": {}, "rules": [["coding", "reasoning"], ["factual", ""]]})
    assert isinstance(edited, LlmClassifierRouter)
    assert edited.own_rules == {"coding": "reasoning"}
    assert router.own_rules is None
    changed = form_of(edited)
    assert changed is not None
    assert changed.edited
    assert next(row for row in changed.rows if row.id == "coding").rule == "reasoning"
    only_coding = np.eye(len(form.rows))[:1]
    assert edited.to_routes(only_coding).tolist() == [[0, 0, 1]]
    assert router.to_routes(only_coding).tolist() == [[0, 1, 0]]
    assert edited_router(router, {"rules": [["coding", ""]]}) is None
    with pytest.raises(BadInputError, match="two different rules"):
        edited_router(router, {"rules": [["coding", "simple"], ["coding", "general"]]})
