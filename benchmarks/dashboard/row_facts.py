"""What is known of each test prompt beside its outcomes: its domain and its length, as numbers.

`assets/benchmarks/row-facts.json`, written by `python -m benchmarks.dashboard.row_facts --data DIR`: per benchmark the
names of its domains and, in the order of the outcomes' rows, each prompt's domain and its number of characters. The
file names the rows it belongs to by a hash, so facts of other rows are never used.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark, BoolArray, IntArray
from benchmarks.outcomes import KEY_DIGITS
from benchmarks.split import question_key
from errors import DataError, PlaygroundError

ROW_FACTS_FILE = "row-facts.json"
FOLDER = Path(__file__).parents[2] / "assets" / "benchmarks"
COMMAND = "python -m benchmarks.dashboard.row_facts --data DIR"
MEND = f"Write it again: `{COMMAND}`."


@dataclass(frozen=True, eq=False)
class RowFacts:
    """Domain and length of n prompts.

    Attributes:
        domains: Names of the domains; empty where the set has none.
        domain: Index into `domains` per row, shape (n,).
        prompt_chars: Characters per prompt, shape (n,).
    """

    domains: tuple[str, ...]
    domain: IntArray
    prompt_chars: IntArray

    def take(self, rows: BoolArray) -> RowFacts:
        """The same of some rows."""
        return RowFacts(self.domains, self.domain[rows], self.prompt_chars[rows])


def facts_of(benchmark: Benchmark) -> dict[str, object]:
    """The entry of one benchmark's rows in the file."""
    names = sorted(set(benchmark.categories))
    keys = [question_key(question)[:KEY_DIGITS] for question in benchmark.questions]
    return {
        "rows": rows_hash(keys),
        "domains": names,
        "domain": [names.index(name) for name in benchmark.categories] if names else [0] * len(benchmark),
        "prompt_chars": [len(prompt) for prompt in benchmark.prompts],
    }


def rows_hash(questions: Sequence[str]) -> str:
    """16 hexadecimal digits that stand for rows in their order.

    Args:
        questions: The `question` column of the outcomes, n texts.
    """
    return hashlib.sha256("\n".join(questions).encode()).hexdigest()[:16]


def read_row_facts(folder: Path, name: str, questions: Sequence[str]) -> RowFacts:
    """Facts of a benchmark's rows.

    Args:
        folder: Where the file lies.
        name: The benchmark.
        questions: The `question` column of its outcomes.

    Raises:
        DataError: The file is missing, damaged, or belongs to other rows.
    """
    path = folder / ROW_FACTS_FILE
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))[name]
        domains, rows = tuple(map(str, kept["domains"])), kept["rows"]
        domain, chars = (np.array(kept[what], dtype=np.int64) for what in ("domain", "prompt_chars"))
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing: domains and lengths are not known.", MEND) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} says nothing usable of {name}: {error}.", MEND) from error
    if rows != rows_hash(questions) or not len(domain) == len(chars) == len(questions):
        raise DataError(f"{path} belongs to other rows of {name} than its outcomes.", MEND)
    if domains and not (domain.min() >= 0 and domain.max() < len(domains)):
        raise DataError(f"{path} names a domain of {name} that does not exist.", MEND)
    domain.flags.writeable = chars.flags.writeable = False
    return RowFacts(domains, domain, chars)


def write_row_facts(data_dir: Path, folder: Path = FOLDER) -> Path:
    """Writes the facts of every benchmark's test part and returns the path; raises as the loaders do."""
    from benchmarks.suite import SUITE

    path = folder / ROW_FACTS_FILE
    lines = [
        f"{json.dumps(entry.name)}: {json.dumps(facts_of(entry.load(data_dir).part('test')), separators=(',', ':'))}"
        for entry in SUITE
    ]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard.row_facts", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the public data sets")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the numbers are kept")
    options = parser.parse_args(arguments)
    try:
        print(f"wrote {write_row_facts(options.data, options.folder)}", file=sys.stderr)
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
