"""The plain answer: a router where one helps, and a clear no where none does."""

import math

import pytest

from benchmarks.dashboard.choice import Goal
from benchmarks.dashboard.interactions import made_up
from benchmarks.dashboard.operating_point import compare_at_share, operating_point
from benchmarks.dashboard.plain_answer import KEEP, plain_answer
from benchmarks.dashboard.results import load_results
from benchmarks.dashboard.source import best_basis, learnt_names
from benchmarks.dashboard.target import halves, reach


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


def test_an_answer_that_misses_what_was_asked_says_so_first() -> None:
    numbers = load_results().numbers("routerbench-part")
    said = {keep: plain_answer(numbers, keep) for keep in (0.8, 0.95)}
    for keep, answer in said.items():
        assert answer.point is not None
        missed = answer.headline.endswith(f", not the {keep:.0%} asked for.")
        assert missed is (round(answer.point.recovered, 2) < keep)
    assert "not the 95% asked for" in said[0.95].headline
    assert "asked for" not in said[0.8].headline


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


def test_the_margin_keeps_what_is_promised_more_often() -> None:
    """The count on which `MARGIN` rests: chosen on one half, kept on the other."""
    kept = load_results()
    held, missed, shares = {}, {}, {}
    for margin in (False, True):
        points = []
        for name in kept.pair_names:
            numbers = kept.numbers(name)
            names = [one for one in learnt_names(numbers) if one in numbers.routers]
            routers = [one for one in names if len(numbers.routers[one].routes) == 2]
            found = reach(numbers, Goal("kept", KEEP, margin), best_basis(numbers), among=routers)
            if found.point is not None and plain_answer(numbers).point is not None:
                points.append((found.point.recovered >= KEEP, found.confirmed is False, found.point.share.value))
        held[margin], missed[margin], shares[margin] = (sum(column) for column in zip(*points, strict=True))
    assert held[True] >= 2 * held[False]
    assert missed[True] == 0 < missed[False]
    assert shares[True] > shares[False], "which costs strong calls"


def test_an_answer_without_a_margin_is_called_a_guess() -> None:
    few = plain_answer(made_up(200, 1), 0.95)
    assert few.point is not None and not few.margin
    assert "Take it as a guess" in few.sure
    sure = plain_answer(load_results().numbers("mmlu"))
    assert sure.margin and "guess" not in sure.sure


def test_an_answer_is_computed_once() -> None:
    numbers = load_results().numbers("gsm8k")
    assert plain_answer(numbers) is plain_answer(numbers)
    assert plain_answer(numbers, 0.6) is not plain_answer(numbers)


def test_where_the_judging_half_has_no_advantage_nothing_is_said_to_be_kept() -> None:
    answer = plain_answer(made_up(40, 3), 0.9)
    assert answer.point is not None and math.isnan(answer.point.recovered)
    assert "nan" not in answer.headline
    assert "cannot be said" in answer.headline
