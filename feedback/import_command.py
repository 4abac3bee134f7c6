"""`python -m feedback import`: queues the prompts of a file for labelling; `-` reads pasted text."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import get_args

from errors import BadInputError
from feedback.column_names import columns_of
from feedback.command import with_store
from feedback.import_labels import TIER_COLUMNS, import_labels, label_columns
from feedback.import_records import FileKind, ImportReport, LabelReport
from feedback.importing import import_file, import_text
from feedback.label_store import LabelStore

IMPORTER = "command-line"
"""Who brings in what is imported here, unless somebody is named."""


def main(arguments: list[str]) -> int:
    """Imports a file and says what came of it; returns the exit code, 1 also where no row was good.

    Args:
        arguments: What follows `import` on the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m feedback import", description=__doc__)
    parser.add_argument("file", help="CSV, JSONL, Parquet or text; - is standard input, one prompt per line")
    parser.add_argument("--kind", choices=get_args(FileKind), help="without it the end of the name says")
    parser.add_argument("--column", help="which one holds the prompts; guessed without it")
    parser.add_argument("--overlap", type=int, default=1, help="how many people should label each prompt")
    parser.add_argument("--annotator", action="append", default=[], help="who should label them; may be repeated")
    parser.add_argument("--labels", action="store_true", help="import the labels that the file has, too")
    parser.add_argument("--importer", default=IMPORTER, help="pseudonym of who brings them in")
    options = parser.parse_args(arguments)

    def bring_in(store: LabelStore) -> int:
        report = _imported(store, options)
        if options.labels:
            _tell_labels(_labels(store, options, report))
        return _tell(report)

    return with_store(bring_in)


def _imported(store: LabelStore, options: argparse.Namespace) -> ImportReport:
    people, overlap = tuple(options.annotator), options.overlap
    if options.file == "-":
        return import_text(store, sys.stdin.read(), options.importer, overlap=overlap, annotators=people)
    return import_file(
        store,
        Path(options.file),
        options.importer,
        kind=options.kind,
        column=options.column,
        overlap=overlap,
        annotators=people,
    )


def _labels(store: LabelStore, options: argparse.Namespace, report: ImportReport) -> LabelReport:
    """Imports the labels of the file; raises BadInputError where it has none."""
    path = Path(options.file)
    found = None if options.file == "-" else label_columns(columns_of(path, report.reading), report.reading.column)
    if found is None:
        raise BadInputError(
            "No column of the file is one of labels.", f"Name it one of: {', '.join(TIER_COLUMNS)}; or omit --labels."
        )
    return import_labels(store, path, report.reading, found, options.importer)


def _tell_labels(report: LabelReport) -> None:
    print(f"{report.new:,} new labels by {report.people:,} people, {report.known:,} known already")
    if report.passed_over:
        print(f"{report.passed_over:,} labels of judges, corrections, or changed later were passed over")
    for bad in report.bad:
        print(f"row {bad.row:,}: {bad.why}", file=sys.stderr)
    if report.bad_rows > len(report.bad):
        print(f"and {report.bad_rows - len(report.bad):,} more labels that cannot be read", file=sys.stderr)


def _tell(report: ImportReport) -> int:
    reading = report.reading
    column = f" from column '{reading.column}'" if reading.column else ""
    print(f"{report.new:,} new prompts{column}, {report.duplicates:,} known already, {reading.bad_rows:,} bad rows")
    for bad in reading.bad:
        print(f"row {bad.row:,}: {bad.why}", file=sys.stderr)
    if reading.bad_rows > len(reading.bad):
        print(f"and {reading.bad_rows - len(reading.bad):,} more", file=sys.stderr)
    if reading.cut_off:
        print(f"The rest after {reading.rows:,} rows was not read.", file=sys.stderr)
    return 0 if report.new or report.duplicates else 1
