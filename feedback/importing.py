"""Brings prompts in from files and pasted text: bad rows are named, and the rest goes in. Any size in little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import get_args

from errors import BadInputError
from feedback.import_columns import lines_of_text, rows_of
from feedback.import_records import MAX_BYTES, MAX_ROWS, FileKind, ImportReport, Reading
from feedback.label_store import LabelStore
from router_models.prompts import clean_prompt

KINDS: dict[str, FileKind] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".txt": "text",
}
"""Kind of file by the end of its name."""

_TELL_EVERY = 500


def import_file(
    store: LabelStore,
    path: Path,
    importer: str,
    *,
    origin: str | None = None,
    kind: FileKind | None = None,
    column: str | None = None,
    overlap: int = 1,
    annotators: Sequence[str] = (),
    on_progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """Queues the prompts of a file. What was read before a failure is kept; importing again is harmless.

    Args:
        store: Where they go.
        path: The file: CSV with any usual separator, JSONL, Parquet, or text with a prompt per line.
        importer: Pseudonym of who brings them in.
        origin: What to call where they came from; None is the file's name.
        kind: How to read it; None goes by the end of the file's name.
        column: Which column holds the prompts; None guesses.
        overlap: As for `LabelStore.add_items`.
        annotators: As for `LabelStore.add_items`.
        on_progress: Told the number of rows read, now and then; may raise to stop.

    Raises:
        BadInputError: The file cannot be read at all, is too large, or has no such column.
        StoreError: The database failed.
    """
    kind = _checked_kind(path, kind)
    reading = Reading(kind)
    texts = prompts_of(path, reading, column, on_progress)
    name = path.name if origin is None else origin
    added = store.add_items(texts, importer, origin=name, overlap=overlap, annotators=annotators)
    return ImportReport(reading, added.new, added.duplicates)


def import_text(
    store: LabelStore, text: str, importer: str, *, overlap: int = 1, annotators: Sequence[str] = ()
) -> ImportReport:
    """Queues pasted prompts: one per line, or, where blank lines separate them, one per paragraph.

    Args:
        store: Where they go.
        text: What was pasted.
        importer: Pseudonym of who brings them in.
        overlap: As for `LabelStore.add_items`.
        annotators: As for `LabelStore.add_items`.

    Raises:
        BadInputError: Nothing was pasted, or too much.
        StoreError: The database failed.
    """
    if not text.strip():
        raise BadInputError("Nothing was pasted.", "Paste one prompt per line, or prompts with blank lines between.")
    if len(text) > MAX_BYTES:
        raise BadInputError("This is too much to paste.", "Import it as a file.")
    reading = Reading("text")
    texts = _good_ones(lines_of_text(text), reading, None)
    added = store.add_items(texts, importer, origin="pasted", overlap=overlap, annotators=annotators)
    return ImportReport(reading, added.new, added.duplicates)


def prompts_of(
    path: Path, reading: Reading, column: str | None, on_progress: Callable[[int], None] | None = None
) -> Iterator[str]:
    """The prompts of a file, as they are read; what is wrong with others is noted in `reading`."""
    return _good_ones(rows_of(path, reading, column), reading, on_progress)


def _good_ones(
    rows: Iterator[tuple[int, object]], reading: Reading, on_progress: Callable[[int], None] | None
) -> Iterator[str]:
    for row, value in rows:
        if reading.rows == MAX_ROWS:
            reading.cut_off = True
            return
        reading.rows += 1
        if on_progress is not None and reading.rows % _TELL_EVERY == 0:
            on_progress(reading.rows)
        if isinstance(value, BadInputError):
            reading.leave_out(row, value.what)
            continue
        try:
            yield clean_prompt(value)
        except BadInputError as error:
            reading.leave_out(row, error.what)


def _checked_kind(path: Path, kind: FileKind | None) -> FileKind:
    found = kind or KINDS.get(path.suffix.lower())
    if found is None or found not in get_args(FileKind):
        raise BadInputError(
            f"Files that end in '{path.suffix}' cannot be imported.", f"Choose one of: {', '.join(KINDS)}."
        )
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BadInputError(f"The file cannot be read ({error.strerror}).", "Check its path and rights.") from error
    if size > MAX_BYTES:
        raise BadInputError(
            f"The file has {size / 2**20:,.0f} MiB.", f"The limit is {MAX_BYTES / 2**20:,.0f} MiB: split it."
        )
    if size == 0:
        raise BadInputError("The file is empty.", "Choose one with a prompt per row.")
    return found
