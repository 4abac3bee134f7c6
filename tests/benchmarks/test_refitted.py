"""Transfer figures from cards: only those that a training script marked as refitted without the benchmark."""

from __future__ import annotations

from benchmarks.refitted import refitted
from router_models import RouterPanel
from router_models.card import Figure


def test_only_marked_figures_of_the_benchmark_count(panel: RouterPanel) -> None:
    def figure(dataset: str, split: str) -> Figure:
        return Figure(metric="APGR", value=0.6, low=0.5, high=0.7, rows=10, dataset=dataset, split=split)

    figures = (figure("mmlu", "test"), figure("mmlu", "test; transfer"), figure("gsm8k", "Transfer, test"))
    card = panel["random"].card.model_copy(update={"figures": figures})
    assert refitted(card, "mmlu") == [figures[1]]
    assert refitted(card, "gsm8k") == [figures[2]]
    assert not refitted(card, "ray")
