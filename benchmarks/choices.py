"""What some routers say beyond their routes: P(correct) of each LLM, or the probability of each category."""

from __future__ import annotations

from benchmarks.benchmark import Benchmark, FloatArray
from benchmarks.data import coding_factual
from benchmarks.scores import BY_HEAD
from router_models.base import Router
from router_models.category_head import HEAD_FILE, CategoryHead
from router_models.outcome_router import OutcomeRouter
from router_models.prompt_batch import PromptBatch
from router_models.semantic import SemanticRouter
from router_models.training.outcome_data import release_names

CATEGORY_SET = "coding-factual"
HEAD_CATEGORIES = ("coding", "factual")
"""The order of `CategoryHead.p_category`."""


def choices(router: Router, batch: PromptBatch, benchmark: Benchmark) -> dict[str, FloatArray]:
    """The probability of each LLM, or category, of a benchmark that a router knows of.

    Args:
        router: Any router; most say nothing beyond their routes.
        batch: m prompts.
        benchmark: Its LLMs and, where they are the labels, its categories are asked for.

    Returns:
        LLM or category → probabilities, shape (m,); empty where the router has none to give.

    Raises:
        UnavailableError: The router cannot run.
    """
    if isinstance(router, OutcomeRouter):
        return _p_correct(router, batch, benchmark)
    if isinstance(router, SemanticRouter) and benchmark.routes == coding_factual.CATEGORIES:
        return _p_category(router, batch)
    return {}


def _p_correct(router: OutcomeRouter, batch: PromptBatch, benchmark: Benchmark) -> dict[str, FloatArray]:
    """P(correct) of the benchmark's LLMs, under its names for them."""
    names = release_names()
    p_correct = router.p_correct(batch)
    columns = {llm: p_correct[:, number] for number, llm in enumerate(router.llms)}
    return {llm: columns[names.get(llm, llm)] for llm in benchmark.quality if names.get(llm, llm) in columns}


def _p_category(router: SemanticRouter, batch: PromptBatch) -> dict[str, FloatArray]:
    """P(category) by similarity and, where the router has one, by its trained head."""
    edited = router.with_edits(CATEGORY_SET)
    said = dict(zip(edited.category_set.ids, edited.p_category(batch).T, strict=True))
    if (router.folder / HEAD_FILE).is_file():
        by_head = CategoryHead(router.folder / HEAD_FILE).p_category(router.encoders, batch)
        said |= {f"{name}{BY_HEAD}": column for name, column in zip(HEAD_CATEGORIES, by_head.T, strict=True)}
    return said
