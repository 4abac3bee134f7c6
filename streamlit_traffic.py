"""The view of a user's own prompts for Streamlit, from the same functions as the Traffic page."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from benchmarks.dashboard.curves import quality_curve, quality_curves, random_curve, single_llms
from benchmarks.dashboard.ranking import ORACLE
from benchmarks.dashboard.source import first_names
from benchmarks.plots.chart import Chart
from benchmarks.plots.quality_curves import curve_chart
from benchmarks.plots.theme import Theme
from benchmarks.tables.cells import Table
from errors import PlaygroundError
from router_models import RouterPanel, load_panel
from settings import get_settings
from traffic.analysis import PROMPTS_PER_MONTH, Analysis, Assumptions, usual_baseline
from traffic.baseline import USED_NOW
from traffic.charts import groups_chart, what_if_chart
from traffic.columns import Columns, Preview, preview_of
from traffic.example import NOTE, example
from traffic.export import FORMATS, write_results
from traffic.groups import Groups, groups_of
from traffic.intake import LIMITS, Traffic, read_traffic
from traffic.naming import known_llms
from traffic.quality import quality_numbers
from traffic.routed import Routed
from traffic.routing import RoutingRun
from traffic.source import KINDS, Source, from_bytes, from_text
from traffic.tables import groups_table, month_figures, savings_table
from traffic.what_if import setting_of

KEPT = "traffic"
NONE = "–"
UPLOADS, REFUSED = "traffic_uploads", "traffic_refused"
DROPPED = "Streamlit holds a file that you upload in memory until you press “Use this”; then it is dropped."
MOST_ROWS = 500
"""Prompts that the table of differences shows."""

Show = Callable[[Chart], None]


@dataclass
class Brought:
    """What this visitor brought, and what the routers said of it."""

    source: Source
    preview: Preview
    note: str = ""
    traffic: Traffic | None = None
    routed: Routed | None = None
    groups: Groups | None = None


@st.cache_resource(show_spinner="Loading the routers")
def the_panel() -> RouterPanel:
    """The routers, once for all visitors."""
    return load_panel()


def traffic_view(show: Show, look: Theme) -> None:
    """The whole view.

    Args:
        show: Draws a chart.
        look: The charts' colours.

    Raises:
        PlaygroundError: What the visitor brought or chose cannot be used.
    """
    st.title("What would routing save on your own prompts?")
    st.caption(f"{LIMITS} {DROPPED}")
    bring()
    brought: Brought | None = st.session_state.get(KEPT)
    if brought is None:
        return
    if brought.note:
        st.info(brought.note)
    st.dataframe([dict(row.values) for row in brought.preview.rows if not row.problem], hide_index=True, height=220)
    route(brought)
    if brought.routed is not None and brought.traffic is not None:
        results(brought, brought.traffic, brought.routed, show, look)


def bring() -> None:
    """A file, pasted text or the example becomes what is looked at.

    Raises:
        PlaygroundError: It cannot be used.
    """
    uploads = st.session_state.setdefault(UPLOADS, 0)
    kinds = [end.removeprefix(".") for end in KINDS]
    file = st.file_uploader("CSV, JSONL, Parquet or text", kinds, key=f"{UPLOADS}_{uploads}")
    pasted = st.text_area("Or paste: a prompt a line, or rows of CSV or JSONL")
    if st.button("Use this"):
        if file is None:
            keep(from_text(pasted))
        else:
            try:
                keep(from_bytes(file.name, file.getvalue()))
            except PlaygroundError as error:
                st.session_state[REFUSED] = error
            finally:
                drop(file)
            st.rerun()  # for an empty field in the file's place
    if st.button("Try with example data"):
        keep(example(), NOTE)
    refused: PlaygroundError | None = st.session_state.pop(REFUSED, None)
    if refused is not None:
        raise refused


def keep(source: Source, note: str = "") -> None:
    """Takes other prompts in the place of what there was."""
    st.session_state[KEPT] = Brought(source, preview_of(source), note)


def drop(file: UploadedFile) -> None:
    """Takes an uploaded file out of Streamlit's memory; the next run shows another field in its place."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
    st.session_state[UPLOADS] += 1


def route(brought: Brought) -> None:
    """Asks for columns and routers, and runs them. Streamlit's own Stop ends a run."""
    names, guess = [NONE, *brought.preview.names], brought.preview.columns
    labels = ("Prompts", "LLM used now", "Answer, tokens", "Weak LLM's quality", "Strong LLM's quality", "Your row id")
    guesses = (guess.prompt, guess.llm, guess.output_tokens, guess.weak, guess.strong, guess.key)
    chosen = []
    for place, label, name in zip(st.columns(len(labels)), labels, guesses, strict=True):
        found = place.selectbox(label, names, names.index(name or NONE))
        chosen.append("" if found == NONE else found)
    panel = the_panel()
    routers = st.multiselect("Routers", panel.immediate_ids, panel.immediate_ids)
    if not st.button("Route my prompts", type="primary"):
        return
    brought.traffic = read_traffic(brought.source, Columns(*chosen))
    brought.routed = brought.groups = None
    run = RoutingRun(panel, brought.traffic.prompts, routers, groups=True)
    run.start()
    bar = st.progress(0.0)
    for progress in run.follow():
        said = f"{progress.done:,} of {progress.total:,} prompts, {progress.rows_per_s:,.0f} a second"
        bar.progress(progress.done / progress.total, said)
    bar.empty()
    brought.routed = run.result()


def results(brought: Brought, traffic: Traffic, routed: Routed, show: Show, look: Theme) -> None:
    """Everything that follows from the run under the visitor's assumptions."""
    intake = traffic.intake
    if intake.bad_rows:
        named = " ".join(f"Line {row.row}: {row.why}" for row in intake.bad[:10])
        st.warning(f"{intake.bad_rows:,} rows could not be used. {named}")
    analysis = assumed(traffic, routed)
    router = st.selectbox("Router", analysis.ordered)
    for sentence in analysis.cautions():
        st.warning(sentence)
    figures = month_figures(analysis, analysis.savings[router])
    for column, (name, value, beside) in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(name, value)
        column.caption(beside)
    st.caption(f"Held against {analysis.baseline.said}. {analysis.priced_by()}")
    st.dataframe(frame(savings_table(analysis)), hide_index=True)
    move(analysis, router, show, look)
    differences(analysis)
    groups(brought, analysis, show, look)
    quality(analysis, router, show, look)
    take_along(brought, analysis)


def assumed(traffic: Traffic, routed: Routed) -> Analysis:
    """Asks for what costs rest on."""
    catalogue = the_panel().catalogue
    columns = st.columns(4)
    month = columns[0].number_input("Prompts a month", 1, value=PROMPTS_PER_MONTH)
    pool = columns[1].selectbox("Pool of LLMs", [one.name for one in catalogue.pools])
    llms = [*([USED_NOW] if known_llms(catalogue, traffic.llms) else []), *catalogue.ids]
    usual = llms.index(usual_baseline(catalogue, traffic, pool))
    baseline = columns[2].selectbox("Held against", llms, usual)
    output = columns[3].number_input("Answer, tokens", 0, value=Assumptions(pool).output_tokens)
    chosen = Assumptions(pool, baseline, int(month), int(output))
    return Analysis(catalogue, traffic, routed, chosen, get_settings().machine_usd_per_hour)


def move(analysis: Analysis, router: str, show: Show, look: Theme) -> None:
    """Another setting of the router, and what follows."""
    setting = setting_of(analysis.routed.scores[router], analysis.policy, analysis.money)
    own = analysis.savings[router].threshold
    start = analysis.policy.cost_weight if own is None else own
    value = st.slider(f"{setting or 'Setting'} of {router}", 0.0, 1.0, start, 0.001, disabled=not setting)
    chart = what_if_chart(analysis.what_if(router), start, value, analysis.assumptions.per_month, look)
    show(chart)
    said = [f"{name}: {found}" for name, found, _ in month_figures(analysis, analysis.at(router, value))]
    st.caption(", ".join(said))


def differences(analysis: Analysis) -> None:
    """Prompts on which routers differ."""
    st.subheader("Where routers differ")
    only = st.checkbox("Different only", value=True)
    search = st.text_input("Search in the prompts")
    found = analysis.disagreement
    places = found.places(analysis.prompts, only_different=only, search=search).tolist()
    rows = [
        {
            "line": int(analysis.traffic.lines[analysis.routed.rows[place]]),
            "prompt": analysis.prompts[place],
            "times": analysis.times[analysis.prompts[place]],
            "escalating": float(found.escalating[place]),
            **{name: found.picks[name].routes[int(found.picks[name].route[place])] for name in analysis.ordered},
        }
        for place in places[:MOST_ROWS]
    ]
    st.dataframe(rows, hide_index=True)
    st.caption(f"{len(rows):,} of {len(places):,} prompts.")


def groups(brought: Brought, analysis: Analysis, show: Show, look: Theme) -> None:
    """Groups of like prompts."""
    try:
        if brought.groups is None:
            brought.groups = groups_of(analysis.prompts, analysis.routed.embedded, analysis.routed.embeddings)
        show(groups_chart(brought.groups, analysis, look))
        st.dataframe(frame(groups_table(brought.groups, analysis)), hide_index=True)
    except PlaygroundError as error:
        st.info(str(error))


def quality(analysis: Analysis, router: str, show: Show, look: Theme) -> None:
    """Curves on the visitor's own prompts, where they are labelled."""
    try:
        found = quality_numbers(the_panel(), analysis.traffic, analysis.routed, analysis.policy, analysis.money)
    except PlaygroundError as error:
        st.info(str(error))
        return
    numbers, basis = found.numbers, found.basis
    names = list(dict.fromkeys([router, *first_names(numbers)]))
    beside = [random_curve(numbers, basis), quality_curve(numbers, ORACLE, basis)]
    curves, singles = quality_curves(numbers, names, basis), single_llms(numbers, basis)
    pair = (numbers.pair.weak, numbers.pair.strong)
    x: Any = "usd" if basis else "share"
    show(curve_chart(numbers.entry.name, curves, beside, singles, look, x=x, banded=(router,), pair=pair))
    if found.warning:
        st.caption(found.warning)


def take_along(brought: Brought, analysis: Analysis) -> None:
    """The results as a file."""
    form = st.segmented_control("Format", FORMATS, default=FORMATS[0]) or FORMATS[0]
    if st.button("Prepare the download"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"routed.{form}"
            write_results(path, form, analysis, brought.groups)
            st.download_button("Download", path.read_bytes(), path.name)


def frame(table: Table) -> list[dict[str, str]]:
    """The rows of a table with its intervals in brackets."""
    titles = [column.title for column in table.columns]
    return [
        {
            title: f"{cell.text} ({cell.small})" if cell.small else cell.text
            for title, cell in zip(titles, row, strict=True)
        }
        for _, rows in table.groups
        for row in rows
    ]
