"""What the server remembers of one browser tab; nothing of it is shared between tabs."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from router_models.base import Router
from router_models.explain import Explanation
from router_models.panel import PanelRun
from router_models.waiting import Progress, WaitingRun


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """State of one tab of the Route page; compared by identity, as its parts have no hash.

    Attributes:
        run: What the routers said of the last prompt; None before the first.
        run_id: Changes with every run of a model and with nothing else.
        explanations: Evidence by router id; None until somebody asks why.
        edited: Routers with the user's descriptions, by router id.
        linked: The prompt that the tab's own address brought along; '' if it brought none.
        waiting: The routers that are asked in the background; it fills up by itself.
    """

    run: PanelRun | None = None
    run_id: str = ""
    explanations: Mapping[str, Explanation] | None = None
    edited: Mapping[str, Router] = field(default_factory=dict)
    linked: str = ""
    waiting: WaitingRun | None = None

    def progress(self) -> Progress | None:
        """The last run with what the waiting routers have said of it so far."""
        if self.run is None:
            return None
        return self.waiting.progress(self.run) if self.waiting else Progress(self.run)

    def with_run(self, run: PanelRun) -> Session:
        """After a new prompt: its evidence is not known yet."""
        return dataclasses.replace(self, run=run, run_id=secrets.token_hex(4), explanations=None)

    def with_waiting(self, waiting: WaitingRun) -> Session:
        """With other routers asked in the background; those still to be asked for the last prompt are let go."""
        if self.waiting is not None:
            self.waiting.cancel()
        return dataclasses.replace(self, waiting=waiting)

    def with_rerun(self, part: PanelRun, edited: Mapping[str, Router]) -> Session:
        """After some routers have run again on the same prompt: the others' results stay."""
        if self.run is None:
            return dataclasses.replace(self, edited=edited)
        again = {result.router: result for result in part.results}
        results = tuple(again.get(result.router, result) for result in self.run.results)
        return dataclasses.replace(self.with_run(dataclasses.replace(self.run, results=results)), edited=edited)
