"""A user's own table: read, checked with row and column, and used like any benchmark."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.dashboard import own_table
from benchmarks.dashboard.costs import own_costs
from benchmarks.dashboard.curves import quality_curve
from benchmarks.dashboard.domains import domain_names
from benchmarks.dashboard.operating_point import operating_point
from benchmarks.dashboard.own_results import read_own_results, template
from benchmarks.dashboard.pool import build_pool
from errors import BadInputError

HEADER = "prompt_id,quality small,quality large,cost small,cost large,score mine"


def _csv(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "own.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def test_the_template_is_a_valid_table(tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    path.write_text(template(), encoding="utf-8")
    numbers = read_own_results(path)
    assert (numbers.pair.weak, numbers.pair.strong) == ("small-llm", "large-llm")
    assert set(numbers.routers) == {"my-router"}
    assert set(domain_names(numbers)) == {"others, fewer than 20 prompts each"}


def test_own_numbers_do_all_that_built_in_ones_do(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    lines = [
        f"p{number},{random.integers(0, 2)},1,{random.uniform(0, 0.001):.6f},0.004,{random.uniform():.4f}"
        for number in range(60)
    ]
    numbers = read_own_results(_csv(tmp_path, *lines), "Mine")
    basis = own_costs(numbers)
    assert basis.title == "your costs"
    assert quality_curve(numbers, "mine", basis).n_rows == 60
    point = operating_point(numbers, "mine", 0.5, basis)
    assert point.usd_per_1000
    assert point.usd_per_1000.value < 4.0
    assert build_pool(numbers, ["small", "large"], basis).best == "large"
    assert numbers.own
    assert numbers.entry.title == "Mine"


def test_equal_ids_are_one_question_and_ids_are_not_kept(tmp_path: Path) -> None:
    rows = ["secret prompt,0,1,,,0.1", "secret prompt,1,1,,,0.2", "other,1,1,,,0.3"]
    numbers = read_own_results(_csv(tmp_path, *rows))
    assert numbers.outcomes.groups.tolist()[0] == numbers.outcomes.groups.tolist()[1]
    assert len(set(numbers.outcomes.groups.tolist())) == 2
    assert not any("secret" in key for key in numbers.outcomes.questions)


def test_empty_cells_are_rows_that_were_not_run(tmp_path: Path) -> None:
    lines = ["a,0,1,0.1,0.2,0.4", "b,,1,,0.2,0.5", "c,1,0,0.1,0.2,", "d,1,1,0.1,0.3,0.9"]
    numbers = read_own_results(_csv(tmp_path, *lines))
    curve = quality_curve(numbers, "mine", own_costs(numbers))
    assert curve.n_rows == 2
    assert curve.usd_per_1000 is not None
    assert curve.usd_per_1000[-1] == pytest.approx(250.0)


def test_the_pair_can_be_chosen(tmp_path: Path) -> None:
    path = _csv(tmp_path, "a,0,1,,,0.4", "b,1,1,,,0.5")
    numbers = read_own_results(path, weak="large", strong="small")
    assert (numbers.pair.weak, numbers.pair.strong) == ("large", "small")
    assert read_own_results(path, weak="large").pair.strong == "small"
    with pytest.raises(BadInputError, match="quality huge"):
        read_own_results(path, strong="huge")
    with pytest.raises(BadInputError, match="both the weak and the strong"):
        read_own_results(path, weak="small", strong="small")


def test_parquet_is_read_like_csv(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="Parquet files need pyarrow")
    import pyarrow.parquet as pq

    columns = {"prompt_id": [1, 2], "quality small": [0.0, None], "quality large": [1, 1], "score mine": [0.25, 0.75]}
    path = tmp_path / "own.parquet"
    pq.write_table(pa.table(columns), path)
    numbers = read_own_results(path)
    assert numbers.routers["mine"].p_strong.tolist() == [0.25, 0.75]
    assert np.isnan(numbers.outcomes.quality["small"][1])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BadInputError, match="not Parquet, or is cut short"):
        read_own_results(path)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["a,0,1,,,0.4", "b,good,1,,,0.5"], "Row 3, column 'quality small': 'good' is not a number"),
        (["a,0,1,,,1.4"], "Row 2, column 'score mine': '1.4' is out of range"),
        (["a,0,1,-3,,0.4"], "Row 2, column 'cost small': '-3' is out of range"),
        (["a,inf,1,,,0.4"], "Row 2, column 'quality small': 'inf' is out of range"),
        (["a,0,1,,,0.4", " ,0,1,,,0.4"], "Row 3, column 'prompt_id' is empty"),
        (["a,0,1,,,0.4", "b,0,1"], "Row 3 has 3 cells, and the header has 6"),
        (["a,,1,,,0.4"], "Column 'quality small' is empty"),
        (["a,0,,,,0.4", "b,,1,,,0.4"], "No row has the quality of both small and large"),
        (['a,0,1,,,"0.4'], "is not CSV"),
        ([], "no rows"),
    ],
)
def test_bad_cells_are_named_by_row_and_column(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read_own_results(_csv(tmp_path, *lines))
    assert said in caught.value.what


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("id,quality a,quality b,score r", "no column 'prompt_id'"),
        ("prompt_id,quality a,score r", "at least two LLMs"),
        ("prompt_id,quality a,quality b", "at least one router"),
        ("prompt_id,quality a,quality b,score r,colour", "Column 'colour' is not known"),
        ("prompt_id,quality a,quality a,score r", "two columns 'quality a'"),
        ("prompt_id,quality a,,score r", "Column 3 has no name"),
        ("prompt_id,quality a,quality b,cost c,score r", "'cost c' but no 'quality c'"),
    ],
)
def test_bad_headers_are_named(tmp_path: Path, header: str, said: str) -> None:
    cells = ["0.5"] * (header.count(",") + 1)
    with pytest.raises(BadInputError) as caught:
        read_own_results(_csv(tmp_path, ",".join(cells), header=header))
    assert said in caught.value.what


def test_files_of_another_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tmp_path / "own.xlsx"
    wrong.write_bytes(b"PK")
    with pytest.raises(BadInputError, match=r"\.xlsx"):
        read_own_results(wrong)
    broken = tmp_path / "own.csv"
    broken.write_bytes(HEADER.encode() + b"\na,0,1,,,0.4\nb,0,\xff\xfe,,,1\n")
    with pytest.raises(BadInputError, match="Row 3 of the file is not UTF-8"):
        read_own_results(broken)
    broken.write_bytes(b"\x00\x01")
    with pytest.raises(BadInputError, match="null characters"):
        read_own_results(broken)
    with pytest.raises(BadInputError, match="cannot be read"):
        read_own_results(tmp_path / "gone.csv")
    monkeypatch.setattr(own_table, "MOST_BYTES", 10)
    with pytest.raises(BadInputError, match="at most"):
        read_own_results(_csv(tmp_path, "a,0,1,,,0.4"))
    monkeypatch.setattr(own_table, "MOST_BYTES", 10**6)
    monkeypatch.setattr(own_table, "MOST_ROWS", 1)
    with pytest.raises(BadInputError, match="more than 1 rows"):
        read_own_results(_csv(tmp_path, "a,0,1,,,0.4", "b,0,1,,,0.4"))


def test_a_byte_order_mark_and_empty_lines_are_nothing(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\na,0,1,,,0.4\r\n\r\nb,1,1,,,0.6\r\n".encode())
    assert len(read_own_results(path)) == 2
