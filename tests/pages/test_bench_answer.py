"""The plain answer: a router where one helps, and a clear no where none does."""

import pytest

from benchmarks.dashboard.interactions import made_up
from benchmarks.dashboard.operating_point import compare_at_share, operating_point
from benchmarks.dashboard.results import load_results
from benchmarks.dashboard.target import halves
from pages._bench_answer import plain_answer
from pages._bench_source import best_basis


def test_it_names_router_threshold_and_saving_as_the_number_layer_has_them() -> None:
    numbers = load_results().numbers("routerbench-part")
    answer = plain_answer(numbers)
    assert answer.point is not None
    judge = halves(numbers)[1]
    again = operating_point(judge, answer.router, answer.point.threshold)
    assert again.quality.value == pytest.approx(answer.point.quality.value), "judged on the second half"
    assert f"Take {answer.router} at threshold {answer.point.threshold:.4f}" in answer.headline
    assert answer.point.saving_share is not None
    assert f"saves {answer.point.saving_share.value:.0%} of the money" in answer.headline


def test_sorting_by_length_is_answered_from_the_same_half() -> None:
    numbers = load_results().numbers("routerbench-part")
    answer = plain_answer(numbers)
    assert answer.point is not None
    more = compare_at_share(halves(numbers)[1], answer.router, "prompt-length", answer.point.share.value)
    assert answer.settled is (True if more.low > 0 else False if more.high < 0 else None)
    assert f"{more.value:+.3f}".replace("-", "−") in answer.length


def test_without_costs_calls_are_counted() -> None:
    numbers = load_results().numbers("alpaca-eval")
    assert best_basis(numbers) is None
    answer = plain_answer(numbers, 0.5)
    assert "of the calls to the strong LLM" in answer.headline
    assert not any("month" in term for term, _, _ in answer.facts)


def test_where_the_dear_llm_is_no_better_nobody_is_routed() -> None:
    answer = plain_answer(load_results().numbers("routerarena"))
    assert answer.headline.startswith("Send every prompt to gemini-2.0-flash-001")
    assert answer.router == ""


def test_more_quality_is_never_cheaper() -> None:
    numbers = made_up(600, 8)
    shares = [answer.point.share.value for keep in (0.5, 0.7, 0.9) if (answer := plain_answer(numbers, keep)).point]
    assert len(shares) >= 2
    assert shares == sorted(shares)


def test_whether_the_router_learnt_from_such_prompts_is_said() -> None:
    answer = plain_answer(load_results().numbers("mmlu"))
    protocol = load_results().numbers("mmlu").routers[answer.router].protocol
    assert ("learnt from other prompts of this kind" in answer.sure) is (protocol == "in-domain")
