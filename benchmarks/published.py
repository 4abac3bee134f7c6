"""Published figures, beside which ours are put: numbers with their source and what must be known of them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from benchmarks.protocol import Protocol
from errors import DataError

PUBLISHED_FILE = "published.yaml"
TIME = "time"
"""In place of a benchmark where a figure is a router's own time, which is measured on no benchmark."""

TIME_TITLE = "A router's own time"


class Published(BaseModel):
    """One published figure.

    Attributes:
        benchmark: Name in the suite, or `TIME`.
        metric: As in the summary.
        router: Name of the published router.
        value: As in the summary: shares from 0 to 1; times in ms, or requests per second.
        source: Where it stands.
        protocol: Whether it compares with ours in-domain or in transfer; empty for baselines and bounds.
        compares_with: Ids of our routers that use the same method.
        note: What must be known before it is compared; may be empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    benchmark: str
    metric: str
    router: str
    value: float
    source: str
    protocol: Protocol | Literal[""] = ""
    compares_with: tuple[str, ...] = ()
    note: str = ""


def read_published(path: Path) -> list[Published]:
    """Reads the published figures.

    Raises:
        DataError: The file is missing or not in its format.
    """
    try:
        return TypeAdapter(list[Published]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        what = f"The published figures {path} cannot be read: {error}."
        raise DataError(what, "Restore the file from the repository.") from error
