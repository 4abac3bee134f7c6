"""The card of the cascade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.benchmark import Benchmark
from llms.catalogue import Catalogue
from router_models.base import Router
from router_models.card import BUDGET, Figure, RouterCard
from router_models.encoder import MAX_TOKENS
from router_models.training.data_sources import training_data
from router_models.training.ensemble_card import with_members
from router_models.training.file_hash import sha256_of
from router_models.training.open_ended_caution import with_open_ended

ROUTER = "cascade"
CAUTION = "Its budget holds for traffic like its training mix; yours may cost more or less."


@dataclass(frozen=True, eq=False)
class Trained:
    """What a calibration leaves behind.

    Attributes:
        stages: Cheapest first.
        parts: The train parts it was calibrated on.
        parameters: Budget, agreement and prices.
        threshold: The operating point that the default budget buys.
        catalogue: Whose default pool was priced.
        weights: The written file.
        command: The command that wrote it.
    """

    stages: Sequence[Router]
    parts: Mapping[str, Benchmark]
    parameters: Mapping[str, float]
    threshold: float
    catalogue: Catalogue
    weights: Path
    command: str


def cascade_card(trained: Trained, figures: Sequence[Figure]) -> RouterCard:
    """The card, with what was measured."""
    serves = trained.catalogue.default_pool.serves
    agreement = trained.parameters["agreement"]
    return RouterCard(
        router=ROUTER,
        title="Cascade",
        family="composite",
        routes=("weak", "strong"),
        method=f"Asks {', then '.join(stage.id for stage in trained.stages)}, and stops at the first that is sure; "
        "a budget for the LLMs' answers sets the threshold, and with it how sure is sure enough.",
        source="FrugalGPT (arXiv 2305.05176) cascades LLMs under a budget; here routers are cascaded.",
        trained_on=with_members(
            [
                training_data(name, len(part), "Calibration, bounds and costs only.")
                for name, part in trained.parts.items()
            ],
            trained.stages,
        ),
        split="question hash mod 5: parts 2–4 train, parts 0–1 test; ray keeps its own test file",
        figures=tuple(figures),
        calibrated=True,
        threshold=round(trained.threshold, 6),
        max_tokens=MAX_TOKENS,
        parameters=dict(trained.parameters),
        reference="outcomes",
        caution=with_open_ended(CAUTION, figures),
        training_command=trained.command,
        trained_at=datetime.now(UTC).date(),
        files={trained.weights.name: sha256_of(trained.weights)},
        notes=(
            f"The budget, {trained.parameters[BUDGET]:g} USD by default, is what the LLMs' answers to 1,000 prompts "
            "may cost; the routers themselves run here and cost nothing.",
            f"Priced for {serves['weak']} and {serves['strong']} as of {trained.catalogue.price_snapshot.released}, "
            "answers as long as the app assumes. Another budget is set under Why, with the prices of the pool in use.",
            "The mix it was calibrated on gives each of its data sets the same weight; two standard deviations of "
            "1,000 prompts are kept in reserve.",
            f"An early stage decides only where the last one would have said the same in {agreement:.0%} of the cases.",
            "An LLM-based router can be made the last resort; it is asked only if the user says so.",
        ),
    )
