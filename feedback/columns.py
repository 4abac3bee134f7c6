"""Column types that mean the same on SQLite and PostgreSQL: exact money, and moments in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from sqlalchemy import JSON, BigInteger, DateTime, Dialect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from llms.tokens import sendable

PICO_PER_USD = Decimal(10) ** 12
"""A token of the cheapest LLM costs tens of thousands of these, and nine million dollars fit a column."""

Json = JSON().with_variant(JSONB(), "postgresql")


class Usd(TypeDecorator[Decimal]):
    """US dollars, kept as whole millionths of a millionth: exact, and summed by the database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Dollars to what is kept."""
        return None if value is None else int((value * PICO_PER_USD).to_integral_value(ROUND_HALF_EVEN))

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """What is kept to dollars."""
        return None if value is None else Decimal(value) / PICO_PER_USD


class Utc(TypeDecorator[datetime]):
    """A moment, kept and given in UTC; SQLite would forget the time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Any time zone to UTC.

        Raises:
            ValueError: The moment has no time zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone cannot be kept")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is kept, with its time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def storable(text: str, characters: int | None = None) -> str:
    """The text as every database takes it: no lone surrogates, no NUL, no longer than a column."""
    return sendable(text).replace("\0", "\N{REPLACEMENT CHARACTER}")[:characters]
