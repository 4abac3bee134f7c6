"""Events as files, streamed: however many there are, only a few thousand are in memory at a time.

They are read page by page in short transactions, so a slow reader holds nothing up. What is written after the export
began is not in it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import and_, or_, select

from feedback.access import Access
from feedback.records import now
from feedback.spreadsheet import safe_cell
from feedback.usage_event import UsageEvent
from feedback.usage_sums import UsageFilter
from feedback.usage_tables import UsageEventRow

if TYPE_CHECKING:
    import pyarrow as pa

Format = Literal["csv", "parquet"]

NAMES = tuple(field.name for field in fields(UsageEvent))
PAGE = 5_000


def exported(access: Access, chosen: UsageFilter, form: Format) -> Iterator[bytes]:
    """A file of the chosen events, oldest first, in parts.

    Args:
        access: Transactions on the database of feedback.
        chosen: Which events.
        form: The file's format.

    Raises:
        StoreError: The database failed; what was given before stays a part of a file.
    """
    pages = event_pages(access, chosen)
    return _parquet(pages) if form == "parquet" else _csv(pages)


def event_pages(access: Access, chosen: UsageFilter) -> Iterator[Sequence[dict[str, Any]]]:
    """The chosen events, oldest first, some thousands at a time."""
    table = UsageEventRow
    begin = datetime.combine(chosen.first, time(), UTC)
    end = min(now(), datetime.combine(chosen.last, time(), UTC) + timedelta(days=1))
    query = select(*(getattr(table, name) for name in NAMES)).where(table.at >= begin, table.at < end)
    wanted = {"router": chosen.router, "llm": chosen.llm, "place": chosen.place}
    query = query.where(*(getattr(table, name) == value for name, value in wanted.items() if value))
    query = query.order_by(table.at, table.id).limit(PAGE)
    after = None
    while True:
        page = query
        if after is not None:
            at, identity = after
            page = query.where(or_(table.at > at, and_(table.at == at, table.id > identity)), table.at >= at)
        with access.reading("Usage could not be exported") as connection:
            rows = [dict(row) for row in connection.execute(page).mappings()]
        if rows:
            yield rows
            after = rows[-1]["at"], rows[-1]["id"]
        if len(rows) < PAGE:
            return


def _csv(pages: Iterator[Sequence[dict[str, Any]]]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(NAMES)
    for page in pages:
        writer.writerows([_cell(row[name]) for name in NAMES] for row in page)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula; amounts without exponent, moments in ISO 8601."""
    if isinstance(value, str):
        return safe_cell(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


def _parquet(pages: Iterator[Sequence[dict[str, Any]]]) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = _Sink()
    schema = _schema()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        for page in pages:
            writer.write_table(pa.Table.from_pylist([_priced(row) for row in page], schema=schema))
            yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Where Parquet is written to: it only ever writes on, so what has come can be handed out."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401  any buffer
        part = bytes(data)
        self._parts.append(part)
        self._written += len(part)
        return len(part)

    def tell(self) -> int:
        return self._written

    def taken(self) -> bytes:
        """What was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _schema() -> pa.Schema:
    import pyarrow as pa

    kinds = {
        "at": pa.timestamp("us", "UTC"),
        **dict.fromkeys(("escalated", "raised", "answered", "own_key"), pa.bool_()),
        **dict.fromkeys(("p_strong", "threshold", "latency_ms", "novelty"), pa.float64()),
        **dict.fromkeys(("estimated_usd", "cost_usd", "router_usd", "baseline_usd"), pa.decimal128(19, 12)),
    }
    return pa.schema([(name, kinds.get(name, pa.string())) for name in NAMES])


def _priced(row: dict[str, Any]) -> dict[str, Any]:
    """The row with amounts at the twelve digits after the point that the column has."""
    step = Decimal(1).scaleb(-12)
    return {name: value.quantize(step) if isinstance(value, Decimal) else value for name, value in row.items()}
