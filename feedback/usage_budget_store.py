"""The budget in the database: an append-only log, from which and from what was spent follows where it stands."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Connection, func, select

from errors import BadInputError
from feedback.access import Access
from feedback.columns import storable
from feedback.inserting import add_rows
from feedback.records import new_id, now
from feedback.tables import NAME
from feedback.usage_budget import Budget, BudgetLine, BudgetState, Happened, period_of
from feedback.usage_tables import BudgetRow, UsageDay
from settings import BudgetPeriod

_SETTING = ("set", "removed")
_SWITCHING = ("switched back", "switched on")
_READ = "The budget could not be read"
_NO_BUDGET = BadInputError("There is no budget.", "Set one first.")


class BudgetStore:
    """Keeps the budget and its log. Safe to use from many threads and processes.

    Args:
        access: Transactions on the database of feedback.
        default: The budget of the environment, until another one is set.
    """

    def __init__(self, access: Access, default: Budget | None = None) -> None:
        self._access = access
        self._default = default

    def state(self, at: datetime | None = None) -> BudgetState:
        """Where the budget stands; writes a line into the log where it runs out or is used up, once.

        Args:
            at: The moment; now if left out.

        Raises:
            StoreError: The database failed; likewise below.
        """
        at = at or now()
        with self._access.reading(_READ) as connection:
            state, since = self._state(connection, at)
            news = [
                (f"{happened}:{state.start}:{since}", happened)
                for happened, is_so in (("alert", state.running_out), ("raised", state.used_up))
                if is_so
            ]
            known = select(BudgetRow.id).where(BudgetRow.id.in_([name for name, _ in news]))
            told = set(connection.execute(known).scalars()) if news else set()
        if untold := [(name, happened) for name, happened in news if name not in told]:
            with self._access.writing("The budget's log could not be written") as connection:
                for name, happened in untold:
                    self._log(connection, state, cast("Happened", happened), at, name=name)
        return state

    def put(self, budget: Budget | None, author: str, at: datetime | None = None) -> BudgetState:
        """Sets a budget, or removes it; thresholds that somebody had switched back are raised again if it is used up.

        Args:
            budget: The budget; None for none, whatever the environment says.
            author: Pseudonym of who sets it.
            at: The moment; now if left out.
        """
        at = at or now()
        with self._access.writing("The budget could not be saved") as connection:
            self._log(
                connection,
                BudgetState(budget, *period_of(budget.period if budget else "day", at)),
                "removed" if budget is None else "set",
                at,
                author,
            )
        return self.state(at)

    def switch(self, author: str, *, back: bool, at: datetime | None = None) -> BudgetState:
        """Switches raised thresholds back for the rest of the period, or on again.

        Args:
            author: Pseudonym of who does it.
            back: Whether thresholds shall be as they were.
            at: The moment; now if left out.

        Raises:
            BadInputError: There is no budget.
        """
        at = at or now()
        with self._access.writing("The budget could not be switched") as connection:
            state, _ = self._state(connection, at)
            if state.budget is None:
                raise _NO_BUDGET
            if state.switched_back != back:
                self._log(connection, state, "switched back" if back else "switched on", at, author)
        return self.state(at)

    def lines(self, limit: int = 50) -> list[BudgetLine]:
        """The log, newest first."""
        query = select(BudgetRow).order_by(BudgetRow.number.desc()).limit(limit)
        with self._access.reading(_READ) as connection:
            return [_line(row) for row in connection.execute(query).mappings()]

    def _state(self, connection: Connection, at: datetime) -> tuple[BudgetState, int]:
        """Where it stands, and the number of the line that set it; 0 for the environment."""
        last = connection.execute(_last(_SETTING)).mappings().first()
        budget = self._default if last is None else _budget(last)
        since = 0 if last is None else int(last["number"])
        start, end = period_of(budget.period if budget else "day", at)
        if budget is None:
            return BudgetState(None, start, end), since
        switch = _last(_SWITCHING).where(BudgetRow.number > since, BudgetRow.period_start == start)
        switched = connection.execute(switch).mappings().first()
        paid = select(func.sum(UsageDay.usd), func.sum(UsageDay.own_key_usd)).where(
            UsageDay.answered, UsageDay.day >= start, UsageDay.day < end.date()
        )
        usd, own_key_usd = (amount or Decimal(0) for amount in connection.execute(paid).one())
        back = switched is not None and switched["happened"] == "switched back"
        return BudgetState(budget, start, end, usd - own_key_usd, back), since

    def _log(
        self,
        connection: Connection,
        state: BudgetState,
        happened: Happened,
        at: datetime,
        author: str = "",
        name: str = "",
    ) -> None:
        budget = state.budget
        row = {
            "id": name or new_id(),
            "at": at,
            "author": storable(author, NAME),
            "happened": happened,
            "usd": budget.usd if budget else None,
            "period": budget.period if budget else "day",
            "alert_share": budget.alert_share if budget else 0.0,
            "threshold": budget.threshold if budget else 0.0,
            "period_start": state.start,
            "spent_usd": state.spent_usd,
        }
        # Another process may have noticed it at the same moment: one line is enough.
        add_rows(connection, BudgetRow, [row], key=["id"])


def _last(happened: tuple[str, ...]) -> Any:  # noqa: ANN401  a select of all columns
    return select(BudgetRow).where(BudgetRow.happened.in_(happened)).order_by(BudgetRow.number.desc()).limit(1)


def _budget(row: Any) -> Budget | None:  # noqa: ANN401  a row of the log
    if row["usd"] is None:
        return None
    return Budget(
        usd=row["usd"],
        period=cast("BudgetPeriod", row["period"]),
        alert_share=row["alert_share"],
        threshold=row["threshold"],
    )


def _line(row: Any) -> BudgetLine:  # noqa: ANN401  likewise
    return BudgetLine(
        at=row["at"],
        author=row["author"],
        happened=row["happened"],
        budget=_budget(row),
        spent_usd=row["spent_usd"],
    )
