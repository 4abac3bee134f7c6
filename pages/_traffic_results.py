"""The second half of the Traffic page's callbacks: savings, what-if, table of prompts, groups, curves, files."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import gradio as gr

from errors import BadInputError, PlaygroundError
from pages._download import download_path
from pages._label_notice import problem
from pages._traffic_looked_at import LookedAt
from pages._traffic_parts import GROUPS, QUALITY, TABLE, groups, prompts_table, quality
from pages._traffic_session import TrafficSession
from pages._traffic_view import answer_html
from pages._traffic_what_if import WHAT_IF, moved_to, what_if
from router_models import RouterPanel
from traffic.analysis import Analysis, usual_baseline
from traffic.baseline import USED_NOW
from traffic.export import FORMATS, write_results
from traffic.naming import known_llms

RESULTS = 2 + 2 + 1 + WHAT_IF + TABLE + GROUPS + QUALITY
"""Values of `shown`: notice and column; baseline and router lists; answer; then the parts."""

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

    def arrived(self, *controls: Any) -> Values:  # noqa: ANN401  as `LookedAt.of` takes them
        """Everything that follows from a run that has just ended, held against what the table says of now.

        After a run that failed, its message stays, and so do the results of the one before, if there are any.
        """
        look = LookedAt.of(*controls)
        session = look.session
        if not session.fresh or session.traffic is None:
            return [gr.skip(), gr.update(visible=session.analysis is not None), *_skipped(RESULTS - 2)]
        session.fresh = False
        month, pool, _, output, hidden = look.assumed
        catalogue = self._panel.catalogue
        usual = usual_baseline(catalogue, session.traffic, str(pool))
        named = [("what my table names", USED_NOW)] if known_llms(catalogue, session.traffic.llms) else []
        values = self._everything(replace(look, router=None, assumed=(month, pool, usual, output, hidden)))
        values[2] = gr.update(choices=[*named, *((llm.id, llm.id) for llm in catalogue.llms)], value=usual)
        return values

    def shown(self, *controls: Any) -> Values:  # noqa: ANN401  as above
        """Everything under the user's assumptions; no router runs."""
        return self._everything(LookedAt.of(*controls))

    def left(self, *controls: Any) -> Values:  # noqa: ANN401  as above
        """A field of an assumption is left: as `shown`, but nothing is drawn again where the field was not changed."""
        look = LookedAt.of(*controls)
        analysis = look.session.analysis
        try:
            same = analysis is not None and analysis.assumptions == look.assumptions()
        except PlaygroundError:
            same = False  # what is shown then says what is wrong
        if same:
            return ["", *_skipped(RESULTS - 1)]  # what was said of a wrong value holds no longer
        return self._everything(look)

    def chosen(self, scheme: str, session: TrafficSession, router: str) -> Values:
        """Another router is looked at: notice, answer, what-if and curves."""
        try:
            analysis = _analysis(session)
            analysis.checked(router)
            with session.turn:
                moving = what_if(scheme, session, analysis, router)
            parts = [*moving, *quality(self._panel, scheme, analysis, router)]
            return ["", answer_html(analysis, session.note, router), *parts]
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            session.slider = None
            return [problem(error), *_skipped(1 + WHAT_IF + QUALITY)]

    def moved(self, scheme: str, session: TrafficSession, router: str, value: float) -> Values:
        """Another setting of the router: notice, plot and figures."""
        try:
            with session.turn:
                return ["", *moved_to(scheme, session, _analysis(session), router, float(value))]
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
            return ["", *groups(scheme, session, analysis, int(k or 0))]
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

    def _everything(self, look: LookedAt) -> Values:
        """Notice, column, baseline, routers, answer and all parts."""
        session = look.session
        with session.turn:
            found = session.results()
            if found is None:
                return _skipped(RESULTS)
            try:
                analysis = Analysis(self._panel.catalogue, *found, look.assumptions(), self._usd_per_hour)
                session.keep(analysis)
                if not analysis.ordered:
                    raise BadInputError("None of the routers could run.", " ".join(analysis.cautions()))
                router = look.router if look.router in analysis.savings else analysis.ordered[0]
                session.page = 0
                return [
                    "",
                    gr.update(visible=True),
                    gr.skip(),
                    gr.update(choices=list(analysis.ordered), value=router),
                    answer_html(analysis, session.note, router),
                    *what_if(look.scheme, session, analysis, router),
                    *prompts_table(session, analysis, *look.listing),
                    *groups(look.scheme, session, analysis, int(look.k or 0)),
                    *quality(self._panel, look.scheme, analysis, router),
                ]
            except Exception as error:  # noqa: BLE001  as above
                session.slider = None
                return [problem(error), *_skipped(RESULTS - 1)]

    def _turned(self, session: TrafficSession, different: bool, search: str, order: str) -> Values:
        try:
            return ["", *prompts_table(session, _analysis(session), different, search, order)]
        except Exception as error:  # noqa: BLE001  as above
            return [problem(error), *_skipped(TABLE)]


def _analysis(session: TrafficSession) -> Analysis:
    if session.analysis is None:
        raise BadInputError("There are no results in this session any more.", "Run the routers again.")
    return session.analysis


def _skipped(count: int) -> Values:
    return [gr.skip() for _ in range(count)]
