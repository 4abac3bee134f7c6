"""The callbacks of the Usage page: from what is chosen to figures, charts and table, and the budget's own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import gradio as gr

from benchmarks.plots.chart import Chart
from benchmarks.plots.theme import Theme, theme
from errors import BadInputError
from feedback.annotator_names import shown_name
from feedback.records import now
from feedback.usage import Usage
from feedback.usage_budget import Budget, BudgetState
from feedback.usage_drift import BEFORE_DAYS, RECENT_DAYS, drift
from pages._bench_charts import drawn
from pages._defects import as_shown
from pages._templates import render
from pages._usage_charts import cost_chart, days_between, decisions_chart, escalation_chart, saving_chart
from pages._usage_more_charts import drift_chart, latency_chart
from pages._usage_thumbs import thumbs_html, thumbs_tile
from pages._usage_view import ALL, FIRST_PERIOD, MOST_ROWS, PAID, PERIODS, UsageView, read_view, table_rows, tiles
from pages._usage_words import (
    NO_DECISION,
    NO_DISTANCE,
    NOTHING_ESTIMATED,
    NOTHING_PAID,
    ONLY_BASELINES,
    budget_sentence,
    used_up_sentence,
)
from pages._visitor import allowed_visitor
from settings import BudgetPeriod, Settings

CHARTS = ("decisions", "escalation", "cost", "saving", "latency", "drift")
TITLES = {
    "decisions": "Decisions per day",
    "escalation": "Escalation share",
    "cost": "Cost",
    "saving": "Saving against always the strongest LLM",
    "latency": "Latency by router",
    "drift": "Distance from the training data",
}
OUTPUTS = 8 + 2 * len(CHARTS)
"""Values of `shown`: notice, tiles, table, drift, export, columns of figures and of charts, empty state; charts."""

FEWEST_DAYS = 7
"""Days on an axis, so that the first day does not stand alone in the middle of nothing."""

Shown = list[Any]


@dataclass(frozen=True, slots=True)
class _Drawn:
    view: UsageView
    charts: dict[str, Chart | str]  # a text says why there is nothing to draw
    tiles: str
    table: str
    drift: str


class UsagePage:
    """The callbacks.

    Args:
        usage: Its report and its budget.
        settings: Say who may see the page.
    """

    def __init__(self, usage: Usage, settings: Settings) -> None:
        self._usage = usage
        self._settings = settings

    def opened(self, scheme: str, *chosen: Any) -> Shown:  # noqa: ANN401  Gradio's values
        """Fills the filters with what there is, and shows the page.

        Args:
            scheme: Light or dark.
            chosen: Period, router, LLM, place, kind of amounts.
        """
        try:
            choices = self._usage.report.choices()
            routers, llms, places = (
                gr.update(choices=[("All", ALL), *((name, name) for name in names)])
                for names in (choices.routers, choices.llms, choices.places)
            )
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return [*(gr.skip() for _ in range(3)), *self._failed(error)]
        return [routers, llms, places, *self.shown(scheme, *chosen)]

    def shown(self, scheme: str, *chosen: Any) -> Shown:  # noqa: ANN401  as above
        """Shows the page under its filters; values as `OUTPUTS` says."""
        try:
            self._usage.recorder.flush(1.0)  # so that who has just routed a prompt finds it here
            if self._usage.report.choices().first is None:
                return ["", "", "", "", "", *_columns(shown=False), render("usage_empty.html"), *_no_charts()]
            made = self._draw(theme("dark" if scheme == "dark" else "light"), *chosen)
        except Exception as error:  # noqa: BLE001  as above
            return self._failed(error)
        charts = [value for name in CHARTS for value in _in_slot(made.charts[name], f"us-{name}")]
        export = render("usage_export.html", query=made.view.query)
        return ["", made.tiles, made.table, made.drift, export, *_columns(shown=True), "", *charts]

    def budget_shown(self) -> Shown:
        """Banner, state and log of the budget; amount, period, alert, threshold, both buttons, notice there."""
        try:
            return self._budget_values(self._usage.budget.state())
        except Exception as error:  # noqa: BLE001  as above
            return [_notice(error), "", *(gr.skip() for _ in range(7))]

    def budget_saved(
        self, usd: float | None, period: str, alert: float, threshold: float, request: gr.Request
    ) -> Shown:
        """Sets the budget.

        Args:
            usd: In one period.
            period: `day` or `month`.
            alert: In per cent of it.
            threshold: What thresholds are raised to.
            request: Who does it.
        """
        try:
            author = allowed_visitor(request, self._settings, "usage").author
            budget = Budget(
                usd=_amount(usd), period=cast("BudgetPeriod", period), alert_share=alert / 100, threshold=threshold
            )
            return self._changed(self._usage.budget.put(budget, author), budget_sentence(budget))
        except Exception as error:  # noqa: BLE001  as above
            return _beside(error)

    def budget_removed(self, request: gr.Request) -> Shown:
        """Removes the budget."""
        try:
            author = allowed_visitor(request, self._settings, "usage").author
            return self._changed(self._usage.budget.put(None, author), budget_sentence(None))
        except Exception as error:  # noqa: BLE001  as above
            return _beside(error)

    def budget_switched(self, request: gr.Request) -> Shown:
        """Switches raised thresholds back, or on again."""
        try:
            author = allowed_visitor(request, self._settings, "usage").author
            back = not self._usage.budget.state().switched_back
            return self._changed(self._usage.budget.switch(author, back=back))
        except Exception as error:  # noqa: BLE001  as above
            return [_notice(error), *(gr.skip() for _ in range(8))]

    def _changed(self, state: BudgetState, said: str = "") -> Shown:
        self._usage.guard.refresh()
        return self._budget_values(state, said)

    def _budget_values(self, state: BudgetState, said: str = "") -> Shown:
        budget, raised = state.budget, state.raises(now())
        banner = render(
            "usage_budget_banner.html", said=used_up_sentence(raised) if raised else "", state=state, budget=budget
        )
        lines = self._usage.budget.lines()
        log = render("usage_budget.html", state=state, budget=budget, raised=raised, lines=lines, shown_name=shown_name)
        switch = gr.update(
            visible=state.used_up, value="Raise thresholds again" if state.switched_back else "Switch back"
        )
        told = render("bench_notice.html", sentences=(said,), error=False) if said else ""
        if budget is None:
            return [banner, log, *(gr.skip() for _ in range(4)), gr.update(visible=False), switch, told]
        values = (float(budget.usd), budget.period, 100 * budget.alert_share, budget.threshold)
        return [banner, log, *values, gr.update(visible=True), switch, told]

    def _draw(self, colours: Theme, *chosen: Any) -> _Drawn:  # noqa: ANN401  as above
        report, today = self._usage.report, now().date()
        choices = report.choices()
        view = read_view(chosen, choices, today)
        only = view.chosen
        begun = min(max(only.first, choices.first or today), only.last - timedelta(days=FEWEST_DAYS - 1))
        days = days_between(max(only.first, begun), only.last)
        baselines = self._usage.baselines
        without = () if only.router in baselines else baselines
        charts = self._charts(view, days, colours, without)
        paid, estimated = (report.total(only, answered=answered) for answered in (True, False))
        found = report.thumbs(only)
        reading = report.total(only, without=without)
        sums = tiles(report.total(only), reading, paid, estimated, thumbs_tile(found), view)
        rows = table_rows(report.by_router_and_llm(only))
        table = render("usage_table.html", rows=rows[:MOST_ROWS], left_out=len(rows[MOST_ROWS:]))
        period = PERIODS.get(str(chosen[0]), "")
        figures = render("usage_tiles.html", tiles=sums, period=period)
        return _Drawn(view, charts, figures, f"{table}{thumbs_html(found)}", self._drift(today))

    def _charts(
        self, view: UsageView, days: list[date], colours: Theme, without: Collection[str]
    ) -> dict[str, Chart | str]:
        report, only, paid = self._usage.report, view.chosen, view.paid
        novelties = report.novelties(only.first, only.last)
        places, routers = report.by_day_and_place(only), report.by_day_and_router(only, without=without)
        costs, savings = report.by_day_and_llm(only, answered=paid), report.by_day(only, answered=paid)
        latencies = report.latencies(only)
        decided = any(one.decisions for one in places.values())
        charts: dict[str, Chart | str] = dict.fromkeys(CHARTS, NO_DECISION)
        if decided:
            charts["decisions"] = decisions_chart(places, days, colours)
        if any(one.decisions for one in routers.values()):
            charts["escalation"] = escalation_chart(routers, days, colours)
        elif decided:
            charts["escalation"] = ONLY_BASELINES
        nothing_spent = NOTHING_PAID if paid else NOTHING_ESTIMATED
        spent, counted = any(one.usd for one in costs.values()), any(one.saving_events for one in savings.values())
        charts["cost"] = cost_chart(costs, days, colours, paid) if spent else nothing_spent
        charts["saving"] = saving_chart(savings, days, colours, paid) if counted else nothing_spent
        if latencies:
            charts["latency"] = latency_chart(latencies, colours)
        charts["drift"] = drift_chart(novelties, days, colours) if novelties else NO_DISTANCE
        return charts

    def _drift(self, today: date) -> str:
        first = date.fromordinal(today.toordinal() - RECENT_DAYS - BEFORE_DAYS + 1)
        found = self._usage.report.novelties(first, today)
        drifts = [drift(name, days, today) for name, days in sorted(found.items())]
        return render("usage_drift.html", drifts=drifts)

    def _failed(self, error: Exception) -> Shown:
        return [_notice(error), "", "", "", "", *_columns(shown=False), "", *_no_charts()]


def first_choice() -> tuple[str, str]:
    """Period and kind of amounts of a first visit."""
    return FIRST_PERIOD, PAID


def _in_slot(chart: Chart | str, slot: str) -> tuple[Any, str]:
    if isinstance(chart, str):
        return gr.update(value=None, visible=False), render("usage_nothing.html", why=chart)
    return drawn(chart, slot)


def _columns(*, shown: bool) -> tuple[Any, Any]:
    return gr.update(visible=shown), gr.update(visible=shown)


def _no_charts() -> Shown:
    return [value for _ in CHARTS for value in (gr.skip(), "")]


def _notice(error: Exception) -> str:
    return render("bench_notice.html", sentences=(str(as_shown(error)),), error=True)


def _beside(error: Exception) -> Shown:
    """What is wrong is said beside the field, and everything else stays: the top of the page may be out of sight."""
    return [*(gr.skip() for _ in range(8)), _notice(error)]


def _amount(usd: float | None) -> Decimal:
    try:
        return Decimal(str(usd))
    except InvalidOperation:
        raise BadInputError("The budget has no amount.", "Type one in USD, such as 5.") from None
