"""In-domain or transfer: what the card says of its training data decides, however it is spelt."""

from __future__ import annotations

import pytest

from benchmarks.protocol import protocol
from benchmarks.suite import entries
from router_models import RouterPanel
from router_models.card import TrainingData


@pytest.mark.parametrize(
    ("learnt", "benchmark", "expected"),
    [
        ((), "ray", "transfer"),
        (("ray",), "ray", "in-domain"),
        (("mmlu", "gsm8k"), "mt-bench", "transfer"),
        (("nexos", "RouterBench part"), "routerbench-part", "in-domain"),
        (("mmlu_pro",), "mmlu-pro", "in-domain"),
        (("mmlu",), "mmlu-pro", "transfer"),
        (("gsm8k",), "zeroeval-gsm", "in-domain"),
        (("zeroeval-math-l5",), "zeroeval-gsm", "transfer"),
        (("routing_llms",), "coding-factual", "in-domain"),
    ],
)
def test_the_card_decides(panel: RouterPanel, learnt: tuple[str, ...], benchmark: str, expected: str) -> None:
    sources = tuple(TrainingData(name=name, rows=1, licence="", origin="") for name in learnt)
    card = panel["random"].card.model_copy(update={"trained_on": sources})
    assert protocol(card, entries([benchmark])[0].data) == expected
