"""`python -m feedback.usage_speed`: how long each chart of the Usage page waits for the database over a million events.

It fills a temporary SQLite file, or the empty PostgreSQL database of `--database-url`, with synthetic events and then
asks what the page asks.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from statistics import median

from pydantic import SecretStr
from sqlalchemy import insert, literal_column, select, update

from feedback.access import Access
from feedback.records import now
from feedback.usage_budget import Budget
from feedback.usage_budget_store import BudgetStore
from feedback.usage_event import UsageEvent
from feedback.usage_export import exported
from feedback.usage_report import UsageReport
from feedback.usage_store import UsageStore
from feedback.usage_sums import UsageFilter
from feedback.usage_tables import UsageDay, UsageEventRow, UsageLatency, UsageNovelty
from settings import Settings

EVENTS, DAYS, REPEATS = 100_000, 90, 5
COPIES = 10
BATCH = 5_000
ROUTERS = tuple(f"router-{number:02}" for number in range(22))
LLMS = ("", "cheap", "middle", "dear", "dearest", "local")
PLACES = ("/predict", "/api/decide", "/route", "/v1/chat/completions", "Route page", "Compare page")
REFERENCES = ("chat", "exams", "outcomes", "ray")


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one question took, in ms: median and longest of some repeats, and the median of this process's own work.

    On SQLite the process itself does all the work, so that `own_ms` is what a machine without other work would take.
    """

    question: str
    median_ms: float
    longest_ms: float
    own_ms: float


def synthetic_events(count: int, days: int, end: datetime, seed: int = 0) -> Iterator[UsageEvent]:
    """Events that are spread over some days, routers, LLMs and places, oldest first.

    Args:
        count: How many.
        days: Over so many days.
        end: The moment after the last one.
        seed: The same seed gives the same events but for their ids.
    """
    draw = random.Random(seed)
    step = timedelta(days=days) / count
    for number in range(count):
        strong = draw.random() < 0.3
        answered = draw.random() < 0.4
        usd = Decimal(draw.randrange(1, 4_000 if strong else 400)).scaleb(-6)
        yield UsageEvent(
            at=end - step * (count - number),
            place=draw.choice(PLACES),
            router=draw.choice(ROUTERS),
            version="1-synthetic",
            route="strong" if strong else "weak",
            llm=draw.choice(LLMS),
            escalated=strong,
            p_strong=draw.random(),
            threshold=0.5,
            latency_ms=draw.lognormvariate(1.5, 0.7),
            reference=draw.choice(REFERENCES),
            novelty=float(draw.randrange(101)),
            estimated_usd=usd,
            answered=answered,
            cost_usd=usd if answered else None,
            router_usd=Decimal(draw.randrange(1, 99)).scaleb(-9),
            baseline="dearest",
            baseline_usd=usd * 3,
        )


def fill(store: UsageStore, events: Iterator[UsageEvent]) -> int:
    """Writes events in large batches; returns how many."""
    total, batch = 0, []
    for event in events:
        batch.append(event)
        if len(batch) == BATCH:
            total += store.add(batch)
            batch = []
    return total + store.add(batch)


def multiply(access: Access, copies: int) -> None:
    """Has the database copy all events so many times, and the sums with them: writing them one by one takes minutes."""
    names = [column.name for column in UsageEventRow.__table__.columns if column.name != "id"]
    others = [getattr(UsageEventRow, name) for name in names]
    with access.writing("Events could not be copied") as connection:
        originals = select(UsageEventRow.id, *others).subquery()
        for number in range(1, copies):
            again = select(originals.c.id.concat(f":{number}"), *(originals.c[name] for name in names)).where(
                originals.c.id.not_like("%:%")
            )
            connection.execute(insert(UsageEventRow).from_select(["id", *names], again))
        for table in (UsageDay, UsageLatency, UsageNovelty):
            sums = {
                column: column * literal_column(str(copies))
                for column in table.__table__.columns
                if not column.primary_key
            }
            connection.execute(update(table).values(sums))


def questions(access: Access, chosen: UsageFilter) -> dict[str, Callable[[], object]]:
    """What the page asks, by name."""
    report = UsageReport(access)
    return {
        "filters": report.choices,
        "figures": partial(report.total, chosen),
        "decisions per day": partial(report.by_day_and_place, chosen),
        "escalation": partial(report.by_day_and_router, chosen),
        "cost": partial(report.by_day_and_llm, chosen, answered=True),
        "saving": partial(report.by_day, chosen, answered=True),
        "latency": partial(report.latencies, chosen),
        "drift": partial(report.novelties, chosen.first, chosen.last),
        "table": partial(report.by_router_and_llm, chosen),
        "budget": BudgetStore(access, Budget(usd=Decimal(1_000))).state,
    }


def measure(access: Access, days: int, repeats: int = REPEATS) -> list[Timing]:
    """Asks each question a few times, over all days and all events."""
    today = now().date()
    chosen = UsageFilter(first=today - timedelta(days=days), last=today)
    timings = []
    for name, ask in questions(access, chosen).items():
        taken, own = zip(*(_timed(ask) for _ in range(repeats)), strict=True)
        timings.append(Timing(name, round(median(taken), 1), round(max(taken), 1), round(median(own), 1)))
    return timings


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m feedback.usage_speed", description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help="written as the app writes them")
    parser.add_argument("--copies", type=int, default=COPIES, help="of each of them, made by the database")
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--database-url", default="", help="an empty PostgreSQL database; a temporary file if left out")
    parser.add_argument("--export", action="store_true", help="also stream all events as CSV and as Parquet")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        url = SecretStr(asked.database_url) if asked.database_url else None
        access = Access(Settings(data_dir=Path(folder), database_url=url))
        start = time.perf_counter()
        written = fill(UsageStore(access), synthetic_events(asked.events, asked.days, datetime.now(UTC)))
        fill_s = time.perf_counter() - start
        multiply(access, asked.copies)
        result = {
            "events": written * asked.copies,
            "fill_s": round(fill_s, 1),
            "questions": [asdict(timing) for timing in measure(access, asked.days)],
        }
        if asked.export:
            today = now().date()
            chosen = UsageFilter(first=today - timedelta(days=asked.days), last=today)
            result["export_ms"] = {
                "csv": _ms(partial(_drain, access, chosen, "csv")),
                "parquet": _ms(partial(_drain, access, chosen, "parquet")),
            }
        access.close()
    print(json.dumps(result, indent=2))
    return 0


def _timed(ask: Callable[[], object]) -> tuple[float, float]:
    """Wall time and own time, in ms."""
    wall, own = time.perf_counter(), time.process_time()
    ask()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - own) * 1000


def _ms(ask: Callable[[], object]) -> float:
    start = time.perf_counter()
    ask()
    return (time.perf_counter() - start) * 1000


def _drain(access: Access, chosen: UsageFilter, form: str) -> int:
    return sum(len(part) for part in exported(access, chosen, "csv" if form == "csv" else "parquet"))


if __name__ == "__main__":
    raise SystemExit(main())
