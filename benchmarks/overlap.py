"""`python -m benchmarks.overlap --data DIR`: test questions that also stand in the train part of another data set.

The split rule keeps equal questions on one side wherever it applies. Sets that are test only (MT-Bench, just-eval,
AlpacaEval) or keep a test file of their own (ray) escape it: their questions may be among another set's train prompts,
with a label of another kind.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.split import question_key
from benchmarks.suite import SUITE


def overlaps(data_dir: Path) -> list[tuple[str, str, int, int]]:
    """(test set, train set, shared questions, questions of the test set), for every pair that shares any.

    Args:
        data_dir: Folder of the public data sets.

    Raises:
        DataError: A set is missing or not in its public format.
    """
    loaded = {entry.name: entry.load(data_dir) for entry in SUITE}
    test = {name: {question_key(q) for q in whole.part("test").questions} for name, whole in loaded.items()}
    train = {name: {question_key(q) for q in whole.part("train").questions} for name, whole in loaded.items()}
    return [
        (held_out, learnt, len(test[held_out] & train[learnt]), len(test[held_out]))
        for held_out in test
        for learnt in train
        if test[held_out] & train[learnt]
    ]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overlap", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public data sets")
    print("| test set | train part of | shared questions | of |\n| --- | --- | --- | --- |")
    for row in overlaps(parser.parse_args().data):
        print("| " + " | ".join(map(str, row)) + " |")


if __name__ == "__main__":
    main()
