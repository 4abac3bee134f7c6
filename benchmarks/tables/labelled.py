"""Counts of a labelled set, train and test part."""

from __future__ import annotations

from benchmarks.dashboard.explorer import LabelledSet, SetPart
from benchmarks.tables.cells import Cell, Column, Table, number_cell


def parts_table(found: LabelledSet) -> Table:
    """Counts of the train and the test part."""
    columns = (
        Column("Part", numeric=False),
        Column("Prompts"),
        *(Column(name) for name in found.classes),
        Column("Duplicates"),
        Column("Contradictions"),
        Column("Characters"),
        Column("Words"),
        Column("Correlation of length and label"),
    )
    rows = tuple(_part_row(name, part) for name, part in found.parts.items())
    caption = f"Rows of {found.title}; {found.shared} questions stand in both parts"
    return Table(f"parts-{found.name}", caption, columns, (("", rows),))


def _part_row(name: str, part: SetPart) -> tuple[Cell, ...]:
    return (
        Cell(name),
        number_cell(part.rows, "{:,}"),
        *(Cell(f"{count:,}", count, f"{count / max(part.rows, 1):.1%}") for count in part.by_class),
        number_cell(part.duplicates, "{:,}"),
        number_cell(part.contradictions, "{:,}"),
        Cell(f"{part.chars_mean:.1f}", part.chars_mean, f"± {part.chars_sd:.1f}"),
        Cell(f"{part.words_mean:.1f}", part.words_mean, f"± {part.words_sd:.1f}"),
        Cell("") if part.pearson is None else Cell(f"{part.pearson:.3f}", part.pearson, _ranks(part)),
    )


def _ranks(part: SetPart) -> str:
    return "" if part.spearman is None else f"of ranks {part.spearman:.3f}"
