"""`streamlit run streamlit_app.py`: the benchmark and evaluation views, from the same numbers and charts as the app."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from benchmarks.dashboard.costs import CostBasis
from benchmarks.dashboard.curves import quality_curve, quality_curves, random_curve, single_llms
from benchmarks.dashboard.domains import by_domain
from benchmarks.dashboard.labels import judged
from benchmarks.dashboard.leaderboard import Leaderboard, leaderboard, sort_rows
from benchmarks.dashboard.learning import PREFIX, learning_curves
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.operating_point import OperatingPoint, point_at_share
from benchmarks.dashboard.plain_answer import plain_answer
from benchmarks.dashboard.ranking import ORACLE
from benchmarks.dashboard.report import calibration_error, confusion, histogram, reliability_points, roc
from benchmarks.dashboard.source import FIRST, PLAIN, SHARE, Source, axes, basis_of, first_names, learnt_names
from benchmarks.plots.calibration_charts import histogram_chart, reliability_chart
from benchmarks.plots.chart import CONFIG, Chart
from benchmarks.plots.confusion_chart import confusion_chart
from benchmarks.plots.domain_chart import domain_chart
from benchmarks.plots.leaderboard_chart import leaderboard_chart
from benchmarks.plots.quality_curves import curve_chart
from benchmarks.plots.roc_charts import precision_chart, roc_chart
from benchmarks.plots.theme import Theme, theme
from benchmarks.plots.training_charts import training_chart
from errors import PlaygroundError
from streamlit_traffic import traffic_view

TITLE = "Router Playground"
PERCENT = 100
FIRST_SHARE = 50
REPORT_SHARE = 0.5  # of strong calls, at which the gain by domain is shown

SOURCE = Source()


def colours() -> Theme:
    """The charts' colours, as the visitor has chosen the page's."""
    return theme("dark" if st.context.theme.type == "dark" else "light")


def show(chart: Chart) -> None:
    """A chart with how to read it and its numbers as CSV."""
    st.subheader(chart.title)
    st.plotly_chart(chart.figure, theme=None, config=CONFIG, key=chart.name)
    st.caption(chart.how_to_read)
    st.download_button("CSV", chart.csv(), f"{chart.name}.csv", "text/csv", key=f"csv-{chart.name}")


def view(draw: Callable[[], None]) -> None:
    """Draws a view; what cannot be shown is said with the mend, and the foot states when the numbers were made."""
    try:
        draw()
        st.caption(str(SOURCE.results.stamp))
    except PlaygroundError as error:
        st.error(f"{error.what} {error.mend}")


def ask_benchmark(among: list[tuple[str, str]]) -> Numbers:
    """The numbers of the benchmark that the visitor chooses; it stays chosen from view to view."""
    titles = {name: title for title, name in among}
    names = list(titles)
    kept = st.session_state.get("kept benchmark", FIRST)
    index = names.index(kept) if kept in names else 0
    chosen = st.selectbox("Benchmark", names, index, format_func=titles.__getitem__)
    st.session_state["kept benchmark"] = chosen
    return SOURCE.numbers(chosen)


def choose_view() -> None:
    """Which router, at what threshold, saves how much: the answer, the curves and a point to move."""
    st.title("Which router saves how much?")
    numbers = ask_benchmark(SOURCE.benchmarks())
    answer = plain_answer(numbers)
    st.info(f"**{answer.headline}** {answer.sure} {answer.length}")
    titles = {name: title for title, name in axes(numbers)}
    axis = st.segmented_control("Across", list(titles), default=next(iter(titles)), format_func=titles.__getitem__)
    basis = basis_of(numbers, axis or SHARE)
    first = [answer.router] if answer.router else []
    names = st.multiselect("Routers", learnt_names(numbers), list(dict.fromkeys((*first, *first_names(numbers)))))
    router = st.selectbox("Operating point of", names or learnt_names(numbers))
    start = round(answer.point.share.value * PERCENT) if answer.point else FIRST_SHARE
    share = st.slider("Share of prompts sent to the strong LLM, in percent", 0, PERCENT, start)
    point = point_at_share(numbers, router, share / PERCENT, basis)
    tell_point(point)
    show(
        curve_chart(
            numbers.entry.title,
            quality_curves(numbers, names or [router], basis),
            [random_curve(numbers, basis), quality_curve(numbers, ORACLE, basis)],
            single_llms(numbers, basis),
            colours(),
            x="usd" if basis else "share",
            banded=(router,),
            point=point,
            pair=(numbers.pair.weak, numbers.pair.strong),
        )
    )
    tell_basis(basis)


def tell_point(point: OperatingPoint) -> None:
    """Figures of an operating point with their 95 % intervals."""
    saving, month = point.saving_share, point.saving_usd_for()
    shown = {
        "threshold": (f"{point.threshold:.3f}", f"{point.share.value:.1%} of prompts to the strong LLM"),
        "quality": (f"{point.quality.value:.3f}", f"95 %: {point.quality.low:.3f} to {point.quality.high:.3f}"),
        f"against {point.baseline.name}": (
            f"{point.quality_gain.value:+.3f}",
            f"95 %: {point.quality_gain.low:+.3f} to {point.quality_gain.high:+.3f}",
        ),
    }
    if saving is not None and month is not None:
        shown["saving"] = (f"{saving.value:.1%}", f"95 %: {saving.low:.1%} to {saving.high:.1%}")
        shown["saved on 1 million prompts"] = (f"${month.value:,.0f}", f"95 %: ${month.low:,.0f} to ${month.high:,.0f}")
    for column, (name, (value, beside)) in zip(st.columns(len(shown)), shown.items(), strict=True):
        column.metric(name, value)
        column.caption(beside)


def tell_basis(basis: CostBasis | None) -> None:
    """What the costs rest on."""
    if basis is not None:
        st.caption(f"Costs: {basis.title}.")


def leaderboard_view() -> None:
    """Benchmarks × routers, with published figures beside ours."""
    st.title("Leaderboard")
    found: Leaderboard = leaderboard()
    for name, problem in found.problems.items():
        st.warning(f"{name}: {problem.what} {problem.mend}")
    titles = {row.benchmark: row.title for row in found.rows}
    chosen = st.selectbox("Benchmark", list(titles), format_func=titles.__getitem__)
    rows = [row for row in found.rows if row.benchmark == chosen]
    metrics = [metric for metric in found.metrics if any(metric in row.figures for row in rows)]
    metric = st.selectbox("Sorted by", metrics)
    show(leaderboard_chart(rows, metric, colours()))
    groups = st.multiselect("Groups", sorted({row.group for row in rows}), sorted({row.group for row in rows}))
    table = [
        {
            "router": row.router,
            "group": row.group,
            **{name: row.figures[name].value if name in row.figures else None for name in metrics},
            "latency in ms": row.latency_ms,
            "size in MB": row.size_mb,
            "source": row.source or row.note,
        }
        for row in sort_rows(rows, metric)
        if row.group in groups
    ]
    st.dataframe(table, hide_index=True)
    st.caption(f"Times: {found.latency_note}. Intervals are in the chart and its CSV.")


def report_view() -> None:
    """One router on one benchmark: what it gets right, where it fails, how it learnt."""
    st.title("One router")
    numbers = ask_benchmark(SOURCE.labelled())
    routers = [name for name in numbers.routers if name not in PLAIN]
    router = st.selectbox("Router", routers, routers.index("ensemble") if "ensemble" in routers else 0)
    look, title = colours(), numbers.entry.title
    try:
        judged(numbers, router)
    except PlaygroundError as error:
        st.warning(f"{error.what} {error.mend}")
    else:
        found = roc(numbers, router)
        pairs = [
            (roc_chart(router, title, found, look), precision_chart(router, title, found, look)),
            (
                confusion_chart(router, title, confusion(numbers, router), look),
                reliability_chart(
                    router, title, reliability_points(numbers, router), calibration_error(numbers, router), look
                ),
            ),
        ]
        for pair in pairs:
            for column, chart in zip(st.columns(2), pair, strict=True):
                with column:
                    show(chart)
        show(histogram_chart(router, title, histogram(numbers, router), look))
    try:
        show(domain_chart(router, title, by_domain(numbers, router, REPORT_SHARE), REPORT_SHARE, look))
    except PlaygroundError as error:
        st.info(error.what)
    if router.startswith(PREFIX):
        show(training_chart(router, learning_curves(router), look))


def own_prompts() -> None:
    """What routing would save on the visitor's own prompts."""
    try:
        traffic_view(show, colours())
    except PlaygroundError as error:
        st.error(f"{error.what} {error.mend}")


def main() -> None:
    """Lays out the navigation and draws the chosen view."""
    st.set_page_config(page_title=TITLE, page_icon="🧭", layout="wide")
    views = {"curves": ("Curves", choose_view), "leaderboard": ("Leaderboard", leaderboard_view)}
    views |= {"report": ("One router", report_view)}
    pages = [st.Page(partial(view, draw), title=title, url_path=path) for path, (title, draw) in views.items()]
    pages.append(st.Page(own_prompts, title="Traffic", url_path="traffic"))
    st.navigation(pages, position="top").run()


if __name__ == "__main__":
    main()
