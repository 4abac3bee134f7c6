"""What the server remembers of one tab of the Traffic page: not shared between tabs, and stored nowhere."""

from __future__ import annotations

import threading

from traffic.analysis import Analysis
from traffic.columns import Preview
from traffic.groups import Groups
from traffic.intake import Traffic
from traffic.routed import Routed
from traffic.routing import RoutingRun
from traffic.source import Source


class TrafficSession:
    """State of one tab, changed in place.

    Gradio copies the initial value of a state for every visitor: a copy is an empty session.
    """

    def __init__(self) -> None:
        self.source: Source | None = None
        self.preview: Preview | None = None
        self.note = ""
        """What must be said of the source on every view; '' if nothing."""
        self.traffic: Traffic | None = None
        """Of the last run that began, and so of `routed`."""
        self.read_from: Source | None = None
        """What `traffic` was read from."""
        self.run: RoutingRun | None = None
        self.routed: Routed | None = None
        self.analysis: Analysis | None = None
        self.groups: Groups | None = None
        self.fresh = False
        """Whether a run has ended well and its results are not shown yet."""
        self.moved: tuple[str, str, float] | None = None
        """The router whose setting was moved last, which setting that is, and where to."""
        self.slider: tuple[str, str] | None = None
        """Router and setting that the slider stands for."""
        self.turn = threading.Lock()
        """Of what reads or moves the slider: else what began before a move would send it back."""
        self._changing = threading.Lock()
        self.page = 0
        """Which page of the table of prompts is shown, from 0."""

    def __deepcopy__(self, memo: object) -> TrafficSession:
        return TrafficSession()

    @property
    def running(self) -> bool:
        """Whether a run of this tab is at work."""
        return self.run is not None and self.run.running

    def bring(self, source: Source, preview: Preview, note: str = "") -> None:
        """Takes other prompts: what there was is forgotten."""
        with self._changing:
            self._forget()
            self.source, self.preview, self.note = source, preview, note

    def forget(self) -> None:
        """Stops what is at work and lets go of every text."""
        with self._changing:
            self._forget()

    def begin(self, source: Source, traffic: Traffic, run: RoutingRun) -> bool:
        """Takes a run in the place of what followed from the last one.

        Returns:
            Whether it may start; not if its prompts were forgotten, or others brought, while they were read.
        """
        with self._changing:
            if self.source is not source:
                return False
            self._clear_results()
            self.read_from, self.traffic, self.run = source, traffic, run
            return True

    def end(self, run: RoutingRun) -> bool:
        """Takes what a run has come to; whether it is still this tab's. Raises as `RoutingRun.result`."""
        with self._changing:
            if self.run is not run:
                return False
            self.routed = run.result()
            self.fresh = True
            return True

    def results(self) -> tuple[Traffic, Routed] | None:
        """The prompts and what the routers said of them; None where no run has ended."""
        with self._changing:
            return None if self.traffic is None or self.routed is None else (self.traffic, self.routed)

    def keep(self, analysis: Analysis) -> None:
        """Takes what follows from the results, unless they were forgotten meanwhile."""
        with self._changing:
            if self.routed is analysis.routed:
                self.analysis = analysis

    def _forget(self) -> None:
        if self.run is not None:
            self.run.stop()
        self.source = self.preview = self.traffic = self.read_from = self.run = None
        self.note = ""
        self._clear_results()

    def _clear_results(self) -> None:
        self.routed = self.analysis = self.groups = None
        self.fresh = False
        self.moved = self.slider = None
        self.page = 0
