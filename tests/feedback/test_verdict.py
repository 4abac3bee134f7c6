from __future__ import annotations

from decimal import Decimal

import pytest

from feedback.records import Choice
from feedback.verdict import Ruling, Side, judge

CHEAP, DEAR, FREE = Side("cheap", Decimal("0.001")), Side("dear", Decimal("0.02")), Side("unpriced", None)
PICKS = {"always-weak": "cheap", "always-strong": "dear", "semantic": "another"}


@pytest.mark.parametrize("swapped", [False, True], ids=["cheap on the left", "cheap on the right"])
@pytest.mark.parametrize(
    ("better", "weak", "strong"),
    [
        ("cheap", "right", "wrong"),
        ("dear", "wrong", "right"),
        ("tie", "right", "wrong"),
        ("both bad", "not judged", "not judged"),
    ],
)
def test_every_router_is_judged_by_its_own_pick(better: str, weak: Ruling, strong: Ruling, swapped: bool) -> None:
    left, right = (DEAR, CHEAP) if swapped else (CHEAP, DEAR)
    choices: dict[str, Choice] = {left.llm: "left", right.llm: "right", "tie": "tie", "both bad": "both bad"}
    verdicts = judge(choices[better], left, right, PICKS)
    assert {router: verdict.ruling for router, verdict in verdicts.items()} == {
        "always-weak": weak,
        "always-strong": strong,
        "semantic": "not judged",
    }
    assert verdicts["semantic"].why == "Its pick is neither of the two LLMs."
    assert all(verdict.why.endswith(".") for verdict in verdicts.values())


def test_a_tie_needs_both_prices() -> None:
    verdict = judge("tie", CHEAP, FREE, {"router": "cheap"})["router"]
    assert (verdict.ruling, "is not known" in verdict.why) == ("not judged", True)


def test_a_tie_at_the_same_cost_makes_either_pick_right() -> None:
    same = Side("other", CHEAP.cost_usd)
    assert {v.ruling for v in judge("tie", CHEAP, same, {"a": "cheap", "b": "other"}).values()} == {"right"}


def test_a_free_answer_is_cheaper_than_any_other() -> None:
    local = Side("local", Decimal(0))
    verdicts = judge("tie", DEAR, local, {"a": "local", "b": "dear"})
    assert (verdicts["a"].ruling, verdicts["b"].ruling) == ("right", "wrong")


@pytest.mark.parametrize("choice", ["left", "right", "tie", "both bad"])
def test_one_llm_against_itself_says_nothing(choice: Choice) -> None:
    verdict = judge(choice, CHEAP, CHEAP, {"router": "cheap"})["router"]
    assert verdict.ruling == "not judged"
    assert "the same LLM" in verdict.why


@pytest.mark.parametrize("choice", ["left", "right", "tie"])
def test_a_router_that_had_no_choice_is_not_judged(choice: Choice) -> None:
    offered = {"always-weak": {"cheap"}, "always-strong": {"cheap", "dear"}}
    verdicts = judge(choice, CHEAP, DEAR, PICKS, offered)
    assert verdicts["always-weak"].ruling == "not judged"
    assert "not in its pool" in verdicts["always-weak"].why
    assert verdicts["always-strong"] == judge(choice, CHEAP, DEAR, PICKS)["always-strong"]
