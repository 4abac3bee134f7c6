"""Where the composites' training data comes from and under which licence, as it stands on their cards."""

from __future__ import annotations

from dataclasses import dataclass

from router_models.card import TrainingData

PAIR_LICENCE = "MIT (questions), Apache-2.0 (outcomes)"


@dataclass(frozen=True)
class Source:
    """Licence and origin of a data set."""

    licence: str
    origin: str


SOURCES = {
    "ray": Source("CC BY 4.0", "ray-project/llm-applications"),
    "mmlu": Source(PAIR_LICENCE, "lm-sys/RouteLLM"),
    "gsm8k": Source(PAIR_LICENCE, "lm-sys/RouteLLM"),
    "nexos": Source(
        "MIT by its README; prompts from LMSYS Chatbot Arena under a licence of their own", "Edvard-exe/nexos-hw"
    ),
    "mmlu-pro": Source("Apache-2.0", "TIGER-AI-Lab/MMLU-Pro"),
    "zeroeval-math-l5": Source("Apache-2.0", "WildEval/ZeroEval"),
    "zeroeval-crux": Source("Apache-2.0", "WildEval/ZeroEval"),
    "coding-factual": Source("none stated", "Shubhamcl/routing_llms"),
}
"""By the name of the benchmark."""


def training_data(name: str, rows: int, note: str, also: str = "") -> TrainingData:
    """A data set as it stands on a card.

    Args:
        name: Of the benchmark.
        rows: Rows that a router learnt from.
        note: What they taught it.
        also: A second origin, where outcomes of another set were added.
    """
    source = SOURCES[name]
    origin = f"{source.origin}, {also}" if also else source.origin
    return TrainingData(name=name, rows=rows, licence=source.licence, origin=origin, note=note)
