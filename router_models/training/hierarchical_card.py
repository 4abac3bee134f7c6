"""The card of the hierarchical router."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.benchmark import IntArray
from router_models.card import Figure, RouterCard
from router_models.encoder import MAX_TOKENS
from router_models.training.data_sources import training_data
from router_models.training.file_hash import sha256_of
from router_models.training.hierarchical_data import Rows
from router_models.training.open_ended_caution import with_open_ended

ROUTER = "hierarchical"
CAUTION = "Coding and everyday chat follow an LLM's taste, the other domains exam results."
_OUTCOMES = "Domain by subject; complexity = share of its LLMs that were wrong"
_PAIR = f"{_OUTCOMES}; route: Mixtral against GPT-4."
NOTES = {
    "mmlu": _PAIR,
    "gsm8k": _PAIR,
    "mmlu-pro": f"{_OUTCOMES}.",
    "zeroeval-math-l5": f"{_OUTCOMES}.",
    "zeroeval-crux": f"{_OUTCOMES}.",
    "nexos": "Everyday chat, less what looks like code or mathematics; complexity and route are an LLM's judgement.",
    "coding-factual": "Its coding prompts teach that domain, nothing else.",
}
"""Data set → what it taught."""

ALSO = {"gsm8k": "WildEval/ZeroEval"}
"""Data set → where further outcomes of its questions are from."""


@dataclass(frozen=True, eq=False)
class Trained:
    """What a training run leaves behind.

    Attributes:
        rows: The train rows.
        domains: Domain of each as it was taught, −1 where none.
        threshold: The default operating point.
        weights: The written file.
        command: The command that trained it.
    """

    rows: Rows
    domains: IntArray
    threshold: float
    weights: Path
    command: str


def hierarchical_card(trained: Trained, figures: Sequence[Figure]) -> RouterCard:
    """The card, with what was measured."""
    return RouterCard(
        router=ROUTER,
        title="Hierarchical",
        family="composite",
        routes=("weak", "strong"),
        method="Names the domain, then how hard the prompt is within it, then how likely only the strong LLM will do.",
        source="Domain and complexity steps as in NVIDIA's and vLLM's routers, here learnt from measured outcomes.",
        trained_on=tuple(
            training_data(source, int((trained.rows.sources == source).sum()), NOTES[source], ALSO.get(source, ""))
            for source in dict.fromkeys(trained.rows.sources.tolist())
        ),
        split="question hash mod 5: parts 2–4 train, parts 0–1 test",
        figures=tuple(figures),
        calibrated=True,
        threshold=round(trained.threshold, 4),
        max_tokens=MAX_TOKENS,
        reference="outcomes",
        caution=with_open_ended(CAUTION, figures),
        training_command=trained.command,
        trained_at=datetime.now(UTC).date(),
        files={trained.weights.name: sha256_of(trained.weights)},
        notes=(
            "Complexity is relative: the percentile among the domain's own training prompts, not across domains.",
            "No set states the domain of a chat: what looks like neither code nor mathematics is everyday chat, "
            f"{int(np.sum(trained.domains[trained.rows.sources == 'nexos'] >= 0)):,} prompts.",
            "The default threshold recovers 50% of the quality gap out of fold on the exam questions.",
        ),
    )
