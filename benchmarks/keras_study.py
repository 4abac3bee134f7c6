"""The numbers of `assets/training/keras.json`: how the Keras family learnt, seed by seed, beside what was published."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from benchmarks.kept import Kept
from errors import DataError

STUDY_FILE = Path(__file__).parents[1] / "assets" / "training" / "keras.json"
MEND = "Run `python -m router_models.training.keras --data DIR` again."

Architecture = Literal["dnn", "bilstm", "bilstm2", "cnn", "cnn-lstm"]
Configuration = Literal["published", "published without class weights", "tuned"]


class Interval(Kept):
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


class LearningCurves(Kept):
    """One number per epoch; the training ones with dropout and, where classes are weighted, weighted losses."""

    train_loss: tuple[float, ...]
    train_accuracy: tuple[float, ...]
    validation_loss: tuple[float, ...]
    validation_accuracy: tuple[float, ...]


class SeedRun(Kept):
    """One network: its metrics on the test file, and how it learnt."""

    seed: int
    metrics: dict[str, float]
    curves: LearningCurves


class Run(Kept):
    """One architecture in one configuration.

    `over_seeds` is the mean over single networks with a t interval of that mean; `shipped` is the router itself, which
    averages the networks, with bootstrap intervals over questions. Both pick `strong` from `threshold` on.
    """

    architecture: Architecture
    configuration: Configuration
    recipe: dict[str, float | int | str | tuple[int, ...] | None]
    threshold: float
    seeds: tuple[SeedRun, ...] = Field(min_length=1)
    over_seeds: dict[str, Interval]
    shipped: dict[str, Interval] = Field(default_factory=dict)


class KerasStudy(Kept):
    """All runs, with what a reader needs to compare them."""

    dataset: str = "ray"
    train_rows: int
    test_rows: int
    constant_accuracy: float = Field(description="accuracy on the test file of always saying weak")
    published: dict[Architecture, dict[str, float]]
    published_note: str
    runs: tuple[Run, ...] = ()

    def run(self, architecture: Architecture, configuration: Configuration) -> Run | None:
        """The run of that name, if it was made."""
        wanted = (architecture, configuration)
        return next((run for run in self.runs if (run.architecture, run.configuration) == wanted), None)


def load_study(path: Path = STUDY_FILE) -> KerasStudy:
    """Reads the study.

    Raises:
        DataError: The file is missing or does not fit the model.
    """
    try:
        return KerasStudy.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError(f"The training study {path} is missing.", MEND) from error
    except ValidationError as error:
        raise DataError(f"The training study {path} is not valid: {error.errors()[0]['msg']}.", MEND) from error
