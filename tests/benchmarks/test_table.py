"""Tables: equal numbers give equal files, and what is not a number is an empty cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.table import cell, write_table


@pytest.mark.parametrize(
    ("value", "written"),
    [(1.0, "1"), (0.1234567, "0.123457"), (2.5e-5, "2.5e-05"), (float("nan"), ""), (3, "3"), ("a", "a")],
)
def test_cells(value: object, written: str) -> None:
    assert cell(value) == written


def test_columns_become_rows(tmp_path: Path) -> None:
    path = write_table(tmp_path / "t.csv", {"a, b": [1.0, 2.0], "c": ["x", 'say "y"']})
    assert path.read_text(encoding="utf-8") == '"a, b",c\n1,x\n2,"say ""y"""\n'


def test_columns_of_unequal_length_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shorter"):
        write_table(tmp_path / "t.csv", {"a": [1.0, 2.0], "c": ["x"]})
