"""The seed study of the Keras family as a table."""

from __future__ import annotations

from benchmarks.dashboard.learning import SeedRow, seed_table, study_note
from benchmarks.tables.cells import Cell, Column, Table, figure_cell, number_cell


def seeds() -> Table:
    """The study of the Keras family: architectures, with and without class weights, as published and tuned."""
    rows = seed_table()
    metrics = list(dict.fromkeys(metric for row in rows for metric in row.over_seeds))
    columns = (
        Column("Architecture", numeric=False),
        Column("Configuration", numeric=False),
        Column("Seeds"),
        *(Column(metric) for metric in metrics),
        Column("published accuracy"),
        Column("published AUC"),
    )
    lines = tuple(_seed_row(row, metrics) for row in rows)
    return Table("seed-study", f"The seed study of the Keras family. {study_note()}", columns, (("", lines),))


def _seed_row(row: SeedRow, metrics: list[str]) -> tuple[Cell, ...]:
    return (
        Cell(row.router),
        Cell(row.configuration),
        number_cell(row.seeds, "{}"),
        *(figure_cell(row.over_seeds.get(metric)) for metric in metrics),
        number_cell(row.published.get("accuracy"), "{:.3f}"),
        number_cell(row.published.get("AUC"), "{:.3f}"),
    )
