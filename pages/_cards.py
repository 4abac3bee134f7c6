"""What the decision cards show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from feedback.usage_budget import Budget
from feedback.usage_policy import decisions_under, was_raised
from llms.llm import LLM
from pages._view import RouteView, has_threshold
from router_models import Decision, RouterPanel
from router_models.base import Router
from router_models.card import RouterCard
from router_models.decision import Unavailable
from router_models.panel import PanelRun
from router_models.policy import novelty_warning

CHEAPEST_TIER, MIDDLE_TIER, DEAREST_TIER = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Segment:
    """One route's part of the distribution bar; `tier` 1 to 3 says from cheapest to dearest how it is drawn."""

    route: str
    llm: str
    share: float
    tier: int


@dataclass(frozen=True, slots=True)
class DecisionCard:
    """One router's decision with all that its card shows.

    Attributes:
        router: The router's own card.
        decision: What it decided under the current controls.
        llm: The catalogue entry of the picked LLM.
        segments: The distribution, cheapest route first.
        differs: Whether it disagrees with the majority on whether to escalate.
        edited: Whether the router is the user's own edit of it, which only this tab knows.
    """

    router: RouterCard
    decision: Decision
    llm: LLM
    segments: tuple[Segment, ...]
    differs: bool
    edited: bool = False

    pending: ClassVar[bool] = False

    @property
    def baseline(self) -> bool:
        """Whether it is there only to be beaten."""
        return self.router.baseline

    @property
    def far(self) -> bool:
        """Whether the prompt is far from the router's training prompts."""
        return novelty_warning(self.decision.novelty_percentile) is not None

    @property
    def own_warnings(self) -> tuple[str, ...]:
        """The decision's warnings without the one on novelty, which the board gives once if it holds for most."""
        novelty = novelty_warning(self.decision.novelty_percentile)
        return tuple(warning for warning in self.decision.warnings if warning != novelty)

    @property
    def bound(self) -> str:
        """What the confidence had to reach for this pick, such as ` ≥ 25 %`; '' where no threshold decides.

        A threshold need not be one half: a router may pick `strong` at 27 %, which looks wrong without its bound.
        """
        if self.decision.threshold is None or not self.thresholded:
            return ""
        if self.decision.escalates:
            return f" ≥ {100 * self.decision.threshold:.0f} %"
        return f" > {100 - 100 * self.decision.threshold:.0f} %"

    @property
    def sure_of(self) -> str:
        """What the confidence is a probability of."""
        return "right" if self.decision.judges_llms else self.decision.route

    @property
    def rule(self) -> str:
        """What the confidence is, and how it led to the pick; one or two sentences."""
        if self.decision.judges_llms:
            return f"Confidence: the probability that {self.decision.llm} answers right."
        said = "Confidence: the probability of the picked route."
        if not self.bound:
            return said
        strong, threshold = self.segments[-1].route, self.decision.threshold
        return f"{said} It picks {strong} where P({strong}) reaches its threshold of {threshold:.2f}, however low."

    @property
    def thresholded(self) -> bool:
        """Whether a threshold decided."""
        return self.decision.threshold is not None and not self.router.constant

    @property
    def adjustable(self) -> bool:
        """Whether there is a threshold to set."""
        return self.thresholded and has_threshold(self.router)

    @property
    def raised(self) -> bool:
        """Whether a used-up budget has raised its threshold, so that there is nothing to set meanwhile."""
        return was_raised(self.decision)

    @property
    def tier(self) -> int:
        """Tier of the picked route."""
        return next(segment.tier for segment in self.segments if segment.route == self.decision.route)


@dataclass(frozen=True, slots=True)
class UnavailableCard:
    """A router that could not run, with the reason and the mend."""

    router: RouterCard
    unavailable: Unavailable


@dataclass(frozen=True, slots=True)
class PendingCard:
    """A router that is still being asked."""

    router: RouterCard
    pending: bool = True


def tier_of(index: int, routes: int) -> int:
    """1 for the cheapest of `routes` routes, 3 for the dearest, 2 for those between."""
    if index == 0:
        return CHEAPEST_TIER
    return DEAREST_TIER if index == routes - 1 else MIDDLE_TIER


def decision_cards(
    panel: RouterPanel,
    run: PanelRun,
    view: RouteView,
    edited: Mapping[str, Router] | None = None,
    used_up: Budget | None = None,
) -> list[DecisionCard]:
    """Decides under the view's controls, without running a model; panel order.

    Args:
        panel: The panel that made the run.
        run: What the routers said.
        view: The user's controls.
        edited: The routers that stood in for the panel's own in that run.
        used_up: The budget that is used up, whose raised threshold holds; None where none is.

    Raises:
        PlaygroundError: The controls or the prices cannot be used.
    """
    policy = view.policy()
    decisions = decisions_under(panel, run, policy, used_up, edited)
    majority = _majority(panel, decisions)
    return [
        DecisionCard(
            router=(edited or {}).get(decision.router, panel[decision.router]).card,
            decision=decision,
            llm=panel.catalogue[decision.llm],
            segments=tuple(
                Segment(route, view.pool.serves[route], share, tier_of(index, len(decision.distribution)))
                for index, (route, share) in enumerate(decision.distribution.items())
            ),
            differs=majority is not None and decision.escalates != majority,
            edited=decision.router in (edited or {}),
        )
        for decision in decisions
    ]


def unavailable_cards(panel: RouterPanel, run: PanelRun) -> list[UnavailableCard]:
    """Cards of the routers that could not run, panel order."""
    return [UnavailableCard(panel[gone.router].card, gone) for gone in run.unavailable]


def pending_cards(panel: RouterPanel, names: Sequence[str], view: RouteView) -> list[PendingCard]:
    """Cards of the routers that are still to answer and that the view's filters may show."""
    cards = [PendingCard(panel[name].card) for name in names]
    return [card for card in cards if not view.differing and view.family in ("", card.router.family)]


def _majority(panel: RouterPanel, decisions: Sequence[Decision]) -> bool | None:
    """Whether most learnt routers escalate; None on a tie. All routers count where none is learnt."""
    learnt = [d for d in decisions if not panel[d.router].card.baseline] or decisions
    escalating = sum(decision.escalates for decision in learnt)
    return None if 2 * escalating == len(learnt) else 2 * escalating > len(learnt)
