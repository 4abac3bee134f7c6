"""Labels that come with imported prompts: which columns hold them, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from pathlib import Path
from typing import get_args

from errors import BadInputError
from feedback.annotator_names import IMPORTED
from feedback.columns import storable
from feedback.import_columns import rows_of
from feedback.import_records import MAX_ROWS, LabelReport, Reading
from feedback.label_records import Label
from feedback.label_store import LabelStore
from feedback.resolved_label import TIER_NAMES, TIERS, Source
from feedback.rows import sha256
from feedback.tables import NAME
from router_models.prompts import clean_prompt

TIER_COLUMNS = ("tier", "tier_name", "label", "should_be", "route", "needed_tier", "needs")
"""Names by which a column of labels is known, the surest first."""

ANNOTATOR_COLUMNS = ("annotator", "labeller", "labeler", "author", "rater", "user", "who")
SOURCE_COLUMN, LEADS_COLUMN = "source", "leads"
"""Of the app's own exports: only what people said is imported, and of the history only what counted at last. Columns of
other files may have these names too, so a cell says something only if it holds a word of such an export."""

CHUNK = 500
_OF_OTHERS = frozenset(get_args(Source)) - {"people"}
_TIER_OF = {str(tier): tier for tier in TIERS} | dict(zip(TIER_NAMES, TIERS, strict=True))


@dataclass(frozen=True, slots=True)
class LabelColumns:
    """Where a file has its labels.

    Attributes:
        tier: The column of labels.
        annotator: The column that says whose they are; '' where there is none.
        source, leads: As `SOURCE_COLUMN` and `LEADS_COLUMN`; '' where there is none.
    """

    tier: str
    annotator: str = ""
    source: str = ""
    leads: str = ""


def label_columns(names: Sequence[str], besides: str = "") -> LabelColumns | None:
    """The columns of labels among those of a file, by their names; None if there are none.

    Args:
        names: Of all columns.
        besides: The column of prompts, which is none of labels.
    """
    by_lower = {name.strip().lower(): name for name in reversed(names) if name != besides}
    tier = next((by_lower[name] for name in TIER_COLUMNS if name in by_lower), None)
    if tier is None:
        return None
    annotator = next((by_lower[name] for name in ANNOTATOR_COLUMNS if name in by_lower), "")
    return LabelColumns(tier, annotator, by_lower.get(SOURCE_COLUMN, ""), by_lower.get(LEADS_COLUMN, ""))


def tier_of(value: object) -> int | None:
    """The tier that a cell names, as a number or by its name; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value in TIERS else None
    return _TIER_OF.get(str(value).strip().lower().removesuffix(".0"))


def readable(path: Path, reading: Reading, columns: LabelColumns, rows: int) -> tuple[int, int]:
    """How many of a file's first rows name a tier, and how many have anything in that column.

    Raises:
        BadInputError: The file cannot be read, or lacks the column.
    """
    cells = [_said(cell) for cell in islice(_values(path, reading, columns.tier), rows)]
    said = [cell for cell in cells if cell is not None]
    return sum(tier_of(cell) is not None for cell in said), len(said)


def import_labels(store: LabelStore, path: Path, reading: Reading, columns: LabelColumns, importer: str) -> LabelReport:
    """Keeps the labels of a file whose prompts were imported. Importing again is harmless.

    Args:
        store: Where they go.
        path: The file.
        reading: How its prompts were read: the same rows count.
        columns: Where its labels are.
        importer: Pseudonym of who imports them; it is kept with each.

    Returns:
        What became of them.

    Raises:
        BadInputError: The file cannot be read, or lacks a column.
        StoreError: The database failed; what was kept before stays.
    """
    report = LabelReport()
    labels = _labels(path, reading, columns, importer, report)
    while chunk := list(islice(labels, CHUNK)):
        # Else a file in which somebody changes their mind would change it again each time it is imported.
        latest = {(label.prompt_sha256, label.annotator): label for label in chunk}
        kept = store.save_imported(list(latest.values()))
        report.new += kept
        report.known += len(latest) - kept
        report.passed_over += len(chunk) - len(latest)
    return report


def _labels(path: Path, reading: Reading, columns: LabelColumns, importer: str, report: LabelReport) -> Iterator[Label]:
    names = (reading.column or None, columns.tier, columns.annotator, columns.source, columns.leads)
    prompts, *others = (_values(path, reading, name) for name in names)
    people: set[str] = set()
    for (row, prompt), tier, annotator, source, leads in islice(zip(prompts, *others, strict=False), MAX_ROWS):
        said = _said(tier)
        if said is None:
            continue
        if not _counts(_said(source), _said(leads)):
            report.passed_over += 1
            continue
        named = tier_of(said)
        if named is None:
            report.leave_out(row, f"“{str(said)[:40]}” is no tier.")
            continue
        try:
            digest = sha256(clean_prompt(prompt))
        except BadInputError:
            continue  # the import of the prompts has named this row
        name = str(_said(annotator) or "").strip().removeprefix(IMPORTED)
        who = storable(f"{IMPORTED}{name}", NAME)
        people.add(who)
        report.people = len(people)
        yield Label(prompt_sha256=digest, annotator=who, tier=named, imported_by=importer)


def _values(path: Path, reading: Reading, name: str | None) -> Iterator[tuple[int, object]]:
    """A column, row by row; of a column that is not there nothing for ever."""
    if name == "":
        return repeat((0, None))
    return rows_of(path, Reading(reading.kind), name)


def _said(cell: tuple[int, object]) -> object:
    value = cell[1]
    return None if isinstance(value, BadInputError) or value is None or not str(value).strip() else value


def _counts(source: object, leads: object) -> bool:
    return str(source).strip().lower() not in _OF_OTHERS and str(leads).strip().lower() != "false"
