"""The results as a table to take along: a row per prompt, as CSV, JSONL or Parquet, written piece by piece."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal, get_args

from errors import BadInputError
from feedback.spreadsheet import safe_cell
from traffic.analysis import Analysis
from traffic.groups import Groups

ExportFormat = Literal["csv", "jsonl", "parquet"]
FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
ROWS_AT_A_TIME = 2_000

Record = dict[str, object]


def write_results(path: Path, form: str, analysis: Analysis, groups: Groups | None = None) -> None:
    """Writes a row per routed prompt.

    Args:
        path: The file to write.
        form: One of `FORMATS`.
        analysis: What to write.
        groups: Adds each prompt's group, where it has one.

    Raises:
        BadInputError: There is no such form.
    """
    writers: Mapping[str, Callable[[Path, Iterator[Record]], None]] = {
        "csv": _write_csv,
        "jsonl": _write_jsonl,
        "parquet": _write_parquet,
    }
    if form not in writers:
        raise BadInputError(f"Results cannot be written as “{form[:20]}”.", f"Choose one of: {', '.join(FORMATS)}.")
    writers[form](path, records(analysis, groups))


def records(analysis: Analysis, groups: Groups | None = None) -> Iterator[Record]:
    """The rows of the table, in the order of the prompts."""
    routed, disagreement = analysis.routed, analysis.disagreement
    group = {}
    if groups is not None:
        names = [one.name for one in groups.groups]
        group = {place: names[at] for place, at in zip(groups.places.tolist(), groups.member.tolist(), strict=True)}
    usd = {name: picks.usd(analysis.money) for name, picks in disagreement.picks.items()}
    for place, row in enumerate(routed.rows.tolist()):
        record: Record = {
            "row": int(analysis.traffic.lines[row]),
            **({"id": analysis.traffic.keys[row]} if analysis.traffic.keys else {}),
            "prompt": analysis.prompts[place],
            "disagreement": round(float(disagreement.degree[place]), 4),
            "cost_now_usd": _known(analysis.baseline.usd[place]),
        }
        if groups is not None:
            record["group"] = group.get(place)
        for name, picks in disagreement.picks.items():
            picked = int(picks.route[place])
            record |= {
                f"{name} route": picks.routes[picked],
                f"{name} llm": picks.llms[picked],
                f"{name} p_strong": round(float(disagreement.p_strong[name][place]), 6),
                f"{name} cost_usd": _known(usd[name][place]),
            }
        yield record


def _known(amount: float) -> float | None:
    return None if amount != amount else float(amount)


def _write_csv(path: Path, rows: Iterator[Record]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer: csv.DictWriter[str] | None = None
        for row in rows:
            if writer is None:
                writer = csv.DictWriter(file, list(row), lineterminator="\n")
                writer.writeheader()
            writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: object) -> object:
    return safe_cell(value) if isinstance(value, str) else value


def _write_jsonl(path: Path, rows: Iterator[Record]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _write_parquet(path: Path, rows: Iterator[Record]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    block = list(islice(rows, ROWS_AT_A_TIME))
    schema = pa.schema([(name, _arrow_type(name)) for name in (block[0] if block else {})])
    with pq.ParquetWriter(path, schema) as writer:
        while block:
            writer.write_table(pa.Table.from_pylist(block, schema=schema))
            block = list(islice(rows, ROWS_AT_A_TIME))


def _arrow_type(name: str) -> object:
    import pyarrow as pa

    if name == "row":
        return pa.int64()
    numbers: Sequence[str] = ("disagreement", "cost_now_usd", " p_strong", " cost_usd")
    return pa.float64() if name.endswith(tuple(numbers)) else pa.string()
