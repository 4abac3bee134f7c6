"""A user's own results as a benchmark of this session: nothing is written, and nobody else sees it.

The table has a row per prompt and the columns

- `prompt_id`: any text; rows with equal ids are one question and are resampled together;
- `quality <LLM>`: quality of that LLM's answer, at least two of these; empty where it was not run;
- `cost <LLM>`: what that answer cost in USD; may be left out;
- `score <router>`: P(strong) from 0 to 1; at least one of these; empty where it was not run;
- `domain`: a name; may be left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray
from benchmarks.dashboard.numbers import Numbers, RouterNumbers, read_only
from benchmarks.dashboard.own_table import FIRST_ROW, OwnTable, read_table
from benchmarks.dashboard.row_facts import RowFacts
from benchmarks.outcomes import KEY_DIGITS, Outcomes
from benchmarks.part import DEFAULT_THRESHOLD
from benchmarks.suite import Entry, Pair
from errors import BadInputError, DataError

ID = "prompt_id"
DOMAIN = "domain"
QUALITY, COST, SCORE = "quality ", "cost ", "score "
NAME = "own-results"
ROUTES = ("weak", "strong")
COLUMNS = f"The columns are {ID}, '{QUALITY}<LLM>' (two or more), '{COST}<LLM>', '{SCORE}<router>' and {DOMAIN}."


def read_own_results(
    path: Path, title: str = "Your results", weak: str | None = None, strong: str | None = None
) -> Numbers:
    """Reads and checks a user's table.

    Args:
        path: A `.csv` or `.parquet` file.
        title: What to call it on the page.
        weak: The weak LLM of the pair; the one of lowest mean quality if left out.
        strong: The strong LLM; the one of highest mean quality if left out.

    Raises:
        BadInputError: The file cannot be read, or a cell, column or LLM is wrong; the message says which.
    """
    table = read_table(path)
    _check_columns(table)
    quality = _columns(table, QUALITY)
    costs = _columns(table, COST, low=0.0)
    scores = _columns(table, SCORE, low=0.0, high=1.0)
    _check_llms(quality, costs)
    pair = _pair(quality, weak, strong)
    _check_pair(quality, pair)
    keys = tuple(_key(number, cell) for number, cell in enumerate(table.columns[ID]))
    outcomes = Outcomes(keys, None, MappingProxyType(quality), MappingProxyType(costs))
    routers = {name: _router(name, values) for name, values in scores.items()}
    entry = Entry(NAME, title, no_loader, pair=pair, caveat="Uploaded in this session; not checked by anybody.")
    return Numbers(entry, outcomes, MappingProxyType(routers), _facts(table), own=True)


def template() -> str:
    """A CSV of three made-up rows that shows the columns."""
    header = f"{ID},{DOMAIN},{QUALITY}small-llm,{QUALITY}large-llm,{COST}small-llm,{COST}large-llm,{SCORE}my-router"
    rows = ("p1,maths,0,1,0.0001,0.004,0.81", "p2,chat,1,1,0.0001,0.003,0.12", "p3,chat,0.5,1,0.0002,0.005,0.4")
    return "\n".join((header, *rows)) + "\n"


def _check_columns(table: OwnTable) -> None:
    if ID not in table.columns:
        raise BadInputError(f"The table has no column {ID!r}.", COLUMNS)
    known = (QUALITY, COST, SCORE)
    strange = [name for name in table.columns if name not in (ID, DOMAIN) and not name.startswith(known)]
    if strange:
        raise BadInputError(f"Column {strange[0][:40]!r} is not known.", f"Rename or remove it. {COLUMNS}")
    for prefix, fewest, what in ((QUALITY, 2, "two LLMs"), (SCORE, 1, "one router")):
        if sum(name.startswith(prefix) for name in table.columns) < fewest:
            raise BadInputError(f"The table lacks columns '{prefix}…' of at least {what}.", COLUMNS)


def _columns(
    table: OwnTable, prefix: str, low: float = -float("inf"), high: float = float("inf")
) -> dict[str, FloatArray]:
    names = [name for name in table.columns if name.startswith(prefix)]
    return {name.removeprefix(prefix).strip(): read_only(table.numbers(name, low, high)) for name in names}


def _check_llms(quality: Mapping[str, FloatArray], costs: Mapping[str, FloatArray]) -> None:
    for llm in costs:
        if llm not in quality:
            raise BadInputError(f"There is a column '{COST}{llm}' but no '{QUALITY}{llm}'.", "Add or rename one.")
    for llm, values in quality.items():
        if not np.isfinite(values).any():
            raise BadInputError(f"Column '{QUALITY}{llm}' is empty.", "Fill it in, or remove it.")


def _pair(quality: Mapping[str, FloatArray], weak: str | None, strong: str | None) -> Pair:
    for llm in (weak, strong):
        if llm is not None and llm not in quality:
            raise BadInputError(f"There is no column '{QUALITY}{llm}'.", f"Choose from {', '.join(quality)}.")
    ranked = sorted(quality, key=_mean_of(quality))
    weak = weak or next(llm for llm in ranked if llm != strong)
    strong = strong or next(llm for llm in reversed(ranked) if llm != weak)
    if weak == strong:
        raise BadInputError(f"{weak} cannot be both the weak and the strong LLM.", "Choose two LLMs.")
    return Pair(weak, strong, "The LLMs of lowest and highest mean quality, unless chosen.")


class _mean_of:  # noqa: N801  a sort key
    def __init__(self, quality: Mapping[str, FloatArray]) -> None:
        self._quality = quality

    def __call__(self, llm: str) -> float:
        return float(np.nanmean(self._quality[llm]))


def _check_pair(quality: Mapping[str, FloatArray], pair: Pair) -> None:
    both = np.isfinite(quality[pair.weak]) & np.isfinite(quality[pair.strong])
    if not both.any():
        what = f"No row has the quality of both {pair.weak} and {pair.strong}."
        raise BadInputError(what, "Fill in both for the same prompts, or choose another pair.")


def _key(number: int, cell: str) -> str:
    """What stands for a prompt id: as long as a question's key, and as little to be read back."""
    if not cell.strip():
        what = f"Row {number + FIRST_ROW}, column {ID!r} is empty."
        raise BadInputError(what, "Give every prompt an id; equal ids are one question.")
    return hashlib.sha256(cell.strip().encode("utf-8", errors="surrogatepass")).hexdigest()[:KEY_DIGITS]


def _router(name: str, p_strong: FloatArray) -> RouterNumbers:
    distribution = read_only(np.column_stack([1.0 - p_strong, p_strong]))
    return RouterNumbers(name, ROUTES, distribution, DEFAULT_THRESHOLD, "transfer", note="From your file.")


def _facts(table: OwnTable) -> RowFacts | None:
    if DOMAIN not in table.columns:
        return None
    names = sorted({cell.strip() for cell in table.columns[DOMAIN]})
    domain = np.array([names.index(cell.strip()) for cell in table.columns[DOMAIN]], dtype=np.int64)
    return RowFacts(tuple(names), domain, np.zeros(table.n_rows, dtype=np.int64))


def no_loader(data_dir: Path) -> Benchmark:
    """Stands where a benchmark of the suite has its loader: these rows came without texts; always raises DataError."""
    raise DataError(f"Uploaded results are not in {data_dir}.", "Upload them again.")
