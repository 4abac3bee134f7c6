"""The cards of encoder-3way and encoder-quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray
from benchmarks.curves import full_curve
from benchmarks.metrics import pgr
from router_models.card import Figure, RouterCard, TrainingData
from router_models.encoder import MAX_TOKENS
from router_models.training.calibration import Calibration
from router_models.training.distilbert import MINILM
from router_models.training.encoder_data import Examples
from router_models.training.encoder_names import CHAT, QUALITY
from router_models.training.file_hash import sha256_of
from router_models.training.judged import JUDGED, LICENCE, ORIGIN

DEFAULT_PGR = 0.5
"""The default threshold of encoder-quality recovers this share of the quality gap out of fold."""

_SPLIT = "question hash mod 5: parts 2–4 train, parts 0–1 test"
_ORIGINS = {"nexos": "Edvard-exe/nexos-hw", "mmlu": "lm-sys/RouteLLM", "gsm8k": "lm-sys/RouteLLM", JUDGED: ORIGIN}
_LICENCES = {
    "nexos": "MIT by its README; prompts from LMSYS Chatbot Arena under a licence of their own",
    "mmlu": "Apache-2.0; the questions are MMLU's",
    "gsm8k": "Apache-2.0; the questions are GSM8K's",
    JUDGED: LICENCE,
}


@dataclass(frozen=True, eq=False)
class Trained:
    """What a training run leaves behind.

    Attributes:
        examples: Head → training examples.
        logits: Head → their out-of-fold logits.
        calibrations: Head → its calibration.
        served: Head → the files it is served from, in the folder of weights.
        weights: That folder.
        native: The safetensors file.
        command: The command that trained it.
        base: Folder or Hub id of the encoder it started from.
    """

    examples: Mapping[str, Examples]
    logits: Mapping[str, FloatArray]
    calibrations: Mapping[str, Calibration]
    served: Mapping[str, Sequence[str]]
    weights: Path
    native: Path
    command: str
    base: str = MINILM

    def files(self, head: str) -> dict[str, str]:
        """File name → sha256 of the weights that a head is served from, and of the native ones."""
        served = {name: sha256_of(self.weights / name) for name in self.served[head]}
        return {**served, self.native.name: sha256_of(self.native)}


def three_way_card(trained: Trained, figures: Sequence[Figure]) -> RouterCard:
    """The card of encoder-3way."""
    return RouterCard(
        router="encoder-3way",
        title="Encoder, three routes",
        family="encoder",
        routes=("simple", "general", "reasoning"),
        method="A fine-tuned sentence encoder predicts which of three LLMs another LLM would have thought suitable.",
        source=_source(trained, "Sanh et al., DistilBERT, arXiv 1910.01108"),
        trained_on=_training_data(trained.examples[CHAT], "One row per question; the mean of its labels."),
        split=_SPLIT,
        figures=tuple(figures),
        calibrated=True,
        temperature=round(trained.calibrations[CHAT].temperature, 4),
        max_tokens=MAX_TOKENS,
        training_command=trained.command,
        trained_at=datetime.now(UTC).date(),
        files=trained.files(CHAT),
        reference="chat",
        notes=(
            "Its labels are what an LLM thought of the prompt, not what any answer was worth.",
            _shared(trained, "encoder-quality"),
        ),
    )


def quality_card(trained: Trained, figures: Sequence[Figure]) -> RouterCard:
    """The card of encoder-quality."""
    return RouterCard(
        router="encoder-quality",
        title="Encoder, measured quality",
        family="encoder",
        routes=("weak", "strong"),
        method="Ridge regression on a sentence encoder's lower layers predicts whether only the strong LLM is right.",
        source=_source(trained, "RouteLLM (arXiv 2406.18665), section 4.2, BERT classifier"),
        trained_on=_training_data(trained.examples[QUALITY], "Mixtral-8x7B against GPT-4 Turbo; a tie counts half."),
        split=_SPLIT,
        figures=tuple(figures),
        calibrated=True,
        temperature=round(trained.calibrations[QUALITY].temperature, 4),
        threshold=round(default_threshold(trained), 4),
        max_tokens=MAX_TOKENS,
        training_command=trained.command,
        trained_at=datetime.now(UTC).date(),
        files=trained.files(QUALITY),
        reference="exams",
        caution="Learnt from exam questions: expect little of it on chat.",
        notes=(
            f"The default threshold recovers {DEFAULT_PGR:.0%} of the quality gap out of fold on the train part.",
            _shared(trained, "encoder-3way"),
        ),
    )


def _source(trained: Trained, method: str) -> str:
    if trained.base == MINILM:
        return f"{method}; here a DistilBERT with the weights of all-MiniLM-L6-v2"
    return f"{method}; here with the weights of {trained.base}"


def _shared(trained: Trained, other: str) -> str:
    if trained.base == MINILM:
        return f"Embeddings and lower layers are all-MiniLM-L6-v2's own, shared with {other} and the sentence encoder."
    return (
        f"Embeddings and lower layers are {trained.base}'s own, shared with {other} but not with the sentence encoder."
    )


def default_threshold(trained: Trained) -> float:
    """The highest P(strong) at which out-of-fold routing recovers `DEFAULT_PGR` of the quality gap."""
    examples, calibration = trained.examples[QUALITY], trained.calibrations[QUALITY]
    p_strong = calibration.probabilities(trained.logits[QUALITY])[:, 1]
    gap = 2 * examples.targets[:, 1] - 1
    curve = full_curve(p_strong, np.zeros_like(gap), gap)
    recovered = np.array([pgr(float(quality), curve.weak, curve.strong) for quality in curve.quality])
    return float(curve.thresholds[np.flatnonzero(recovered >= DEFAULT_PGR)[0]])


def _training_data(examples: Examples, note: str) -> tuple[TrainingData, ...]:
    sources = np.array(examples.sources)
    return tuple(
        TrainingData(
            name=source,
            rows=int((sources == source).sum()),
            licence=_LICENCES[source],
            origin=_ORIGINS[source],
            note=note,
        )
        for source in dict.fromkeys(examples.sources)
    )
