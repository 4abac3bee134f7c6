"""The semantic router's card."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from benchmarks.benchmark import Benchmark
from router_models.card import RouterCard, TrainingData
from router_models.category_head import HEAD_FILE
from router_models.category_similarity import EMBEDDINGS_FILE, FITS_FILE
from router_models.semantic import SemanticRouter
from router_models.training.file_hash import sha256_of
from router_models.training.semantic_figures import own_figures, pair_figures, route_figures

COMMAND = "python -m router_models.training.semantic --data DIR"


def make_card(router: SemanticRouter, chats: Benchmark, pairs: Benchmark, strength: float) -> RouterCard:
    """Measures a trained router on the test parts.

    Args:
        router: With its fits; its card is not read.
        chats: nexos, both parts.
        pairs: routing_llms, both parts.
        strength: Inverse L2 penalty of its category head.
    """
    learnt = len(set(chats.part("train").groups.tolist()))
    learnt_pairs = len(set(pairs.part("train").groups.tolist()))
    fit = router.fit
    return RouterCard(
        router="semantic",
        title="Semantic similarity",
        family="similarity",
        routes=chats.routes,
        method="Compares the prompt's meaning with hand-written descriptions of categories, and sends each category to "
        "the routes that a learnt, editable rule table gives it.",
        source="aurelio-labs/semantic-router; embeddings by all-MiniLM-L6-v2",
        trained_on=(
            TrainingData(
                name="nexos",
                rows=learnt,
                licence="MIT (as its README says; queries are from LMSYS Chatbot Arena conversations)",
                origin="Edvard-exe/nexos-hw",
                note=f"Fitted are a temperature, {len(fit.bias)} biases and the rule table. "
                "Labels are what an LLM thought suitable, not outcomes.",
            ),
            TrainingData(
                name="routing_llms",
                rows=learnt_pairs,
                licence="none stated (prompts of CodeAlpaca-20k and Databricks Dolly-15k)",
                origin="Shubhamcl/routing_llms",
                note="Only for the categories coding and factual: temperature, biases, category head.",
            ),
        ),
        split="question hash mod 5: parts 2–4 train, parts 0–1 test",
        figures=(*route_figures(router, chats), *pair_figures(router, pairs), *own_figures(router)),
        calibrated=True,
        temperature=fit.temperature,
        max_tokens=256,
        reference="chat",
        parameters={"nearest": fit.nearest, "head_strength": strength},
        training_command=COMMAND,
        trained_at=datetime.now(UTC).date(),
        version="2",
        files=_hashes(router.folder),
        notes=(
            "The rule table was fitted to route labels, not to categories: a row says which routes prompts near these "
            "descriptions got. With edited rules, descriptions or categories its confidence is no longer measured.",
            "The category head is a logistic regression on the frozen encoder that learnt coding and factual from the "
            "labels, and so the style of the two sources. The router itself goes by descriptions.",
        ),
    )


def _hashes(folder: Path) -> dict[str, str]:
    """sha256 of the weights; other descriptions have other embeddings, and ask for another fit."""
    files = (FITS_FILE, EMBEDDINGS_FILE, HEAD_FILE)
    return {f"{folder.name}/{name}": sha256_of(folder / name) for name in files}
