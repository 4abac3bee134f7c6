"""`python -m feedback counts`: how much is kept."""

from __future__ import annotations

import argparse

from feedback.command import with_store
from feedback.label_store import LabelStore


def main(arguments: list[str]) -> int:
    """Says how much is kept; returns the exit code.

    Args:
        arguments: What follows `counts` on the command line.
    """
    argparse.ArgumentParser(prog="python -m feedback counts", description=__doc__).parse_args(arguments)
    return with_store(_print)


def _print(store: LabelStore) -> int:
    found = store.counts()
    leading = ", ".join(f"{source} {number:,}" for source, number in sorted(found.leading.items())) or "none"
    print(f"prompts            {sum(found.items):,} ({found.items[1]:,} without text)")
    print(f"still to label     {found.open:,} ({found.unscored:,} not scored by the panel yet)")
    print(f"labels             {found.labels:,}")
    print(f"labels that count  {leading}")
    print(f"ratings            {found.ratings:,}")
    return 0
