"""The semantic router with its shipped fit, and with what a user changes of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from errors import BadInputError, UnknownNameError
from router_models import RouterPanel
from router_models.category_head import HEAD_FILE, CategoryHead
from router_models.category_similarity import EMBEDDINGS_FILE, KnownEmbeddings
from router_models.prompt_batch import PromptBatch
from router_models.rules import apply_rules, shipped_categories
from router_models.semantic import AS_TRAINED, SemanticRouter

PROMPT = "What should I feed my parrot?"


@pytest.fixture
def semantic(panel: RouterPanel) -> SemanticRouter:
    router = panel["semantic"]
    assert isinstance(router, SemanticRouter)
    return router


def test_routes_follow_from_categories_by_the_rule_table(semantic: SemanticRouter) -> None:
    batch = PromptBatch([PROMPT, "Prove that there are infinitely many primes."])
    p_category = semantic.p_category(batch)
    assert p_category.sum(axis=1) == pytest.approx([1, 1])
    expected = apply_rules(p_category, semantic.fit.rules, semantic.category_set.ids, semantic.routes)
    assert semantic.predict_proba(batch) == pytest.approx(expected, abs=1e-4)
    assert semantic.category_set.ids[p_category[1].argmax()] == "mathematics"


def test_the_evidence_names_category_rule_and_description(panel: RouterPanel) -> None:
    said = panel.run("Solve this equation step by step, then prove the theorem.", only=["semantic"]).scores[0].evidence
    assert said.startswith("Looks like mathematics and logic (0.")
    assert "the rule table sends that to reasoning" in said
    assert "near “solve this equation step by step” (cosine 0." in said


def test_edited_descriptions_move_the_pick_and_say_so(panel: RouterPanel, semantic: SemanticRouter) -> None:
    before = panel.run(PROMPT, only=["semantic"]).scores[0]
    described = {**semantic.descriptions, "mathematics": ("feeding a parrot", "pet birds")}
    edited = semantic.with_edits(descriptions=described)
    after = panel.run(PROMPT, only=["semantic"], replace={"semantic": edited}).scores[0]
    assert after.distribution["reasoning"] > before.distribution["reasoning"] + 0.1
    assert "feeding a parrot" in after.evidence
    assert any("Descriptions edited" in warning for warning in after.warnings)
    assert panel.run(PROMPT, only=["semantic"]).scores[0].probabilities == before.probabilities


def test_an_edited_rule_sends_its_category_elsewhere(panel: RouterPanel, semantic: SemanticRouter) -> None:
    every = [(category, "reasoning") for category in semantic.category_set.ids]
    edited = semantic.with_edits(rules=every)
    score = panel.run(PROMPT, only=["semantic"], replace={"semantic": edited}).scores[0]
    assert score.distribution["reasoning"] == pytest.approx(1)
    assert "sends that to reasoning" in score.evidence
    assert any("Rules edited" in warning for warning in score.warnings)
    one = semantic.with_edits(rules=[("advice", "general")])
    assert one.rules["coding"] == semantic.fit.rules["coding"]


def test_another_category_set_is_another_edit(panel: RouterPanel, semantic: SemanticRouter) -> None:
    edited = semantic.with_edits("coding-factual", rules=[("coding", "reasoning")])
    batch = PromptBatch(["Write a Python function that sorts a list.", "Who painted the Mona Lisa?"])
    assert edited.p_category(batch).argmax(axis=1).tolist() == [0, 1]
    score = panel.run(PROMPT, only=["semantic"], replace={"semantic": edited}).scores[0]
    assert any("Categories and rules edited" in warning for warning in score.warnings)
    with pytest.raises(UnknownNameError, match="no categories 'cooking'"):
        semantic.with_edits("cooking")


def test_what_ships_is_not_an_edit(semantic: SemanticRouter) -> None:
    assert semantic.with_edits(descriptions=semantic.descriptions).edits == AS_TRAINED


def test_contradictory_rules_are_refused(semantic: SemanticRouter) -> None:
    with pytest.raises(BadInputError, match="two different rules"):
        semantic.with_edits(rules=[("coding", "simple"), ("coding", "general")])


def test_no_shipped_description_needs_the_encoder(semantic: SemanticRouter) -> None:
    known = KnownEmbeddings(semantic.folder / EMBEDDINGS_FILE)
    texts = [
        text
        for group in shipped_categories().values()
        for category in group.categories.values()
        for text in category.descriptions
    ]
    assert [text for text in texts if text not in known] == [], "run the training script after changing descriptions"
    fresh = semantic.encoders.embeddings(PromptBatch(texts[:3]))
    assert np.stack([known[text] for text in texts[:3]]) == pytest.approx(fresh, abs=2e-3)


def test_the_category_head_tells_code_from_facts(panel: RouterPanel, semantic: SemanticRouter) -> None:
    head = CategoryHead(semantic.folder / HEAD_FILE)
    p = head.p_category(panel.encoders, PromptBatch(["Write a Python function that sorts a list.", PROMPT]))
    assert p.sum(axis=1) == pytest.approx([1, 1])
    assert p[0, 0] > 0.9
    assert p[1, 1] > 0.9


def test_the_card_reports_routes_and_categories(semantic: SemanticRouter) -> None:
    figures = {(figure.dataset, figure.metric): figure for figure in semantic.card.figures}
    assert {metric for dataset, metric in figures if dataset == "nexos"} == {
        "accuracy",
        "macro F1",
        "AUC",
        "ECE",
        "Brier",
    }
    assert figures["routing_llms", "category accuracy, descriptions"].value >= 0.95
    assert figures["routing_llms", "category accuracy, category head"].note
    assert figures["own prompts", "category accuracy, descriptions"].value >= 0.9


def test_categories_it_was_not_trained_with_make_it_unavailable(
    panel: RouterPanel, semantic: SemanticRouter, tmp_path: Path
) -> None:
    for name in ("descriptions.npz", "fits.json"):
        shutil.copy(semantic.folder / name, tmp_path / name)
    fits = json.loads((tmp_path / "fits.json").read_text(encoding="utf-8"))
    del fits["general"]["bias"]["coding"]
    (tmp_path / "fits.json").write_text(json.dumps(fits), encoding="utf-8")
    router = SemanticRouter(semantic.card, tmp_path, panel.encoders)
    gone = panel.run(PROMPT, only=["semantic"], replace={"semantic": router}).unavailable[0]
    assert "not those the semantic router was trained with" in gone.what
    assert "training script" in gone.mend
