"""Writes labels to files with everything known of them: CSV, JSONL, Parquet. Any number of them in little memory."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO, get_args

from errors import BadInputError, UnavailableError
from feedback.annotator_names import shown_name
from feedback.label_records import SECONDS_DIGITS, StoredLabel, StoredRating
from feedback.label_store import SOURCES, LabelStore
from feedback.resolved_label import TIER_NAMES, ResolvedLabel, Source
from feedback.spreadsheet import safe_cell

if TYPE_CHECKING:
    import pyarrow as pa

ExportKind = Literal["csv", "jsonl", "parquet"]
Cell = str | int | float | bool | datetime | None
Columns = Mapping[str, type]
"""Type of each column by its name, in order; every cell may be None."""

LABEL_COLUMNS: Columns = {
    "number": int,
    "id": str,
    "prompt_sha256": str,
    "prompt": str,
    "prompt_characters": int,
    "verdict": str,
    "tier": int,
    "tier_name": str,
    "source": str,
    "annotator": str,
    "annotator_name": str,
    "leads": bool,
    "rating": int,
    "comment": str,
    "panel_shown": bool,
    "seconds": float,
    "imported_by": str,
    "router": str,
    "version": str,
    "random": bool,
    "importer": str,
    "origin": str,
    "imported_at": datetime,
    "created_at": datetime,
}
RESOLVED_COLUMNS: Columns = {
    "prompt_sha256": str,
    "prompt": str,
    "tier": int,
    "tier_name": str,
    "source": str,
    "annotators": int,
    "random": bool,
    "created_at": datetime,
}
RATING_COLUMNS: Columns = {
    "number": int,
    "id": str,
    "kind": str,
    "subject": str,
    "author": str,
    "author_name": str,
    "leads": bool,
    "thumb": str,
    "stars": int,
    "comment": str,
    "prompt_sha256": str,
    "llm": str,
    "router": str,
    "version": str,
    "created_at": datetime,
}
_BATCH = 1_000
_MADE = frozenset({"tier_name", "annotator_name", "author_name"})
_OF_STORED = frozenset(
    {"number", "leads", "prompt", "prompt_characters", "importer", "origin", "random", "imported_at"}
)


def export_labels(
    store: LabelStore,
    path: Path,
    *,
    kind: ExportKind | None = None,
    sources: Collection[Source] = SOURCES,
    leading_only: bool = False,
    with_texts: bool = True,
) -> int:
    """Writes labels to a file; it appears when it is whole.

    Args:
        store: Where they are.
        path: The file.
        kind: Its format; None goes by the end of its name.
        sources: Whose labels.
        leading_only: Whether to leave out changed and undone ones.
        with_texts: Whether prompts and comments go with them, where they are kept.

    Returns:
        How many rows it has.

    Raises:
        BadInputError: The format is not known.
        UnavailableError: The file cannot be written.
        StoreError: The database failed.
    """
    labels = store.labels(sources=sources, leading_only=leading_only)
    return write_rows(path, kind, LABEL_COLUMNS, (label_cells(label, with_texts=with_texts) for label in labels))


def label_cells(stored: StoredLabel, *, with_texts: bool = True) -> dict[str, Cell]:
    """A label as a row of `LABEL_COLUMNS`."""
    label = stored.label
    named: dict[str, Cell] = {
        name: getattr(stored if name in _OF_STORED else label, name) for name in LABEL_COLUMNS if name not in _MADE
    }
    named["tier_name"] = None if label.tier is None else TIER_NAMES[label.tier - 1]
    named["annotator_name"] = shown_name(label.annotator)
    if label.seconds is not None:  # older rows hold more digits
        named["seconds"] = round(label.seconds, SECONDS_DIGITS)
    return named if with_texts else named | {"prompt": None, "comment": None}


def resolved_cells(label: ResolvedLabel) -> dict[str, Cell]:
    """A resolved label as a row of `RESOLVED_COLUMNS`."""
    named: dict[str, Cell] = {name: getattr(label, name) for name in RESOLVED_COLUMNS if name != "tier_name"}
    return named | {"tier_name": TIER_NAMES[label.tier - 1]}


def rating_cells(stored: StoredRating) -> dict[str, Cell]:
    """A rating as a row of `RATING_COLUMNS`."""
    named: dict[str, Cell] = {
        name: getattr(stored if name in {"number", "leads"} else stored.rating, name)
        for name in RATING_COLUMNS
        if name not in _MADE
    }
    return named | {"author_name": shown_name(stored.rating.author)}


def write_rows(path: Path, kind: ExportKind | None, columns: Columns, rows: Iterable[Mapping[str, Cell]]) -> int:
    """Writes rows to a file, which appears when it is whole; returns how many. Raises as `export_labels`."""
    chosen = kind or path.suffix.lower().removeprefix(".")
    if chosen not in get_args(ExportKind):
        raise BadInputError(
            f"'{chosen}' is no format for labels.", f"Choose one of: {', '.join(get_args(ExportKind))}."
        )
    part = path.with_name(f"{path.name}.part")
    try:
        if chosen == "parquet":
            number = _write_parquet(part, columns, rows)
        else:
            with part.open("w", encoding="utf-8", newline="") as file:
                number = (write_csv if chosen == "csv" else write_jsonl)(file, columns, rows)
        part.replace(path)
    except OSError as error:
        raise UnavailableError(
            f"The file cannot be written ({error.strerror or 'no space, or no right'}).", "Choose another place for it."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return number


def write_csv(file: TextIO, columns: Columns, rows: Iterable[Mapping[str, Cell]]) -> int:
    """Writes rows as CSV, safe to open in a spreadsheet; returns how many."""
    writer = csv.writer(file)
    writer.writerow(columns)
    number = 0
    for row in rows:
        writer.writerow([_csv_cell(row[name]) for name in columns])
        number += 1
    return number


def write_jsonl(file: TextIO, columns: Columns, rows: Iterable[Mapping[str, Cell]]) -> int:
    """Writes rows as JSON, one per line; returns how many."""
    number = 0
    for row in rows:
        cells = {name: value.isoformat() if isinstance(value := row[name], datetime) else value for name in columns}
        file.write(json.dumps(cells, ensure_ascii=False) + "\n")
        number += 1
    return number


def _csv_cell(value: Cell) -> Cell:
    if isinstance(value, str):
        return safe_cell(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else value


def _write_parquet(path: Path, columns: Columns, rows: Iterable[Mapping[str, Cell]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema, number, left = arrow_schema(columns), 0, iter(rows)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := list(islice(left, _BATCH)):
            writer.write_table(pa.Table.from_pylist([dict(row) for row in batch], schema=schema))
            number += len(batch)
    return number


def arrow_schema(columns: Columns) -> pa.Schema:
    """The columns as Arrow types; moments are UTC."""
    import pyarrow as pa

    types: dict[type, Any] = {
        str: pa.string(),
        int: pa.int64(),
        float: pa.float64(),
        bool: pa.bool_(),
        datetime: pa.timestamp("us", tz="UTC"),
    }
    return pa.schema([(name, types[kind]) for name, kind in columns.items()])
