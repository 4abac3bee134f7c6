"""Events as rows: the events themselves, and what a batch of them adds to the sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC
from decimal import Decimal
from typing import Any

from feedback.columns import storable
from feedback.tables import ID, NAME
from feedback.usage_bins import bin_of
from feedback.usage_event import UsageEvent
from feedback.usage_tables import PLACE

Row = dict[str, Any]

_LENGTHS = {
    "id": ID,
    "place": PLACE,
    "caller": NAME,
    "router": NAME,
    "version": ID,
    "route": NAME,
    "llm": NAME,
    "reference": NAME,
    "baseline": NAME,
}
_NONE = Decimal(0)


def event_row(event: UsageEvent) -> Row:
    """The event as the table takes it."""
    row = {name: getattr(event, name) for name in event.__slots__}
    return row | {name: storable(row[name], length) for name, length in _LENGTHS.items()}


def day_rows(events: Iterable[UsageEvent]) -> list[Row]:
    """What events add to the sums by day, in the order of their keys."""
    sums: dict[tuple[Any, ...], Row] = {}
    for event in events:
        row = event_row(event)
        key = (event.at.astimezone(UTC).date(), row["place"], row["router"], row["llm"], event.answered)
        added = sums.setdefault(key, _zero(key))
        usd, saving = event.usd, event.saving_usd
        added["events"] += 1
        added["escalated"] += event.escalated
        added["raised"] += event.raised
        added["unpriced"] += usd is None
        added["usd"] += usd or _NONE
        added["own_key_usd"] += (usd or _NONE) if event.own_key else _NONE
        added["router_usd"] += event.router_usd or _NONE
        added["saving_events"] += saving is not None
        if saving is not None and event.baseline_usd is not None:
            added["saving_baseline_usd"] += event.baseline_usd
            added["saving_usd"] += saving
    return [sums[key] for key in sorted(sums)]


def latency_rows(events: Iterable[UsageEvent]) -> list[Row]:
    """What events add to the latencies, in the order of their keys."""
    counts = Counter(
        (event.at.astimezone(UTC).date(), storable(event.place, PLACE), storable(event.router, NAME), bin_of(ms))
        for event in events
        if event.router and (ms := event.latency_ms) is not None
    )
    return [
        {"day": day, "place": place, "router": router, "bin": number, "events": count}
        for (day, place, router, number), count in sorted(counts.items())
    ]


def novelty_rows(events: Iterable[UsageEvent]) -> list[Row]:
    """What events add to the distances from training data, in the order of their keys."""
    counts = Counter(
        (event.at.astimezone(UTC).date(), storable(event.reference, NAME), min(100, max(0, round(far))))
        for event in events
        if event.reference and (far := event.novelty) is not None
    )
    return [
        {"day": day, "reference": reference, "percentile": percentile, "events": count}
        for (day, reference, percentile), count in sorted(counts.items())
    ]


def new_events(events: Sequence[UsageEvent], added: Iterable[str]) -> list[UsageEvent]:
    """Those events whose ids were added just now, each once."""
    by_id = {storable(event.id, ID): event for event in events}
    return [by_id[name] for name in added]


def _zero(key: tuple[Any, ...]) -> Row:
    day, place, router, llm, answered = key
    counts = dict.fromkeys(("events", "escalated", "raised", "unpriced", "saving_events"), 0)
    amounts = dict.fromkeys(("usd", "own_key_usd", "router_usd", "saving_baseline_usd", "saving_usd"), _NONE)
    return {"day": day, "place": place, "router": router, "llm": llm, "answered": answered, **counts, **amounts}
