"""What the Usage page shows: sums over days, computed by the database from the sums that were kept with the events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from feedback.access import Access
from feedback.usage_sums import Choices, Keyed, Sums, Thumbs, UsageFilter
from feedback.usage_tables import UsageDay, UsageLatency, UsageNovelty
from feedback.usage_thumbs import thumbs

_WHAT = "Usage could not be read"
_NOTHING = Decimal(0)


class UsageReport:
    """Reads sums. Safe to use from many threads.

    Args:
        access: Transactions on the database of feedback.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def choices(self) -> Choices:
        """What there is to filter by.

        Raises:
            StoreError: The database failed; likewise below.
        """
        with self._access.reading(_WHAT) as connection:
            names = {
                column.key: tuple(
                    connection.execute(select(column).where(column != "").distinct().order_by(column)).scalars()
                )
                for column in (UsageDay.router, UsageDay.llm, UsageDay.place)
            }
            first = connection.execute(select(func.min(UsageDay.day))).scalar()
        return Choices(names["router"], names["llm"], names["place"], first)

    def total(self, chosen: UsageFilter, *, answered: bool | None = None, without: Collection[str] = ()) -> Sums:
        """Sums over all that is chosen.

        Args:
            chosen: Which events.
            answered: Takes only what was answered here, or only what was not; None takes both.
            without: Routers that do not count.
        """
        return self._sums(chosen, (), answered, without).get((), Sums())

    def by_day_and_place(self, chosen: UsageFilter) -> Keyed:
        """Sums by (day, place)."""
        return self._sums(chosen, (UsageDay.day, UsageDay.place))

    def by_day_and_router(self, chosen: UsageFilter, *, without: Collection[str] = ()) -> Keyed:
        """Sums by (day, router), of what a router decided; routers of `without` do not count."""
        return self._sums(chosen, (UsageDay.day, UsageDay.router), without=without)

    def by_day_and_llm(self, chosen: UsageFilter, *, answered: bool) -> Keyed:
        """Sums by (day, LLM)."""
        return self._sums(chosen, (UsageDay.day, UsageDay.llm), answered)

    def by_day(self, chosen: UsageFilter, *, answered: bool) -> Keyed:
        """Sums by (day,)."""
        return self._sums(chosen, (UsageDay.day,), answered)

    def by_router_and_llm(self, chosen: UsageFilter) -> Keyed:
        """Sums by (router, LLM, whether it was answered here)."""
        return self._sums(chosen, (UsageDay.router, UsageDay.llm, UsageDay.answered))

    def thumbs(self, chosen: UsageFilter) -> list[Thumbs]:
        """What people thought of decisions and answers; see `feedback.usage_thumbs`."""
        return thumbs(self._access, chosen)

    def latencies(self, chosen: UsageFilter) -> dict[str, dict[int, int]]:
        """Decisions by router and bin of their latency; which LLM was picked makes no difference."""
        count = func.sum(UsageLatency.events)
        query = (
            select(UsageLatency.router, UsageLatency.bin, count)
            .where(*_within(UsageLatency, chosen))
            .group_by(UsageLatency.router, UsageLatency.bin)
        )
        found: dict[str, dict[int, int]] = defaultdict(dict)
        with self._access.reading(_WHAT) as connection:
            for router, number, events in connection.execute(query):
                found[router][number] = int(events)
        return dict(found)

    def novelties(self, first: date, last: date) -> dict[str, dict[date, dict[int, int]]]:
        """Prompts by data set, day and percentile of their distance from it, whoever routed them."""
        query = select(UsageNovelty.reference, UsageNovelty.day, UsageNovelty.percentile, UsageNovelty.events).where(
            UsageNovelty.day.between(first, last)
        )
        found: dict[str, dict[date, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
        with self._access.reading(_WHAT) as connection:
            for reference, day, percentile, events in connection.execute(query):
                found[reference][day][percentile] = events
        return {reference: dict(days) for reference, days in found.items()}

    def _sums(
        self,
        chosen: UsageFilter,
        keys: Sequence[Any],
        answered: bool | None = None,
        without: Collection[str] = (),
    ) -> Keyed:
        decided = UsageDay.router != ""
        columns = (  # in the order of the fields of `Sums`
            func.sum(UsageDay.events).filter(decided),
            func.sum(UsageDay.escalated),
            func.sum(UsageDay.raised),
            func.sum(UsageDay.events),
            func.sum(UsageDay.unpriced),
            func.sum(UsageDay.usd),
            func.sum(UsageDay.own_key_usd),
            func.sum(UsageDay.router_usd),
            func.sum(UsageDay.saving_events),
            func.sum(UsageDay.saving_baseline_usd),
            func.sum(UsageDay.saving_usd),
        )
        query: Select[Any] = select(*keys, *columns).where(*_within(UsageDay, chosen))
        if chosen.llm:
            query = query.where(UsageDay.llm == chosen.llm)
        if without:
            query = query.where(UsageDay.router.not_in(without))
        if answered is not None:
            query = query.where(UsageDay.answered == answered)
        with self._access.reading(_WHAT) as connection:
            rows = connection.execute(query.group_by(*keys).order_by(*keys) if keys else query).all()
        return {tuple(row[: len(keys)]): _read(row[len(keys) :]) for row in rows}


def _within(table: type[UsageDay | UsageLatency], chosen: UsageFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [table.day.between(chosen.first, chosen.last)]
    if chosen.router:
        wanted.append(table.router == chosen.router)
    if chosen.place:
        wanted.append(table.place == chosen.place)
    return wanted


def _read(values: Sequence[Any]) -> Sums:
    """The sums, in the order of their fields; the database gives NULL for none."""
    decisions, escalated, raised, events, unpriced, usd, own_key_usd, router_usd, saving_events, *rest = values
    baseline_usd, saving_usd = rest
    return Sums(
        int(decisions or 0),
        int(escalated or 0),
        int(raised or 0),
        int(events or 0),
        int(unpriced or 0),
        usd or _NOTHING,
        own_key_usd or _NOTHING,
        router_usd or _NOTHING,
        int(saving_events or 0),
        baseline_usd or _NOTHING,
        saving_usd or _NOTHING,
    )
