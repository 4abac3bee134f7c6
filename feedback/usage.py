"""Usage of one app: what is recorded of decisions and answers, and the budget that they must keep to.

Nothing here is slow: events are made and written on a thread of their own, and the budget is known beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from errors import UnavailableError
from feedback.records import now
from feedback.usage_budget import Budget, BudgetState, budget_of
from feedback.usage_guard import BudgetGuard
from feedback.usage_made import EventMaker
from feedback.usage_policy import decisions_under
from feedback.usage_recorder import Making, UsageRecorder
from llms.completion import Completion
from llms.keys import Keys
from llms.pool import Pool
from router_models.base import Router
from router_models.decision import Decision, RouterScore
from router_models.panel import PanelRun, RouterPanel
from router_models.policy import Policy
from settings import Settings, get_settings

if TYPE_CHECKING:
    from feedback.access import Access
    from feedback.store import FeedbackStore
    from feedback.usage_budget_store import BudgetStore
    from feedback.usage_report import UsageReport
    from feedback.usage_store import UsageStore

OpenStore = Callable[[], "FeedbackStore"]


def unrecorded(panel: RouterPanel) -> Usage:
    """Usage that records nothing and knows no budget."""
    return Usage(panel, get_settings())


class Usage:
    """What pages and API tell about what they do. One per process.

    Args:
        panel: The routers with the catalogue.
        settings: Say the budget and what this machine costs.
        open_store: Gives the store of feedback when it is first needed; None records nothing and knows no budget.
    """

    def __init__(self, panel: RouterPanel, settings: Settings, open_store: OpenStore | None = None) -> None:
        self._panel = panel
        self._settings = settings
        self._open_feedback = open_store
        self._maker = EventMaker(panel, settings)
        self.recorder = UsageRecorder(self._store, self._refresh)
        self.guard = BudgetGuard(self._read_budget, self.recorder.wake)

    @property
    def access(self) -> Access:
        """Transactions on the database of feedback.

        Raises:
            UnavailableError: Nothing is recorded.
        """
        if self._open_feedback is None:
            raise UnavailableError("Usage is not recorded in this process.", "Start the app with a store of feedback.")
        return self._open_feedback().access

    @cached_property
    def report(self) -> UsageReport:
        """Reads the sums."""
        from feedback.usage_report import UsageReport  # SQLAlchemy: not while the app starts

        return UsageReport(self.access)

    @cached_property
    def budget(self) -> BudgetStore:
        """Keeps the budget."""
        from feedback.usage_budget_store import BudgetStore  # likewise

        return BudgetStore(self.access, budget_of(self._settings))

    @property
    def baselines(self) -> tuple[str, ...]:
        """Routers that are there only to be beaten: their share of strong calls says nothing of the prompts."""
        return tuple(name for name in self._panel.ids if self._panel[name].card.baseline)

    def raising(self) -> Budget | None:
        """The budget whose raised threshold holds now; None where thresholds are as they were set."""
        return None if self._open_feedback is None else self.guard.raising()

    def decisions(
        self, run: PanelRun, policy: Policy | None = None, edited: Mapping[str, Router] | None = None
    ) -> list[Decision]:
        """Decisions as `RouterPanel.decisions`; where the budget is used up, under raised thresholds, and saying so."""
        return decisions_under(self._panel, run, policy, self.raising(), edited)

    def decided(self, place: str, prompt: str, decisions: Sequence[Decision], policy: Policy, caller: str = "") -> None:
        """Records decisions on one prompt that led to no answer here.

        Args:
            place: Page or endpoint.
            prompt: The prompt; it is not kept.
            decisions: One or more.
            policy: Under which they were made.
            caller: Name of the API token.
        """
        self._record(partial(self._maker.decided, place, prompt, tuple(decisions), policy, caller, now()))

    def ran(self, place: str, run: PanelRun, policy: Policy, edited: Collection[str] = ()) -> None:
        """Records what the whole panel decides on one prompt; the decisions are made once more, off the request's way.

        Args:
            place: Page or endpoint.
            run: What the routers said.
            policy: Under which they decide.
            edited: Ids of routers that were the visitor's own edits, which nobody else knows: they do not count.
        """
        kept = replace(run, results=tuple(result for result in run.results if result.router not in edited))
        self._record(partial(self._maker.ran, place, kept, policy, self.raising(), now()))

    def scored(
        self, place: str, scores: Sequence[RouterScore], threshold: float, *, raised: bool = False, caller: str = ""
    ) -> None:
        """Records scores that a threshold alone turned into decisions, without a pool.

        Args:
            place: Page or endpoint.
            scores: One or more.
            threshold: Of all of them.
            raised: Whether a used-up budget had raised it.
            caller: Name of the API token.
        """
        self._record(partial(self._maker.scored, place, tuple(scores), threshold, raised, caller, now()))

    def answered(
        self,
        place: str,
        answer: Completion,
        keys: Keys,
        decision: Decision | None = None,
        pool: Pool | None = None,
        caller: str = "",
    ) -> None:
        """Records an answer that has ended, or that nobody waited for any more.

        Args:
            place: Page or endpoint.
            answer: The answer; its text is not kept.
            keys: Whether the caller's own key paid, and for their own endpoints.
            decision: What led to it; None where nobody routed.
            pool: From which was picked; None where nobody routed.
            caller: Name of the API token.
        """
        figures = replace(answer, text="", reasoning="", tool_calls=())
        self._record(partial(self._maker.answered, place, figures, keys, decision, pool, caller, now()))

    def start(self) -> None:
        """Reads the budget in the background, so that the first decision knows it."""
        if self._open_feedback is not None:
            self.recorder.wake()

    def close(self, timeout_s: float = 10.0) -> bool:
        """Writes what waits and ends; returns whether all was written."""
        return self.recorder.close(timeout_s)

    def _record(self, make: Making) -> None:
        if self._open_feedback is not None:
            self.recorder.record(make)

    def _store(self) -> UsageStore:
        from feedback.usage_store import UsageStore  # SQLAlchemy: not while the app starts

        return UsageStore(self.access)

    def _read_budget(self) -> BudgetState:
        return self.budget.state()

    def _refresh(self) -> None:
        self.guard.refresh()
