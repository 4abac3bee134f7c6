"""A pool of LLMs: which are chosen first, what is said of it, and what each LLM alone gives."""

from __future__ import annotations

from benchmarks.dashboard.costs import CostBasis
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.pool import Pool, pool_llms
from benchmarks.tables.cells import Cell, Column, Table, figure_cell, number_cell

FIRST_LLMS = 5


def first_llms(numbers: Numbers, basis: CostBasis) -> list[str]:
    """The pair, and further LLMs with costs, those that were measured most often first."""
    pair = [numbers.pair.weak, numbers.pair.strong]
    whole = len(numbers)
    others = [
        llm
        for llm in pool_llms(numbers)
        if llm in basis.usd and llm not in pair and int((numbers.outcomes.quality[llm] >= -1e300).sum()) == whole
    ]
    return [*pair, *others[: FIRST_LLMS - len(pair)]]


def pool_sentences(pool: Pool, basis: CostBasis) -> list[str]:
    """What a reader of the figure must know: prompts, costs, weights, and who is left out."""
    sentences = [
        f"{pool.n_rows:,} prompts that every LLM of the pool answered. Counted with {basis.title}. {basis.note}",
        f"Routers weigh the LLMs by {pool.weighed_by}.",
    ]
    if pool.left_out:
        why = "; ".join(f"{router}: {reason.rstrip('.')}" for router, reason in pool.left_out.items())
        sentences.append(f"Not in the figure: {why}.")
    return sentences


def pool_table(pool: Pool, benchmark: str) -> Table:
    """Quality and cost of every LLM of the pool."""
    columns = (Column("LLM", numeric=False), Column("Quality"), Column("USD per 1,000 prompts", lower=True))
    rows = tuple((Cell(llm), figure_cell(pool.singles[llm]), number_cell(pool.usd_per_1000[llm])) for llm in pool.llms)
    return Table(f"pool-llms-{benchmark}", "One LLM for every prompt", columns, (("", rows),))
