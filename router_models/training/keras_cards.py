"""The router cards of the Keras family."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.data import ray
from benchmarks.keras_study import Architecture
from router_models.card import Figure, RouterCard, TrainingData
from router_models.training.file_hash import sha256_of
from router_models.training.keras_data import MAX_TOKENS
from router_models.training.keras_recipes import Recipe, Shape
from router_models.training.keras_tuned import FOLD_MEMBERS
from router_models.training.operating_point import OperatingPoint

COMMAND = "python -m router_models.training.keras --data DIR"
KERAS_FILE, ONNX_FILE = "model.keras", "model.onnx"
REFERENCE = "ray"
TITLES: dict[Architecture, str] = {
    "dnn": "Keras DNN",
    "bilstm": "Keras BiLSTM",
    "bilstm2": "Keras 2-layer BiLSTM",
    "cnn": "Keras CNN",
    "cnn-lstm": "Keras CNN + LSTM",
}
SOURCES: dict[Architecture, str] = {
    "dnn": "Iyyer et al., Deep Unordered Composition Rivals Syntactic Methods, ACL 2015",
    "bilstm": "Graves and Schmidhuber, Framewise Phoneme Classification with Bidirectional LSTM, 2005",
    "bilstm2": "Graves and Schmidhuber, Framewise Phoneme Classification with Bidirectional LSTM, 2005",
    "cnn": "Kim, Convolutional Neural Networks for Sentence Classification, arXiv 1408.5882",
    "cnn-lstm": "Zhou et al., A C-LSTM Neural Network for Text Classification, arXiv 1511.08630",
}


def method(shape: Shape) -> str:
    """One sentence on how it decides."""
    widths = ", ".join(map(str, shape.widths))
    read = {
        "dnn": "The mean of the prompt's word embeddings goes through a dense layer",
        "bilstm": f"An LSTM of {shape.units} units reads the word pieces in both directions",
        "bilstm2": f"Two stacked LSTMs of {shape.units} units read the word pieces in both directions",
        "cnn": f"{shape.filters} convolution filters each over {widths} tokens find telling phrases",
        "cnn-lstm": f"An LSTM of {shape.units} units reads what {shape.filters} convolution filters over "
        f"{widths} tokens find",
    }[shape.architecture]
    return f"{read}; {shape.members} such networks, learnt from prompts that needed the strong LLM, are averaged."


def make_card(
    shape: Shape, recipe: Recipe, n_train: int, figures: Sequence[Figure], point: OperatingPoint, folder: Path
) -> RouterCard:
    """The card of a tuned router whose two model files lie in `folder`.

    Args:
        shape: Of the shipped network.
        recipe: How its members were trained.
        n_train: Train rows.
        figures: On the test file.
        point: Calibration and threshold.
        folder: The router's folder.
    """
    return RouterCard(
        router=folder.name,
        title=TITLES[shape.architecture],
        family="keras",
        routes=ray.ROUTES,
        method=method(shape),
        source=SOURCES[shape.architecture],
        trained_on=(
            TrainingData(
                name="ray",
                rows=n_train,
                licence="CC BY 4.0",
                origin="ray-project/llm-applications",
                note="One row per question; without questions of the test file or with both labels. "
                "Word embeddings are principal components of all-MiniLM-L6-v2's (Apache-2.0).",
            ),
        ),
        split="the set's own train and test files",
        figures=tuple(figures),
        calibrated=True,
        temperature=round(point.calibration.temperature, 4),
        threshold=round(point.threshold, 4),
        max_tokens=MAX_TOKENS,
        reference=REFERENCE,
        training_command=f"{COMMAND} --architecture {shape.architecture} --configuration tuned",
        trained_at=datetime.now(UTC).date(),
        files={name: sha256_of(folder / name) for name in (KERAS_FILE, ONNX_FILE)},
        caution="Learnt from questions about the Ray library: expect little of it elsewhere.",
        notes=(
            "The default threshold is the highest whose out-of-fold balanced accuracy is within one standard error "
            "of the best; by plain accuracy a constant “weak” wins, because few test rows need the strong LLM.",
            f"Averages {shape.members} networks, each stopped early on another part of the train rows; calibration and "
            f"threshold come from averages of {FOLD_MEMBERS} per fold, which are a little less sure of themselves.",
            "Of the train rows 2.6 times as many need the strong LLM as of the test rows, so probabilities that are "
            "right for the one are too high for the other.",
            f"Trained for at most {recipe.epochs} epochs in batches of {recipe.batch_size} with AdamW at "
            f"{recipe.learning_rate:g}.",
        ),
    )
