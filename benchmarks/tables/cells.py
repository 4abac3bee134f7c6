"""Tables as the Benchmarks page and the HTML report show them: sortable in the browser, the same numbers as CSV."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from benchmarks.bootstrap import Estimate
from benchmarks.plots.chart import harmless

_WHOLE_FROM = 999.5


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `lower` says that its least value is the best, so that it is sorted upwards first."""

    title: str
    numeric: bool = True
    lower: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, what is sorted by, and a smaller line under it."""

    text: str
    value: float | None = None
    small: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows stand in groups that are sorted apart; a group without a name has no heading."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    groups: tuple[tuple[str, tuple[tuple[Cell, ...], ...]], ...]

    def html(self) -> str:
        """The table, and under it a link that saves it."""
        data = "data:text/csv;charset=utf-8," + quote(self.csv())
        return _template().render(table=self, csv=data)

    def csv(self) -> str:
        """Group, then the cells: where there is a number the number, else the text."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["group", *(harmless(column.title) for column in self.columns)])
        for group, rows in self.groups:
            for row in rows:
                writer.writerow([harmless(group), *(harmless(_raw(cell)) for cell in row)])
        return text.getvalue()


def _raw(cell: Cell) -> object:
    if cell.value is not None:
        return cell.value
    return f"{cell.text} ({cell.small})" if cell.small else cell.text


def figure_cell(estimate: Estimate | None, digits: int = 3) -> Cell:
    """A figure with its interval under it; empty where there is none."""
    if estimate is None or math.isnan(estimate.value):
        return Cell("")
    small = ""
    if not math.isnan(estimate.low):
        small = f"{estimate.low:.{digits}f} to {estimate.high:.{digits}f}"
    return Cell(f"{estimate.value:.{digits}f}", estimate.value, small)


def number_cell(value: float | None, form: str = "") -> Cell:
    """A number without an interval, by default with three digits, whole from 1,000 on; empty where it is not known."""
    if value is None or math.isnan(value):
        return Cell("")
    form = form or ("{:,.0f}" if abs(value) >= _WHOLE_FROM else "{:.3g}")
    return Cell(form.format(value), value)


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("table.html")
