"""Makes events of decisions and answers: what is priced is priced here, off the request's way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from errors import UnknownNameError
from feedback.records import weights_version
from feedback.usage_budget import Budget
from feedback.usage_event import UsageEvent
from feedback.usage_policy import decisions_under, was_raised
from llms.bill import Routing
from llms.catalogue import Catalogue
from llms.completion import Completion, Usage
from llms.keys import Keys
from llms.pool import Pool
from llms.spending import spent
from router_models.card import RouterCard
from router_models.decision import Decision, RouterScore
from router_models.panel import PanelRun, RouterPanel
from router_models.policy import Policy
from settings import Settings

STRONG = "strong"
"""The route whose LLM is the strongest of a pool."""


class EventMaker:
    """Makes events.

    Args:
        panel: The routers with the catalogue.
        settings: What this machine costs, and which LLM routers ask.
    """

    def __init__(self, panel: RouterPanel, settings: Settings) -> None:
        self._panel = panel
        self._usd_per_hour = settings.machine_usd_per_hour
        self._paid_router_llm = bool(settings.router_llm)
        self._versions: dict[str, tuple[RouterCard, str]] = {}

    def decided(
        self, place: str, prompt: str, decisions: Sequence[Decision], policy: Policy, caller: str, at: datetime
    ) -> list[UsageEvent]:
        """Events of decisions on one prompt that led to no answer here."""
        baseline = policy.pool.serves[STRONG]
        usd = self._panel.quote(prompt, policy)[baseline].usd
        events = [
            replace(self._of(place, decision, caller, at), baseline=baseline, baseline_usd=usd)
            for decision in decisions
        ]
        return _each_reference_once(events)

    def ran(self, place: str, run: PanelRun, policy: Policy, budget: Budget | None, at: datetime) -> list[UsageEvent]:
        """Events of what the panel decides on one prompt."""
        return self.decided(place, run.prompt, decisions_under(self._panel, run, policy, budget), policy, "", at)

    def scored(
        self, place: str, scores: Sequence[RouterScore], threshold: float, raised: bool, caller: str, at: datetime
    ) -> list[UsageEvent]:
        """Events of scores that a threshold turned into decisions; there is no pool, so there are no amounts."""
        events = []
        for score in scores:
            card = self._panel[score.router].card
            strong = score.p_strong >= threshold
            events.append(
                UsageEvent(
                    at=at,
                    place=place,
                    caller=caller,
                    router=score.router,
                    version=self._version(card),
                    route=score.routes[-1] if strong else score.routes[0],
                    escalated=strong,
                    p_strong=score.p_strong,
                    threshold=threshold,
                    raised=raised,
                    latency_ms=score.latency_ms,
                    reference=card.reference if score.novelty_percentile is not None else "",
                    novelty=score.novelty_percentile,
                    router_usd=self._router_usd(score.router, score.latency_ms),
                )
            )
        return events

    def answered(
        self,
        place: str,
        answer: Completion,
        keys: Keys,
        decision: Decision | None,
        pool: Pool | None,
        caller: str,
        at: datetime,
    ) -> list[UsageEvent]:
        """The event of an answer, and of the decision that led to it."""
        catalogue = keys.catalogue(self._panel.catalogue)
        own = answer.llm in keys.endpoints
        if not own and answer.llm in catalogue:
            own = keys.key(catalogue[answer.llm].provider) is not None
        event = UsageEvent(at=at, place=place, caller=caller) if decision is None else self._of(place, decision, caller)
        cost = answer.cost.usd if answer.cost is not None else None
        if answer.usage is None and not answer.whole:
            cost = Decimal(0)  # nothing was answered, so nothing is billed
        event = replace(event, at=at, llm=answer.llm, answered=True, own_key=own, cost_usd=cost)
        if decision is not None and pool is not None:
            baseline = pool.serves[STRONG]
            event = replace(event, baseline=baseline, baseline_usd=_baseline_usd(catalogue, baseline, answer, at))
        return [event]

    def _of(self, place: str, decision: Decision, caller: str, at: datetime | None = None) -> UsageEvent:
        card = self._panel[decision.router].card
        event = UsageEvent(
            place=place,
            caller=caller,
            router=decision.router,
            version=self._version(card),
            route=decision.route,
            llm=decision.llm,
            escalated=decision.escalates,
            p_strong=decision.p_strong,
            threshold=decision.threshold,
            raised=was_raised(decision),
            latency_ms=decision.latency_ms,
            reference=card.reference if decision.novelty_percentile is not None else "",
            novelty=decision.novelty_percentile,
            estimated_usd=decision.estimated_cost_usd,
            router_usd=self._router_usd(decision.router, decision.latency_ms),
        )
        return event if at is None else replace(event, at=at)

    def _router_usd(self, router: str, latency_ms: float) -> Decimal | None:
        """Time of this machine; None where the router asked an LLM that sends a bill."""
        paid = self._panel[router].waits and self._paid_router_llm
        return Routing("", latency_ms, None if paid else Decimal(0)).usd(self._usd_per_hour)

    def _version(self, card: RouterCard) -> str:
        """The weights' version; hashing a card for every decision would take longer than deciding."""
        known = self._versions.get(card.router)
        if known is None or known[0] is not card:
            known = self._versions[card.router] = (card, weights_version(card))
        return known[1]


def _baseline_usd(catalogue: Catalogue, baseline: str, answer: Completion, at: datetime) -> Decimal | None:
    """What the baseline would have cost for as many visible tokens.

    None where that cannot be said: the answer broke off, came from the cache or has no tokens, or there is no price.
    """
    if answer.usage is None or not answer.whole or answer.from_cache:
        return None
    if answer.llm == baseline:
        return answer.cost.usd if answer.cost is not None else None
    usage = answer.usage
    visible = Usage(usage.input_tokens, max(0, usage.output_tokens - usage.reasoning_tokens))
    try:
        return spent(catalogue, baseline, visible, at).usd
    except UnknownNameError:
        return None  # an endpoint that its user has taken away


def _each_reference_once(events: Sequence[UsageEvent]) -> list[UsageEvent]:
    """Routers that learnt from the same data say the same of one prompt: it is one prompt all the same."""
    told: set[str] = set()
    once = []
    for event in events:
        once.append(replace(event, reference="") if event.reference in told else event)
        told.add(event.reference)
    return once
