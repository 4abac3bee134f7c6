"""What is measured of the semantic router: routes on nexos, categories on routing_llms and on our own prompts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import yaml
from pydantic import TypeAdapter

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.metrics import accuracy, auc, brier, ece, macro_f1
from router_models.card import Figure
from router_models.category_head import HEAD_FILE, CategoryHead
from router_models.prompt_batch import PromptBatch
from router_models.rules import DEFAULT_CATEGORIES, shipped_categories
from router_models.semantic import SemanticRouter
from router_models.training.figures import measure

OWN_PROMPTS = DEFAULT_CATEGORIES.parent / "category_prompts.yaml"
PAIR = "coding-factual"
SPLIT = "test, question hash parts 0–1"
PUBLISHED_ROUTES = {
    "accuracy": {"fine-tuned DistilBERT, random split": 0.790},
    "macro F1": {"fine-tuned DistilBERT, random split": 0.7505},
}
PUBLISHED_PAIR = {
    "descriptions": {"MiniLM": 0.683, "Qwen3-Embedding-4B": 0.897, "richer descriptions": 0.936},
    "category head": {"LLM classifier": 0.974},
}
SOURCES = "Category and source coincide, so the style of a source may be what is recognised; see the own prompts."
OWN = "Written for this project, in the style of the other source; never fitted on. Few, so the interval is wide."


def route_figures(router: SemanticRouter, chats: Benchmark) -> list[Figure]:
    """Routes on the test part of nexos.

    Args:
        router: With its fits; its card is not read.
        chats: nexos, both parts.
    """
    test, learnt = chats.part("test"), chats.part("train").route_labels
    labels, p = test.route_labels, router.predict_proba(test.prompts)
    picks = p.argmax(axis=1)
    shares = np.bincount(learnt, minlength=len(chats.routes)) / len(learnt)
    majority, constant = np.full_like(picks, shares.argmax()), np.tile(shares, (len(labels), 1))

    def right(rows: IntArray) -> float:
        return accuracy(labels[rows], picks[rows])

    def f1(rows: IntArray) -> float:
        return macro_f1(labels[rows], picks[rows])

    def area(rows: IntArray) -> float:
        return auc(labels[rows], p[rows])

    def error(rows: IntArray) -> float:
        return ece(labels[rows], p[rows])

    def square(rows: IntArray) -> float:
        return brier(labels[rows], p[rows])

    measured = {"accuracy": right, "macro F1": f1, "AUC": area, "ECE": error, "Brier": square}
    baselines = {
        "accuracy": {"majority class": accuracy(labels, majority)},
        "macro F1": {"majority class": macro_f1(labels, majority)},
        "AUC": {"random": 0.5},
        "Brier": {"shares of the train part": brier(labels, constant)},
    }
    return [
        measure(
            name,
            of_rows,
            len(labels),
            dataset="nexos",
            split=SPLIT,
            groups=test.groups,
            baselines=baselines.get(name),
            published=PUBLISHED_ROUTES.get(name),
        )
        for name, of_rows in measured.items()
    ]


def pair_figures(router: SemanticRouter, pairs: Benchmark) -> list[Figure]:
    """Coding or factual on the test part of routing_llms: by descriptions, and by the category head."""
    test = pairs.part("test")
    labels = _indices(test.categories, PAIR)
    figures = []
    for name, p in _pair_probabilities(router, test.prompts).items():
        figures += _category_figures(
            labels, p, name, "routing_llms", SPLIT, SOURCES, groups=test.groups, published=PUBLISHED_PAIR[name]
        )
    return figures


def own_figures(router: SemanticRouter) -> list[Figure]:
    """Categories on the project's own prompts."""
    bank = TypeAdapter(dict[str, dict[str, tuple[str, ...]]]).validate_python(
        yaml.safe_load(OWN_PROMPTS.read_text(encoding="utf-8"))
    )
    figures = []
    for set_id, by_category in bank.items():
        prompts = [text for texts in by_category.values() for text in texts]
        labels = _indices([name for name, texts in by_category.items() for _ in texts], set_id)
        said = {"general categories": router.p_category(PromptBatch(prompts))}
        if set_id == PAIR:
            said = _pair_probabilities(router, prompts)
        for name, p in said.items():
            figures += _category_figures(labels, p, name, "own prompts", "all", OWN)[:1]  # too few for calibration
    return figures


def _category_figures(
    labels: IntArray,
    p: FloatArray,
    by: str,
    dataset: str,
    split: str,
    note: str,
    *,
    groups: IntArray | None = None,
    published: Mapping[str, float] | None = None,
) -> list[Figure]:
    """Accuracy, calibration error and Brier score of categories; their names keep them apart from the routes'."""
    picks = p.argmax(axis=1)
    most = float(np.bincount(labels).max() / len(labels))

    def right(rows: IntArray) -> float:
        return accuracy(labels[rows], picks[rows])

    def error(rows: IntArray) -> float:
        return ece(labels[rows], p[rows])

    def square(rows: IntArray) -> float:
        return brier(labels[rows], p[rows])

    majority = {"majority class": most}
    even = {"even odds": 1 - 1 / p.shape[1]}
    return [
        measure(f"category accuracy, {by}", right, len(labels), dataset=dataset, split=split, groups=groups,
                baselines=majority, published=published, note=note),
        measure(f"category ECE, {by}", error, len(labels), dataset=dataset, split=split, groups=groups),
        measure(f"category Brier, {by}", square, len(labels), dataset=dataset, split=split, groups=groups,
                baselines=even),
    ]  # fmt: skip


def _pair_probabilities(router: SemanticRouter, prompts: Sequence[str]) -> dict[str, FloatArray]:
    """P(coding) and P(factual), (n, 2), by what tells them apart."""
    batch = PromptBatch(prompts)
    head = CategoryHead(router.folder / HEAD_FILE)
    return {
        "descriptions": router.with_edits(PAIR).p_category(batch),
        "category head": head.p_category(router.encoders, batch),
    }


def _indices(categories: Sequence[str], set_id: str) -> IntArray:
    ids = shipped_categories()[set_id].ids
    return np.array([ids.index(category) for category in categories], dtype=np.int64)
