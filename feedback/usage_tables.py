"""Tables of usage: events, the sums by day that charts are drawn from, and the log of the budget.

Sums are written in the transaction of their events, so both always agree.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Index, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from feedback.columns import Usd, Utc
from feedback.tables import ID, NAME, Base

PLACE = 40
_BY_KEY = {"sqlite_with_rowid": False}
"""SQLite keeps rows in the order of their keys then, so that a span of days is read in one go."""


class UsageEventRow(Base):
    """One event; columns as in `UsageEvent`."""

    __tablename__ = "usage_events"
    __table_args__ = (Index(None, "at", "id"),)

    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    at: Mapped[datetime] = mapped_column(Utc)
    place: Mapped[str] = mapped_column(String(PLACE))
    caller: Mapped[str] = mapped_column(String(NAME))
    router: Mapped[str] = mapped_column(String(NAME))
    version: Mapped[str] = mapped_column(String(ID))
    route: Mapped[str] = mapped_column(String(NAME))
    llm: Mapped[str] = mapped_column(String(NAME))
    escalated: Mapped[bool]
    p_strong: Mapped[float | None]
    threshold: Mapped[float | None]
    raised: Mapped[bool]
    latency_ms: Mapped[float | None]
    reference: Mapped[str] = mapped_column(String(NAME))
    novelty: Mapped[float | None]
    estimated_usd: Mapped[Decimal | None] = mapped_column(Usd)
    answered: Mapped[bool]
    own_key: Mapped[bool]
    cost_usd: Mapped[Decimal | None] = mapped_column(Usd)
    router_usd: Mapped[Decimal | None] = mapped_column(Usd)
    baseline: Mapped[str] = mapped_column(String(NAME))
    baseline_usd: Mapped[Decimal | None] = mapped_column(Usd)


class UsageDay(Base):
    """Sums over the events of one day (UTC), place, router and LLM; those that were answered here apart.

    `saving_…` are sums over the events of which a saving can be said, `unpriced` counts those without an amount, and
    `own_key_usd` is the part of `usd` that callers' own keys paid.
    """

    __tablename__ = "usage_days"
    __table_args__ = _BY_KEY

    day: Mapped[date] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(PLACE), primary_key=True)
    router: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    llm: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    answered: Mapped[bool] = mapped_column(primary_key=True)
    events: Mapped[int] = mapped_column(BigInteger)
    escalated: Mapped[int] = mapped_column(BigInteger)
    raised: Mapped[int] = mapped_column(BigInteger)
    unpriced: Mapped[int] = mapped_column(BigInteger)
    usd: Mapped[Decimal] = mapped_column(Usd)
    own_key_usd: Mapped[Decimal] = mapped_column(Usd)
    router_usd: Mapped[Decimal] = mapped_column(Usd)
    saving_events: Mapped[int] = mapped_column(BigInteger)
    saving_baseline_usd: Mapped[Decimal] = mapped_column(Usd)
    saving_usd: Mapped[Decimal] = mapped_column(Usd)


class UsageLatency(Base):
    """How many decisions of a day took as long as one bin says (`feedback.usage_bins`)."""

    __tablename__ = "usage_latencies"
    __table_args__ = _BY_KEY

    day: Mapped[date] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(PLACE), primary_key=True)
    router: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    bin: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    events: Mapped[int] = mapped_column(BigInteger)


class UsageNovelty(Base):
    """How many prompts of a day were as far from a data set as one percentile says, from 0 to 100."""

    __tablename__ = "usage_novelties"
    __table_args__ = _BY_KEY

    day: Mapped[date] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    percentile: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    events: Mapped[int] = mapped_column(BigInteger)


class BudgetRow(Base):
    """One line of the budget's log: what was set, and what happened when it ran out. Never changed."""

    __tablename__ = "usage_budget"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  SQLAlchemy's own form

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[str] = mapped_column(String(ID), unique=True)
    at: Mapped[datetime] = mapped_column(Utc)
    author: Mapped[str] = mapped_column(String(NAME))
    happened: Mapped[str] = mapped_column(String(20))
    usd: Mapped[Decimal | None] = mapped_column(Usd)
    period: Mapped[str] = mapped_column(String(10))
    alert_share: Mapped[float]
    threshold: Mapped[float]
    period_start: Mapped[date] = mapped_column()
    spent_usd: Mapped[Decimal] = mapped_column(Usd)
