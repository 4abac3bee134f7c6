"""Why a router scored a prompt as it did: occlusion of words, nearest descriptions, distance to the training data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from errors import BadInputError
from router_models.base import Router
from router_models.decision import RouterScore
from router_models.learnt_router import LearntRouter
from router_models.panel import PanelRun, RouterPanel
from router_models.prompt_batch import PromptBatch
from router_models.prompts import clean_prompt
from router_models.semantic import SemanticRouter

MAX_PIECES = 32
MAX_CHARACTERS = 1_500
MAX_PROMPT_CHARACTERS = 20_000
LONGEST_WORD = 30
"""Mean length of words, in characters, above which a text is taken to be written without spaces."""

NO_EVIDENCE = "This router does not read the prompt, so there is no evidence to show."
TOO_LONG = f"Prompts of more than {MAX_PROMPT_CHARACTERS:,} characters are not examined word by word."
TOO_FEW = "The prompt is too short to leave a part of it out."
NOT_EXAMINED = "It is not examined word by word, as that would take an LLM call for every part of the prompt."
OCCLUSION = "A stretch's weight is how far P(escalate) moves when it is left out and the router runs again."


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the prompt; `weight` in [−1, 1] is what it adds to p_strong."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Similar:
    """A description near the prompt, with the cosine of the angle between their embeddings."""

    category: str
    text: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What there is to say for one router's score on one prompt.

    Attributes:
        router: Router id.
        kind: One or two sentences: what kind of evidence this is, or that there is none.
        pieces: The prompt in order; empty where occlusion says nothing.
        cut: Whether only the beginning of the prompt was examined.
        nearest: Most similar descriptions, best first; empty for routers without any.
        novelty_percentile: See `RouterScore`.
    """

    router: str
    kind: str
    pieces: tuple[Piece, ...] = ()
    cut: bool = False
    nearest: tuple[Similar, ...] = ()
    novelty_percentile: float | None = None


def explain(panel: RouterPanel, run: PanelRun, replace: Mapping[str, Router] | None = None) -> dict[str, Explanation]:
    """Explains every score of a run, running all routers on one batch of occluded prompts.

    The method is occlusion (Zeiler and Fergus, 2014, "Visualizing and Understanding Convolutional Networks",
    section 4.2) on words: with the word left out, how much does p_strong fall?

    Args:
        panel: The panel that made the run.
        run: The run to explain.
        replace: The routers that stood in for the panel's own in that run.
    """
    routers = {score.router: (replace or {}).get(score.router, panel[score.router]) for score in run.scores}
    readers = [name for name, router in routers.items() if router.evidence_kind and not router.waits]
    too_long = len(run.prompt) > MAX_PROMPT_CHARACTERS
    texts, rest = ([], run.prompt) if too_long else split_pieces(run.prompt)
    variants = [_without(texts, rest, left_out) for left_out in range(len(texts))]
    usable = [i for i, variant in enumerate(variants) if variant is not None]
    occluded = panel.run_batch([v for v in variants if v is not None], readers, replace, novelty=False)
    p_without: dict[str, dict[int, float]] = {name: {} for name in readers}
    for i, variant_run in zip(usable, occluded, strict=True):
        for score in variant_run.scores:
            p_without[score.router][i] = score.p_strong
    note = TOO_LONG if too_long else OCCLUSION if usable else TOO_FEW
    return {
        score.router: _explanation(
            score, routers[score.router], run.prompt, note, _pieces(texts, score, p_without.get(score.router, {})), rest
        )
        for score in run.scores
    }


def unexamined(router: Router) -> Explanation | None:
    """What there is to say of a router that waits for an LLM; None for others, which are examined."""
    return Explanation(router.id, f"{router.evidence_kind} {NOT_EXAMINED}") if router.waits else None


def split_pieces(prompt: str) -> tuple[list[str], str]:
    """Splits the beginning of a prompt into at most `MAX_PIECES` stretches, and the unexamined rest.

    Stretches are whole words where there are spaces, and single characters in scripts that write none. Joined,
    pieces and rest give the prompt again.
    """
    examined, rest = prompt[:MAX_CHARACTERS], prompt[MAX_CHARACTERS:]
    words = re.findall(r"\s*\S+\s*", examined) or [examined]
    units = words if len(examined) <= LONGEST_WORD * len(words) else list(examined)
    size = -(-len(units) // MAX_PIECES)
    return ["".join(units[start : start + size]) for start in range(0, len(units), size)], rest


def _without(pieces: list[str], rest: str, left_out: int) -> str | None:
    """The prompt without one piece; None if nothing readable is left."""
    try:
        return clean_prompt("".join(pieces[:left_out] + pieces[left_out + 1 :]) + rest)
    except BadInputError:
        return None


def _pieces(texts: list[str], score: RouterScore, p_without: dict[int, float]) -> tuple[Piece, ...]:
    """The examined stretches with their weights; none if nothing was left out."""
    if not p_without:
        return ()
    return tuple(Piece(text, score.p_strong - p_without.get(i, score.p_strong)) for i, text in enumerate(texts))


def _explanation(
    score: RouterScore, router: Router, prompt: str, note: str, pieces: tuple[Piece, ...], rest: str
) -> Explanation:
    if not router.evidence_kind:
        return Explanation(score.router, NO_EVIDENCE, novelty_percentile=score.novelty_percentile)
    if router.waits:
        note = NOT_EXAMINED
    nearest: tuple[Similar, ...] = ()
    described = router.base if isinstance(router, LearntRouter) else router
    if isinstance(described, SemanticRouter):
        nearest = tuple(Similar(*found) for found in described.nearest(PromptBatch([prompt]))[0])
    return Explanation(
        router=score.router,
        kind=f"{router.evidence_kind} {note}",
        pieces=pieces,
        cut=bool(rest),
        nearest=nearest,
        novelty_percentile=score.novelty_percentile,
    )
