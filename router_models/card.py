"""The router card: what a router is, what it was trained on, and how good it measurably is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from errors import DataError

CARD_FILE = "card.json"
BASELINE_FAMILY = "baseline"
"""Family of the routers that are there only to be beaten."""

BUDGET = "budget_usd_per_1000"
"""Parameter of a router with a budget: what the LLMs' answers to 1,000 prompts may cost, in USD."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TrainingData(_Frozen):
    """One data set that a router has learnt from."""

    name: str
    rows: int = Field(ge=0, description="rows used for training after de-duplication")
    licence: str
    origin: str = Field(description="public owner/name of the source")
    note: str = ""


class Figure(_Frozen):
    """One measured figure with its 95 % bootstrap interval and the baselines on the same rows."""

    metric: str = Field(description="AUC, accuracy, macro F1, APGR, ECE, …")
    value: float
    low: float = Field(description="lower end of the 95 % interval")
    high: float = Field(description="upper end of the 95 % interval")
    rows: int = Field(gt=0, description="rows the figure was measured on")
    dataset: str
    split: str = Field(description="which rows, for instance 'test, hash bucket 0–1'")
    baselines: dict[str, float] = Field(default_factory=dict, description="the same metric for baselines")
    published: dict[str, float] = Field(default_factory=dict, description="published figures, by source")
    note: str = ""


class RouterCard(_Frozen):
    """Everything a sceptical reader wants to know of one router.

    `temperature` divides the logits before the softmax (1 leaves them as they are).
    `threshold` is the default operating point of a two-route router: it picks `strong` where p_strong ≥ threshold.
    """

    router: str
    title: str
    family: str
    routes: tuple[str, ...] = Field(min_length=2, description="cheapest first")
    method: str = Field(description="one sentence: how it decides")
    source: str = Field(default="", description="the paper or project the method comes from")
    trained_on: tuple[TrainingData, ...] = ()
    split: str = ""
    figures: tuple[Figure, ...] = ()
    calibrated: bool = False
    temperature: float = Field(default=1.0, gt=0)
    threshold: float | None = Field(default=None, ge=0, le=1)
    max_tokens: int | None = Field(default=None, gt=0, description="WordPiece tokens it reads; None: all")
    parameters: dict[str, float] = Field(default_factory=dict, description="small learnt weights, by name")
    caution: str = Field(default="", description="what must be known before its pick is trusted; shown on its face")
    reference: str = Field(default="", description="its training prompts as numbers: references/<name>.npz")
    training_command: str = ""
    trained_at: date | None = None
    version: str = "1"
    files: dict[str, str] = Field(default_factory=dict, description="file name → sha256")
    notes: tuple[str, ...] = ()

    @property
    def baseline(self) -> bool:
        """Whether it is there only to be beaten."""
        return self.family == BASELINE_FAMILY

    @property
    def constant(self) -> bool:
        """Whether it says the same of every prompt, so that a threshold has nothing to decide."""
        return "p_strong" in self.parameters

    @property
    def threshold_is_bought(self) -> bool:
        """Whether its threshold follows from a budget, so that nobody may set it apart from what else follows."""
        return BUDGET in self.parameters

    @property
    def calibration_error(self) -> Figure | None:
        """The expected calibration error on held-out rows, the worst where several sets were measured."""
        measured = [figure for figure in self.figures if figure.metric == "ECE"]
        return max(measured, key=lambda figure: figure.value, default=None)

    def save(self, folder: Path) -> Path:
        """Writes the card as `card.json` into `folder` and returns the file's path."""
        path = folder / CARD_FILE
        path.write_text(self.model_dump_json(indent=2, exclude_defaults=True) + "\n", encoding="utf-8")
        return path


def load_card(folder: Path) -> RouterCard:
    """Reads `folder/card.json`.

    Raises:
        DataError: The file is missing or does not fit the schema; the message names the field.
    """
    path = folder / CARD_FILE
    try:
        return RouterCard.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError(f"The router card {path} is missing.", "Run the router's training script again.") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise DataError(
            f"The router card {path} is not valid at '{field}': {first['msg']}.",
            "Run the router's training script again.",
        ) from error
