"""Tables: what is shown is what is saved, and no text becomes markup or a formula."""

import csv
import io
import re
from urllib.parse import unquote

import pytest

from benchmarks.bootstrap import Estimate
from benchmarks.tables.cells import Cell, Column, Table, figure_cell, number_cell

TABLE = Table(
    "t",
    "A table",
    (Column("Router", numeric=False), Column("CPT50", lower=True)),
    (("ours", ((Cell("knn", small="refitted"), Cell("0.310", 0.31, "0.2 to 0.4")),)), ("", ((Cell("=x"), Cell("")),))),
)


def test_the_saved_table_is_the_shown_one() -> None:
    found = re.search(r'download="t.csv" href="data:text/csv;charset=utf-8,([^"]+)"', TABLE.html())
    assert found is not None
    assert unquote(found[1]) == TABLE.csv()
    rows = list(csv.DictReader(io.StringIO(TABLE.csv())))
    assert rows[0] == {"group": "ours", "Router": "knn (refitted)", "CPT50": "0.31"}
    assert rows[1] == {"group": "", "Router": "'=x", "CPT50": ""}


def test_what_is_sorted_by_stands_in_the_cell() -> None:
    html = TABLE.html()
    assert 'data-v="0.31"' in html
    assert 'data-v=""' in html, "an empty figure sorts last"
    assert re.search(r"data-lower><button[^>]*>CPT50", html)
    assert html.count('data-group="1"') == 1, "a group without a name has no heading"


def test_markup_in_a_name_is_escaped() -> None:
    table = Table("t", "<b>", (Column("Router", numeric=False),), (("", ((Cell("<script>alert(1)</script>"),),)),))
    assert "<script>" not in table.html() and "<b>" not in table.html()
    assert "&lt;script&gt;" in table.html()


def test_cells() -> None:
    assert figure_cell(None).text == ""
    assert figure_cell(Estimate(float("nan"), 0, 1)).value is None
    assert figure_cell(Estimate(0.5, 0.4, 0.6)).small == "0.400 to 0.600"
    assert figure_cell(Estimate(0.5, float("nan"), float("nan"))).small == "", "a published figure has no interval"
    assert number_cell(None).value is None
    assert number_cell(1234.0, "{:,.0f}").text == "1,234"
    assert number_cell(float("nan")) == Cell("")
    assert [number_cell(value).text for value in (0.04206, 34.91, 999.4, 999.6, 1218.0)] == [
        "0.0421",
        "34.9",
        "999",
        "1,000",
        "1,218",
    ]


@pytest.mark.parametrize("quality", [0.0, 1.0])
def test_a_nought_is_a_number(quality: float) -> None:
    assert f'data-v="{quality}"' in Table("t", "T", (Column("Q"),), (("", ((number_cell(quality),),)),)).html()
