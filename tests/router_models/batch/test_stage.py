from pathlib import Path

import pyarrow.parquet as pq
import pytest

from errors import BadInputError, UnknownNameError
from llms.catalogue import load_catalogue
from router_models import RouterPanel
from router_models.batch.job import Job
from router_models.batch.pieces import cut
from router_models.batch.sources import find_sources
from router_models.batch.stage import Done, Stage
from tests.router_models.batch.samples import PROMPTS, write

LOCAL_POOL = "local / remote"


def run(folder: Path, job: Job) -> tuple[Done, list[dict[str, object]]]:
    (piece,) = cut(job.sources, job.rows)
    done = Stage(job, str(folder / "out")).run(piece)
    return done, pq.read_table(folder / "out" / "part-00000.parquet").to_pylist()


@pytest.mark.parametrize("router", ["encoder-quality", "encoder-3way", "matrix-factorization"])
def test_a_shard_holds_what_the_panel_decides(tmp_path: Path, panel: RouterPanel, router: str) -> None:
    sources = find_sources(str(write(tmp_path / "in.jsonl", list(PROMPTS))))
    done, rows = run(tmp_path, Job.plan(sources, router, keep=["id"]))
    decided = [panel.decisions(found)[0] for found in panel.run_batch(PROMPTS, [router], novelty=False)]
    assert [row["route"] for row in rows] == [decision.route for decision in decided]
    assert [row["llm"] for row in rows] == [decision.llm for decision in decided]
    assert [row["p_strong"] for row in rows] == pytest.approx([one.p_strong for one in decided], abs=1e-6)
    assert [row["confidence"] for row in rows] == pytest.approx([one.confidence for one in decided], abs=1e-6)
    assert [row["id"] for row in rows] == ["n0", "n1", "n2", "n3"]
    assert [row["row"] for row in rows] == [1, 2, 3, 4]
    assert (done.routed, done.refused, done.escalated) == (4, 0, sum(decision.escalates for decision in decided))


def test_a_threshold_and_a_pool_are_heeded(tmp_path: Path) -> None:
    sources = find_sources(str(write(tmp_path / "in.csv", list(PROMPTS))))
    _, rows = run(tmp_path, Job.plan(sources, "prompt-length", LOCAL_POOL, 0.0))
    assert {row["route"] for row in rows} == {"strong"}
    assert {row["llm"] for row in rows} == {load_catalogue().pool(LOCAL_POOL).serves["strong"]}
    assert {row["threshold"] for row in rows} == {0.0}


def test_what_cannot_be_routed_says_why_beside_the_others(tmp_path: Path) -> None:
    prompts: list[object] = ["fine", "   ", None, "\ud800 broken", "x" * 200_001, 5]
    done, rows = run(
        tmp_path, Job.plan(find_sources(str(write(tmp_path / "in.jsonl", prompts))), "encoder-quality", rows=100)
    )
    assert [row["route"] is None for row in rows] == [False, True, True, False, True, True]
    assert [row["problem"] for row in rows if row["route"] is None] == [
        "The prompt is empty.",
        "There is no prompt.",
        "The prompt has 200,001 characters.",
        "The prompt is int, not text.",
    ]
    assert (done.routed, done.refused) == (2, 4)


def test_a_job_is_checked_before_anything_is_read(tmp_path: Path) -> None:
    sources = find_sources(str(write(tmp_path / "in.csv", list(PROMPTS))))
    with pytest.raises(UnknownNameError, match="nobody"):
        Job.plan(sources, "nobody")
    with pytest.raises(UnknownNameError, match="puddle"):
        Job.plan(sources, "random", "puddle")
    with pytest.raises(BadInputError, match="threshold"):
        Job.plan(sources, "prompt-length", threshold=3)
    with pytest.raises(BadInputError, match="asks an LLM"):
        Job.plan(sources, "llm-router")
