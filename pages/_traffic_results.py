"""The second half of the Traffic page's callbacks: savings, what-if, table of prompts, groups, curves, files."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import gradio as gr

from benchmarks.dashboard.curves import quality_curve, quality_curves, random_curve, single_llms
from benchmarks.dashboard.ranking import ORACLE, ranking_names
from benchmarks.dashboard.source import first_names
from benchmarks.plots.quality_curves import curve_chart
from benchmarks.plots.theme import Theme, theme
from errors import BadInputError, PlaygroundError
from pages._bench_charts import drawn, drawn_again, nothing
from pages._bench_page import scheme_of
from pages._download import download_path
from pages._label_notice import problem
from pages._traffic_assumed import read_assumptions
from pages._traffic_session import TrafficSession
from pages._traffic_view import ROWS_A_PAGE, answer_html, point_html, rows_html
from router_models import RouterPanel
from traffic.analysis import Analysis, usual_baseline
from traffic.baseline import USED_NOW
from traffic.charts import groups_chart, what_if_chart
from traffic.export import FORMATS, write_results
from traffic.groups import groups_of
from traffic.naming import known_llms
from traffic.quality import quality_numbers
from traffic.tables import groups_table
from traffic.what_if import setting_of

WHAT_IF = 4
"""Values of the what-if: slider, plot, foot, figures."""

TABLE = 3
"""Values of the table of prompts: rows, both buttons."""

GROUPS = 3
QUALITY = 2
RESULTS = 2 + 2 + 1 + WHAT_IF + TABLE + GROUPS + QUALITY
"""Values of `shown`: notice and column; baseline and router lists; answer; then the parts as above."""

NO_FILE = {"__type__": "update", "value": None, "visible": False}

Values = list[Any]


class TrafficResults:
    """The callbacks.

    Args:
        panel: The routers.
        usd_per_hour: What this machine costs.
    """

    def __init__(self, panel: RouterPanel, usd_per_hour: Decimal) -> None:
        self._panel = panel
        self._usd_per_hour = usd_per_hour

    def arrived(self, scheme: str, session: TrafficSession, router: str | None, k: float, *chosen: Any) -> Values:  # noqa: ANN401
        """Everything that follows from a run that has just ended, held against what the table says of now.

        After a run that failed, its message stays, and so do the results of the one before, if there are any.
        """
        if not session.fresh or session.traffic is None:
            return [gr.skip(), gr.update(visible=session.analysis is not None), *_skipped(RESULTS - 2)]
        session.fresh = False
        *listed, month, pool, _, output, hidden = chosen
        catalogue = self._panel.catalogue
        usual = usual_baseline(catalogue, session.traffic, str(pool))
        named = [("what my table names", USED_NOW)] if known_llms(catalogue, session.traffic.llms) else []
        choices = [*named, *((llm.id, llm.id) for llm in catalogue.llms)]
        values = self.shown(scheme, session, None, k, *listed, month, pool, usual, output, hidden)
        values[2] = gr.update(choices=choices, value=usual)
        return values

    def shown(
        self,
        scheme: str,
        session: TrafficSession,
        router: str | None,
        k: float,
        different: bool,
        search: str,
        order: str,
        *assumed: Any,  # noqa: ANN401  Gradio's values
    ) -> Values:
        """Everything under the user's assumptions; no router runs.

        Args:
            scheme: Light or dark.
            session: The tab's.
            router: The one that is looked at; None for the first.
            k: Number of groups; 0 chooses.
            different: Whether only prompts are listed on which routers differ.
            search: What the listed prompts hold.
            order: In which they are listed.
            assumed: As `read_assumptions` takes them.
        """
        with session.turn:
            return self._shown(scheme, session, router, k, (different, search, order), assumed)

    def _shown(
        self,
        scheme: str,
        session: TrafficSession,
        router: str | None,
        k: float,
        listing: tuple[bool, str, str],
        assumed: tuple[Any, ...],
    ) -> Values:
        found = session.results()
        if found is None:
            return _skipped(RESULTS)
        try:
            analysis = Analysis(self._panel.catalogue, *found, read_assumptions(*assumed), self._usd_per_hour)
            session.keep(analysis)
            if not analysis.ordered:
                raise BadInputError("None of the routers could run.", " ".join(analysis.cautions()))
            chosen = router if router in analysis.savings else analysis.ordered[0]
            session.page = 0
            return [
                "",
                gr.update(visible=True),
                gr.skip(),
                gr.update(choices=list(analysis.ordered), value=chosen),
                answer_html(analysis, session.note, chosen),
                *self._what_if(scheme, session, analysis, chosen),
                *self._rows(session, analysis, *listing),
                *self._groups(scheme, session, analysis, int(k or 0)),
                *self._quality(scheme, analysis, chosen),
            ]
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            session.slider = None
            return [problem(error), *_skipped(RESULTS - 1)]

    def left(
        self,
        scheme: str,
        session: TrafficSession,
        router: str | None,
        k: float,
        different: bool,
        search: str,
        order: str,
        *assumed: Any,  # noqa: ANN401  as above
    ) -> Values:
        """A field of an assumption is left: as `shown`, but nothing is drawn again where the field was not changed."""
        try:
            same = session.analysis is not None and session.analysis.assumptions == read_assumptions(*assumed)
        except PlaygroundError:
            same = False  # `shown` says what is wrong
        if same:
            return ["", *_skipped(RESULTS - 1)]  # what was said of a wrong value holds no longer
        return self.shown(scheme, session, router, k, different, search, order, *assumed)

    def chosen(self, scheme: str, session: TrafficSession, router: str) -> Values:
        """Another router is looked at: notice, answer, what-if and curves."""
        try:
            analysis = _analysis(session)
            analysis.checked(router)
            with session.turn:
                moving = self._what_if(scheme, session, analysis, router)
            parts = [*moving, *self._quality(scheme, analysis, router)]
            return ["", answer_html(analysis, session.note, router), *parts]
        except Exception as error:  # noqa: BLE001  as above
            session.slider = None
            return [problem(error), *_skipped(1 + WHAT_IF + QUALITY)]

    def moved(self, scheme: str, session: TrafficSession, router: str, value: float) -> Values:
        """Another setting of the router: notice, plot and figures."""
        try:
            with session.turn:
                analysis = _analysis(session)
                chart, figures = self._at(theme(scheme_of(scheme)), analysis, analysis.checked(router), float(value))
                session.moved = router, analysis.what_if(router).setting, float(value)
            return ["", drawn_again(chart), figures]
        except Exception as error:  # noqa: BLE001  as above
            return [problem(error), gr.skip(), gr.skip()]

    def filtered(self, session: TrafficSession, different: bool, search: str, order: str) -> Values:
        """The first page of the prompts that fit: notice, rows, both buttons."""
        session.page = 0
        return self._turned(session, different, search, order)

    def next_page(self, session: TrafficSession, different: bool, search: str, order: str) -> Values:
        """The next page; as `filtered`."""
        session.page += 1
        return self._turned(session, different, search, order)

    def previous_page(self, session: TrafficSession, different: bool, search: str, order: str) -> Values:
        """The page before; as `filtered`."""
        session.page -= 1
        return self._turned(session, different, search, order)

    def grouped(self, scheme: str, session: TrafficSession, k: float) -> Values:
        """Another number of groups: notice, plot, foot, table."""
        try:
            analysis, session.groups = _analysis(session), None
            return ["", *self._groups(scheme, session, analysis, int(k or 0))]
        except Exception as error:  # noqa: BLE001  as above
            return [problem(error), *_skipped(GROUPS)]

    def exported(self, session: TrafficSession, form: str) -> Values:
        """Writes the results as a file: notice and file."""
        try:
            analysis = _analysis(session)
            path = download_path(f"routed.{form if form in FORMATS else 'txt'}")
            write_results(path, form, analysis, session.groups)
            return ["", gr.update(value=str(path), visible=True)]
        except Exception as error:  # noqa: BLE001  as above
            return [problem(error), NO_FILE]

    def _what_if(self, scheme: str, session: TrafficSession, analysis: Analysis, router: str) -> Values:
        scores = analysis.routed.scores[router]
        setting = setting_of(scores, analysis.policy, analysis.money)
        own = analysis.savings[router].threshold
        value = analysis.policy.cost_weight if own is None else own
        if setting and session.moved is not None and session.moved[:2] == (router, setting):
            value = session.moved[2]
        colours = theme(scheme_of(scheme))
        chart, figures = self._at(colours, analysis, router, value)
        label = f"{setting.capitalize() or 'Setting'} of {router}"
        # Where it stands for the same as before it is left alone: by now it may have been moved further.
        stays = session.slider == (router, setting)
        session.slider = router, setting
        slider = gr.skip() if stays else gr.update(value=value, label=label, interactive=bool(setting))
        return [slider, *drawn(chart, "tr-what-if"), figures]

    def _at(self, colours: Theme, analysis: Analysis, router: str, value: float) -> tuple[Any, str]:
        own = analysis.savings[router].threshold
        found = analysis.what_if(router)
        now = analysis.policy.cost_weight if own is None else own
        chart = what_if_chart(found, now, value, analysis.assumptions.per_month, colours)
        return chart, point_html(analysis, analysis.at(router, value), found.setting, value)

    def _turned(self, session: TrafficSession, different: bool, search: str, order: str) -> Values:
        try:
            return ["", *self._rows(session, _analysis(session), different, search, order)]
        except Exception as error:  # noqa: BLE001  as above
            return [problem(error), *_skipped(TABLE)]

    def _rows(self, session: TrafficSession, analysis: Analysis, different: bool, search: str, order: str) -> Values:
        disagreement = analysis.disagreement
        places = disagreement.places(
            analysis.prompts, only_different=bool(different), search=str(search or ""), order=str(order or "")
        ).tolist()
        last = max(0, math.ceil(len(places) / ROWS_A_PAGE) - 1)
        session.page = page = min(max(session.page, 0), last)
        shown = places[page * ROWS_A_PAGE : (page + 1) * ROWS_A_PAGE]
        html = rows_html(analysis, shown, len(places), page)
        return [html, gr.update(interactive=page > 0), gr.update(interactive=page < last)]

    def _groups(self, scheme: str, session: TrafficSession, analysis: Analysis, k: int) -> Values:
        routed = analysis.routed
        if not len(routed.embedded):
            return [*nothing("Tick “Find groups of like prompts” above and run again to see them here."), ""]
        try:
            found = session.groups or groups_of(analysis.prompts, routed.embedded, routed.embeddings, k)
        except PlaygroundError as error:
            return [*nothing(str(error)), ""]
        if session.analysis is analysis:  # not forgotten meanwhile
            session.groups = found
        chart = groups_chart(found, analysis, theme(scheme_of(scheme)))
        return [*drawn(chart, "tr-groups"), groups_table(found, analysis).html()]

    def _quality(self, scheme: str, analysis: Analysis, router: str) -> Values:
        try:
            found = quality_numbers(self._panel, analysis.traffic, analysis.routed, analysis.policy, analysis.money)
        except PlaygroundError as error:
            return list(nothing(str(error)))
        numbers, basis = found.numbers, found.basis
        every = ranking_names(numbers)
        names = list(dict.fromkeys([*([router] if router in every else []), *first_names(numbers)]))
        chart = curve_chart(
            numbers.entry.name,
            quality_curves(numbers, names, basis),
            [random_curve(numbers, basis), quality_curve(numbers, ORACLE, basis)],
            single_llms(numbers, basis),
            theme(scheme_of(scheme)),
            x="usd" if basis else "share",
            banded=[router],
            pair=(numbers.pair.weak, numbers.pair.strong),
        )
        return list(drawn(replace(chart, how_to_read=f"{found.warning} {chart.how_to_read}".strip()), "tr-quality"))


def _analysis(session: TrafficSession) -> Analysis:
    if session.analysis is None:
        raise BadInputError("There are no results in this session any more.", "Run the routers again.")
    return session.analysis


def _skipped(count: int) -> Values:
    return [gr.skip() for _ in range(count)]
