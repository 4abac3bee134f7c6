"""The card of the ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from router_models.base import Router
from router_models.card import Figure, RouterCard, TrainingData
from router_models.encoder import MAX_TOKENS
from router_models.training.data_sources import training_data
from router_models.training.ensemble_data import Taught
from router_models.training.ensemble_fit import EnsembleModel
from router_models.training.file_hash import sha256_of
from router_models.training.open_ended_caution import with_open_ended

ROUTER = "ensemble"
CAUTION = "Strong means what its training sets mean: exam results, a person's or an LLM's judgement."
NOTES = {
    "ray": "Labelled by people: is the proprietary LLM needed?",
    "mmlu": "Mixtral-8x7B against GPT-4 Turbo.",
    "gsm8k": "Mixtral-8x7B against GPT-4 Turbo.",
    "nexos": "strong = an LLM did not find the cheapest of three LLMs suitable.",
}
"""Data set → what its label means."""

_WEIGHTIEST = 3


@dataclass(frozen=True, eq=False)
class Trained:
    """What a training run leaves behind.

    Attributes:
        taught: Train rows by kind.
        members: The routers that vote.
        model: All fitted parts.
        threshold: The default operating point.
        weights: The written file.
        command: The command that trained it.
    """

    taught: Sequence[Taught]
    members: Sequence[Router]
    model: EnsembleModel
    threshold: float
    weights: Path
    command: str


def ensemble_card(trained: Trained, figures: Sequence[Figure]) -> RouterCard:
    """The card, with what was measured."""
    return RouterCard(
        router=ROUTER,
        title="Ensemble",
        family="composite",
        routes=("weak", "strong"),
        method=f"Weighs the votes of {len(trained.members)} routers and of linear heads of its own by what each is "
        "worth on this kind of prompt: documentation questions, exam questions or chats.",
        source="Stacked generalization (Wolpert, 1992) with a gate (Jacobs et al., 1991)",
        trained_on=with_members(
            [
                training_data(source, part.sources.count(source), NOTES[source])
                for part in trained.taught
                for source in dict.fromkeys(part.sources)
            ],
            trained.members,
        ),
        split="question hash mod 5: parts 2–4 train, parts 0–1 test; ray keeps its own test file",
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
            f"Asks {', '.join(member.id for member in trained.members)}; without one of them it is unavailable.",
            *_weightiest(trained),
            "Votes it was fitted on are out of fold; its own figures on test come from the served members.",
            "The default threshold recovers 50% of the quality gap out of fold on the exam questions.",
        ),
    )


def with_members(own: Sequence[TrainingData], members: Sequence[Router]) -> tuple[TrainingData, ...]:
    """A composite's training data: what it was fitted on itself, then what only its members have learnt from."""
    every = {data.name: data for data in own}
    for member in members:
        for data in member.card.trained_on:
            every.setdefault(data.name, data.model_copy(update={"note": f"Through {member.id}. {data.note}".strip()}))
    return tuple(every.values())


def _weightiest(trained: Trained) -> tuple[str, ...]:
    """A note per kind: the votes that move its log-odds most, per standard deviation of the vote."""
    names = [*(member.id for member in trained.members), *(f"own head for {part.kind}" for part in trained.taught)]
    notes = []
    for part, stack in zip(trained.taught, trained.model.stacks, strict=True):
        moved = sorted(zip(stack.moves, names, strict=True), key=lambda pair: -abs(pair[0]))[:_WEIGHTIEST]
        said = ", ".join(f"{name} {move:+.2f}" for move, name in moved)
        notes.append(f"On {part.kind} these votes weigh most (log-odds per standard deviation): {said}.")
    return tuple(notes)
