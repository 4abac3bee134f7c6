"""What is chosen on the Usage page, and the figures and the table that answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from errors import BadInputError
from feedback.usage_sums import Choices, Keyed, Sums, UsageFilter
from llms.cost import format_usd

ALL = ""
PAID, ESTIMATED = "paid", "estimated"
PERIODS = {"7": "Last 7 days", "30": "Last 30 days", "90": "Last 90 days", "month": "This month", "all": "All days"}
FIRST_PERIOD = "30"
MOST_DAYS = 3_660
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class UsageView:
    """What is chosen, checked.

    Attributes:
        chosen: Which events count.
        paid: Whether amounts are those of answers that were given here; else estimates of decisions without one.
    """

    chosen: UsageFilter
    paid: bool

    @property
    def query(self) -> str:
        """The filter as the export's address carries it."""
        chosen = self.chosen
        fields = {"router": chosen.router, "llm": chosen.llm, "place": chosen.place}
        dates = {"first": chosen.first.isoformat(), "last": chosen.last.isoformat()}
        return urlencode(dates | {name: value for name, value in fields.items() if value})


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure, what it is, and a smaller line under it."""

    key: str
    title: str
    text: str = ""
    usd: Decimal | None = None
    small: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table router × LLM; `share` is of the router's decisions."""

    router: str
    llm: str
    decisions: int
    share: float
    escalated: float
    answers: int
    paid: Decimal
    estimated: Decimal


def read_view(said: Sequence[str | None], choices: Choices, today: date) -> UsageView:
    """What the controls say.

    Args:
        said: A key of `PERIODS`; router id, LLM id, and page or endpoint, '' for all; `paid` or `estimated`.
        choices: What there is.
        today: In UTC.

    Raises:
        BadInputError: A value is none of those that are offered.
    """
    period, router, llm, place, amounts = said
    if period not in PERIODS or amounts not in (PAID, ESTIMATED):
        raise BadInputError("This period or kind of amounts does not exist.", "Choose one of the list.")
    if period == "all":
        first = max(choices.first or today, today - timedelta(days=MOST_DAYS))
    elif period == "month":
        first = today.replace(day=1)
    else:
        first = today - timedelta(days=int(period) - 1)
    chosen = UsageFilter(first=first, last=today, router=router or ALL, llm=llm or ALL, place=place or ALL)
    return UsageView(chosen, amounts == PAID)


def tiles(total: Sums, reading: Sums, paid: Sums, estimated: Sums, thumbs: Tile, view: UsageView) -> list[Tile]:
    """The figures at the top of the page.

    Args:
        total: Over all that is chosen.
        reading: Of routers that read the prompt, without baselines; of a baseline where it alone is chosen.
        paid: Of answers that were given here.
        estimated: Of decisions without one.
        thumbs: What people thought.
        view: What is chosen.
    """
    shown = paid if view.paid else estimated
    saved = shown.saving_usd / shown.baseline_usd if shown.baseline_usd else None
    counted = f"over {shown.saving_events:,} of {shown.decisions:,} decisions"
    return [
        Tile("decisions", "Decisions", f"{total.decisions:,}", small=_raised(total)),
        Tile(
            "escalated",
            "Escalated",
            share_in_words(reading.escalated, reading.decisions),
            small=_escalated(total, reading),
        ),
        Tile("paid", "Paid for answers here", usd=paid.usd, small=_answers(paid)),
        Tile("estimated", "Estimated, not asked here", usd=estimated.usd, small=_unpriced(estimated)),
        Tile(
            "saving",
            f"Saved, {'paid' if view.paid else 'estimated'}",
            usd=shown.saving_usd,
            small=counted if saved is None else f"{100 * saved:.0f} % of always the strongest, {counted}",
        ),
        Tile("routers", "Routers' own cost", usd=total.router_usd, small="time of this machine"),
        thumbs,
    ]


def table_rows(sums: Keyed) -> list[Row]:
    """Router × LLM, most decisions first.

    Args:
        sums: By (router, LLM, whether it was answered here).
    """
    of_router: dict[str, int] = {}
    merged: dict[tuple[str, str], dict[bool, Sums]] = {}
    for (router, llm, answered), one in sums.items():
        of_router[router] = of_router.get(router, 0) + one.events
        merged.setdefault((router, llm), {})[bool(answered)] = one
    rows = []
    for (router, llm), parts in merged.items():
        given, only = parts.get(True, Sums()), parts.get(False, Sums())
        events = given.events + only.events
        rows.append(
            Row(
                router,
                llm,
                events,
                events / of_router[router],
                (given.escalated + only.escalated) / events,
                given.events,
                given.usd,
                only.usd,
            )
        )
    return sorted(rows, key=_by_decisions)


def _by_decisions(row: Row) -> tuple[int, str, str]:
    return -row.decisions, row.router, row.llm


def share_in_words(part: int, whole: int) -> str:
    """A share in per cent; a dash of nothing."""
    return f"{part / whole:.1%}".replace("%", " %") if whole else "–"


def _escalated(total: Sums, reading: Sums) -> str:
    left_out = total.decisions - reading.decisions
    said = f"{reading.escalated:,} of {reading.decisions:,} decisions"
    return f"{said}; {left_out:,} of baselines do not count" if left_out else said


def _raised(total: Sums) -> str:
    return f"{total.raised:,} under a raised threshold" if total.raised else ""


def _answers(paid: Sums) -> str:
    said = [f"{paid.events:,} answers"]
    said += [f"{paid.unpriced:,} without a price"] if paid.unpriced else []
    if paid.own_key_usd:
        said.append(f"{format_usd(paid.own_key_usd)} of it by callers' own keys")
    return ", ".join(said)


def _unpriced(estimated: Sums) -> str:
    return f"{estimated.unpriced:,} decisions without a price or a pool" if estimated.unpriced else ""
