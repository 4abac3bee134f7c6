"""The budget: how much LLMs may cost in a day or a month, and what holds when it is used up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal, get_args

from errors import BadInputError
from settings import BudgetPeriod, Settings

Happened = Literal["set", "removed", "alert", "raised", "switched back", "switched on"]
"""Lines of the log. `alert` and `raised` are written by the app, the others are somebody's doing."""

MOST_USD = Decimal(1_000_000)
LEAST_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much LLMs may cost.

    Attributes:
        usd: In one period.
        period: A day or a month, in UTC.
        alert_share: From this share on it is said that it runs out.
        threshold: What thresholds are raised to once it is used up, from 0.5 to 1.

    Raises:
        BadInputError: A value is outside its range.
    """

    usd: Decimal
    period: BudgetPeriod = "day"
    alert_share: float = 0.8
    threshold: float = 0.8

    def __post_init__(self) -> None:
        if not self.usd.is_finite() or not 0 < self.usd <= MOST_USD:
            raise BadInputError("The budget is no usable amount.", f"Choose more than 0 and at most {MOST_USD:,} USD.")
        if self.period not in get_args(BudgetPeriod):
            raise BadInputError("The budget's period is neither a day nor a month.", "Choose one of the two.")
        if not 0 < self.alert_share <= 1:
            raise BadInputError("The alert is not between 0 and 100 % of the budget.", "Choose a share such as 80 %.")
        if not LEAST_THRESHOLD <= self.threshold <= 1:
            raise BadInputError(
                "The raised threshold is out of range.", f"Choose one from {LEAST_THRESHOLD} to 1, such as 0.8."
            )

    @property
    def cost_weight(self) -> float:
        """What the cost weight of routers without a threshold is raised to.

        With two routes of which the cheap one is nearly free, P(strong) − weight ≥ P(weak) says the same as
        P(strong) ≥ (1 + weight) / 2: so the weight is twice the threshold less one.
        """
        return 2 * self.threshold - 1

    @property
    def this_period(self) -> str:
        """Such as `today`, for sentences."""
        return "today" if self.period == "day" else "this month"


def budget_of(settings: Settings) -> Budget | None:
    """The budget that the environment sets; None without one."""
    if settings.budget_usd is None:
        return None
    return Budget(
        usd=settings.budget_usd,
        period=settings.budget_period,
        alert_share=settings.budget_alert_share,
        threshold=settings.budget_threshold,
    )


@dataclass(frozen=True, slots=True)
class BudgetState:
    """Where a budget stands.

    Attributes:
        budget: The budget; None where none is set.
        start: First day of the period.
        end: The moment at which the next one begins.
        spent_usd: What LLMs have cost in it, without what callers' own keys paid.
        switched_back: Whether somebody has switched the raised thresholds back for the rest of the period.
    """

    budget: Budget | None
    start: date
    end: datetime
    spent_usd: Decimal = Decimal(0)
    switched_back: bool = False

    @property
    def used_up(self) -> bool:
        """Whether nothing is left of it."""
        return self.budget is not None and self.spent_usd >= self.budget.usd

    @property
    def running_out(self) -> bool:
        """Whether so much is spent that it must be said."""
        return self.budget is not None and self.spent_usd >= self.budget.usd * Decimal(str(self.budget.alert_share))

    def raises(self, at: datetime) -> Budget | None:
        """The budget whose raised threshold holds at a moment; None where thresholds are as they were set."""
        return self.budget if self.used_up and not self.switched_back and at < self.end else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """A line of the budget's log.

    Attributes:
        at: When.
        author: Pseudonym of who did it; '' for the app itself.
        happened: What.
        budget: The budget that it is about.
        spent_usd: What was spent in its period at that moment.
    """

    at: datetime
    author: str
    happened: Happened
    budget: Budget | None
    spent_usd: Decimal


def period_of(period: BudgetPeriod, at: datetime) -> tuple[date, datetime]:
    """First day of the period that a moment lies in, and the moment at which the next one begins; in UTC."""
    day = at.astimezone(UTC).date()
    if period == "day":
        return day, datetime.combine(day + timedelta(days=1), time(), UTC)
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day.replace(day=1), datetime.combine(following, time(), UTC)
