"""Transfer figures of routers that know a benchmark: the same recipe fitted without it, as measured when trained.

They cannot come from kept scores, because the refitted weights are not shipped; training scripts put them on the cards.
"""

from __future__ import annotations

from router_models.card import Figure, RouterCard

MARK = "transfer"
"""What the `split` of such a figure says."""


def refitted(card: RouterCard, benchmark: str) -> list[Figure]:
    """The card's figures of a refit without the benchmark; empty where there are none."""
    return [figure for figure in card.figures if figure.dataset == benchmark and MARK in figure.split.lower()]
