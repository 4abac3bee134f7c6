"""`python -m feedback export`: writes labels to a file, or to a data set of the Hub (`hub:owner/name`)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

from feedback.command import with_store
from feedback.exporting import ExportKind, export_labels
from feedback.label_store import SOURCES, LabelStore
from feedback.publishing import publish
from settings import get_settings

HUB = "hub:"


def main(arguments: list[str]) -> int:
    """Exports and says how much; returns the exit code.

    Args:
        arguments: What follows `export` on the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m feedback export", description=__doc__)
    parser.add_argument("target", help=f"a file, or {HUB}owner/name")
    parser.add_argument("--kind", choices=get_args(ExportKind), help="without it the end of the name says")
    parser.add_argument("--source", action="append", choices=SOURCES, help="whose labels; may be repeated")
    parser.add_argument("--leading", action="store_true", help="leave out changed and undone labels")
    parser.add_argument("--without-texts", action="store_true", help="leave out prompts and comments")
    parser.add_argument("--public", action="store_true", help="a new data set on the Hub is for everybody to see")
    options = parser.parse_args(arguments)

    def write(store: LabelStore) -> int:
        print(_exported(store, options))
        return 0

    return with_store(write)


def _exported(store: LabelStore, options: argparse.Namespace) -> str:
    """Writes; says what was written where."""
    if options.target.startswith(HUB):
        settings = get_settings()
        token = settings.hf_token.get_secret_value() if settings.hf_token else None
        done = publish(store, options.target.removeprefix(HUB), token, private=not options.public)
        return f"{', '.join(f'{number:,} {part}' for part, number in done.rows.items())}: {done.url}"
    number = export_labels(
        store,
        Path(options.target),
        kind=options.kind,
        sources=options.source or SOURCES,
        leading_only=options.leading,
        with_texts=not options.without_texts,
    )
    return f"{number:,} labels: {options.target}"
