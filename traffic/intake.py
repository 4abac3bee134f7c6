"""From rows to traffic: prompts checked, side columns read, bad rows counted and named, all of it bounded."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from errors import BadInputError
from feedback.import_records import BadRow
from router_models.policy import MAX_TOKENS
from router_models.prompts import clean_prompt
from traffic.columns import Columns, check_columns
from traffic.reading import column_names, rows_of
from traffic.source import MAX_BYTES, MIB, Source

MAX_ROWS = 100_000
MAX_CHARACTERS = 32_000_000
"""Of all prompts together."""

LIMITS = (
    f"Up to {MAX_ROWS:,} rows, {MAX_BYTES // MIB} MiB and {MAX_CHARACTERS // 1_000_000} million characters at once; "
    "of more, bring a random sample. Your prompts stay in this session's memory: they are not stored, not logged and "
    "not sent anywhere, and go when you close the tab."
)

NAMED_ROWS = 100
"""Bad rows that are named one by one; further ones are counted."""

RIGHT = frozenset({"right", "correct", "true", "yes", "pass", "passed", "good", "ok"})
WRONG = frozenset({"wrong", "incorrect", "false", "no", "fail", "failed", "bad"})
_TELL_EVERY = 2_000


@dataclass(slots=True)
class Intake:
    """What reading has come to.

    Attributes:
        rows: Rows read, bad ones included.
        bad: Bad rows, the first `NAMED_ROWS` of them.
        bad_rows: How many there are.
        western: Rows that are not UTF-8 and were read as Windows-1252.
        cut_off: Why the rest was not read; '' if all was.
        odd_cells: Side columns' cells that could not be read, by column; their rows are kept.
    """

    rows: int = 0
    bad: list[BadRow] = field(default_factory=list)
    bad_rows: int = 0
    western: int = 0
    cut_off: str = ""
    odd_cells: dict[str, int] = field(default_factory=dict)

    def leave_out(self, line: int, why: str) -> None:
        """Notes a bad row."""
        self.bad_rows += 1
        if len(self.bad) < NAMED_ROWS:
            self.bad.append(BadRow(line, why))


@dataclass(frozen=True, eq=False)
class Traffic:
    """n prompts with what is known of them. It lives in memory only.

    Attributes:
        name: What the user calls it.
        prompts: The texts, n.
        lines: Where each stands in the file, shape (n,).
        llms: Which LLM answers each now, as the file names it; empty without such a column.
        output_tokens: Length of its answer, NaN where not known, shape (n,).
        weak: Quality of the weak LLM's answer, NaN where not known, shape (n,); None without such a column.
        strong: The same of the strong LLM.
        intake: What reading came to.
        columns: Which columns were read.
        keys: The user's own name of each row; empty without such a column.
    """

    name: str
    prompts: tuple[str, ...] = field(repr=False)
    lines: IntArray
    llms: tuple[str, ...]
    output_tokens: FloatArray
    weak: FloatArray | None
    strong: FloatArray | None
    intake: Intake
    columns: Columns
    keys: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Number of prompts."""
        return len(self.prompts)


def read_traffic(source: Source, columns: Columns, on_progress: Callable[[int], None] | None = None) -> Traffic:
    """Reads all rows of a source.

    Args:
        source: What the user brought.
        columns: Which column is what.
        on_progress: Told the number of rows read, now and then; may raise to stop.

    Raises:
        BadInputError: It cannot be read at all, a column is missing, or no row holds a prompt.
    """
    check_columns(columns, column_names(source))
    intake = Intake()
    prompts: list[str] = []
    lines: list[int] = []
    llms: list[str] = []
    keys: list[str] = []
    sides: dict[str, list[float]] = {"output_tokens": [], "weak": [], "strong": []}
    characters = 0
    for row in rows_of(source, columns.wanted):
        if intake.rows == MAX_ROWS or characters > MAX_CHARACTERS:
            most = f"{MAX_ROWS:,} rows" if intake.rows == MAX_ROWS else f"{MAX_CHARACTERS:,} characters"
            intake.cut_off = f"Only the first {intake.rows:,} rows were read: the limit is {most}."
            break
        intake.rows += 1
        if on_progress is not None and intake.rows % _TELL_EVERY == 0:
            on_progress(intake.rows)
        intake.western += row.western
        try:
            prompt = clean_prompt(_value(row.values.get(columns.prompt), row.problem))
        except BadInputError as error:
            intake.leave_out(row.line, error.what)
            continue
        prompts.append(prompt)
        lines.append(row.line)
        characters += len(prompt)
        if columns.llm:
            llms.append(_name(row.values.get(columns.llm)))
        if columns.key:
            keys.append(_name(row.values.get(columns.key)))
        for side, read in (("output_tokens", tokens_of), ("weak", quality_of), ("strong", quality_of)):
            name = str(getattr(columns, side))
            if name:
                sides[side].append(_cell(read, row.values.get(name), name, intake))
    if not prompts:
        why = f" Row {intake.bad[0].row}: {intake.bad[0].why}" if intake.bad else ""
        raise BadInputError(f"No row holds a prompt.{why}", "Choose the column of the prompts, or another file.")
    found = {side: np.array(values) if values else None for side, values in sides.items()}
    tokens = found["output_tokens"]
    return Traffic(
        name=source.name,
        prompts=tuple(prompts),
        lines=np.array(lines, dtype=np.int64),
        llms=tuple(llms),
        output_tokens=np.full(len(prompts), np.nan) if tokens is None else tokens,
        weak=found["weak"],
        strong=found["strong"],
        intake=intake,
        columns=columns,
        keys=tuple(keys),
    )


def quality_of(value: object) -> float:
    """How good an answer was: a number as it is, right as 1 and wrong as 0, NaN where nothing is said.

    Raises:
        ValueError: It is none of these.
    """
    if isinstance(value, str):
        word = value.strip().lower()
        if not word:
            return math.nan
        if word in RIGHT or word in WRONG:
            return float(word in RIGHT)
    return _number(value)


def tokens_of(value: object) -> float:
    """A number of tokens, NaN where nothing is said.

    Raises:
        ValueError: It is none, or out of range.
    """
    tokens = math.nan if isinstance(value, str) and not value.strip() else _number(value)
    if not math.isnan(tokens) and not 0 <= tokens <= MAX_TOKENS:
        raise ValueError(f"{tokens} tokens")
    return tokens


def _number(value: object) -> float:
    if value is None:
        return math.nan
    if not isinstance(value, str | int | float):
        raise ValueError(f"{type(value).__name__} is no number")
    number = float(value)
    if math.isinf(number):
        raise ValueError("not finite")
    return number


def _cell(read: Callable[[object], float], value: object, column: str, intake: Intake) -> float:
    try:
        return read(value)
    except (ValueError, OverflowError):
        intake.odd_cells[column] = intake.odd_cells.get(column, 0) + 1
        return math.nan


def _value(value: object, problem: str) -> object:
    if problem:
        raise BadInputError(problem, "")
    if value is None:
        raise BadInputError("There is no prompt.", "")
    return value


def _name(value: object) -> str:
    return "" if value is None else str(value).strip()[:200]
