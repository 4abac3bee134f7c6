"""`python -m feedback purge`: deletes prompts, answers and comments; hashes, labels and counts stay."""

from __future__ import annotations

import argparse

from feedback.command import with_store
from feedback.label_store import LabelStore
from settings import get_settings


def main(arguments: list[str]) -> int:
    """Deletes texts, never records; returns the exit code.

    Args:
        arguments: What follows `purge` on the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m feedback purge", description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--days", type=int, help="older than that; RETENTION_DAYS without it")
    which.add_argument("--author", help="all of that author, by pseudonym")
    options = parser.parse_args(arguments)

    def delete(store: LabelStore) -> int:
        if options.author is not None:
            print(f"{store.delete_texts(options.author):,} texts of {options.author} were deleted")
            return 0
        days = get_settings().retention_days if options.days is None else options.days
        print(f"{store.purge(days):,} texts were deleted" if days else "RETENTION_DAYS is 0: nothing is deleted")
        return 0

    return with_store(delete)
