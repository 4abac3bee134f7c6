"""`python -m benchmarks.dashboard.explore --data DIR` counts what the labelled sets hold, into `explorer.json`."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark, BoolArray, FloatArray, IntArray
from benchmarks.dashboard.explorer import EXPLORER_FILE, Explorer, LabelledSet, Lengths, SetPart, Word
from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.dashboard.words import FEWEST_PROMPTS, count_words
from benchmarks.data import coding_factual, gsm8k, mmlu, nexos, ray
from benchmarks.data.files import read_jsonl
from benchmarks.kept import keep
from benchmarks.split import question_key

LENGTH_EDGES = (0, 10, 20, 30, 40, 50, 70, 100, 140, 200, 280, 400, 560, 800, 1200, 2000, 1_000_000)
NOTE = (
    f"Aggregates only. A word or pair of words is counted where it stands in at least {FEWEST_PROMPTS} prompts; "
    "near-copies of a prompt count once, and common function words are left out."
)


@dataclass(frozen=True, eq=False)
class Labelled:
    """A labelled set as published: n prompts with a class each, duplicates still in it."""

    name: str
    title: str
    label: str
    classes: tuple[str, ...]
    prompts: tuple[str, ...]
    questions: tuple[str, ...]
    labels: IntArray
    is_test: BoolArray


def explore(data_dir: Path) -> Explorer:
    """Counts every labelled set.

    Args:
        data_dir: Folder of the public data sets.

    Raises:
        DataError: A set is missing or not in its public format.
    """
    sets = (
        _ray(data_dir),
        _by_label(nexos.load(data_dir), "Chat, three routes", "the route that an LLM thought suitable"),
        _by_label(coding_factual.load(data_dir), "Coding or factual", "the category"),
        _by_outcome(mmlu.load(data_dir), "MMLU"),
        _by_outcome(gsm8k.load(data_dir), "GSM8K"),
    )
    return Explorer(fewest_prompts=FEWEST_PROMPTS, note=NOTE, sets=tuple(map(describe, sets)))


def describe(labelled: Labelled) -> LabelledSet:
    """All counts of one set."""
    n = len(labelled.classes)
    keys = [question_key(question) for question in labelled.questions]
    chars = np.array([len(prompt) for prompt in labelled.prompts], dtype=np.float64)
    words = np.array([len(prompt.split()) for prompt in labelled.prompts], dtype=np.float64)
    sides = {"train": ~labelled.is_test, "test": labelled.is_test}
    parts = {side: _part(labelled, keys, chars, words, rows) for side, rows in sides.items() if rows.any()}
    on = {side: {key for key, here in zip(keys, rows, strict=True) if here} for side, rows in sides.items()}
    counted = [
        tuple(Word(**asdict(word)) for word in count_words(labelled.questions, labelled.labels, n, size))
        for size in (1, 2)
    ]
    lengths = tuple(_lengths(chars[labelled.labels == label], words[labelled.labels == label]) for label in range(n))
    return LabelledSet(
        name=labelled.name,
        title=labelled.title,
        label=labelled.label,
        classes=labelled.classes,
        parts=parts,
        shared=len(on["train"] & on["test"]),
        length_edges=LENGTH_EDGES,
        lengths=lengths,
        words=counted[0],
        pairs=counted[1],
        findings=_findings(labelled, parts, lengths),
    )


def _part(labelled: Labelled, keys: Sequence[str], chars: FloatArray, words: FloatArray, rows: BoolArray) -> SetPart:
    seen: dict[str, set[int]] = defaultdict(set)
    for row in np.flatnonzero(rows).tolist():
        seen[keys[row]].add(int(labelled.labels[row]))
    last = (labelled.labels[rows] == len(labelled.classes) - 1).astype(np.float64)
    return SetPart(
        rows=int(rows.sum()),
        questions=len(seen),
        by_class=tuple(np.bincount(labelled.labels[rows], minlength=len(labelled.classes)).tolist()),
        duplicates=int(rows.sum()) - len(seen),
        contradictions=sum(len(found) > 1 for found in seen.values()),
        pearson=_correlation(chars[rows], last),
        spearman=_correlation(_ranks(chars[rows]), _ranks(last)),
        chars_mean=round(float(chars[rows].mean()), 2),
        chars_sd=round(float(chars[rows].std(ddof=1)), 2),
        words_mean=round(float(words[rows].mean()), 2),
        words_sd=round(float(words[rows].std(ddof=1)), 2),
    )


def _findings(labelled: Labelled, parts: dict[str, SetPart], lengths: Sequence[Lengths]) -> tuple[str, ...]:
    train, most = parts["train"], labelled.classes[int(np.argmax(parts["train"].by_class))]
    found = [
        f"{max(train.by_class) / train.rows:.1%} of the train rows are {most!r}: "
        "a router that always says so has that accuracy.",
        f"Prompts of {labelled.classes[-1]!r} have {lengths[-1].mean:,.0f} characters on average, "
        f"those of {labelled.classes[0]!r} {lengths[0].mean:,.0f}.",
    ]
    if train.pearson is not None and train.spearman is not None:
        found.append(
            f"Length and {labelled.classes[-1]!r} correlate with {train.pearson:+.3f} by characters, "
            f"{train.spearman:+.3f} by rank, on the train part."
        )
    if train.contradictions:
        found.append(f"{train.contradictions} questions of the train part carry more than one label.")
    if labelled.name == "ray":
        found.append(
            f"The widely quoted “82 words, sd 167” of this set are characters: its train file has "
            f"{train.chars_mean:.1f} characters (sd {train.chars_sd:.1f}) and {train.words_mean:.1f} words "
            f"(sd {train.words_sd:.1f}) a question."
        )
    return tuple(found)


def _lengths(chars: FloatArray, words: FloatArray) -> Lengths:
    low, middle, high = (float(value) for value in np.quantile(chars, [0.25, 0.5, 0.75]))
    return Lengths(
        mean=round(float(chars.mean()), 2),
        sd=round(float(chars.std(ddof=1)), 2),
        quartiles=(low, middle, high),
        words_mean=round(float(words.mean()), 2),
        words_sd=round(float(words.std(ddof=1)), 2),
        histogram=tuple(np.histogram(chars, LENGTH_EDGES)[0].tolist()),
    )


def _correlation(left: FloatArray, right: FloatArray) -> float | None:
    """Pearson's; None where one side is constant."""
    if np.ptp(left) == 0 or np.ptp(right) == 0:
        return None
    return round(float(np.corrcoef(left, right)[0, 1]), 4)


def _ranks(values: FloatArray) -> FloatArray:
    """Ranks, the mean rank for ties, shape (n,)."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[place], dtype=np.float64)


def _ray(data_dir: Path) -> Labelled:
    """Both published files, whole: the loader drops duplicates, which are to be counted here."""
    files = [data_dir / "ray" / f"routing-dataset-{side}.jsonl" for side in ("train", "test")]
    train, test = (read_jsonl(path, ("question", "target"), ray.ORIGIN) for path in files)
    prompts = tuple(str(row["question"]) for row in (*train, *test))
    labels = np.array([int(row["target"] != ray.WEAK_SUFFICES) for row in (*train, *test)], dtype=np.int64)
    is_test = np.arange(len(prompts)) >= len(train)
    said = "by hand: does an open LLM suffice (weak), or is a proprietary one needed (strong)?"
    return Labelled("ray", "Ray questions, hand-labelled", said, ray.ROUTES, prompts, prompts, labels, is_test)


def _by_label(benchmark: Benchmark, title: str, label: str) -> Labelled:
    routes, labels = benchmark.routes, benchmark.route_labels
    return Labelled(
        benchmark.name, title, label, routes, benchmark.prompts, benchmark.questions, labels, benchmark.is_test
    )


def _by_outcome(benchmark: Benchmark, title: str) -> Labelled:
    """A set of a weak and a strong LLM's answers: is the strong one needed?"""
    needed = benchmark.quality[mmlu.STRONG] > benchmark.quality[mmlu.WEAK]
    classes = ("weak suffices or neither is right", "only the strong LLM is right")
    said = f"which of {mmlu.WEAK.rpartition('/')[2]} and {mmlu.STRONG} answered rightly"
    labels = needed.astype(np.int64)
    return Labelled(
        benchmark.name, title, said, classes, benchmark.prompts, benchmark.questions, labels, benchmark.is_test
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard.explore", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the public data sets")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the numbers are kept")
    options = parser.parse_args(arguments)
    return keep(partial(explore, options.data), options.folder / EXPLORER_FILE, indent=None)


if __name__ == "__main__":
    sys.exit(main())
