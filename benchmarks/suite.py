"""The benchmarks on which every router is scored: one entry each, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.benchmark import Benchmark
from benchmarks.data import (
    alpaca_eval,
    coding_factual,
    gsm8k,
    just_eval,
    llmrouter,
    mmlu,
    mmlu_pro,
    mt_bench,
    nexos,
    ray,
    routerarena,
    routerbench_part,
)
from benchmarks.trio_cost import TRIO, load_with_cost
from errors import UnknownNameError


@dataclass(frozen=True)
class Pair:
    """The weak and the strong LLM between which two-route figures of a benchmark are taken.

    Attributes:
        weak: Name of the weak LLM in the benchmark's data.
        strong: Name of the strong LLM.
        reason: Why these two.
    """

    weak: str
    strong: str
    reason: str


@dataclass(frozen=True)
class Entry:
    """One benchmark of the suite.

    Attributes:
        name: As in addresses and file names.
        title: For people.
        load: Reads it from the folder of the data sets.
        data: Names under which router cards say that they learnt from its train part; others are transfer.
        routes: Names of the routes that are labelled, cheapest first; empty where none are.
        pair: The LLMs of its two-route figures; None where outcomes are not of that kind.
        caveat: What must be known beside its figures; may be empty.
    """

    name: str
    title: str
    load: Callable[[Path], Benchmark]
    data: frozenset[str] = field(default=frozenset())
    routes: tuple[str, ...] = ()
    pair: Pair | None = None
    caveat: str = ""


SMALL, LARGE, REASONING = TRIO
ROUTELLM = Pair(mmlu.WEAK, mmlu.STRONG, "RouteLLM's pair, to which the published figures belong.")
SUITE: tuple[Entry, ...] = (
    Entry(
        "ray",
        "Ray questions, hand-labelled",
        ray.load,
        data=frozenset({"ray"}),
        routes=ray.ROUTES,
        caveat="7.5 % of the test rows need the strong LLM: a constant has accuracy .925.",
    ),
    Entry(
        "nexos",
        "Chat, three routes",
        nexos.load,
        data=frozenset({"nexos"}),
        routes=nexos.ROUTES,
        caveat="The label is what an LLM thought suitable, not an outcome.",
    ),
    Entry("mmlu", "MMLU", mmlu.load, data=frozenset({"mmlu"}), pair=ROUTELLM),
    Entry("gsm8k", "GSM8K", gsm8k.load, data=frozenset({"gsm8k", "zeroeval", "zeroeval-gsm"}), pair=ROUTELLM),
    Entry("mt-bench", "MT-Bench", mt_bench.load, pair=ROUTELLM, caveat="Intervals are wide."),
    Entry(
        "routerbench-part",
        "RouterBench, a part",
        routerbench_part.load,
        data=frozenset({"routerbench-part", "routerbench_part", "routerbench"}),
        pair=Pair("mistralai/mixtral-8x7b-chat", "gpt-4-1106-preview", "RouteLLM's pair, here with measured costs."),
    ),
    Entry(
        "zeroeval-gsm",
        "ZeroEval, grade-school maths",
        partial(load_with_cost, subset="gsm"),
        data=frozenset({"zeroeval", "zeroeval-gsm", "gsm8k"}),
        pair=Pair(
            "gpt-3.5-turbo-0125",
            LARGE,
            "One provider's cheap and large LLM; gpt-4o-mini is only two points behind, too few to route between.",
        ),
    ),
    Entry(
        "zeroeval-math-l5",
        "ZeroEval, competition maths",
        partial(load_with_cost, subset="math-l5"),
        data=frozenset({"zeroeval", "zeroeval-math-l5"}),
        pair=Pair(SMALL, REASONING, "A small and a reasoning LLM, 37 points apart; gpt-4o is only three points ahead."),
    ),
    Entry(
        "zeroeval-crux",
        "ZeroEval, code output",
        partial(load_with_cost, subset="crux"),
        data=frozenset({"zeroeval", "zeroeval-crux"}),
        pair=Pair(SMALL, LARGE, "The small and the large LLM of one provider and generation, 11 points apart."),
    ),
    Entry(
        "mmlu-pro",
        "MMLU-Pro",
        mmlu_pro.load,
        data=frozenset({"mmlu-pro", "mmlu_pro"}),
        pair=Pair(
            "Meta-Llama-3_1-8B-Instruct", "Meta-Llama-3_1-70B-Instruct", "Two sizes of one LLM, 19 points apart."
        ),
    ),
    Entry(
        "llmrouter",
        "LLMRouter, 14 tasks",
        llmrouter.load,
        data=frozenset({"llmrouter"}),
        pair=Pair(
            "mistral-7b-instruct-v0.3",
            "llama-3.1-nemotron-51b-instruct",
            "Its best LLM against the weakest one that is meant for general use.",
        ),
        caveat="Nine small and mid-sized open LLMs; no frontier LLM.",
    ),
    Entry(
        "routerarena",
        "RouterArena, two LLMs",
        routerarena.load,
        data=frozenset({"routerarena"}),
        pair=Pair(*routerarena.LLMS, "All that is cached; the dearer LLM is the worse one."),
        caveat="The dearer LLM is the worse one, so this tests cost handling: sending nothing to it is best.",
    ),
    Entry(
        "alpaca-eval",
        "AlpacaEval",
        alpaca_eval.load,
        pair=Pair(
            "gpt-3.5-turbo-1106",
            alpaca_eval.BASELINE,
            "A cheap LLM of GPT-4 Turbo's own time against GPT-4 Turbo, whose quality against itself is a tie.",
        ),
        caveat="The judge prefers long answers; the weak LLM wins less than a tenth of the prompts.",
    ),
    Entry(
        "just-eval",
        "just-eval, depth of a weak LLM's answers",
        just_eval.load,
        routes=just_eval.ROUTES,
        caveat="The label is `strong` where a judge gave the weak LLM's answer less than four stars for depth.",
    ),
    Entry(
        "coding-factual",
        "Coding or factual",
        coding_factual.load,
        data=frozenset({"coding-factual", "coding_factual", "routing_llms"}),
        caveat="Category and source coincide, so the style of the source may be what is recognised.",
    ),
)


def entries(names: Sequence[str] | None = None) -> tuple[Entry, ...]:
    """The entries of the given names, or all, in the suite's order.

    Raises:
        UnknownNameError: There is no benchmark of that name.
    """
    known = {entry.name for entry in SUITE}
    for name in names or ():
        if name not in known:
            raise UnknownNameError(f"There is no benchmark {name!r}.", f"Choose from {', '.join(sorted(known))}.")
    return tuple(entry for entry in SUITE if not names or entry.name in names)
