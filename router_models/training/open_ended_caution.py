"""The sentence of a card on open-ended chats, from the card's own figures."""

from __future__ import annotations

from collections.abc import Sequence

from router_models.card import Figure

DATASET = "mt-bench"
METRIC = "APGR"
BASELINE = "prompt length"


def with_open_ended(caution: str, figures: Sequence[Figure]) -> str:
    """A caution, and that the router does worse on open-ended chats than sorting them by length, if it does.

    Args:
        caution: What the card says besides.
        figures: What was measured of the router; without one on MT-Bench nothing is added.
    """
    for figure in figures:
        baseline = figure.baselines.get(BASELINE)
        if (figure.dataset, figure.metric) != (DATASET, METRIC) or baseline is None or figure.value >= baseline:
            continue
        return (
            f"{caution} On open-ended chats (MT-Bench, {figure.rows} prompts) it does worse than sorting by prompt "
            f"length: {METRIC} {figure.value:.2f} against {baseline:.2f}."
        )
    return caution
