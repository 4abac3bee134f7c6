"""The plain answers to every kind of prompts in one table: which router, how sure, and whether length would do."""

from __future__ import annotations

from benchmarks.dashboard.plain_answer import KEEP, PlainAnswer, plain_answer
from benchmarks.dashboard.results import Results
from benchmarks.tables.cells import Cell, Column, Table, number_cell
from benchmarks.tables.phrases import share, shares, signed, signeds
from errors import PlaygroundError

ANSWERS = (
    "Each router and threshold is chosen on one half of the questions and judged on the other. “Is it sure?” asks "
    "whether it kept the wanted share there, beyond chance; “would length do?” whether sorting prompts by length, "
    "which costs nothing, does as well at the same share of strong calls."
)

COLUMNS = (
    Column("Kind of prompts", numeric=False),
    Column("Take", numeric=False),
    Column("It saves"),
    Column("It keeps"),
    Column("Is it sure?", numeric=False),
    Column("Would sorting by length do?", numeric=False),
    Column("Gain over length"),
    Column("Prompts judged on"),
)
SURE = {True: "yes", False: "no: it missed", None: "not settled"}
LENGTH = {True: "no", False: "it does better", None: "perhaps"}


def answers(results: Results, keep: float = KEEP) -> Table:
    """A row per benchmark with a weak and a strong LLM; one that cannot be read says so.

    Args:
        results: The kept numbers.
        keep: Share of the strong LLM's advantage that is to be kept, 0–1.
    """
    rows = tuple(_row(results, name, keep) for name in results.pair_names)
    said = f"Which router, kind by kind, where {keep:.0%} of the dear LLM's advantage is to be kept"
    return Table("answers", said, COLUMNS, (("", rows),))


def _row(results: Results, name: str, keep: float) -> tuple[Cell, ...]:
    try:
        numbers = results.numbers(name)
        answer = plain_answer(numbers, keep)
    except PlaygroundError as error:
        return (Cell(results.title(name), small=error.what), *(Cell("") for _ in COLUMNS[1:]))
    kind = Cell(numbers.entry.title, small=f"{numbers.pair.weak} or {numbers.pair.strong}")
    if answer.point is None:
        return (kind, Cell(answer.instead), *(Cell("") for _ in COLUMNS[2:]))
    return (kind, *_found(answer))


def _found(answer: PlainAnswer) -> tuple[Cell, ...]:
    point, saving, more = answer.point, answer.saving, answer.over_length
    if point is None or saving is None:
        raise ValueError("an answer without a setting has no saving")
    gain = Cell("") if more is None else Cell(signed(more.value), more.value, signeds(more))
    length = Cell("this is length") if answer.is_length else Cell(LENGTH[answer.settled] if more else "not measured")
    return (
        Cell(answer.router, small=f"threshold {point.threshold:.4f}"),
        Cell(share(saving.value), saving.value, f"{shares(saving)} {answer.saved}"),
        number_cell(point.recovered, "{:.0%}"),
        Cell(SURE[answer.confirmed]),
        length,
        gain,
        Cell(f"{point.n_rows:,}", point.n_rows),
    )
