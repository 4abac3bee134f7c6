"""Claims beside ours: figures looked up, verdicts by our interval, contradictions named."""

from __future__ import annotations

import pytest

from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.claims import COST_SAVED, Claim, claims
from benchmarks.dashboard.leaderboard import LeaderRow, leaderboard
from benchmarks.dashboard.results import Results
from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.published import PUBLISHED_FILE, Published, read_published


@pytest.fixture(scope="module")
def found(committed: Results) -> list[Claim]:
    return claims(committed, read_published(FOLDER / PUBLISHED_FILE), leaderboard().rows)


def _claim(found: list[Claim], benchmark: str, metric: str, router: str) -> Claim:
    return next(
        claim for claim in found if (claim.benchmark, claim.metric, claim.router) == (benchmark, metric, router)
    )


def test_every_published_figure_is_there_unchanged(found: list[Claim]) -> None:
    published = read_published(FOLDER / PUBLISHED_FILE)
    said = [(claim.benchmark, claim.metric, claim.router, claim.value, claim.source) for claim in found]
    assert said == [(f.benchmark, f.metric, f.router, f.value, f.source) for f in published]


def test_our_figure_is_the_leaderboards(found: list[Claim]) -> None:
    claim = _claim(found, "ray", "AUC", "Keras CNN")
    row = next(r for r in leaderboard().rows if (r.benchmark, r.router) == ("ray", "keras-cnn"))
    assert claim.measured
    assert claim.measured.value == row.figures["AUC"]
    assert claim.measured.router == "keras-cnn"


def test_known_contradictions_are_named(found: list[Claim]) -> None:
    keras = _claim(found, "ray", "accuracy", "Keras CNN")
    assert any("contradict each other" in said for said in keras.contradictions)
    assert any("accuracy 0.925" in said for said in keras.contradictions)
    bert = _claim(found, "gsm8k", "APGR", "BERT")
    assert any("prompt length reaches 0.598" in said for said in bert.contradictions)
    assert any("random router" in said for said in _claim(found, "mmlu", COST_SAVED, "RouteLLM's best").contradictions)
    causal = _claim(found, "gsm8k", "APGR", "causal LLM (Llama-3-8B)")
    assert not any("prompt length" in said for said in causal.contradictions)


def test_savings_are_measured_by_us_and_not_typed(found: list[Claim]) -> None:
    claim = _claim(found, "mmlu", COST_SAVED, "RouteLLM's best")
    assert claim.measured
    assert 0 < claim.measured.value.low < claim.measured.value.value < claim.measured.value.high < 1
    assert "other half" in claim.measured.how
    assert "95% of the strong LLM's score" in claim.measured.how


@pytest.mark.parametrize(
    ("metric", "ours", "verdict"),
    [
        ("APGR", Estimate(0.7, 0.65, 0.75), "ours is better"),
        ("APGR", Estimate(0.5, 0.45, 0.55), "ours is worse"),
        ("APGR", Estimate(0.61, 0.55, 0.65), "ours agrees"),
        ("CPT50", Estimate(0.7, 0.65, 0.75), "ours is worse"),
        ("CPT50", Estimate(0.5, 0.45, 0.55), "ours is better"),
    ],
)
def test_the_verdict_follows_our_interval(committed: Results, metric: str, ours: Estimate, verdict: str) -> None:
    figure = Published(
        benchmark="mmlu", metric=metric, router="theirs", value=0.6, source="a paper", compares_with=("knn",)
    )
    row = LeaderRow("mmlu", "MMLU", "knn", "transfer", {metric: ours}, 100)
    (claim,) = claims(committed, [figure], [row])
    assert claim.verdict == verdict


def test_another_protocol_is_shown_but_not_compared(committed: Results) -> None:
    figure = Published(
        benchmark="mmlu",
        metric="APGR",
        router="theirs",
        value=0.6,
        source="a paper",
        protocol="transfer",
        compares_with=("knn",),
    )
    row = LeaderRow("mmlu", "MMLU", "knn", "in-domain", {"APGR": Estimate(0.7, 0.65, 0.75)}, 100)
    (claim,) = claims(committed, [figure], [row])
    assert claim.measured
    assert claim.verdict == "not comparable"
    assert "the claim is transfer" in claim.measured.how
    (alone,) = claims(committed, [figure], [])
    assert (alone.measured, alone.verdict) == (None, "not measured")
