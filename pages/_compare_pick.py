"""Which LLM a column asks and why: the router's pick, the LLM that is kept, what it would cost, why it is not asked."""

from __future__ import annotations

from dataclasses import dataclass

from errors import PlaygroundError
from llms.catalogue import Catalogue
from llms.cost import CostEstimate
from pages._cards import tier_of
from pages._compare_columns import Answer
from pages._compare_options import provider_titles
from router_models import Decision, RouterPanel
from router_models.policy import novelty_warning


@dataclass(frozen=True, slots=True)
class PickView:
    """One plan or answer.

    Attributes:
        llm: Id of the LLM; '' where a router could not decide.
        title: What people call it.
        provider: Who serves it.
        tier: Colour of its route, from 1; 0 where no route led to it.
        decision: What a router decided on this very turn; None where none did.
        warnings: What to beware of in that decision, but for `far`.
        far: That the prompt is far from the router's training prompts, which most chats are; '' if it is not.
        router_title: Name of the router.
        calibrated: Whether its confidence is.
        router_failure: Why it could not decide.
        note: That the LLM is kept from an earlier turn, or overridden.
        refusal: Why the LLM is not asked.
        estimate: What it would cost; None where it is known what it did cost.
        estimate_label: What stands before the estimate.
    """

    llm: str
    title: str
    provider: str
    tier: int
    decision: Decision | None
    warnings: tuple[str, ...]
    far: str
    router_title: str
    calibrated: bool
    router_failure: PlaygroundError | None
    note: str
    refusal: PlaygroundError | None
    estimate: CostEstimate | None
    estimate_label: str


def pick_of(answer: Answer, panel: RouterPanel, catalogue: Catalogue, label: str) -> PickView:
    """What a column asks, or is about to ask.

    Args:
        answer: The plan or the answer.
        panel: The routers.
        catalogue: All LLMs, the user's own among them.
        label: What stands before an estimate.
    """
    decision, now = answer.decision, answer.routed_now
    router = panel[decision.router] if decision else None
    known = answer.llm in catalogue  # an endpoint may have been taken away
    llm = catalogue[answer.llm] if known else None
    far = novelty_warning(now.novelty_percentile) if now else None
    told = answer.completion is None or answer.completion.cost is None
    return PickView(
        llm=answer.llm,
        title=llm.title if llm else answer.llm,
        provider=provider_titles().get(llm.provider, "your endpoint") if llm else "",
        tier=_tier(decision) if decision and decision.llm == answer.llm else 0,
        decision=now,
        warnings=tuple(warning for warning in now.warnings if warning != far) if now else (),
        far=far or "",
        router_title=router.title if router else "The router",
        calibrated=router.card.calibrated if router else True,
        router_failure=answer.router_failure,
        note=_note(answer, router.title if router else ""),
        refusal=answer.refusal if answer.llm else None,
        estimate=answer.estimate if told else None,
        estimate_label=label,
    )


def _note(answer: Answer, router_title: str) -> str:
    if answer.overridden:
        return f"You override it with {answer.llm}."
    if answer.kept_from is not None and answer.decision is not None:
        return f"Kept from turn {answer.kept_from + 1}, where {router_title} picked it ({answer.decision.route})."
    return ""


def _tier(decision: Decision) -> int:
    routes = list(decision.distribution)
    return tier_of(routes.index(decision.route), len(routes))
