"""What the HTML report consists of: parts with an entry in the table of contents, each a row of blocks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmarks.plots.chart import Chart, shortened
from benchmarks.tables.cells import Table
from errors import PlaygroundError

Level = Literal["chapter", "part"]


@dataclass(frozen=True)
class Words:
    """Text: a heading, which may be empty, and sentences; `missing` says that they tell why something is not there."""

    title: str
    sentences: Sequence[str]
    missing: bool = False
    kind = "words"


@dataclass(frozen=True)
class Facts:
    """Term, value and its interval, side by side."""

    items: Sequence[tuple[str, str, str]]
    kind = "facts"


@dataclass(frozen=True)
class Figure:
    """A chart."""

    chart: Chart
    kind = "figure"

    @property
    def json(self) -> str:
        """Figure and numbers, safe inside a `<script>` element."""
        drawn = json.loads(self.chart.json())
        columns = {name: [shortened(cell) for cell in cells] for name, cells in self.chart.columns.items()}
        text = json.dumps({**drawn, "columns": columns}, separators=(",", ":"))
        return text.replace("<", "\\u003c")


@dataclass(frozen=True)
class Tabular:
    """A table."""

    table: Table
    kind = "table"


@dataclass(frozen=True)
class Html:
    """Finished HTML of our own making."""

    html: str
    kind = "html"


Block = Words | Facts | Figure | Tabular | Html


@dataclass(frozen=True)
class Part:
    """A part of the report.

    Attributes:
        title: In the table of contents.
        blocks: From top to bottom.
        level: Whether it opens a chapter or stands in one.
    """

    title: str
    blocks: Sequence[Block]
    level: Level = "part"

    @property
    def anchor(self) -> str:
        """Where links to it lead."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


def or_why(make: Callable[[], Sequence[Block]], title: str = "") -> list[Block]:
    """Blocks, or the reason why they cannot be had; the rest of the report goes on.

    Args:
        make: Gives them, or raises PlaygroundError.
        title: Heading of the reason.
    """
    try:
        return list(make())
    except PlaygroundError as error:
        return [Words(title, (str(error),), missing=True)]
