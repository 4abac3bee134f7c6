"""What docs/RESULTS.md shows of each benchmark, in which order, and the words around it."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import trio
from benchmarks.pool_figures import AIQ_GAIN, PICK

LOWER_IS_BETTER = frozenset({"CPT50", "CPT80", "ECE", "Brier", trio.COST, "USD per 1,000"})


@dataclass(frozen=True)
class Section:
    """One table: a benchmark and the metrics shown of it, the one that sorts first."""

    benchmark: str
    metrics: tuple[str, ...]
    remark: str = ""


SECTIONS = (
    Section("mmlu", ("APGR", "CPT50", "CPT80", "ECE")),
    Section("gsm8k", ("APGR", "CPT50", "CPT80", "ECE")),
    Section("mt-bench", ("APGR", "CPT50", "CPT80")),
    Section("ray", ("AUC", "balanced accuracy", "accuracy", "macro F1", "ECE")),
    Section("nexos", ("accuracy", "macro F1", "AUC", "ECE", "AUC, simple or not")),
    Section("coding-factual", ("accuracy", "macro F1", "AUC", "ECE")),
    Section(
        "routerbench-part",
        ("AIQ", AIQ_GAIN, PICK, "APGR"),
        "AIQ is the mean quality over the range of costs from the cheapest to the dearest LLM; the Zero router mixes "
        "single LLMs at random. `quality of the pick` is at cost weight 0. LLMs are weighed by their mean cost on the "
        "train part; what picks cost is measured.",
    ),
    Section(
        trio.NAME,
        (trio.ACCURACY, trio.GAIN, trio.COST),
        "All three sets of ZeroEval together; costs are estimates (today's list prices, 1,000 hidden tokens assumed "
        "for o1-mini), and LLMs are weighed by their mean on the train parts. A router's curve is read where it costs "
        "what gpt-4o alone costs. Under these prices mixing the other two LLMs at random beats gpt-4o too, so compare "
        "with `always-weak`, which can only mix.",
    ),
    Section("routerarena", ("RouterArena score", "quality", "USD per 1,000")),
)
OTHERS = ("zeroeval-gsm", "zeroeval-math-l5", "zeroeval-crux", "mmlu-pro", "llmrouter", "alpaca-eval")
PICKS_ON = ("mmlu-pro", "llmrouter", "zeroeval-gsm", "zeroeval-math-l5", "zeroeval-crux")

INTRODUCTION = """# Results

Written by `python -m benchmarks report` from the numbers in `assets/benchmarks/`, which
`python -m benchmarks --data DIR` makes; a test holds that they agree. Do not edit it by hand.

- Every figure is of the **test part** (docs/DATA.md), with its 95 % bootstrap interval, questions drawn whole.
- **In-domain**: the router learnt from the same benchmark's train part. **Transfer**: it did not; where a
  router stands in both tables, the second figure is of the same recipe refitted without that benchmark. RouteLLM's
  routers learnt from chat votes and a little MMLU, so their figures on GSM8K and MT-Bench are transfer. A handful of
  questions of the test-only sets stand among other sets' train prompts (one of MT-Bench's 72): docs/DATA.md.
- APGR: share of the gap between weak and strong LLM that is recovered, averaged over the share of strong calls; 0.5 is
  random. CPT50, CPT80: share of strong calls that recovers 50 % or 80 % of the gap; lower is better. ECE: calibration
  error; lower is better.
- Published figures are mostly of complete sets, ours of the part at hand: compare with the interval in mind.
"""
