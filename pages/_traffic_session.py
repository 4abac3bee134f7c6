"""What the server remembers of one tab of the Traffic page: not shared between tabs, and stored nowhere."""

from __future__ import annotations

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
        self.run: RoutingRun | None = None
        self.routed: Routed | None = None
        self.analysis: Analysis | None = None
        self.groups: Groups | None = None
        self.fresh = False
        """Whether a run has ended well and its results are not shown yet."""
        self.moved: tuple[str, float] | None = None
        """The router whose setting was moved last, and where to."""
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
        self.forget()
        self.source, self.preview, self.note = source, preview, note

    def forget(self) -> None:
        """Stops what is at work and lets go of every text."""
        if self.run is not None:
            self.run.stop()
        self.source = self.preview = self.traffic = self.run = None
        self.note = ""
        self.clear_results()

    def clear_results(self) -> None:
        """Lets go of what followed from the last run."""
        self.routed = self.analysis = self.groups = None
        self.fresh = False
        self.moved = None
        self.page = 0
