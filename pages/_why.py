"""The evidence behind one decision, made ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from pages._cards import DecisionCard
from pages._categories import CategoriesForm, form_of
from router_models import RouterPanel
from router_models.base import Router
from router_models.card import RouterCard
from router_models.decision import P_ROUTE
from router_models.explain import Explanation, Piece
from router_models.novelty import FAR_PERCENTILE

STRONGEST = 5
"""How many of the weightiest pieces are named in words beside the marked text."""

FAINTEST = 0.005
"""Pieces that move the probability by less are not marked."""


_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: 0x2421}


@dataclass(frozen=True, slots=True)
class MarkedPiece:
    """A stretch of the prompt.

    Attributes:
        text: The stretch.
        weight: What it adds to p_strong, in [−1, 1].
        tint: Strength of its mark in percent, relative to the weightiest piece; 0 for no mark.
    """

    text: str
    weight: float
    tint: int


@dataclass(frozen=True, slots=True)
class Why:
    """Everything behind one decision.

    Attributes:
        card: The router's card.
        decided: The decision's card; None for a router that could not run.
        explanation: The evidence; None while it is still to come, or for a router that could not run.
        pieces: The examined prompt, marked.
        towards: The weightiest pieces that push towards escalation, strongest first.
        against: Those that push towards the cheapest route, strongest first.
        silent: Why no piece is marked; '' where some are, or where the evidence itself says so.
        distance: How far the decision is from another pick, one sentence; '' for a router that could not run.
        far: Whether the prompt is far from the router's training prompts.
        reference_pair: Whether the pieces' weights are of another score than the one that decided.
        form: The categories to edit; None for routers without any.
    """

    card: RouterCard
    decided: DecisionCard | None
    explanation: Explanation | None
    pieces: tuple[MarkedPiece, ...]
    towards: tuple[MarkedPiece, ...]
    against: tuple[MarkedPiece, ...]
    silent: str
    distance: str
    far: bool
    reference_pair: bool
    form: CategoriesForm | None


def why_of(
    panel: RouterPanel, name: str, decided: DecisionCard | None, explanation: Explanation | None, edited: Router | None
) -> Why:
    """Collects the evidence of one router.

    Args:
        panel: The panel.
        name: Router id.
        decided: Its decision, if it could run.
        explanation: Its evidence, if already known.
        edited: The router with the user's descriptions, if they have any.
    """
    pieces = _marked(explanation.pieces) if explanation else ()
    shown = [piece for piece in pieces if piece.tint]
    by_weight = sorted(shown, key=_weight)
    percentile = explanation.novelty_percentile if explanation else None
    return Why(
        card=panel[name].card,
        decided=decided,
        explanation=explanation,
        pieces=pieces,
        towards=tuple(piece for piece in reversed(by_weight[-STRONGEST:]) if piece.weight > 0),
        against=tuple(piece for piece in by_weight[:STRONGEST] if piece.weight < 0),
        silent="" if shown or explanation is None else _silence(explanation),
        distance=_distance(decided) if decided else "",
        far=percentile is not None and percentile >= FAR_PERCENTILE,
        reference_pair=bool(pieces) and decided is not None and decided.decision.judges_llms,
        form=form_of(edited or panel[name]),
    )


def _distance(decided: DecisionCard) -> str:
    decision = decided.decision
    if decision.threshold is not None and not decided.thresholded:
        return f"It picks {decision.route} for every prompt."
    if decision.threshold is not None:
        strong = decided.segments[-1].route
        side = "above" if decision.p_strong >= decision.threshold else "below"
        gap = abs(decision.p_strong - decision.threshold)
        return f"P({strong}) is {decision.p_strong:.3f}, {gap:.3f} {side} the threshold of {decision.threshold:.3f}."
    rivals = {  # what the pick was compared with: another route, or another LLM where LLMs were judged
        segment.llm if decision.judges_llms else segment.route: worth
        for segment, worth in zip(decided.segments, decision.worth, strict=True)
    }
    picked = decision.llm if decision.judges_llms else decision.route
    ahead = rivals.pop(picked)
    if not rivals:
        return f"No threshold: {picked} serves every route."
    second = max(rivals, key=rivals.__getitem__)
    what = "is the likeliest route" if decision.worth_of == P_ROUTE else f"has the highest {decision.worth_of}"
    return f"No threshold: {picked} {what}, {ahead - rivals[second]:.3f} ahead of {second}."


def _silence(explanation: Explanation) -> str:
    return f"No part of it moves P(escalate) by {FAINTEST:g} or more." if explanation.pieces else ""


def _weight(piece: MarkedPiece) -> float:
    return piece.weight


def _marked(pieces: tuple[Piece, ...]) -> tuple[MarkedPiece, ...]:
    largest = max((abs(piece.weight) for piece in pieces), default=0.0)
    return tuple(MarkedPiece(visible(piece.text), piece.weight, _tint(piece.weight, largest)) for piece in pieces)


def visible(text: str) -> str:
    """The text with control characters as their pictures (U+2400 …), because HTML would drop or obey them."""
    return text.translate(_PICTURES)


def _tint(weight: float, largest: float) -> int:
    return 0 if abs(weight) < FAINTEST else 8 + round(40 * abs(weight) / largest)
