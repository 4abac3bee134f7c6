"""Which columns a file has, and its first prompts: what the Label page shows before an import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from errors import BadInputError
from feedback.column_names import LOOKED_AT, columns_of
from feedback.import_labels import LabelColumns, label_columns, readable
from feedback.import_records import BadRow, Reading
from feedback.importing import KINDS, prompts_of

SHOWN = 5
SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class LabelsFound:
    """Labels in the beginning of a file.

    Attributes:
        columns: Where they are.
        readable: Rows that name a tier.
        said: Rows that have anything in that column.
    """

    columns: LabelColumns
    readable: int
    said: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a file.

    Attributes:
        columns: Names of its columns; none where it is a list of prompts.
        column: The one that was read.
        prompts: First prompts, cut where they are long.
        bad: Rows among the first ones that would be left out.
        looked_at: How many rows these are.
        labels: What of its labels was found; None where no column is named like one.
    """

    columns: tuple[str, ...]
    column: str
    prompts: tuple[str, ...]
    bad: tuple[BadRow, ...]
    looked_at: int
    labels: LabelsFound | None = None


def preview_of(path: Path, column: str | None) -> Preview:
    """Reads the beginning of a file.

    Args:
        path: The file.
        column: Which column holds the prompts; None guesses.

    Raises:
        BadInputError: It cannot be read, or has no such column.
    """
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise BadInputError(
            f"Files that end in “{path.suffix[:12]}” cannot be imported.", f"Choose one of: {', '.join(KINDS)}."
        )
    reading = Reading(kind)
    prompts = list(islice(prompts_of(path, reading, column), LOOKED_AT))
    columns = columns_of(path, reading)
    return Preview(
        columns=tuple(columns),
        column=reading.column,
        prompts=tuple(_cut(prompt) for prompt in prompts[:SHOWN]),
        bad=tuple(reading.bad),
        looked_at=reading.rows,
        labels=labels_found(path, reading, columns),
    )


def labels_found(path: Path, reading: Reading, columns: Sequence[str]) -> LabelsFound | None:
    """What of a file's labels is found in its first rows; None where no column is named like one.

    Args:
        path: The file.
        reading: How its prompts were read.
        columns: Names of its columns.
    """
    found = label_columns(columns, besides=reading.column)
    return None if found is None else LabelsFound(found, *readable(path, reading, found, LOOKED_AT))


def _cut(prompt: str) -> str:
    return prompt if len(prompt) <= SHOWN_CHARACTERS else f"{prompt[:SHOWN_CHARACTERS]} …"
