"""Events for tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from feedback.usage_event import UsageEvent
from feedback.usage_sums import UsageFilter

DAY = datetime(2025, 5, 17, 9, 30, tzinfo=UTC)
EVER = UsageFilter(first=date(2025, 1, 1), last=date(2025, 12, 31))


def event(**changes: Any) -> UsageEvent:
    """A decision for the strong LLM, which answered for a cent; always asking it would have cost the same."""
    fields: dict[str, Any] = {
        "at": DAY,
        "place": "/route",
        "router": "knn",
        "version": "1-abc",
        "route": "strong",
        "llm": "dear",
        "escalated": True,
        "p_strong": 0.75,
        "threshold": 0.5,
        "latency_ms": 4.0,
        "reference": "exams",
        "novelty": 40.0,
        "estimated_usd": Decimal("0.02"),
        "answered": True,
        "cost_usd": Decimal("0.01"),
        "router_usd": Decimal("0.000001"),
        "baseline": "dear",
        "baseline_usd": Decimal("0.01"),
    }
    return UsageEvent(**(fields | changes))


def cheap(**changes: Any) -> UsageEvent:
    """A decision for the weak LLM, at a tenth of the cost."""
    fields = {"route": "weak", "llm": "cheap", "escalated": False, "p_strong": 0.2, "cost_usd": Decimal("0.001")}
    return event(**(fields | changes))


def later(days: int) -> datetime:
    return DAY + timedelta(days=days)


def read_csv(parts: Iterator[bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(parts).decode())))
