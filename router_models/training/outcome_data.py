"""What the outcome routers learn from: which LLM answered which prompt well, over all sets that measured it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.data import gsm8k, llmrouter, mmlu, mmlu_pro, routerbench_part, zeroeval
from benchmarks.split import Side, question_key

NAMES_FILE = Path(__file__).with_name("llm_names.yaml")
WEAK, STRONG = "mixtral-8x7b-instruct-v0.1", "gpt-4-1106-preview"
"""The reference pair, RouteLLM's, under the names used here."""

N_FOLDS = 5

LOADERS: dict[str, Callable[[Path], Benchmark]] = {
    "mmlu": mmlu.load,
    "gsm8k": gsm8k.load,
    "zeroeval-gsm": partial(zeroeval.load, subset="gsm"),
    "zeroeval-math-l5": partial(zeroeval.load, subset="math-l5"),
    "zeroeval-crux": partial(zeroeval.load, subset="crux"),
    "mmlu-pro": mmlu_pro.load,
    "routerbench-part": routerbench_part.load,
    "llmrouter": llmrouter.load,
}
"""Every set with measured outcomes, by the name of its benchmark."""

SAME_PROMPTS = {"zeroeval-gsm": "gsm8k"}
"""Sets that ask the questions of another: a prompt of both is one row."""

THINNED = {"mmlu-pro": 3}
"""Sets of which every so-many-th question is used, by its hash: encoding all of MMLU-Pro takes longer than the rest."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """n prompts and m LLMs.

    Attributes:
        prompts: n texts.
        keys: Hash of each question; prompts of one question are never on both sides of a fold.
        sources: Name of the data set of each prompt.
        llms: m names, the same release under one name.
        quality: 0 to 1, NaN where the LLM was not run, (n, m).
    """

    prompts: tuple[str, ...]
    keys: tuple[str, ...]
    sources: NDArray[np.str_]
    llms: tuple[str, ...]
    quality: FloatArray

    def __len__(self) -> int:
        """Number of prompts."""
        return len(self.prompts)

    @property
    def folds(self) -> IntArray:
        """Fold of each prompt, the same rule for all routers, (n,)."""
        return np.array([int(key, 16) // 5 % N_FOLDS for key in self.keys], dtype=np.int64)

    def column(self, llm: str) -> FloatArray:
        """Quality of one LLM, (n,).

        Raises:
            ValueError: It has no outcomes.
        """
        return self.quality[:, self.llms.index(llm)]

    @property
    def paired(self) -> NDArray[np.bool_]:
        """True where both LLMs of the reference pair were measured, (n,)."""
        both: NDArray[np.bool_] = np.isfinite(self.column(WEAK)) & np.isfinite(self.column(STRONG))
        return both

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Outcomes:
        """The given rows, all LLMs."""
        index = np.arange(len(self))[rows]
        return Outcomes(
            tuple(self.prompts[row] for row in index),
            tuple(self.keys[row] for row in index),
            self.sources[index],
            self.llms,
            self.quality[index],
        )


def load_outcomes(data: Path, side: Side = "train", without: Sequence[str] = (), sample: int | None = None) -> Outcomes:
    """Loads every set with measured outcomes.

    Args:
        data: Folder of the public data sets.
        side: Part of the split.
        without: Names of sets to leave out, for transfer figures; their questions go from the other sets, too.
        sample: Only so many rows of each set.

    Raises:
        DataError: A set is missing or not in its public format.
    """
    names = release_names()
    chosen = [name for name in LOADERS if name not in without and SAME_PROMPTS.get(name) not in without]
    gone = {question_key(question) for name in without for question in LOADERS[name](data).questions}
    rows: dict[tuple[str, str], dict[str, float]] = {}
    keys: dict[str, str] = {}
    for name in chosen:
        part = load_part(name, data, side)
        part = part if sample is None else part.take(range(min(sample, len(part))))
        merged = unified(part.quality, names)
        for row, (prompt, question) in enumerate(zip(part.prompts, part.questions, strict=True)):
            if (key := question_key(question)) in gone:
                continue
            keys.setdefault(prompt, key)
            cell = rows.setdefault((SAME_PROMPTS.get(name, name), prompt), {})
            for llm, values in merged.items():
                if np.isfinite(values[row]):
                    cell.setdefault(llm, float(values[row]))
    llms = tuple(sorted({llm for cell in rows.values() for llm in cell}))
    number = {llm: i for i, llm in enumerate(llms)}
    quality = np.full((len(rows), len(llms)), np.nan)
    for row, cell in enumerate(rows.values()):
        quality[row, [number[llm] for llm in cell]] = list(cell.values())
    prompts = tuple(prompt for _, prompt in rows)
    return Outcomes(
        prompts,
        tuple(keys[prompt] for prompt in prompts),
        np.array([source for source, _ in rows]),
        llms,
        quality,
    )


@cache
def load_part(name: str, data: Path, side: Side) -> Benchmark:
    """One set's questions that are used, read once: a training run needs them again for each transfer figure."""
    return thinned(LOADERS[name](data).part(side))


def thinned(part: Benchmark) -> Benchmark:
    """The questions that are used of a set; all of most sets."""
    every = THINNED.get(part.name, 1)
    # Split and folds look at the hash modulo 25: what is left of it after that is free of both.
    kept = [int(question_key(question), 16) // 25 % every == 0 for question in part.questions]
    return part.take(np.flatnonzero(kept))


def release_names(path: Path = NAMES_FILE) -> dict[str, str]:
    """Name in a data set → name used here.

    Raises:
        ValueError: A name stands under two releases.
    """
    table: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    names: dict[str, str] = {}
    for release, aliases in table.items():
        for alias in aliases:
            if names.setdefault(alias, release) != release:
                raise ValueError(f"{path} lists {alias} under {names[alias]} and {release}")
    return names


def unified(quality: Mapping[str, FloatArray], names: Mapping[str, str]) -> dict[str, FloatArray]:
    """Quality under the names used here; the mean where a set measured one release several times."""
    columns: dict[str, list[FloatArray]] = {}
    for llm, values in quality.items():
        columns.setdefault(names.get(llm, llm.lower()), []).append(values)
    return {llm: _mean(np.stack(values)) for llm, values in columns.items()}


def _mean(values: FloatArray) -> FloatArray:
    """Mean over the first axis of what was measured; NaN where nothing was."""
    known = np.isfinite(values)
    counts = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    mean: FloatArray = np.divide(total, counts, out=np.full(counts.shape, np.nan), where=counts > 0)
    return mean
