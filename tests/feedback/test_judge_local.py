"""The real local LLM as judge: what it says is a rating in the form that was asked for, or nothing."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

from feedback.judge import Judge
from feedback.judge_plan import GIVEN, JudgedPrompt, JudgePlan
from feedback.judge_store import JudgeStore
from feedback.store import FeedbackStore
from llms.catalogue import load_catalogue
from llms.completions import Completions
from llms.keys import Keys
from settings import Settings

LOCAL = "smollm2-135m"


def test_the_local_llm_judges_in_both_orders_at_no_cost(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path,
        first_token_timeout_s=600,
        stall_timeout_s=600,
        answer_timeout_s=1200,
    )
    completions = Completions(load_catalogue(), settings)
    store = FeedbackStore(settings)
    court = Judge(completions, load_catalogue(), JudgeStore(store.access))
    plan = JudgePlan(
        weak=GIVEN,
        reference=GIVEN,
        judges=(LOCAL,),
        rubric="5 is as good as the reference, 1 is useless.",
        judge_tokens=120,
        budget_usd=Decimal(0),
        concurrency=1,
    )
    prompts = [JudgedPrompt("What is the capital of Italy?", "Rome.", "The capital of Italy is Rome.")]
    estimate = court.estimate(plan, prompts, Keys())
    assert (estimate.usd, estimate.unpriced) == (0, ())
    assert "runs on this machine" in estimate.lines[0].note

    async def work() -> None:
        run = court.begin(plan, prompts, Keys(), "somebody")
        try:
            progress = await run.work()
        finally:
            await completions.aclose()
        assert progress.state == "finished"
        assert progress.done + progress.failed == 1
        _, (judged,) = court.results(run.record.id)
        assert judged.whole == (progress.done == 1), "it may fail to rate, and then there is no rating"
        assert all(1 <= points <= 5 for points in judged.points)
        spent = court.store.spent(run.record.id)
        assert spent.requests >= 2
        assert spent.usd == 0

    asyncio.run(work())
    store.close()
